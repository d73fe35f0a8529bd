"""The frame of a picture of a comparison: drawing, finding and table in one."""

from __future__ import annotations

from measurand.export.plain import of_xml
from measurand.export.svg.writer import Markup, Picture, drawing

Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]


def framed(
    identity: str, height: float, parts: list[Markup], *, finding: str, description: str, table: Table
) -> Picture:
    """The picture of these parts; ``table`` is heads and lines of its data."""
    title = of_xml(finding)
    svg = drawing(identity, height, title=title, description=of_xml(description), parts=parts)
    return Picture(svg=svg, finding=title, header=table[0], rows=table[1])
