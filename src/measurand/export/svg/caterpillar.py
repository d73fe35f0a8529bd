"""Picture of the results of a comparison, sorted by value, over the reference value."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.document.rounding import percent
from measurand.export.svg.comparison_data import Caterpillar, Participant, Reference
from measurand.export.svg.comparison_frame import framed
from measurand.export.svg.comparison_words import head, shown, with_unit
from measurand.export.svg.legend import Entry, empty, filled, hollow, legend, of_estimate, upright
from measurand.export.svg.lettering import fitted, wide
from measurand.export.svg.listing import EDGE, Listing, beside, estimate, nothing, scale_of
from measurand.export.svg.scale import Scale
from measurand.export.svg.writer import Markup, Picture, element, hatch, label
from measurand.message import say

LETTERS = 110.0
"""Room of the letters of groups at most."""


def caterpillar(data: Caterpillar, identity: str) -> Picture:
    """Estimates (dot), u (thick bar) and U (thin bar) of each participant over the band of the reference value +- U.

    Letters at the right name the groups that are not told apart. Who is excluded is hollow.
    """
    people = by_value(data.participants)
    right = EDGE - min(max((wide(p.letters) for p in people), default=0.0), LETTERS)
    parts, top = legend(_entries(data, f"{identity}-band"))
    rows = Listing(len(people), _scale(people, data.reference, right - 8.0), top)
    parts.insert(0, element("defs", hatch(f"{identity}-band", 7.0)))
    parts += _band(rows, data.reference, f"{identity}-band")
    parts += rows.names((p.name for p in people), muted=[i for i, p in enumerate(people) if p.excluded])
    parts += rows.axis(with_unit(data.quantity, data.unit))
    if data.reference is not None:
        parts += rows.upright(data.reference.value, "mean")
    for i, person in enumerate(people):
        parts += _row(person, rows, rows.y(i))
        if person.letters:
            letters = fitted(person.letters, LETTERS)
            parts.append(label(letters, right, rows.y(i) + 4.0, class_="tick strong"))
    finding = found(data)
    description = say("picture.comparison.caterpillar_how", p=percent(data.coverage))
    table = head(*COLUMNS), _table(data, people)
    return framed(identity, rows.bottom + 46.0, parts, finding=finding, description=description, table=table)


COLUMNS = ("participant", "value", "u", "expanded", "groups", "excluded")


def by_value(participants: Sequence[Participant]) -> list[Participant]:
    """Largest first, as the lines run downwards; those without a value last."""
    return sorted(participants, key=lambda p: (p.value is None, -(p.value or 0.0)))


def apart(person: Participant, reference: Reference | None) -> bool | None:
    """Whether the bar of a participant and the band of the reference value do not touch; None when one is missing."""
    if reference is None or reference.expanded is None or person.value is None or person.expanded is None:
        return None
    return abs(person.value - reference.value) > person.expanded + reference.expanded


def found(data: Caterpillar) -> str:
    """What is seen: how many bars do not touch the band of the reference value."""
    taking = [p for p in data.participants if not p.excluded]
    said = [verdict for p in taking if (verdict := apart(p, data.reference)) is not None]
    key = "caterpillar" if said else "caterpillar_bare"
    out = len(data.participants) - len(taking)
    excluded = say("picture.comparison.and_excluded", count=out) if out else ""
    return say(
        f"picture.comparison.{key}",
        apart=sum(said), count=len(said), all=len(taking), quantity=data.quantity, excluded=excluded,
    )  # fmt: skip


def _scale(people: list[Participant], reference: Reference | None, right: float) -> Scale:
    ends = [p.value + s * (p.expanded or p.u or 0.0) for p in people if p.value is not None for s in (-1, 0, 1)]
    ends += [x for p in people if p.limits is not None for x in p.limits]
    keep = [] if reference is None else [reference.value + s * (reference.expanded or 0.0) for s in (-1, 1)]
    return scale_of(ends, right=right, keep=keep)


def _band(rows: Listing, reference: Reference | None, pattern: str) -> list[Markup]:
    if reference is None or reference.expanded is None:
        return []
    return rows.area(reference.value - reference.expanded, reference.value + reference.expanded, pattern)


def _row(p: Participant, rows: Listing, y: float) -> list[Markup]:
    if p.value is None:
        return nothing(rows.scale, y)
    ends = p.limits
    if p.expanded is not None:
        ends = (p.value - p.expanded, p.value + p.expanded)
    parts = estimate(rows.scale, y, p.value, ends=ends, u=p.u, is_hollow=bool(p.excluded), text=shown(p.value, p.u))
    if ends is None:
        reach = min(p.value + (p.u or 0.0), rows.scale.high)
        parts.append(beside(rows.scale, y, reach, say("picture.comparison.no_expanded")))
    return parts


def _entries(data: Caterpillar, pattern: str) -> list[Entry]:
    entries = [(of_estimate(), say("picture.comparison.key.estimate", p=percent(data.coverage)))]
    if data.reference is not None:
        name = data.reference.name or say("picture.comparison.reference")
        if data.reference.is_limit:
            entries.append((upright("mean"), name))
        elif data.reference.expanded is None:
            entries.append((upright("mean"), say("picture.comparison.key.reference_alone", name=name)))
        else:
            entries.append((filled(pattern), say("picture.comparison.key.reference", name=name)))
    if any(p.excluded for p in data.participants):
        entries.append((hollow(), say("picture.comparison.key.excluded")))
    if any(p.value is None for p in data.participants):
        entries.append((empty(), say("picture.comparison.not_evaluated")))
    return entries


def _table(data: Caterpillar, people: list[Participant]) -> tuple[tuple[str, ...], ...]:
    lines = [(p.name, shown(p.value, p.u), shown(p.u, p.u), _reach(p), p.letters, p.excluded) for p in people]
    if (r := data.reference) is not None:
        name = r.name or say("picture.comparison.reference")
        lines.append((name, shown(r.value, r.u or r.expanded), shown(r.u, r.u), shown(r.expanded, r.u), "", ""))
    return tuple(lines)


def _reach(p: Participant) -> str:
    """U, or the limits of an interval that is not symmetric."""
    return shown(p.expanded, p.u) if p.limits is None else f"[{shown(p.limits[0], None)}, {shown(p.limits[1], None)}]"
