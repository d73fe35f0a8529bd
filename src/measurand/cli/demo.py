"""``measurand demo``: an embedded example from observations to a verified certificate."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from measurand.cli.issuing import issue
from measurand.cli.output import show_record
from measurand.cli.progress import Progress
from measurand.cli.verify import certificate, lines
from measurand.cli.view import exit_code, printed, view
from measurand.errors import Finding, MeasurandError
from measurand.lab.atomic import write_file
from measurand.lab.job import job, opened
from measurand.lab.keys import demonstration_key
from measurand.lab.laboratory import found as founded
from measurand.lab.store import load
from measurand.message import say

FOLDER = "demo"
PROCEDURE = "demo.measure.toml"


@click.command("demo", help=say("cli.demo.help"))
@click.argument("pack", default="medical")
@click.option("--out", default="out", show_default=True, type=click.Path(path_type=Path), help=say("cli.option.out"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
@click.option("-q", "--quiet", is_flag=True, help=say("cli.option.quiet"))
def verb(pack: str, out: Path, json: bool, quiet: bool) -> int:
    """Copy, measure, decide, sign, verify. The exit code is 0: a demonstration is not a gate."""
    founded(out, name=say("cli.demo.laboratory"))
    folder = copied(pack, out / FOLDER)
    progress = Progress(quiet=quiet)
    try:
        done = job(opened(folder / PROCEDURE), out, progress=progress.observed, phase=progress.share)
    finally:
        progress.finish()
    record = load(done.folder)
    code = exit_code(record.decisions.verdict)
    page = issue(done.folder, demonstration_key())
    verification = certificate(page)
    if json:
        found = view(record, folder=str(done.folder), code=code)
        click.echo(printed({**found, "certificate": str(page), "verify_exit": verification.exit_code}))
        return 0
    show_record(record)
    click.echo("\n" + say("cli.demo.verify") + "\n")
    click.echo("\n".join(f"  {line}" for line in lines(verification)))
    click.echo("\n" + say("cli.demo.done", page=str(page), code=code, procedure=str(folder / PROCEDURE)))
    return 0


def copied(pack: str, target: Path) -> Path:
    """The folder of the demonstration, copied out of the package; a file that is there is never written over."""
    source = resources.files("measurand") / "sector" / pack / FOLDER
    if not pack.isidentifier() or not source.is_dir():
        raise MeasurandError(Finding("M0122", "", say("M0122.pack", pack=pack), say("M0122.hint")))
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir(), key=lambda entry: entry.name):
        if entry.is_file():
            copy(entry, target / entry.name)
    return target


def copy(entry: Traversable, path: Path) -> None:
    """Copy one file. Raises StoreError when another one has its name."""
    data = entry.read_bytes()
    if not path.exists() or path.read_bytes() != data:
        write_file(path, data)
