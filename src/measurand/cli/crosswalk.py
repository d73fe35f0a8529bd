"""``measurand crosswalk``: which fields of a certificate are evidence for which requirement."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from measurand.cli.later import later
from measurand.cli.view import printed
from measurand.document.canonical import canonical, plain
from measurand.document.crosswalk import Crosswalk
from measurand.export.crosswalk_text import render_crosswalk
from measurand.lab.atomic import write_file
from measurand.lab.crosswalk import crosswalk
from measurand.lab.crosswalk_data import requirements
from measurand.lab.trust import trust_folder, trusted
from measurand.message import say

OSCAL = later("measurand.export.crosswalk_oscal", "render")
PAGE = later("measurand.export.crosswalk_page", "render_page")


@click.command("crosswalk", help=say("cli.crosswalk.help"))
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[CERTIFICATE | RECORD]")
@click.option("--regime", multiple=True, metavar="NAME", help=say("cli.crosswalk.regime"))
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help=say("cli.crosswalk.on"))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help=say("cli.crosswalk.out"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(file: Path | None, regime: tuple[str, ...], day: datetime | None, out: Path | None, json: bool) -> int:
    """Print the evidence for requirements, or the regimes that are known."""
    if file is None:
        return _listed(json)
    on = f"{day or datetime.now(UTC):%Y-%m-%d}"
    found = crosswalk(file, regimes=regime, day=on, trusted=trusted(trust_folder()))
    if out is not None:
        write_file(out, _form(found, out.name))
    click.echo(printed(plain(found)) if json else render_crosswalk(found), nl=json)
    return 0


def _form(found: Crosswalk, name: str) -> bytes:
    if name.endswith(".oscal.json"):
        return bytes(OSCAL(found))
    return canonical(found) if name.endswith(".json") else bytes(PAGE(found))


def _listed(json: bool) -> int:
    asked = requirements()
    rows = [(r.id, r.title, len(asked.of(r.id))) for r in asked.regimes.values()]
    if json:
        shown = [{"id": name, "title": title, "requirements": count} for name, title, count in rows]
        click.echo(printed({"schema": "measurand/regimes/1", "data": asked.digest, "regimes": shown}))
        return 0
    click.echo(say("crosswalk.list"))
    for name, title, count in rows:
        click.echo(f"  {name:<16} {count:>3}  {title}")
    return 0
