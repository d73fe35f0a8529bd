"""``measurand round``: results of laboratories, their consensus, and who agrees with it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib.metadata import version
from math import inf, isfinite
from pathlib import Path
from typing import Any

import click

from measurand.cli.compare import named
from measurand.cli.later import later
from measurand.cli.round_total import MINE_OPTION, add, members_of, total_of
from measurand.cli.said import said
from measurand.cli.signing import signing_key
from measurand.cli.view import numeric, printed
from measurand.document.canonical import canonical, plain
from measurand.document.round_data import RoundData
from measurand.document.round_report import RoundReport
from measurand.export.round_text import render_round
from measurand.lab.atomic import write_file
from measurand.lab.round_answers import answered, own_answers
from measurand.lab.round_csv import from_table
from measurand.lab.round_folder import (
    PROTOCOL,
    begin,
    close,
    commit,
    drafted,
    join,
    leaving,
    prepare,
    protocol_of,
    reveal,
    withdraw,
)
from measurand.lab.round_gathered import as_asked, gathered, round_data, state, with_items
from measurand.lab.round_items import items_from
from measurand.lab.round_records import from_records, of_one
from measurand.lab.round_strata import strata_from
from measurand.lab.round_total import progress
from measurand.lab.trust import trust_folder, trusted
from measurand.message import say
from measurand.quantity.assigned_value import ROBUST
from measurand.quantity.consensus import WEIGHTED
from measurand.study.round import Asked, Excluded, reported
from measurand.study.standardised import standardised

DCC = later("measurand.export.round_dcc", "render")
PAGE = later("measurand.export.round_page", "render_page")
NUMBERS = frozenset({
    "value", "u", "df", "lower", "upper", "tau", "knapp", "q", "p", "i2", "birge", "tau_lower", "tau_upper", "d",
    "expanded", "e_n", "others", "weight", "shift", "statistic", "five", "one", "mean", "s_r", "s_L", "s_R", "factor",
    "coverage_probability", "percent", "p_a", "z", "z_prime", "zeta", "assigned", "sigma_pt", "delta_e", "bandwidth",
    "angle", "s_w", "s_s", "suspect_p", "found", "limit", "expanded_limit", "u_added", "before", "after", "difference",
    "u_homogeneity", "u_stability", "consensus", "consensus_u", "s", "share", "needed", "least_right",
})  # fmt: skip
"""Fields of the report that hold decimal strings."""


@click.group("round", help=say("cli.round.help"))
def verb() -> None:
    """A group: see its verbs."""


@verb.command("report", help=say("cli.round.report.help"))
@click.argument("files", nargs=-1, required=True, metavar="TABLE | [NAME=]FILE ...")
@click.option("--title", default="", help=say("cli.round.title"))
@click.option("--method", type=click.Choice(WEIGHTED), help=say("cli.round.method"))
@click.option("--reference", type=float, nargs=2, metavar="VALUE U", help=say("cli.round.reference"))
@click.option("--sigma-pt", type=click.FloatRange(0.0, min_open=True), metavar="S", help=say("cli.round.sigma_pt"))
@click.option("--delta-e", type=click.FloatRange(0.0, min_open=True), metavar="D", help=say("cli.round.delta_e"))
@click.option("--assigned", type=click.Choice(tuple(ROBUST)), help=say("cli.round.assigned"))
@click.option("--protocol", type=click.Path(path_type=Path), metavar="FILE", help=say("cli.round.protocol"))
@click.option("--items", type=click.Path(path_type=Path), metavar="TABLE", help=say("cli.round.items"))
@click.option("--standardise", type=click.Path(path_type=Path), metavar="TABLE", help=say("cli.round.standardise"))
@click.option(
    "--least-items",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help=say("cli.round.least_items"),
)
@click.option("--nested", multiple=True, metavar="COLUMN", help=say("cli.round.nested"))
@click.option("--exclude", multiple=True, metavar="LAB[@MATERIAL]:REASON", help=say("cli.round.exclude"))
@click.option(
    "--level", type=click.FloatRange(0.5, 0.9999), default=0.95, show_default=True, help=say("cli.compare.level")
)
@click.option(
    "--factor", type=click.FloatRange(1.0, 10.0), default=2.0, show_default=True, help=say("cli.round.factor")
)
@click.option("--same", multiple=True, metavar="FACTOR", help=say("cli.compare.same"))
@click.option(
    "--implementation", type=click.FloatRange(0.0, min_open=True), metavar="U", help=say("cli.compare.implementation")
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help=say("cli.round.out"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def report(
    files: tuple[str, ...], title: str, method: str | None, exclude: tuple[str, ...], same: tuple[str, ...],
    implementation: float | None, out: Path | None, json: bool, assigned: str | None, protocol: Path | None,
    items: Path | None, nested: tuple[str, ...], standardise: Path | None, least_items: int, **asked: Any,
) -> int:  # fmt: skip
    """Print the report of results in a table, of a round, or of records and certificates."""
    reference = asked["reference"]
    if reference is not None and not (isfinite(reference[0]) and 0.0 < reference[1] < inf):
        raise click.UsageError(say("cli.round.reference_u"))
    excluded = tuple(_excluded(text) for text in exclude)
    wanted = Asked(method=method or "", excluded=excluded, assigned=assigned or "", **asked)
    if standardise is None:
        data = _data(files, title, same=same, implementation=implementation, protocol=protocol, nested=nested)
    elif len(files) == 1 and protocol is None and not nested and Path(files[0]).is_file():
        data = standardised(strata_from(Path(files[0]), standardise, title=title, least=least_items))
    else:
        raise click.UsageError(say("cli.round.strata_only"))
    found = reported(data if items is None else with_items(data, items_from(items)), wanted)
    if out is not None:
        write_file(out, _form(found, out))
    click.echo(printed(numeric(plain(found), NUMBERS)) if json else render_round(found), nl=json)
    return 0


@verb.command("answers", help=say("cli.round.answers.help"))
@click.argument("file", type=click.Path(path_type=Path), metavar="TABLE")
@click.option("--assigned", type=click.Path(path_type=Path), metavar="TABLE", help=say("cli.round.right"))
@click.option("--scale", default="", metavar="A,B,...", help=say("cli.round.scale"))
@click.option("--positive", default="", metavar="CATEGORY", help=say("cli.round.positive"))
@click.option(
    "--needed",
    type=click.FloatRange(0.5, 1.0, min_open=True),
    default=0.8,
    show_default=True,
    help=say("cli.round.needed"),
)
@click.option(
    "--least-right", type=click.FloatRange(0.0, 1.0, min_open=True), metavar="SHARE", help=say("cli.round.least_right")
)
@click.option("--title", default="", help=say("cli.round.title"))
@click.option(
    "--level", type=click.FloatRange(0.5, 0.9999), default=0.95, show_default=True, help=say("cli.compare.level")
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help=say("cli.round.out_answers"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def answers_of(
    file: Path, assigned: Path | None, scale: str, positive: str, needed: float, least_right: float | None,
    title: str, level: float, out: Path | None, json: bool,
) -> int:  # fmt: skip
    """Print the report of categories that laboratories gave to the same items."""
    names = tuple(name.strip() for name in scale.split(",")) if scale else ()
    one = answered(
        file, assigned=assigned, scale=names, positive=positive, needed=needed, least_right=least_right
    )  # fmt: skip
    found = reported(RoundData(title=title or file.stem, quantities=(), answered=(one,)), Asked(level=level))
    if out is not None:
        write_file(out, _form(found, out))
    click.echo(printed(numeric(plain(found), NUMBERS)) if json else render_round(found), nl=json)
    return 0


@verb.command("new", help=say("cli.round.new.help"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--from", "protocol", type=click.Path(path_type=Path), metavar="FILE", help=say("cli.round.from"))
@click.option("--key", type=click.Path(path_type=Path), help=say("cli.option.key"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def new(folder: Path, protocol: Path | None, key: Path | None, json: bool) -> int:
    """Begin a round; without a protocol file write one to fill in."""
    if protocol is None or key is None:
        path = folder / "protocol.toml"
        folder.mkdir(parents=True, exist_ok=True)
        write_file(path, say("round.template").lstrip().encode())
        return said(json, "cli.round.template", file=str(path), folder=str(folder))
    made = begin(folder, protocol, signing_key(key))
    return said(json, "cli.round.begun", id=made.id, folder=str(folder), deadline=made.deadline)


@verb.command("join", help=say("cli.round.join.help"))
@click.argument("folder", type=click.Path(path_type=Path))
@MINE_OPTION
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def join_round(folder: Path, mine: Path, json: bool) -> int:
    """Take part."""
    code = join(folder, mine, now=datetime.now(UTC))
    file = folder / "participants" / f"{code}.json"
    return said(json, "cli.round.joined", code=code, file=str(file), mine=str(mine))


@verb.command("submit", help=say("cli.round.submit.help"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, metavar="TABLE | CERTIFICATE ...")
@click.option("--answers", type=click.Path(path_type=Path), metavar="TABLE", help=say("cli.round.own_answers"))
@MINE_OPTION
@click.option("--yes", is_flag=True, help=say("cli.round.yes"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def submit(folder: Path, files: tuple[str, ...], answers: Path | None, mine: Path, yes: bool, json: bool) -> int:
    """Show what will leave, then commit to it."""
    if not files and answers is None:
        raise click.UsageError(say("cli.round.nothing"))
    held = _own_results(folder, files) if files else RoundData(title="", quantities=())
    if answers is not None:
        held = held.model_copy(update={"answered": own_answers(answers, protocol_of(folder).answers or ())})
    opening = prepare(folder, mine, held)
    rows = leaving(opening)
    if not json or not yes:
        width = max(len(name) for name, _ in rows)
        lines = [say("cli.round.leaves_now"), "", say("cli.round.leaves")]
        click.echo("\n".join([*lines, *(f"  {name:<{width}}  {value}" for name, value in rows)]), err=json)
    if not yes and not (sys.stdin.isatty() and click.confirm(say("cli.round.confirm"), err=True)):
        click.echo(say("cli.round.not_sent"), err=True)
        return 2
    path = commit(folder, mine, opening, now=datetime.now(UTC))
    return said(json, "cli.round.committed", file=str(path), code=opening.code)


@verb.command("withdraw", help=say("cli.round.withdraw.help"))
@click.argument("folder", type=click.Path(path_type=Path))
@MINE_OPTION
@click.option("--reason", required=True, help=say("cli.round.reason"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def withdraw_from(folder: Path, mine: Path, reason: str, json: bool) -> int:
    """Take part no longer."""
    path = withdraw(folder, mine, reason, now=datetime.now(UTC))
    return said(json, "cli.round.withdrawn", file=str(path))


@verb.command("close", help=say("cli.round.close.help"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help=say("cli.option.key"))
@click.option("--early", default="", metavar="REASON", help=say("cli.round.early"))
@click.option("--items", type=click.Path(path_type=Path), metavar="TABLE", help=say("cli.round.items_after"))
@click.option(
    "--assigned", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help=say("cli.round.sealed")
)
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def close_round(folder: Path, key: Path, early: str, items: Path | None, assigned: tuple[Path, ...], json: bool) -> int:
    """Fix which commitments count."""
    made = close(folder, signing_key(key), now=datetime.now(UTC), early=early, items=items, assigned=assigned)
    return said(json, "cli.round.closed", count=len(made.commitments), at=made.at, folder=str(folder))


@verb.command("open", help=say("cli.round.open.help"))
@click.argument("folder", type=click.Path(path_type=Path))
@MINE_OPTION
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def open_result(folder: Path, mine: Path, json: bool) -> int:
    """Show the result that was committed to."""
    return said(json, "cli.round.opened", file=str(reveal(folder, mine)))


@verb.command("status", help=say("cli.round.status.help"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def status(folder: Path, json: bool) -> int:
    """Who has done what."""
    found = gathered(folder)
    states = state(found)
    closed = found.closing.at if found.closing else ""
    added = progress(folder) if found.protocol.total else None
    if json:
        shown = {"schema": "measurand/round-status/1", "id": found.protocol.id, "deadline": found.protocol.deadline}
        totals = {} if added is None else {"totals": {"participants": added[0], "missing": added[1]}}
        held = {"closed": closed, "participants": dict(states), "remarks": found.remarks}
        click.echo(printed({**shown, **held, **totals}))
        return 0
    p, when = found.protocol, closed or "-"
    click.echo(say("cli.round.status", count=len(states), title=p.title, deadline=p.deadline, closed=when))
    for code, word in states.items():
        click.echo(f"  {code}  {say(f'round.state.{word}')}")
    if found.protocol.total:
        click.echo(_added(added))
    for text in found.remarks:
        click.echo(f"! {text}")
    return 0


def _added(added: tuple[int, list[str]] | None) -> str:
    if added is None:
        return say("cli.round.status_begin")
    count, missing = added
    key = "cli.round.status_waiting" if missing else "cli.round.status_total"
    return say(key, count=count, added=count - len(missing), codes=", ".join(missing))


def _form(found: RoundReport, out: Path) -> bytes:
    """The report in the form that the name of its file says."""
    if out.suffix == ".json":
        return canonical(found)
    if out.suffix == ".xml" and not found.quantities:
        raise click.UsageError(say("cli.round.no_dcc"))
    if out.suffix == ".xml":
        return bytes(DCC(found, day=f"{datetime.now(UTC):%Y-%m-%d}", version=version("measurand")))
    return bytes(PAGE(found))


def _own_results(folder: Path, files: tuple[str, ...]) -> RoundData:
    """One table with the results of this laboratory, or its records and certificates."""
    paths, asked = [Path(text) for text in files], protocol_of(folder)
    if len(paths) == 1 and not paths[0].is_dir() and paths[0].suffix not in (".json", ".html"):
        return from_table(paths[0], nested=asked.nested or ())
    wanted = {q.measurand for q in asked.quantity}
    return of_one([("", path) for path in paths], trusted=trusted(trust_folder()), wanted=wanted)


def _data(
    files: tuple[str, ...], title: str, *, same: tuple[str, ...], implementation: float | None, protocol: Path | None,
    nested: tuple[str, ...],
) -> RoundData:  # fmt: skip
    """A round, a table of results, or one record or certificate for each laboratory."""
    if len(files) == 1 and (Path(files[0]) / PROTOCOL).exists():
        if protocol is not None or nested:
            raise click.UsageError(say("cli.round.has_protocol"))
        return round_data(Path(files[0]))
    asked = None if protocol is None else drafted(protocol)
    if len(files) == 1 and not Path(files[0]).is_dir():
        held = from_table(
            Path(files[0]), title=title, nested=nested or (asked.nested if asked is not None else None) or ()
        )
    else:
        pairs = [named(text) for text in files]
        trust = trusted(trust_folder())
        held = from_records(
            pairs, trusted=trust, title=title or say("round.title"), same=same, implementation=implementation
        )
    return held if asked is None else as_asked(held, asked)


def _excluded(text: str) -> Excluded:
    who, sign, reason = text.partition(":")
    if not sign or not reason.strip():
        raise click.UsageError(say("cli.round.exclude_form", text=text))
    laboratory, _, material = who.partition("@")
    return Excluded(laboratory.strip(), reason.strip(), material.strip())


for _command in (members_of, add, total_of):
    verb.add_command(_command)
