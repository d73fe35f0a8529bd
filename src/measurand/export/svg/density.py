"""Picture of the density of the participants' results, with the reference value and a mark for each of them."""

from __future__ import annotations

from measurand.export.svg.axes import Field, stroke
from measurand.export.svg.comparison_data import Density, Participant, Reference
from measurand.export.svg.comparison_frame import framed
from measurand.export.svg.comparison_words import head, shown, with_unit
from measurand.export.svg.legend import Entry, filled, legend, upright
from measurand.export.svg.lettering import axis_ticks, fitted, wide
from measurand.export.svg.listing import scale_of
from measurand.export.svg.marking import directory, marks_of
from measurand.export.svg.scale import Scale
from measurand.export.svg.writer import WIDTH, Markup, Picture, element, hatch, label, rule
from measurand.message import say

LEFT, RIGHT, HIGH = 20.0, WIDTH - 20.0, 200.0
LANES, LANE = 8, 14.0
"""Lines of codes below the marks at most, and the height of one."""


def density(data: Density, identity: str) -> Picture:
    """The density (outline), the band of the reference value +- U, and an upright stroke with a code for each result.

    A code that has no room is left out and counted; the table has all of them.
    """
    known = [(i, p) for i, p in enumerate(data.participants) if p.value is not None]
    marks = marks_of([p.name for p in data.participants])
    parts, top = legend(_entries(data, f"{identity}-band"))
    parts.insert(0, element("defs", hatch(f"{identity}-band", 7.0)))
    field = _field(data, top + 6.0)
    parts += _reference(field, data.reference, f"{identity}-band")
    pairs = list(zip(data.x, data.density, strict=True))
    if pairs:
        parts.append(field.area([(x, 0.0) for x, _ in pairs], pairs, "likely"))
        parts.append(field.line(pairs, "curve"))
    bottom = top + 6.0 + HIGH
    rug, deep = _rug(field.x, [(marks[i], p) for i, p in known], bottom)
    parts += [*rug, *_axis(field.x, bottom + deep, with_unit(data.quantity, data.unit))]
    more, room = directory(marks, [p.name for p in data.participants], bottom + deep + 48.0)
    return framed(
        identity, bottom + deep + 48.0 + room, [*parts, *more], finding=_found(data),
        description=say("picture.comparison.density_how"), table=_table(data, marks),
    )  # fmt: skip


def _field(data: Density, top: float) -> Field:
    values = [p.value for p in data.participants if p.value is not None]
    r = data.reference
    keep = [*data.x] + ([] if r is None else [r.value + s * (r.expanded or 0.0) for s in (-1, 1)])
    most = max(data.density, default=0.0) or 1.0
    x = scale_of(values, left=LEFT, right=RIGHT, keep=keep)
    return Field(x, Scale(0.0, 1.05 * most, top + HIGH, top))


def _reference(field: Field, r: Reference | None, pattern: str) -> list[Markup]:
    if r is None:
        return []
    top, bottom, x = field.y.right, field.y.left, field.x
    parts = []
    if r.expanded is not None:
        left, right = x(r.value - r.expanded), x(r.value + r.expanded)
        box = {"x": left, "y": top, "width": max(right - left, 0.5), "height": bottom - top}
        parts.append(element("rect", fill=f"url(#{pattern})", class_="band", **box))
    return [*parts, rule(x(r.value), top, x(r.value), bottom, class_="mean")]


def _rug(x: Scale, people: list[tuple[str, Participant]], top: float) -> tuple[list[Markup], float]:
    """A stroke for each result (dotted for those who are excluded, a triangle for those far out), codes below."""
    ends: list[float] = []
    strokes: list[Markup] = []
    texts: list[Markup] = []
    left_out = 0
    for code, p in sorted(people, key=lambda one: one[1].value or 0.0):
        value = p.value or 0.0
        at, half = x(min(max(value, x.low), x.high)), wide(code) / 2
        look = "chance" if p.excluded else "expanded"
        strokes.append(rule(at, top + 2.0, at, top + 14.0, class_=look))
        if not x.low <= value <= x.high:
            step = 8.0 if value < x.low else -8.0
            points = f"{at:.2f},{top + 8:.2f} {at + step:.2f},{top + 3:.2f} {at + step:.2f},{top + 13:.2f}"
            strokes.append(element("polygon", points=points, class_="point"))
        middle = min(max(at, 2.0 + half), WIDTH - 2.0 - half)
        lane = next((n for n, end in enumerate(ends) if end + 5.0 <= middle - half), len(ends))
        if lane >= LANES:
            left_out += 1
            continue
        ends[lane : lane + 1] = [middle + half]
        down = top + 28.0 + LANE * lane
        texts.append(label(code, middle, down, class_="tick halo", text_anchor="middle"))
    deep = 22.0 + LANE * len(ends)
    if left_out:
        deep += LANE
        words = say("picture.comparison.codes_left_out", count=left_out)
        texts.append(label(words, WIDTH / 2, top + deep - 6.0, class_="tick", text_anchor="middle"))
    return [*strokes, *texts], deep


def _axis(x: Scale, y: float, name: str) -> list[Markup]:
    parts = [rule(x.left, y, x.right, y, class_="axis")]
    marks, name = axis_ticks(x, name, 7)
    for value, text in marks:
        parts.append(rule(x(value), y, x(value), y + 5.0, class_="axis"))
        parts.append(label(text, x(value), y + 19.0, class_="tick", text_anchor="middle"))
    return [
        *parts,
        label(fitted(name, x.right - x.left, 13.0), WIDTH / 2, y + 38.0, class_="name", text_anchor="middle"),
    ]


def _entries(data: Density, pattern: str) -> list[Entry]:
    entries: list[Entry] = [
        (stroke("curve"), say("picture.comparison.key.density")),
        (upright("expanded"), say("picture.comparison.key.mark")),
    ]
    if any(p.excluded for p in data.participants):
        entries.append((upright("chance"), say("picture.comparison.key.excluded_mark")))
    if (r := data.reference) is not None:
        name = r.name or say("picture.comparison.reference")
        if r.expanded is None:
            entries.append((upright("mean"), say("picture.comparison.key.reference_alone", name=name)))
        else:
            entries.append((filled(pattern), say("picture.comparison.key.reference", name=name)))
    return entries


def _found(data: Density) -> str:
    """Number of peaks of the density: more than one may mean that two groups measured two things."""
    steps = [b - a for a, b in zip(data.density, data.density[1:], strict=False) if b != a]
    peaks = sum(a > 0 > b for a, b in zip([1.0, *steps], [*steps, -1.0], strict=True)) if steps else 0
    values = sum(p.value is not None for p in data.participants)
    key = "density_none" if not peaks else "density_one" if peaks == 1 else "density_several"
    return say(f"picture.comparison.{key}", count=values, peaks=peaks, quantity=data.quantity)


def _table(data: Density, marks: list[str]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Participants and reference value, then the points of the density."""
    people = zip(marks, data.participants, strict=True)
    lines = [(mark, p.name, shown(p.value, p.u), *_sizes(p), p.letters, "", p.excluded) for mark, p in people]
    if (r := data.reference) is not None:
        name = r.name or say("picture.comparison.reference")
        lines.append(("", name, shown(r.value, r.u or r.expanded), *_sizes(r), "", "", ""))
    point = say("picture.comparison.point")
    lines += [("", point, shown(x), "", "", "", shown(y), "") for x, y in zip(data.x, data.density, strict=True)]
    return ("", *head("participant", "value", "u", "expanded", "groups", "density", "excluded")), tuple(lines)


def _sizes(of: Participant | Reference) -> tuple[str, str]:
    """u and U as text."""
    return shown(of.u, of.u), shown(of.expanded, of.u or of.expanded)
