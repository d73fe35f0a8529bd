"""Pictures of comparisons in a terminal of 80 columns: participants by value, and systems in their groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from measurand.export.columns import broken, fit, to_ascii, told_apart
from measurand.export.identity import one_line
from measurand.export.plain import columns_of
from measurand.export.svg.caterpillar import by_value
from measurand.export.svg.caterpillar import found as found_of_participants
from measurand.export.svg.comparison_data import Caterpillar, Participant, Ranked, TieGroups
from measurand.export.svg.comparison_words import shown, with_unit
from measurand.export.svg.listing import scale_of
from measurand.export.svg.scale import Scale, ticks
from measurand.export.svg.tie_groups import found as found_of_systems
from measurand.export.svg.tie_groups import in_order, ranks_of
from measurand.message import say

WIDTH, NAME, LETTERS = 80, 18, 12
PLOT = WIDTH - NAME - LETTERS - 2
RANKS, MOST_GROUPS = 13, 26


@dataclass(frozen=True)
class Signs:
    """The characters of these drawings."""

    value: str
    excluded: str
    left: str
    right: str
    bar: str
    standard: str
    band: str
    beyond: tuple[str, str]
    member: str
    between: str


UNICODE = Signs("●", "○", "├", "┤", "─", "━", "▒", ("◀", "▶"), "┃", "┊")
ASCII = Signs("o", "x", "[", "]", "-", "=", ":", ("<", ">"), "|", ".")


def caterpillar_text(data: Caterpillar, *, ascii_only: bool = False) -> str:
    """Value, u and U of each participant over the band of the reference value, letters of groups at the right.

    No line is longer than 80 columns. ``ascii_only``: for a terminal that cannot show Unicode.
    """
    signs = ASCII if ascii_only else UNICODE
    people = by_value(data.participants)
    taking = [p for p in people if p.value is not None]
    ends = [(p.value or 0.0) + s * (p.expanded or p.u or 0.0) for p in taking for s in (-1, 0, 1)]
    r = data.reference
    keep = [] if r is None else [r.value + s * (r.expanded or 0.0) for s in (-1, 1)]
    scale = scale_of(ends, left=0.0, right=PLOT - 1.0, keep=keep)
    said = to_ascii if ascii_only else str
    lines = [*broken(said(one_line(found_of_participants(data))), WIDTH), ""]
    names = told_apart((said(p.name) for p in people), NAME)
    for p, name in zip(people, names, strict=True):
        lines.append(f"{name} {_participant(p, data, scale, signs)} {fit(said(one_line(p.letters)), LETTERS)}")
    lines += [*_axis(scale, said(with_unit(data.quantity, data.unit))), ""]
    bars = {"value": signs.value, "standard": signs.standard * 3, "bar": signs.left + signs.bar * 2 + signs.right}
    lines += broken(say("picture.comparison.text_bars", **bars), WIDTH)
    if r is not None and r.expanded is not None:
        reference = one_line(r.name) or say("picture.comparison.reference")
        text = f"{shown(r.value, r.u or r.expanded)} ± {shown(r.expanded, r.u or r.expanded)}"
        band = say("picture.comparison.text_band", band=signs.band * 3, name=reference, text=text)
        lines += broken(said(band), WIDTH)
    for p in people:
        if p.excluded:
            fields = {"mark": signs.excluded, "name": one_line(p.name), "why": one_line(p.excluded)}
            lines += broken(said(say("picture.comparison.text_excluded", **fields)), WIDTH)
    return said("\n".join(line.rstrip() for line in lines) + "\n")


def tie_groups_text(data: TieGroups, *, ascii_only: bool = False) -> str:
    """Value and interval of each system, the best first, one column for each group, and the possible ranks.

    No line is longer than 80 columns: of more than 26 groups the others are counted.
    """
    signs = ASCII if ascii_only else UNICODE
    systems = in_order(data)
    groups = list(dict.fromkeys(g for s in systems for g in s.groups))
    drawn = groups[:MOST_GROUPS]
    plot = WIDTH - NAME - RANKS - len(drawn) - 3
    ends = [x for s in systems for x in (s.value, s.lower, s.upper) if x is not None]
    scale = scale_of(ends, left=0.0, right=plot - 1.0)
    said = to_ascii if ascii_only else str
    heads = "".join(fit(said(g), 1) for g in drawn)
    lines = [*broken(said(one_line(found_of_systems(data))), WIDTH), ""]
    lines.append(f"{'':{NAME}} {'':{plot}} {heads} {say('picture.comparison.ranks'):>{RANKS}}")
    spans = {g: [i for i, s in enumerate(systems) if g in s.groups] for g in drawn}
    names = told_apart((said(s.name) for s in systems), NAME)
    for i, (s, name) in enumerate(zip(systems, names, strict=True)):
        cells = "".join(_member(i, spans[g], signs) for g in drawn)
        ranks = say("picture.comparison.not_evaluated") if s.ranks is None else ranks_of(s)
        lines.append(f"{name} {_system(s, scale, plot, signs)} {cells} {ranks:>{RANKS}}")
    lines += [*_axis(scale, said(with_unit(data.quantity, data.unit))), ""]
    lines += broken(say("picture.comparison.text_groups", member=signs.member, between=signs.between), WIDTH)
    if len(groups) > len(drawn):
        lines += broken(say("picture.comparison.text_more_groups", count=len(groups) - len(drawn)), WIDTH)
    return said("\n".join(line.rstrip() for line in lines) + "\n")


def _participant(p: Participant, data: Caterpillar, scale: Scale, signs: Signs) -> str:
    """The cells of one participant."""
    if p.value is None:
        return fit(say("picture.comparison.not_evaluated"), PLOT)
    cells = [" "] * PLOT
    r = data.reference
    if r is not None and r.expanded is not None:
        _fill(cells, scale, (r.value - r.expanded, r.value + r.expanded), signs.band)
    if p.expanded is not None:
        _interval(cells, scale, (p.value - p.expanded, p.value + p.expanded), signs)
    if p.u is not None:
        _fill(cells, scale, (p.value - p.u, p.value + p.u), signs.standard)
    _dot(cells, scale, p.value, signs.excluded if p.excluded else signs.value, signs)
    text = "".join(cells)
    word = say("picture.comparison.no_expanded")
    free = len(text.rstrip()) + 1
    return text if p.expanded is not None or free + len(word) > PLOT else fit(f"{text[:free]}{word}", PLOT)


def _system(s: Ranked, scale: Scale, plot: int, signs: Signs) -> str:
    """The cells of one system."""
    if s.value is None:
        return fit(say("picture.comparison.not_evaluated"), plot)
    cells = [" "] * plot
    if s.lower is not None and s.upper is not None:
        _interval(cells, scale, (s.lower, s.upper), signs)
    _dot(cells, scale, s.value, signs.value, signs)
    return "".join(cells)


def _member(i: int, members: Sequence[int], signs: Signs) -> str:
    if i in members:
        return signs.member
    return signs.between if members and members[0] < i < members[-1] else " "


def _at(scale: Scale, x: float) -> int:
    return round(scale(min(max(x, scale.low), scale.high)))


def _fill(cells: list[str], scale: Scale, ends: tuple[float, float], sign: str) -> None:
    if ends[1] >= scale.low and ends[0] <= scale.high:
        low, high = (_at(scale, x) for x in ends)
        cells[low : high + 1] = [sign] * (high + 1 - low)


def _interval(cells: list[str], scale: Scale, ends: tuple[float, float], signs: Signs) -> None:
    _fill(cells, scale, ends, signs.bar)
    for x, sign in zip(ends, (signs.left, signs.right), strict=True):
        if scale.low <= x <= scale.high:
            cells[_at(scale, x)] = sign


def _dot(cells: list[str], scale: Scale, value: float, sign: str, signs: Signs) -> None:
    """The mark of a value, or an arrow at the edge beyond which it lies."""
    inside = scale.low <= value <= scale.high
    cells[_at(scale, value)] = sign if inside else signs.beyond[value > scale.high]


def _axis(scale: Scale, name: str) -> Iterator[str]:
    """Round values below the drawing, as many as do not touch, and what they are."""
    line = ""
    for x, text in ticks(scale, 5):
        start = max(NAME + 1 + round(scale(x)) - len(text) // 2, 0)
        if start + len(text) <= WIDTH and (not line or start > len(line)):
            line = line.ljust(start) + text
    yield line
    room = WIDTH - NAME - 1
    middle = max((round(scale.right) - columns_of(name)) // 2, 0)
    yield " " * (NAME + 1) + fit(" " * middle + name, room)
