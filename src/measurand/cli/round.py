"""``measurand round``: results of laboratories, their consensus, and who agrees with it."""

from __future__ import annotations

from pathlib import Path

import click

from measurand.cli.compare import named
from measurand.cli.later import later
from measurand.cli.view import numeric, printed
from measurand.document.canonical import canonical, plain
from measurand.document.round_data import RoundData
from measurand.export.round_text import render_round
from measurand.lab.atomic import write_file
from measurand.lab.round_csv import from_table
from measurand.lab.round_records import from_records
from measurand.lab.trust import trust_folder, trusted
from measurand.message import say
from measurand.quantity.consensus import WEIGHTED
from measurand.study.round import Asked, Excluded, reported

PAGE = later("measurand.export.round_page", "render_page")
NUMBERS = frozenset({
    "value", "u", "df", "lower", "upper", "tau", "knapp", "q", "p", "i2", "birge", "tau_lower", "tau_upper", "d",
    "expanded", "e_n", "others", "weight", "shift", "statistic", "five", "one", "mean", "s_r", "s_L", "s_R", "factor",
    "coverage_probability",
})  # fmt: skip
"""Fields of the report that hold decimal strings."""


@click.group("round", help=say("cli.round.help"))
def verb() -> None:
    """A group: see its verbs."""


@verb.command("report", help=say("cli.round.report.help"))
@click.argument("files", nargs=-1, required=True, metavar="TABLE | [NAME=]FILE ...")
@click.option("--title", default="", help=say("cli.round.title"))
@click.option(
    "--method", type=click.Choice(WEIGHTED), default="mandel-paule", show_default=True, help=say("cli.round.method")
)
@click.option("--reference", type=float, nargs=2, metavar="VALUE U", help=say("cli.round.reference"))
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
    files: tuple[str, ...], title: str, method: str, reference: tuple[float, float] | None, exclude: tuple[str, ...],
    level: float, factor: float, same: tuple[str, ...], implementation: float | None, out: Path | None, json: bool,
) -> int:  # fmt: skip
    """Print the report of the results in a table."""
    if reference is not None and not reference[1] > 0.0:
        raise click.UsageError(say("cli.round.reference_u"))
    excluded = tuple(_excluded(text) for text in exclude)
    asked = Asked(method=method, level=level, factor=factor, reference=reference, excluded=excluded)
    found = reported(_data(files, title, same=same, implementation=implementation), asked)
    if out is not None:
        write_file(out, canonical(found) if out.suffix == ".json" else PAGE(found))
    click.echo(printed(numeric(plain(found), NUMBERS)) if json else render_round(found), nl=json)
    return 0


def _data(files: tuple[str, ...], title: str, *, same: tuple[str, ...], implementation: float | None) -> RoundData:
    """A table of results; else one record or certificate for each laboratory."""
    if len(files) == 1 and not Path(files[0]).is_dir():
        return from_table(Path(files[0]), title=title)
    pairs = [named(text) for text in files]
    trust = trusted(trust_folder())
    return from_records(
        pairs, trusted=trust, title=title or say("round.title"), same=same, implementation=implementation
    )


def _excluded(text: str) -> Excluded:
    who, sign, reason = text.partition(":")
    if not sign or not reason.strip():
        raise click.UsageError(say("cli.round.exclude_form", text=text))
    laboratory, _, material = who.partition("@")
    return Excluded(laboratory.strip(), reason.strip(), material.strip())
