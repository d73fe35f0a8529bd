"""A report as one self-contained HTML page: sections of sentences, tables and pictures; no script, no request."""

from __future__ import annotations

from dataclasses import dataclass

from measurand.export.html import filled, sheet
from measurand.export.script import digest
from measurand.export.svg.writer import Markup, Picture

POLICY = "default-src 'none'; style-src '{style}'; img-src data:; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Table:
    """A table: the first cell of each row is its head."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True)
class Section:
    """One part of a report. Sentences come first, then pictures, then tables."""

    title: str
    sentences: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Report:
    """What the page shows."""

    kind: str
    """What it is, above the title: "Comparison of systems"."""
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    foot: str
    """At the foot of each printed page."""
    notices: tuple[str, ...] = ()
    """What must be read first."""


def page(report: Report) -> bytes:
    """The page as UTF-8. Equal reports give equal bytes."""
    drawn = sheet(report.foot)
    policy = POLICY.format(style=digest(drawn))
    return filled("report.html.j2", report=report, sheet=Markup(drawn), policy=Markup(policy))
