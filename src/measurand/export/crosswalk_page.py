"""Evidence for requirements as a page: one measurement, many regimes."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.document.crosswalk import Asked, Crosswalk, OfRegime
from measurand.export.crosswalk_text import count_text, data_text, kind_text, state_text
from measurand.export.report import Report, Section, Table, page
from measurand.message import say

MOST_COLUMNS = 6
"""Regimes in one table: more do not fit on paper."""


def render_page(found: Crosswalk) -> bytes:
    """The page, as UTF-8."""
    kind = say("crosswalk.page.kind")
    sections = (_overview(found), _fields(found), *_regimes(found))
    return page(
        Report(
            kind=kind, title=found.title, subtitle=say("crosswalk.subtitle", day=found.day), sections=sections,
            foot=f"{kind}: {found.source}",
        )
    )  # fmt: skip


def _overview(found: Crosswalk) -> Section:
    names = ("regime", "count", "all", "some", "none")
    counts = tuple(
        (r.title, *(str(n) for n in (len(r.asked), r.all_kinds, r.some_kinds, r.none))) for r in found.regimes
    )
    present = {f.kind for f in found.found}
    kinds = sorted(
        {k for r in found.regimes for row in r.asked for k in row.kinds}, key=lambda k: (k not in present, k)
    )
    tables = [Table(tuple(say(f"crosswalk.column.{n}") for n in names), counts)]
    for first in range(0, len(found.regimes), MOST_COLUMNS):
        tables.append(_matrix(found.regimes[first : first + MOST_COLUMNS], kinds, present))
    return Section(say("crosswalk.page.overview"), (*found.remarks, data_text(found)), (), tuple(tables))


def _matrix(regimes: Sequence[OfRegime], kinds: Sequence[str], present: set[str]) -> Table:
    """How many requirements of each regime ask for each kind of evidence."""
    rows = []
    for kind in kinds:
        counts = (sum(kind in row.kinds for row in r.asked) for r in regimes)
        rows.append((f"{kind_text(kind)} *" if kind in present else kind_text(kind), *(str(n or "") for n in counts)))
    header = (say("crosswalk.column.kind"), *(r.regime for r in regimes))
    return Table(header, tuple(rows), say("crosswalk.page.kinds"))


def _fields(found: Crosswalk) -> Section:
    header = tuple(say(f"crosswalk.column.{n}") for n in ("kind", "where", "what"))
    rows = tuple((kind_text(f.kind), f.where, f.text) for f in found.found)
    return Section(say("crosswalk.evidence"), (), (), (Table(header, rows),))


def _regimes(found: Crosswalk) -> tuple[Section, ...]:
    header = tuple(say(f"crosswalk.column.{n}") for n in ("clause", "requirement", "state", "present", "absent"))
    return tuple(
        Section(r.title, (count_text(r),), (), (Table(header, tuple(map(_row, r.asked))),)) for r in found.regimes
    )


def _row(row: Asked) -> tuple[str, ...]:
    present, absent = (", ".join(map(kind_text, kinds)) for kinds in (row.present, row.absent))
    asked = f"{row.requirement} [{row.limits}]" if row.limits else row.requirement
    return (f"{row.instrument}, {row.clause}", asked, state_text(row), present, absent)
