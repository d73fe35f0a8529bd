"""``measurand round members | add | total``: totals over participants that show nobody's own counts."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from measurand.cli.said import said
from measurand.cli.signing import signing_key
from measurand.cli.view import numeric, printed
from measurand.document.canonical import plain
from measurand.export.round_total_text import render_total
from measurand.lab.round_total import counted, masked, members, others, send, total
from measurand.lab.trust import trust_folder, trusted
from measurand.message import say

NUMBERS = frozenset({"value", "u", "df", "lower", "upper", "coverage_probability"})
"""Fields that hold decimal strings; sums stay text, they may be beyond 2^53."""
MINE_OPTION = click.option(
    "--mine", required=True, type=click.Path(path_type=Path), metavar="DIR", help=say("cli.round.mine")
)


@click.command("members", help=say("cli.round.members.help"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help=say("cli.option.key"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def members_of(folder: Path, key: Path, json: bool) -> int:
    """Fix who takes part in the totals."""
    path, codes = members(folder, signing_key(key), now=datetime.now(UTC))
    return said(json, "cli.round.members", count=len(codes), codes=", ".join(codes), file=str(path))


@click.command("add", help=say("cli.round.add.help"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path), metavar="TABLE | CERTIFICATE")
@MINE_OPTION
@click.option("--yes", is_flag=True, help=say("cli.round.yes"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def add(folder: Path, file: Path, mine: Path, yes: bool, json: bool) -> int:
    """Show what stays and what will leave, then send it."""
    counts = counted(folder, file, trusted=trusted(trust_folder()))
    step, path = masked(folder, mine, counts, now=datetime.now(UTC))
    names = [(f"{measurand} {name}", str(n)) for measurand, own in counts.items() for name, n in own.items()]
    width = max(len(name) for name, _ in names)
    codes, gone = others(folder, step.code)
    lines = [say("cli.round.stays"), *(f"  {name:<{width}}  {n}" for name, n in names), ""]
    lines += [say("cli.round.masked", count=len(codes)), *(f"  {value}" for value in step.values), ""]
    lines += [say("cli.round.with", codes=", ".join(codes)), ""]
    lines += [say("cli.round.gone", codes=", ".join(gone)), ""] if gone else []
    if not json or not yes:
        click.echo("\n".join(lines), err=json)
    if not yes and not (sys.stdin.isatty() and click.confirm(say("cli.round.confirm_total"), err=True)):
        click.echo(say("cli.round.not_sent"), err=True)
        return 2
    send(mine, step, path)
    return said(json, "cli.round.added", code=step.code, file=str(path))


@click.command("total", help=say("cli.round.total.help"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--level", type=click.FloatRange(0.5, 0.9999), default=0.95, show_default=True, help=say("cli.compare.level")
)
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def total_of(folder: Path, level: float, json: bool) -> int:
    """Print the totals."""
    found = total(folder, level=level)
    click.echo(printed(numeric(plain(found), NUMBERS)) if json else render_total(found), nl=json)
    return 0
