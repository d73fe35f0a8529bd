"""``measurand evaluate``: a record computed again from its stored evidence; nothing is observed or written."""

from __future__ import annotations

from pathlib import Path

import click

from measurand.cli.output import as_record, show_record, show_views
from measurand.cli.place import existing
from measurand.cli.progress import Progress
from measurand.cli.view import exit_code, view
from measurand.document.canonical import canonical
from measurand.document.record import Record
from measurand.errors import Finding, StoreError
from measurand.lab.job import again
from measurand.lab.store import load
from measurand.message import say


@click.command("evaluate", help=say("cli.evaluate.help"))
@click.argument("record", type=click.Path(path_type=Path))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
@click.option("-q", "--quiet", is_flag=True, help=say("cli.option.quiet"))
def verb(record: Path, json: bool, quiet: bool) -> int:
    """Compute a record again, compare it with what is stored, and print it; exit codes as ``measure``."""
    record = existing(record)
    stored = load(record)
    progress = Progress(quiet=quiet)
    try:
        measurement = again(record, phase=progress.share)
    finally:
        progress.finish()
    found = as_record(measurement, name=stored.name, measured=stored.measured)
    code = exit_code(found.decisions.verdict)
    if json:
        show_views([view(found, folder=str(record), code=code)])
    else:
        show_record(found)
    differ = differing(stored, found)
    if differ:
        message = say("M0731.differs", documents=", ".join(differ))
        raise StoreError(Finding("M0731", "", message, say("M0731.hint"), str(record)))
    click.echo(say("cli.evaluate.equal"), err=True)
    return code


def differing(stored: Record, found: Record) -> list[str]:
    """Names of the documents whose bytes are not the same."""
    pairs = {
        "results.json": (stored.results, found.results),
        "decisions.json": (stored.decisions, found.decisions),
        "parts.json": (stored.parts, found.parts),
    }
    return [name for name, (a, b) in pairs.items() if canonical(a) != canonical(b)]
