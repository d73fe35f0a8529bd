"""``measurand measure``: the main job, and the verb of continuous integration."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from measurand.cli.fault import framed
from measurand.cli.later import later
from measurand.cli.output import show_record, show_views
from measurand.cli.progress import Progress
from measurand.cli.view import View, exit_code, strongest, view
from measurand.document.decision import Verdict
from measurand.document.record import Record
from measurand.errors import MeasurandError
from measurand.instrument.scoring.code import allowed
from measurand.lab.job import job, opened
from measurand.lab.seal import found_for as seal_of
from measurand.lab.seal import standing
from measurand.lab.store import load
from measurand.message import say

INCONCLUSIVE = 3
REPORTED = later("measurand.cli.reported", "reported")
"""Reports for other tools, loaded where one is asked for."""


@click.command("measure", help=say("cli.measure.help"))
@click.argument("procedures", nargs=-1, required=True, metavar="PROC...", type=click.Path(path_type=Path))
@click.option("--out", default="out", show_default=True, type=click.Path(path_type=Path), help=say("cli.option.out"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
@click.option("--fresh/--resume", default=False, help=say("cli.option.fresh"))
@click.option("--extend", is_flag=True, help=say("cli.option.extend"))
@click.option(
    "--on-inconclusive",
    type=click.Choice(["fail", "warn", "pass"]),
    default="fail",
    show_default=True,
    help=say("cli.option.on_inconclusive"),
)
@click.option("--seal", type=click.Path(path_type=Path), help=say("cli.option.seal"))
@click.option("--junit", type=click.Path(path_type=Path), help=say("cli.option.junit"))
@click.option("--summary", type=click.Path(path_type=Path), help=say("cli.option.job_summary"))
@click.option("--badge", type=click.Path(path_type=Path), help=say("cli.option.badge"))
@click.option("--allow-code", is_flag=True, help=say("cli.option.allow_code"))
@click.option("-q", "--quiet", is_flag=True, help=say("cli.option.quiet"))
def verb(
    procedures: tuple[Path, ...],
    out: Path,
    json: bool,
    fresh: bool,
    extend: bool,
    on_inconclusive: str,
    seal: Path | None,
    junit: Path | None,
    summary: Path | None,
    badge: Path | None,
    allow_code: bool,
    quiet: bool,
) -> int:
    """Measure each procedure; the exit code is that of the strongest verdict."""
    codes: list[int] = []
    views: list[View] = []
    records: list[Record] = []
    for n, path in enumerate(procedures):
        if n and not json:
            click.echo("\n" + "-" * 80 + "\n")
        try:
            with allowed(allow_code):
                code, found, record = one(
                    path,
                    out,
                    json=json,
                    fresh=fresh,
                    extend=extend,
                    quiet=quiet,
                    on_inconclusive=on_inconclusive,
                    seal=seal,
                )
            records.append(record)
        except MeasurandError as problem:
            if len(procedures) == 1:
                raise
            click.echo(framed(problem.findings), err=True)
            code, found = problem.exit_code, {"procedure": {"file": str(path)}, "exit": problem.exit_code}
        codes.append(code)
        views.append(found)
    if json:
        show_views(views)
    if junit or summary or badge:
        REPORTED(records, junit=junit, summary=summary, badge=badge)
    return strongest(codes)


def one(
    path: Path,
    out: Path,
    *,
    json: bool,
    fresh: bool,
    extend: bool,
    quiet: bool,
    on_inconclusive: str,
    seal: Path | None = None,
) -> tuple[int, View, Record]:
    """Measure one procedure and print the result as text unless ``json``: exit code, view and record."""
    progress = Progress(quiet=quiet)
    try:
        written = opened(path)
        under = seal_of(path, written.procedure.id, named=seal)
        done = job(
            written, out, fresh=fresh, extend=extend, progress=progress.observed, phase=progress.share, seal=under
        )
    finally:
        progress.finish()
    record = load(done.folder)
    code = exit_code(record.decisions.verdict)
    if code == INCONCLUSIVE and on_inconclusive != "fail":
        code = 0
        if on_inconclusive == "warn":
            click.echo(say("cli.measure.tolerated"), err=True)
    if record.seal is not None:
        click.echo(say("cli.remark", text=standing(record, folder=done.folder)), err=True)
    for remark in done.remarks:
        click.echo(say("cli.remark", text=remark), err=True)
    if not json:
        show_record(record)
        click.echo("\n" + say("cli.measure.record", folder=shlex.quote(str(done.folder))))
        if record.decisions.verdict is not Verdict.INVALID:
            click.echo(say("cli.measure.next", folder=shlex.quote(str(done.folder))))
    return code, view(record, folder=str(done.folder), code=code), record
