"""``measurand selftest``: reference problems with known answers, for the installed program or another one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from measurand.cli.signing import signing_key
from measurand.cli.verify import row
from measurand.cli.view import printed
from measurand.document.canonical import plain
from measurand.document.selftest import Outcome
from measurand.lab.atomic import write_file
from measurand.lab.check import exit_code
from measurand.lab.keys import fingerprint
from measurand.lab.laboratory import laboratory
from measurand.lab.selftest import chosen, outcomes, own_answer
from measurand.lab.selftest_program import Program, request
from measurand.lab.selftest_report import checks, installed, opened, report
from measurand.lab.trust import trust_folder, trusted
from measurand.message import say

PATH = click.Path(path_type=Path)


@click.command("selftest", help=say("cli.selftest.help"))
@click.option("--problem", "ids", multiple=True, help=say("cli.option.selftest_problem"))
@click.option("--program", "command", help=say("cli.option.selftest_program"))
@click.option(
    "--seconds", default=60.0, show_default=True, type=click.FloatRange(0.1, 3600.0),
    help=say("cli.option.selftest_seconds"),
)  # fmt: skip
@click.option("--key", type=PATH, help=say("cli.option.selftest_key"))
@click.option("--out", "target", type=PATH, help=say("cli.option.selftest_out"))
@click.option("--laboratory", "folder", default="out", type=PATH, help=say("cli.option.laboratory"))
@click.option("--show", metavar="PROBLEM", help=say("cli.option.selftest_show"))
@click.option("--check", "checked", metavar="REPORT", type=PATH, help=say("cli.option.selftest_check"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(
    ids: tuple[str, ...], command: str | None, seconds: float, key: Path | None, target: Path | None, folder: Path,
    show: str | None, checked: Path | None, json: bool,
) -> int:  # fmt: skip
    """Ask the problems and print expected beside got; or show one, or check a report."""
    if show is not None:
        click.echo(request(chosen([show])[0]), nl=False)
        return 0
    if checked is not None:
        return _check(checked, key, json=json)
    if target is not None and key is None:
        raise click.UsageError(say("cli.selftest.needs_key"))
    private = signing_key(key) if key is not None and target is not None else None
    other = Program(command, seconds=seconds) if command is not None else None
    found = outcomes(chosen(ids), own_answer if other is None else other.answer, done=_dot)
    if sys.stderr.isatty():
        click.echo("", err=True)
    tested = installed() if other is None else other.identity()
    if target is not None and private is not None:
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        write_file(target, report(found, private, tested=tested, laboratory=laboratory(folder), at=at))
    code = 0 if all(outcome.passed for outcome in found) else 1
    if json:
        rows = [plain(outcome) for outcome in found]
        click.echo(printed({"schema": "measurand/selftest-run/1", "tested": tested, "outcomes": rows, "exit": code}))
        return code
    click.echo("\n".join(table(found)))
    if target is not None and private is not None:
        name = fingerprint(private.public_key())
        click.echo(say("cli.selftest.written", file=str(target), keyid=name))
    return code


def _dot() -> None:
    """Progress: one dot per problem, on a terminal."""
    if sys.stderr.isatty():
        click.echo(".", nl=False, err=True)


def table(found: Sequence[Outcome]) -> list[str]:
    """One line per answer: problem, quantity, expected, got, tolerance, passed; then how many."""
    names = [say(f"cli.selftest.column.{key}") for key in ("problem", "quantity", "expected", "got", "tolerance")]
    cells = [names]
    for one in found:
        cells.append([one.problem, one.name, _short(one.expected), _short(one.got) or "-", _tolerance(one)])
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    states = [
        "",
        *(
            say("cli.selftest.yes" if one.passed else "cli.selftest.no" if one.got else "cli.selftest.none")
            for one in found
        ),
    ]
    lines = ["  ".join(f"{text:<{w}}" for text, w in zip(line, widths, strict=True)) for line in cells]
    text = [f"{line}  {state}".rstrip() for line, state in zip(lines, states, strict=True)]
    reasons = {one.problem: one.reason for one in found if one.reason}
    text += [f"  {problem}: {reason}" for problem, reason in reasons.items()]
    counts = {"count": str(len(found)), "problems": str(len({one.problem for one in found}))}
    wrong = sum(not one.passed for one in found)
    key = "failed" if wrong else "passed"
    return [*text, say(f"cli.selftest.{key}", failed=str(wrong), **counts)]


def _short(text: str) -> str:
    """A number to twelve digits; other texts as they are."""
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text[:24]


def _tolerance(one: Outcome) -> str:
    return "=" if one.tolerance is None else f"{float(one.tolerance):.2g}"


def _check(path: Path, key: Path | None, *, json: bool) -> int:
    several = checks(opened(path), key=key, trusted=trusted(trust_folder()))
    code = exit_code(several)
    if json:
        rows = [{"name": c.name, "state": c.state, "text": c.text} for c in several]
        click.echo(printed({"schema": "measurand/selftest-check/1", "file": str(path), "checks": rows, "exit": code}))
    else:
        click.echo("\n".join(row(check) for check in several))
    return code
