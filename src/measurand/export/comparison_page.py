"""A comparison of systems as a page: groups, differences, what they rest on, and the pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import NormalDist

from measurand.document.abilities import Abilities, Items
from measurand.document.comparison import Across, Comparison, Comparisons, Pair
from measurand.document.number import real
from measurand.document.rounding import percent, rounded, significant
from measurand.export.abilities_text import abilities_texts, ability_text, fit_text, pair_text
from measurand.export.compared_text import about, across_text, floor, means_text, new_task_text, p_text, rank_text
from measurand.export.report import Report, Section, Table, page
from measurand.export.svg.comparison import compared
from measurand.export.svg.comparison_data import (
    Caterpillar,
    CriticalDifference,
    Discordance,
    MeanRank,
    Participant,
    Ranked,
    TieGroups,
)
from measurand.export.svg.writer import Picture
from measurand.message import say

_LETTER = re.compile(r"[a-zA-Z]|\([0-9]+\)")
MOST_ITEMS = 50
"""Items of a table; the data hold all."""
PAIRS = 12
"""Pairs of which the discordance is drawn."""


def render_page(several: Comparisons) -> bytes:
    """The page of all measurands, as UTF-8."""
    names = dict.fromkeys(c.name for one in several.comparisons for c in one.contenders)
    sections = [s for k, one in enumerate(several.comparisons) for s in _sections(one, f"m{k}")]
    if several.across is not None:
        sections.append(_across(several.across))
    if several.remarks:
        sections.append(Section(say("compare.page.remarks"), several.remarks))
    title = say("compare.page.title", systems=", ".join(names))
    return page(
        Report(
            kind=say("compare.page.kind"), title=title, foot=title, sections=tuple(sections),
            subtitle=say("compare.page.subtitle"),
        )
    )  # fmt: skip


def _sections(one: Comparison, identity: str) -> Iterator[Section]:
    level = one.contenders[0].level
    title = f"{one.title} {level}".rstrip()
    grouped = any(c.group for c in one.contenders)
    sentences = [floor(one)]
    if grouped:
        sentences.append(say("compare.letters", level=percent(one.coverage_probability)))
    sentences += one.remarks
    header = (
        say("compare.system"),
        say("compare.value"),
        say("compare.groups"),
        say("compare.ranks"),
        say("compare.source"),
    )
    rows = tuple((c.name, c.text, c.group, rank_text(c), c.source) for c in one.contenders)
    pictures = (_groups(one, f"{identity}-groups"),) if grouped else ()
    yield Section(title, tuple(sentences), pictures, (Table(header, rows),))
    yield Section(
        say("compare.page.pairs", title=title),
        (say(f"compare.page.adjust.{one.adjustment}", count=len(one.pairs)),),
        tuple(_discordance(one, identity)),
        (_pairs(one), _shares(one)),
    )
    if one.abilities is not None:
        yield _abilities(one.abilities, title, identity, real(one.coverage_probability))


def _abilities(found: Abilities, title: str, identity: str, coverage: float) -> Section:
    header = (say("compare.system"), say("abilities.ability"), "infit", "outfit")
    rows = tuple((s.name, ability_text(s), fit_text(s.infit), fit_text(s.outfit)) for s in found.systems)
    pairs = tuple((f"{p.second} - {p.first}", pair_text(p), p_text(p.p)) for p in found.pairs)
    tables = [Table(header, rows)]
    if pairs:
        names = tuple(say(f"compare.column.{key}") for key in ("pair", "difference", "p"))
        tables.append(Table(names, pairs))
    if found.of_items is not None:
        tables.append(_items(found.of_items))
    k = NormalDist().inv_cdf((1.0 + coverage) / 2.0)
    people = tuple(Participant(s.name, real(s.value), real(s.u), k * real(s.u)) for s in found.systems)
    picture = compared(Caterpillar(say("abilities.ability"), "logit", people, coverage=coverage), f"{identity}-ability")
    heading = say("abilities.page", title=title)
    return Section(heading, (say("abilities.title"), *abilities_texts(found)), (picture,), tuple(tables))


def _items(found: Items) -> Table:
    """The items, those that fit worst first."""
    header = tuple(say(f"abilities.column.{key}") for key in ("item", "difficulty", "discrimination", "infit", "p"))
    rows = tuple(
        (i.item, f"{rounded(i.difficulty, i.u)} (u {significant(i.u)})", f"{real(i.discrimination):.2f}",
         f"{real(i.infit):.2f} / {real(i.outfit):.2f}", "-" if i.p is None else f"{real(i.p):.2g}")
        for i in found.items[:MOST_ITEMS]
    )  # fmt: skip
    more = len(found.items) - len(rows)
    return Table(header, rows, say("abilities.page.more", count=more) if more > 0 else "")


def _across(one: Across) -> Section:
    held = [_LETTER.findall(s.group) for s in one.systems]
    place = [[i for i, own in enumerate(held) if letter in own] for letter in sorted({x for own in held for x in own})]
    joined = tuple((members[0], members[-1]) for members in place if len(members) > 1)
    systems = tuple(MeanRank(s.name, real(s.rank)) for s in one.systems)
    significance = 1.0 - real(one.coverage_probability)
    picture = compared(CriticalDifference(systems, joined, real(one.critical_difference), significance), "across")
    rows = tuple((s.name, f"{real(s.rank):.2f}", s.group) for s in one.systems)
    header = tuple(say(f"compare.{key}") for key in ("system", "mean_rank", "groups"))
    sentences = (across_text(one), say("compare.across_tasks", tasks=", ".join(one.tasks)))
    tables = [Table(header, rows)]
    if one.means:
        names = tuple(say(f"compare.column.{key}") for key in ("pair", "difference", "p", "about"))
        means = tuple((f"{m.second} - {m.first}", m.text, p_text(m.p), new_task_text(m)) for m in one.means)
        tables.append(Table(names, means, means_text(one)))
    return Section(say("compare.page.across"), sentences, (picture,), tuple(tables))


def _groups(one: Comparison, identity: str) -> Picture:
    systems = tuple(
        Ranked(c.name, real(c.value), real(c.lower), real(c.upper), c.rank, tuple(_LETTER.findall(c.group)))
        for c in one.contenders
    )
    unit = "" if one.unit == "1" else one.unit
    data = TieGroups(one.title, unit, systems, one.direction != "lower", real(one.coverage_probability))
    return compared(data, identity)


def _discordance(one: Comparison, identity: str) -> Iterator[Picture]:
    counted = [pair for pair in one.pairs if pair.counts is not None]
    for k, pair in enumerate(counted if len(counted) <= PAIRS else ()):
        if pair.counts is not None:
            c = pair.counts
            yield compared(
                Discordance(pair.first, pair.second, c.both, c.first, c.second, c.neither), f"{identity}-pair{k}"
            )


def _pairs(one: Comparison) -> Table:
    sign = "-" if one.kind == "difference" else "/"
    header = tuple(say(f"compare.column.{key}") for key in ("pair", one.kind, "p", "adjusted", "about"))
    rows = tuple(
        (f"{p.second} {sign} {p.first}", p.text, p_text(p.p), p_text(p.p_adjusted), "; ".join(about(one, p)))
        for p in one.pairs
    )
    return Table(header, rows)


def _shares(one: Comparison) -> Table:
    """What each component adds to the variance of each difference, and what both results have in common."""
    keys = ("pair", "component", "first", "second", "covariance", "variance")
    return Table(
        tuple(say(f"compare.column.{key}") for key in keys),
        tuple(row for pair in one.pairs for row in _share_rows(one, pair)),
        say("compare.page.shares"),
    )


def _share_rows(one: Comparison, pair: Pair) -> Iterator[tuple[str, ...]]:
    sign = "-" if one.kind == "difference" else "/"
    for share in pair.shares:
        numbers = (share.variance_first, share.variance_second, share.covariance, share.variance)
        shown = (significant(x) if real(x) else "0" for x in numbers)
        yield (f"{pair.second} {sign} {pair.first}", say(f"component.{share.component}"), *shown)
