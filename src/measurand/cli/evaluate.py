"""``measurand evaluate``: a record computed again from its stored evidence; nothing is observed or written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from measurand.cli.output import as_record, show_record, show_views
from measurand.cli.place import existing
from measurand.cli.progress import Progress
from measurand.cli.view import exit_code, printed, view
from measurand.document.canonical import Document, canonical, plain
from measurand.document.record import Record
from measurand.errors import Finding, ProcedureError, StoreError
from measurand.instrument.scoring.code import allowed
from measurand.lab.comparison import differences
from measurand.lab.job import again
from measurand.lab.rescored import rescored
from measurand.lab.store import load
from measurand.message import say


@click.command("evaluate", help=say("cli.evaluate.help"))
@click.argument("record", type=click.Path(path_type=Path))
@click.option("--scoring", type=click.Path(path_type=Path), metavar="FILE", help=say("cli.evaluate.scoring"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
@click.option("--allow-code", is_flag=True, help=say("cli.option.allow_code"))
@click.option("-q", "--quiet", is_flag=True, help=say("cli.option.quiet"))
def verb(record: Path, scoring: Path | None, json: bool, allow_code: bool, quiet: bool) -> int:
    """Compute a record again, compare it with what is stored, and print it; exit codes as ``measure``."""
    record = existing(record)
    if scoring is not None:
        with allowed(allow_code):
            return scored_again(record, scoring, json=json, quiet=quiet)
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
    if differ := differing(stored, found):
        more = added(stored, found)
        if not more:
            message = say("M0731.differs", documents=", ".join(differ))
            raise StoreError(Finding("M0731", "", message, say("M0731.hint"), str(record)))
        click.echo(say("cli.evaluate.more", fields=", ".join(more)), err=True)
    else:
        click.echo(say("cli.evaluate.equal"), err=True)
    return code


def scored_again(record: Path, file: Path, *, json: bool, quiet: bool) -> int:
    """Print what a record says under another scoring."""
    stored = load(record)
    progress = Progress(quiet=quiet)
    try:
        found = rescored(record, read(file), str(file), phase=progress.share)
    finally:
        progress.finish()
    anew = as_record(found.measurement, name=stored.name, measured=stored.measured)
    code = exit_code(anew.decisions.verdict)
    evidence = found.measurement.evidence
    scorer = evidence.instrument["scoring"] if evidence is not None else ""
    if json:
        shown = {
            k: v for k, v in view(anew, folder="", code=code).items() if k not in ("schema", "record", "record_at")
        }
        about = {"record": str(record), "scoring": scorer, "texts": found.texts, "changed": found.changed}
        click.echo(printed({"schema": "measurand/rescored/1", **about, **shown}))
    else:
        show_record(anew, closing=False)
    said = say("cli.evaluate.again", file=str(file), scoring=scorer, changed=found.changed, texts=found.texts)
    click.echo(said, err=True)
    return code


def read(file: Path) -> bytes:
    """The bytes of a file that was named. Raises ProcedureError."""
    try:
        return file.read_bytes()
    except OSError as error:
        message = say("M0106.unreadable", file=str(file), reason=error.strerror or str(error))
        raise ProcedureError(Finding("M0106", "", message, say("M0205.only_scoring_hint"), str(file))) from None


def differing(stored: Record, found: Record) -> list[str]:
    """Names of the documents whose bytes are not the same."""
    return [name for name, (a, b) in _pairs(stored, found).items() if canonical(a) != canonical(b)]


def added(stored: Record, found: Record) -> list[str]:
    """Fields that a later program states beside what is stored; empty where anything else differs."""
    several = [d for a, b in _pairs(stored, found).values() for d in differences(plain(a), plain(b))]
    if any(d.one is not None or not isinstance(d.other, dict) for d in several):
        return []
    return list(dict.fromkeys(d.path.rpartition(".")[2] for d in several))


def _pairs(stored: Record, found: Record) -> Mapping[str, tuple[Document, Document]]:
    return {
        "results.json": (stored.results, found.results),
        "decisions.json": (stored.decisions, found.decisions),
        "parts.json": (stored.parts, found.parts),
    }
