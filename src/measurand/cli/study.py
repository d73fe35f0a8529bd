"""``measurand study``: precision of a measurement, and where to spend further calls."""

from __future__ import annotations

from pathlib import Path

import click

from measurand.cli.place import existing
from measurand.cli.progress import Progress
from measurand.cli.view import printed
from measurand.document.canonical import plain
from measurand.export.precision_text import render_study
from measurand.lab.job import job, opened
from measurand.lab.studied import studied
from measurand.message import say


@click.command("study", help=say("cli.study.help"))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--calls", default=1000, show_default=True, type=click.IntRange(1, 10**9), help=say("cli.study.calls"))
@click.option(
    "--item-cost", default=0.0, show_default=True, type=click.FloatRange(0.0, 1e9), help=say("cli.study.item_cost")
)
@click.option("--out", default="out", show_default=True, type=click.Path(path_type=Path), help=say("cli.option.out"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
@click.option("-q", "--quiet", is_flag=True, help=say("cli.option.quiet"))
def verb(path: Path, calls: int, item_cost: float, out: Path, json: bool, quiet: bool) -> int:
    """Measure a procedure, or take a record, and print the precision of its results."""
    progress = Progress(quiet=quiet)
    try:
        folder = existing(path) if path.is_dir() or not path.is_file() else _measured(path, out, progress)
        found = studied(folder, calls=calls, item_cost=item_cost, phase=progress.share)
    finally:
        progress.finish()
    click.echo(printed(plain(found)) if json else render_study(found), nl=json)
    if path.is_file():
        click.echo(say("cli.study.record", folder=str(folder)), err=True)
    return 0


def _measured(path: Path, out: Path, progress: Progress) -> Path:
    return job(opened(path), out, progress=progress.observed, phase=progress.share).folder
