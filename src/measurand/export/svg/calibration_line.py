"""Picture of a calibration: readings with their uncertainties, the line, and its band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from measurand.errors import MeasurandError
from measurand.export.svg.axes import Field
from measurand.export.svg.scale import around
from measurand.export.svg.writer import WIDTH, Markup, Picture, drawing, element
from measurand.message import say

LEFT, RIGHT, TOP, BOTTOM = 80.0, WIDTH - 20.0, 14.0, 334.0


@dataclass(frozen=True)
class Band:
    """The line and the limits of its band at some values of x, in rising order."""

    x: Sequence[float]
    line: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]


def calibration_line(
    x: Sequence[float], y: Sequence[float], band: Band, *, reach: Sequence[float] = (), identity: str = "line",
    names: tuple[str, str] = ("", ""), text: str = "",
) -> Picture:  # fmt: skip
    """Points with bars of ``reach`` (half their length, in y), the line and its band.

    ``names`` of both axes, ``text``: the line as printed. Raises MeasurandError for lengths that differ or no point.
    """
    bars = [float(r) for r in reach] or [0.0] * len(x)
    lengths = {len(band.x), len(band.line), len(band.lower), len(band.upper)}
    if not len(x) == len(y) == len(bars) or not len(x) or lengths != {len(band.x)} or not len(band.x):
        raise MeasurandError(say("picture.line_lengths"))
    points = [(float(a), float(b), r) for a, b, r in zip(x, y, bars, strict=True)]
    free = (float("-inf"), float("inf"))
    down = [*(b - r for _, b, r in points), *(b + r for _, b, r in points), *band.lower, *band.upper]
    field = Field(
        around([*map(float, x), *map(float, band.x)], left=LEFT, right=RIGHT, bounds=free, margin=0.03),
        around([float(v) for v in down], left=BOTTOM, right=TOP, bounds=free),
    )
    parts = field.frame(names[0] or say("picture.line_x"), names[1] or say("picture.line_y"), counts=(8, 6))
    parts.append(field.area(zip(band.x, band.lower, strict=True), zip(band.x, band.upper, strict=True), "likely"))
    parts.append(field.line(zip(band.x, band.line, strict=True), "curve"))
    for a, b, r in points:
        parts += _point(field, a, b, r)
    finding = text or say("picture.line")
    svg = drawing(identity, BOTTOM + 46.0, title=finding, description=say("picture.line_how"), parts=parts)
    header = tuple(say(f"data.{name}") for name in ("x", "y", "reach"))
    rows = tuple(tuple(f"{v:.6g}" for v in point) for point in points)
    return Picture(svg=svg, finding=finding, header=header, rows=rows)


def _point(field: Field, x: float, y: float, reach: float) -> list[Markup]:
    at = field.x(x)
    mark = element("circle", cx=at, cy=field.y(y), r=4.0, class_="seen")
    if not reach:
        return [mark]
    top, bottom = field.y(y + reach), field.y(y - reach)
    bar = element("path", d=f"M{at:.2f} {top:.2f}L{at:.2f} {bottom:.2f}", class_="thin")
    return [bar, mark]
