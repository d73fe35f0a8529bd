"""Systems by preferences as a page."""

from __future__ import annotations

import re

from measurand.document.number import real
from measurand.document.preferences import PreferenceComparison
from measurand.document.rounding import percent
from measurand.export.compared_text import p_text
from measurand.export.preferences_text import about, count_text, pair_text, systems_table, texts
from measurand.export.report import Report, Section, Table, page
from measurand.export.svg.comparison import compared
from measurand.export.svg.comparison_data import Ranked, TieGroups
from measurand.message import say

_LETTER = re.compile(r"[a-zA-Z]|\([0-9]+\)")


def render_page(found: PreferenceComparison) -> bytes:
    """The page, as UTF-8."""
    level = real(found.coverage_probability)
    systems = tuple(
        Ranked(s.name, real(s.strength), real(s.lower), real(s.upper), s.rank, tuple(_LETTER.findall(s.group)))
        for s in found.systems
    )
    picture = compared(TieGroups(say("preferences.strength"), "", systems, True, level), "strengths")
    header, *rows = systems_table(found)
    names = tuple(say(f"compare.column.{key}") for key in ("pair", "difference", "p", "adjusted", "about"))
    pairs = tuple(
        (f"{p.second} - {p.first}", pair_text(p), p_text(p.p), p_text(p.p_adjusted), about(p)) for p in found.pairs
    )
    sections = (
        Section(say("preferences.page"), (count_text(found), *texts(found)), (picture,), (Table(header, tuple(rows)),)),
        Section(
            say("preferences.page.pairs", level=percent(found.coverage_probability)), (), (), (Table(names, pairs),)
        ),
    )
    kind = say("compare.page.kind")
    return page(
        Report(kind=kind, title=found.title, subtitle=say("preferences.page.subtitle"), sections=sections,
               foot=f"{kind}: {found.title}")
    )  # fmt: skip
