"""``measurand disclose``: open chosen items of a record whose evidence is private, or ask for random ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from measurand.cli.place import existing
from measurand.cli.view import printed
from measurand.document.canonical import canonical
from measurand.lab.atomic import refusal, write_file
from measurand.lab.disclosure import challenge, challenged, disclosed_items, drawn
from measurand.lab.opened import Opened, opened
from measurand.lab.store import CERTIFICATE
from measurand.message import say

OPENED, CHALLENGE = Path("opened.json"), Path("challenge.json")


@click.command("disclose", help=say("cli.disclose.help"))
@click.argument("record", metavar="RECORD", type=click.Path(path_type=Path))
@click.option("--items", multiple=True, metavar="ID ...", help=say("cli.option.open_items"))
@click.argument("further", metavar="", nargs=-1)
@click.option("--random", type=click.IntRange(min=1), metavar="N", help=say("cli.option.random"))
@click.option("--seed", metavar="TEXT", help=say("cli.option.disclosure_seed"))
@click.option("--challenge", "asked", type=click.Path(path_type=Path), help=say("cli.option.challenge"))
@click.option("--ask", type=click.IntRange(min=1), metavar="N", help=say("cli.option.ask"))
@click.option("--out", type=click.Path(path_type=Path), help=say("cli.option.disclose_out"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(
    record: Path,
    items: tuple[str, ...],
    further: tuple[str, ...],
    random: int | None,
    seed: str | None,
    asked: Path | None,
    ask: int | None,
    out: Path | None,
    json: bool,
) -> int:
    """Write ``opened.json``, or with ``--ask`` the challenge of an auditor."""
    ways = [bool(items), random is not None, asked is not None, ask is not None]
    if sum(ways) != 1 or (random is not None and not seed) or (further and not items):
        raise click.UsageError(say("M0747.which"))
    if seed is not None and random is None and ask is None:
        raise click.UsageError(say("M0747.which"))
    folder = existing(record)
    certificate = opened(folder / CERTIFICATE if folder.is_dir() else folder)
    if ask is not None:
        return _asking(certificate, ask, seed=seed or "", out=out or CHALLENGE, json=json)
    if not folder.is_dir():
        raise refusal("M0710.record", folder)
    answered = drawn(random, seed) if seed is not None and random is not None else None
    if asked is not None:
        answered = challenge(asked, certificate)
    target = out or OPENED
    names = (*items, *further)
    data, count = disclosed_items(certificate, folder, items=names, asked=answered)
    write_file(target, data, mode=0o600)
    _say("cli.disclose.done", certificate, {"count": count, "file": str(target)}, json=json)
    return 0


def _asking(certificate: Opened, count: int, *, seed: str, out: Path, json: bool) -> int:
    """The auditor's side: write a challenge."""
    one = challenged(certificate, count, seed=seed)
    write_file(out, canonical(one))
    _say("cli.disclose.asked", certificate, {"count": count, "seed": one.asked.seed, "file": str(out)}, json=json)
    return 0


def _say(key: str, certificate: Opened, shown: dict[str, Any], *, json: bool) -> None:
    predicate = certificate.statement.predicate
    total = predicate.disclosure.items if predicate.disclosure else 0
    shown = {"number": predicate.number, "items": total, **shown}
    schema = "measurand/opened/1" if key == "cli.disclose.done" else "measurand/asked/1"
    click.echo(printed({"schema": schema, **shown}) if json else say(key, **shown))
