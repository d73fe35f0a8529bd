"""Picture of the consensus value by several methods: do they agree?"""

from __future__ import annotations

from measurand.document.rounding import percent
from measurand.export.svg.comparison_data import Method, Methods
from measurand.export.svg.comparison_frame import framed
from measurand.export.svg.comparison_words import head, shown, with_unit
from measurand.export.svg.legend import Entry, empty, filled, legend, of_estimate
from measurand.export.svg.lettering import fitted, wide
from measurand.export.svg.listing import EDGE, LEFT, Listing, beside, estimate, nothing, scale_of
from measurand.export.svg.writer import Markup, Picture, element, hatch, label
from measurand.message import say

NUMBERS = 190.0
"""Room of the numbers at the right at most."""


ROUNDING = 1e-14
"""Of a value: what rounding leaves of equal ones."""


def methods(data: Methods, identity: str) -> Picture:
    """Value (dot), u (thick bar) and U (thin bar) of each method, over the range of the participants' results."""
    texts = [_text(m) for m in data.methods]
    right = EDGE - min(max(map(wide, texts), default=0.0), NUMBERS)
    parts, top = legend(_entries(data, f"{identity}-range"))
    parts.insert(0, element("defs", hatch(f"{identity}-range", 11.0)))
    ends = [m.value + s * (m.expanded or m.u or 0.0) for m in data.methods if m.value is not None for s in (-1, 0, 1)]
    rows = Listing(len(data.methods), scale_of(ends, left=LEFT, right=right - 10.0, keep=data.results or ()), top)
    if data.results is not None:
        parts += rows.area(*data.results, f"{identity}-range")
    parts += rows.names(m.name for m in data.methods)
    parts += rows.axis(with_unit(data.quantity, data.unit))
    for i, (method, text) in enumerate(zip(data.methods, texts, strict=True)):
        parts += _row(method, rows, rows.y(i))
        parts.append(label(fitted(text, NUMBERS), EDGE, rows.y(i) + 4.0, class_="tick", text_anchor="end"))
    table = tuple((m.name, shown(m.value, m.u), shown(m.u, m.u), shown(m.expanded, m.u), m.note) for m in data.methods)
    if data.results is not None:
        low, high = (shown(x, next((m.u for m in data.methods if m.u), None)) for x in data.results)
        reach = say("picture.comparison.from_to", first=low, last=high)
        table += ((say("picture.comparison.range_of_results"), reach, "", "", ""),)
    return framed(
        identity, rows.bottom + 46.0, parts, finding=_found(data),
        description=say("picture.comparison.methods_how", p=percent(data.coverage)),
        table=(head("method", "value", "u", "expanded", "note"), table),
    )  # fmt: skip


def _text(m: Method) -> str:
    if m.value is None:
        return m.note
    value = shown(m.value, m.u)
    return value if m.u is None else say("picture.comparison.value_u", value=value, u=shown(m.u, m.u))


def _row(m: Method, rows: Listing, y: float) -> list[Markup]:
    if m.value is None:
        return nothing(rows.scale, y)
    ends = None if m.expanded is None else (m.value - m.expanded, m.value + m.expanded)
    parts = estimate(rows.scale, y, m.value, ends=ends, u=m.u, text=shown(m.value, m.u))
    if m.expanded is None:
        parts.append(beside(rows.scale, y, m.value + (m.u or 0.0), say("picture.comparison.no_expanded")))
    return parts


def _entries(data: Methods, pattern: str) -> list[Entry]:
    entries = [(of_estimate(), say("picture.comparison.key.estimate", p=percent(data.coverage)))]
    if data.results is not None:
        entries.append((filled(pattern), say("picture.comparison.range_of_results")))
    if any(m.value is None for m in data.methods):
        entries.append((empty(), say("picture.comparison.not_evaluated")))
    return entries


def _found(data: Methods) -> str:
    """How far the values lie apart, beside the smallest U of them."""
    known = [m for m in data.methods if m.value is not None]
    if len(known) < 2:
        return say("picture.comparison.methods_one", count=len(known), quantity=data.quantity)
    values = [m.value for m in known if m.value is not None]
    apart = max(values) - min(values)
    apart = 0.0 if apart <= ROUNDING * max(map(abs, values)) else apart
    sizes = [m.expanded for m in known if m.expanded is not None]
    if not sizes:
        return say("picture.comparison.methods_bare", count=len(known), apart=shown(apart, apart))
    key = "methods" if apart <= min(sizes) else "methods_differ"
    return say(
        f"picture.comparison.{key}", count=len(known), apart=shown(apart, apart), least=shown(min(sizes), min(sizes))
    )
