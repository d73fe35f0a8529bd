"""Picture of degrees of equivalence: differences from the reference value with their uncertainty, around zero."""

from __future__ import annotations

from measurand.document.rounding import percent
from measurand.export.svg.comparison_data import Degree, Equivalence
from measurand.export.svg.comparison_frame import framed
from measurand.export.svg.comparison_words import head, named, score_text, shown, with_unit
from measurand.export.svg.legend import Entry, empty, hollow, legend, of_interval
from measurand.export.svg.lettering import wide
from measurand.export.svg.listing import EDGE, Listing, beside, estimate, nothing, scale_of
from measurand.export.svg.writer import Markup, Picture, element, label, rule
from measurand.message import say


def equivalence(data: Equivalence, identity: str) -> Picture:
    """Degrees of equivalence d with U(d) around zero; E_n at the right.

    The dot is filled where ``|E_n|`` is at most the limit, a square where it is larger, hollow where it was not
    evaluated or the participant is excluded.
    """
    degrees = sorted(data.degrees, key=lambda g: (g.d is None, -(g.d or 0.0)))
    texts = [_text(g, data.limit) for g in degrees]
    heading = say("picture.comparison.e_n")
    right = EDGE - min(max(map(wide, [heading, *texts])), 120.0)
    parts, top = legend(_entries(data))
    ends = [g.d + s * (g.expanded or 0.0) for g in degrees if g.d is not None for s in (-1, 0, 1)]
    rows = Listing(len(degrees), scale_of(ends, right=right - 10.0, keep=[0.0]), top + 16.0)
    parts.append(label(heading, EDGE, top + 10.0, class_="tick strong", text_anchor="end"))
    parts += rows.names((g.name for g in degrees), muted=[i for i, g in enumerate(degrees) if g.excluded])
    parts += rows.axis(with_unit(say("picture.comparison.difference", quantity=data.quantity), data.unit))
    parts += rows.upright(0.0, "mean")
    for i, (degree, text) in enumerate(zip(degrees, texts, strict=True)):
        parts += _row(degree, rows, rows.y(i), data.limit)
        look = "tick strong" if _beyond(degree, data.limit) else "tick"
        parts.append(label(text, EDGE, rows.y(i) + 4.0, class_=look, text_anchor="end"))
    finding = _found(data)
    description = say("picture.comparison.equivalence_how", p=percent(data.coverage), limit=shown(data.limit))
    table = tuple(
        (g.name, shown(g.d, g.expanded), shown(g.expanded, g.expanded), score_text(g.e_n), g.excluded) for g in degrees
    )
    header = head("participant", "d", "expanded_d", "e_n", "excluded")
    return framed(identity, rows.bottom + 46.0, parts, finding=finding, description=description, table=(header, table))


def _beyond(degree: Degree, limit: float) -> bool:
    return degree.e_n is not None and abs(degree.e_n) > limit


def _text(degree: Degree, limit: float) -> str:
    if degree.e_n is None:
        return say("picture.comparison.not_evaluated")
    return score_text(degree.e_n) + (say("picture.comparison.beyond") if _beyond(degree, limit) else "")


def _row(g: Degree, rows: Listing, y: float, limit: float) -> list[Markup]:
    s = rows.scale
    if g.d is None:
        return nothing(s, y)
    ends = None if g.expanded is None else (g.d - g.expanded, g.d + g.expanded)
    parts = estimate(s, y, g.d, ends=ends, is_hollow=bool(g.excluded) or g.e_n is None, text=shown(g.d, g.expanded))
    if _beyond(g, limit) and s.low <= g.d <= s.high:
        look = "point" if g.excluded else "mark neutral"
        parts[-1] = element("rect", x=s(g.d) - 5.0, y=y - 5.0, width=10.0, height=10.0, class_=look)
    if g.expanded is None:
        parts.append(beside(s, y, g.d, say("picture.comparison.no_expanded")))
    return parts


def _entries(data: Equivalence) -> list[Entry]:
    limit = shown(data.limit)
    square = element("rect", x=8.0, y=1.0, width=10.0, height=10.0, class_="mark neutral")
    bar = element("g", rule(1.0, 6.0, 25.0, 6.0, class_="expanded"), square)
    entries = [
        (of_interval(), say("picture.comparison.key.inside", limit=limit, p=percent(data.coverage))),
        (bar, say("picture.comparison.key.beyond", limit=limit)),
    ]
    if any(g.excluded or (g.e_n is None and g.d is not None) for g in data.degrees):
        entries.append((hollow(), say("picture.comparison.key.excluded_or_none")))
    if any(g.d is None for g in data.degrees):
        entries.append((empty(), say("picture.comparison.not_evaluated")))
    return entries


def _found(data: Equivalence) -> str:
    scored = [g for g in data.degrees if g.e_n is not None and not g.excluded]
    if not scored:
        return say("picture.comparison.equivalence_none", quantity=data.quantity)
    beyond = [g.name for g in scored if _beyond(g, data.limit)]
    return say("picture.comparison.equivalence", beyond=len(beyond), count=len(scored), limit=shown(data.limit),
               names=named(beyond))  # fmt: skip
