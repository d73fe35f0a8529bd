"""``measurand compare``: systems against each other, from their records or certificates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from measurand.cli.later import later
from measurand.cli.place import existing
from measurand.cli.view import numeric, printed
from measurand.document.canonical import canonical, plain
from measurand.document.comparison import Comparisons
from measurand.export.compared_text import render_comparisons
from measurand.export.preferences_text import render_preferences
from measurand.lab.atomic import write_file
from measurand.lab.comparing import comparisons
from measurand.lab.preference_table import preferences_from
from measurand.lab.trust import trust_folder, trusted
from measurand.message import say
from measurand.study.pairing import Asked
from measurand.study.preferred import preferred

NUMBERS = frozenset({
    "value", "u", "df", "lower", "upper", "family_lower", "family_upper", "correlation", "u_if_independent", "p",
    "p_adjusted", "margin", "contribution", "variance", "covariance", "implementation", "coverage_probability",
    "floor", "family_floor", "variance_first", "variance_second",
    "chi_square", "p_u", "critical_difference", "infit", "outfit", "conditional", "conditional_u", "spread",
    "difficulty", "discrimination", "u_discrimination", "s_x2", "log_likelihood", "two_parameter_p", "new_lower",
    "new_upper", "tau", "strength", "share", "share_u", "wins", "losses", "ties", "probability", "compared",
    "comparisons",    "equal_p", "statistic",
})  # fmt: skip
"""Fields of the comparison that hold decimal strings."""
TABLES = (".csv", ".parquet", ".jsonl")
PREFERENCES = later("measurand.export.preferences_page", "render_page")
PAGE = later("measurand.export.comparison_page", "render_page")
CLAIMS = ("superiority", "non-inferiority", "equivalence")
ADJUST = {"simultaneous": "simultaneous", "holm": "holm", "bh": "benjamini-hochberg", "none": "none"}


@click.command("compare", help=say("cli.compare.help"))
@click.argument("files", nargs=-1, required=True, metavar="[NAME=]FILE ...")
@click.option("--measurand", default="", metavar="ID", help=say("cli.compare.measurand"))
@click.option(
    "--kind",
    type=click.Choice(["difference", "ratio"]),
    default="difference",
    show_default=True,
    help=say("cli.compare.kind"),
)
@click.option("--against", metavar="NAME", help=say("cli.compare.against"))
@click.option(
    "--claim", type=click.Choice(["superiority", "non-inferiority", "equivalence"]), help=say("cli.compare.claim")
)
@click.option("--margin", type=float, metavar="X", help=say("cli.compare.margin"))
@click.option(
    "--adjust",
    type=click.Choice(list(ADJUST)),
    default="simultaneous",
    show_default=True,
    help=say("cli.compare.adjust"),
)
@click.option(
    "--level", type=click.FloatRange(0.5, 0.9999), default=0.95, show_default=True, help=say("cli.compare.level")
)
@click.option("--same", multiple=True, metavar="FACTOR", help=say("cli.compare.same"))
@click.option(
    "--implementation", type=click.FloatRange(0.0, min_open=True), metavar="U", help=say("cli.compare.implementation")
)
@click.option("--abilities", is_flag=True, help=say("cli.compare.abilities"))
@click.option("--scale", default="", metavar="NAME", help=say("cli.compare.scale"))
@click.option("--order", is_flag=True, help=say("cli.compare.order"))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help=say("cli.compare.out"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(
    files: tuple[str, ...], measurand: str, against: str | None, json: bool, out: Path | None, same: tuple[str, ...],
    adjust: str, order: bool, **asked: Any,
) -> int:  # fmt: skip
    """Print the comparison; 3 where a claim was not shown."""
    if len(files) == 1 and Path(files[0]).suffix in TABLES:
        return _preferences(Path(files[0]), order=order, level=asked["level"], json=json, out=out)
    if order:
        raise click.UsageError(say("cli.compare.order_only"))
    pairs = [named(text) for text in files]
    wanted = Asked(adjustment=ADJUST[adjust], against=against, **asked)  # type: ignore[arg-type]
    found = comparisons(pairs, wanted, trusted=trusted(trust_folder()), measurand=measurand, same=same)
    if out is not None:
        write_file(out, canonical(found) if out.suffix == ".json" else PAGE(found))
    click.echo(printed(numeric(plain(found), NUMBERS)) if json else render_comparisons(found), nl=json)
    return code(found)


def _preferences(file: Path, *, order: bool, level: float, json: bool, out: Path | None) -> int:
    """Print systems by the preferences of a table."""
    found = preferred(preferences_from(existing(file)), level=level, order=order)
    if out is not None:
        write_file(out, canonical(found) if out.suffix == ".json" else PREFERENCES(found))
    click.echo(printed(numeric(plain(found), NUMBERS)) if json else render_preferences(found), nl=json)
    return 0


def code(found: Comparisons) -> int:
    """0; 3 where a claim that was asked for was not shown."""
    claims = [pair.claim for one in found.comparisons for pair in one.pairs if pair.claim is not None]
    return 0 if all(claim.shown for claim in claims) else 3


def named(text: str) -> tuple[str, Path]:
    """``NAME=FILE``, or a file alone."""
    name, sign, file = text.partition("=")
    if sign and not Path(text).exists():
        return name, existing(Path(file))
    return "", existing(Path(text))
