"""Picture of Mandel's h and k: which laboratory deviates from the others, and which scatters more than they do."""

from __future__ import annotations

from dataclasses import dataclass

from measurand.export.svg.axes import Field, swatch
from measurand.export.svg.comparison_data import Mandel, MandelLimits, Number
from measurand.export.svg.comparison_frame import framed
from measurand.export.svg.comparison_words import head, named, score_text
from measurand.export.svg.legend import Entry, empty, legend
from measurand.export.svg.lettering import below, distinct, fitted, wide
from measurand.export.svg.scale import Scale, ticks
from measurand.export.svg.writer import WIDTH, Markup, Picture, element, label, rule
from measurand.message import say

LEFT, RIGHT = 62.0, WIDTH - 8.0
H, K, LANE = 170.0, 120.0, 14.0
"""Heights of both panels, and of a line of names above them."""
WIDEST = 40.0
"""Width of a bar at most."""
CUT = 2.0
"""So many times the largest 1 % limit the scale ends; a longer bar ends in an arrow."""


def mandel(data: Mandel, identity: str) -> Picture:
    """Bars of h above and of k below: a group for each laboratory, a bar for each level, limits at 5 % and 1 %.

    A bar beyond its 5 % limit is outlined, one beyond its 1 % limit dark; laboratory and levels stand above it.
    """
    parts, top = legend(_entries(data))
    for name, values, limits, height in (("h", data.h, data.h_limits, H), ("k", data.k, data.k_limits, K)):
        drawn, top = _panel(Bars(data.laboratories, data.levels, name, values, limits), top, height)
        parts += drawn
    places = [_left(i, data) + _pitch(data) / 2 for i in range(len(data.laboratories))]
    names, room = below(data.laboratories, places, top - 6.0)
    over = _over(data)
    finding = say("picture.comparison.mandel" if over else "picture.comparison.mandel_none",
                  over=len(over), count=len(data.laboratories), names=named(over))  # fmt: skip
    lines = [
        (lab, level, score_text(data.h[i][j]), score_text(data.k[i][j]))
        for i, lab in enumerate(data.laboratories)
        for j, level in enumerate(data.levels)
    ]
    return framed(
        identity, top + room, [*parts, *names], finding=finding, description=say("picture.comparison.mandel_how"),
        table=(head("laboratory", "level", "h", "k"), (*lines, *_limit_lines(data))),
    )  # fmt: skip


@dataclass(frozen=True)
class Bars:
    """One panel: the values of h or of k."""

    laboratories: tuple[str, ...]
    levels: tuple[str, ...]
    name: str
    values: tuple[tuple[Number, ...], ...]
    limits: tuple[MandelLimits, ...]

    @property
    def reach(self) -> float:
        """Largest size on the scale."""
        sizes = [abs(v) for line in self.values for v in line if v is not None]
        limits = [x for pair in self.limits for x in (pair.five, pair.one) if x is not None]
        most = max([*sizes, *limits], default=1.0) or 1.0
        return 1.08 * (min(most, CUT * max(limits)) if limits else most)

    def beyond(self, i: int, size: str) -> list[str]:
        """Levels at which a laboratory is beyond a limit."""
        pairs = zip(self.levels, self.values[i], self.limits, strict=True)
        return [level for level, v, x in pairs if exceeds(v, getattr(x, size))]


def exceeds(value: Number, limit: Number) -> bool:
    """Whether both are known and the value is larger in size."""
    return value is not None and limit is not None and abs(value) > limit


def _pitch(data: Mandel | Bars) -> float:
    return (RIGHT - LEFT) / max(len(data.laboratories), 1)


def _left(i: int, data: Mandel | Bars) -> float:
    return LEFT + _pitch(data) * i


def _start(i: int, bars: Bars, step: float) -> float:
    """Left end of the bars of a laboratory, which stand in the middle of its place."""
    return _left(i, bars) + (_pitch(bars) - step * len(bars.levels)) / 2


def _over(data: Mandel) -> list[str]:
    """Laboratories with a value beyond a 1 % limit."""
    panels = [Bars(data.laboratories, data.levels, n, v, x)
              for n, v, x in (("h", data.h, data.h_limits), ("k", data.k, data.k_limits))]  # fmt: skip
    return [name for i, name in enumerate(data.laboratories) if any(panel.beyond(i, "one") for panel in panels)]


def _panel(bars: Bars, top: float, height: float) -> tuple[list[Markup], float]:
    """Names of those beyond a limit, and the bars below them; and where the next panel may begin."""
    names, top = _flags(bars, top)
    least = -bars.reach if bars.name == "h" else 0.0
    field = Field(Scale(0.0, 1.0, LEFT, RIGHT), Scale(least, bars.reach, top + height, top))
    parts = [rule(LEFT, field.y(0.0), RIGHT, field.y(0.0), class_="axis")]
    for value, text in ticks(field.y, 5):
        parts.append(rule(LEFT, field.y(value), RIGHT, field.y(value), class_="grid"))
        parts.append(label(text, LEFT - 7.0, field.y(value) + 4.0, class_="tick", text_anchor="end"))
    parts.append(label(bars.name, 2.0, top + height / 2 + 4.0, class_="name strong"))
    step = min(_pitch(bars) * 0.84 / max(len(bars.levels), 1), WIDEST)
    for i, line in enumerate(bars.values):
        for j, one in enumerate(line):
            x = _start(i, bars, step) + step * j
            parts += _bar(one, bars.limits[j], field, (x, x + step))
    return [*names, *parts, *_limits(bars, field, step)], top + height + 20.0


def _bar(value: Number, limits: MandelLimits, field: Field, x: tuple[float, float]) -> list[Markup]:
    left, right = x
    wide_ = right - left
    zero, shrink = field.y(0.0), min(1.0, 0.1 * wide_)
    box = {"x": left + shrink / 2, "width": wide_ - shrink}
    if value is None:
        return [element("rect", y=zero - 12.0, height=12.0, fill="none", class_="gap", **box)]
    look = "wrong" if exceeds(value, limits.one) else "share-b" if exceeds(value, limits.five) else "bar"
    end = field.y(min(max(value, field.y.low), field.y.high))
    parts = [element("rect", y=min(zero, end), height=max(abs(end - zero), 0.5), class_=look, **box)]
    if not field.y.low <= value <= field.y.high:
        half, middle, step = min(wide_ / 2, 5.0), (left + right) / 2, 7.0 if value > 0 else -7.0
        points = f"{middle:.2f},{end:.2f} {middle - half:.2f},{end + step:.2f} {middle + half:.2f},{end + step:.2f}"
        parts.append(element("polygon", points=points, class_="point"))
    return parts


def _limits(bars: Bars, field: Field, step: float) -> list[Markup]:
    """One line for each limit where all levels share it, else a piece over each bar."""
    signs = (1.0, -1.0) if bars.name == "h" else (1.0,)
    parts = []
    for size, look in (("five", "acceptance"), ("one", "tolerance")):
        limits = [getattr(x, size) for x in bars.limits]
        if len(set(limits)) == 1 and limits[0] is not None:
            parts += [rule(LEFT, field.y(s * limits[0]), RIGHT, field.y(s * limits[0]), class_=look) for s in signs]
            continue
        for i in range(len(bars.laboratories)):
            for j, limit in enumerate(limits):
                x = _start(i, bars, step) + step * j
                if limit is not None:
                    parts += [rule(x, field.y(s * limit), x + step, field.y(s * limit), class_=look) for s in signs]
    return parts


def _flags(bars: Bars, top: float) -> tuple[list[Markup], float]:
    """Laboratories beyond a 5 % limit with their levels, above their bars on as many lines as needed."""
    ends: list[float] = []
    placed: list[tuple[str, float, int]] = []
    for i, name in enumerate(distinct(bars.laboratories, 80.0)):
        levels = bars.beyond(i, "five")
        if not levels:
            continue
        which = "" if len(bars.levels) == 1 else f": {fitted(', '.join(levels), 70.0)}"
        text = name + which
        half = wide(text) / 2
        x = min(max(_left(i, bars) + _pitch(bars) / 2, LEFT + half), RIGHT - half)
        lane = next((n for n, end in enumerate(ends) if end + 8.0 <= x - half), len(ends))
        ends[lane : lane + 1] = [x + half]
        placed.append((text, x, lane))
    bottom = top + LANE * len(ends) + 6.0
    parts = [
        label(text, x, bottom - 6.0 - LANE * lane, class_="tick strong", text_anchor="middle")
        for text, x, lane in placed
    ]
    return parts, bottom


def _limit_lines(data: Mandel) -> list[tuple[str, ...]]:
    """The limits as lines of the table."""
    return [
        (say(f"picture.comparison.limit_{size}"), level, *(score_text(getattr(x, size)) for x in (h, k)))
        for level, h, k in zip(data.levels, data.h_limits, data.k_limits, strict=True)
        for size in ("five", "one")
    ]


def _entries(data: Mandel) -> list[Entry]:
    entries = [
        (swatch("bar"), say("picture.comparison.key.within")),
        (swatch("share-b"), say("picture.comparison.key.over_five")),
        (swatch("wrong"), say("picture.comparison.key.over_one")),
        (rule(0.0, 6.0, 26.0, 6.0, class_="acceptance"), say("picture.comparison.limit_five")),
        (rule(0.0, 6.0, 26.0, 6.0, class_="tolerance"), say("picture.comparison.limit_one")),
    ]
    if len(data.levels) > 1:
        order = say("picture.comparison.key.levels", levels=", ".join(data.levels))
        three = element("g", *(element("rect", x=3.0 + 7 * i, y=12.0 - h, width=6.0, height=h, class_="bar")
                               for i, h in enumerate((5.0, 8.0, 12.0))))  # fmt: skip
        entries.append((three, order))
    if any(v is None for values in (data.h, data.k) for line in values for v in line):
        entries.append((empty(), say("picture.comparison.not_evaluated")))
    return entries
