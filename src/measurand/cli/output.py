"""How results reach stdout: text for people, one JSON document for programs."""

from __future__ import annotations

import os
import sys

import click

from measurand.cli.view import View, printed
from measurand.document.record import Record
from measurand.export.text import render_results
from measurand.lab.store import Measurement


def show_record(record: Record, *, closing: bool = True) -> None:
    """Print a record as text."""
    click.echo(render_results(record, colour=colour(), ascii_only=not unicode(), closing=closing), nl=False)


def show_views(views: list[View]) -> None:
    """Print one JSON document: the view of one record, or a list of several."""
    click.echo(printed(views[0] if len(views) == 1 else views))


def as_record(measurement: Measurement, *, name: str, measured: str) -> Record:
    """The documents of a measurement as a record."""
    m = measurement
    return Record(name, measured, m.procedure_text, m.procedure, m.evidence, m.results, m.decisions, m.parts)


def colour() -> bool:
    """Whether colours may be written to stdout."""
    dumb = os.environ.get("TERM") == "dumb" or bool(os.environ.get("NO_COLOR"))
    return sys.stdout.isatty() and not dumb


def unicode() -> bool:
    """Whether stdout can show the drawing characters."""
    try:
        "┃▒├●±─".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
