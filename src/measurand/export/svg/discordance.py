"""Picture of two systems on the same observations: four cells, those where they differ framed."""

from __future__ import annotations

from dataclasses import replace

from measurand.document.result import Curve, Result
from measurand.export.plain import of_xml, percent
from measurand.export.svg.axes import numbers, table
from measurand.export.svg.comparison_data import Discordance
from measurand.export.svg.lettering import fitted
from measurand.export.svg.writer import Markup, Picture, drawing, element, label, shortened
from measurand.message import say

LEFT, TOP, WIDE, HIGH, GAP = 190.0, 52.0, 190.0, 84.0, 6.0
PLACE = {"both": (0, 0), "first": (1, 0), "second": (0, 1), "neither": (1, 1)}
"""Column (second right, second wrong) and line (first right, first wrong) of each outcome."""


def discordance(curve: Curve, result: Result, identity: str) -> Picture:
    """How often both systems were right, only one of them, or neither; the bars are the shares."""
    names = curve.columns["system"]
    count = dict(zip(curve.columns["outcome"], numbers(curve, "observations"), strict=True))
    share = dict(zip(curve.columns["outcome"], numbers(curve, "share"), strict=True))
    both, first, second, neither = (int(count[name]) for name in PLACE)
    shares = share["both"], share["first"], share["second"], share["neither"]
    data = Discordance(names[1], names[2], both, first, second, neither, shares)
    finding, svg = _drawn(data, identity, (shortened(names[1], 18), shortened(names[2], 40)))
    header, lines = table(curve, ("outcome", "system", "observations", "share"))
    rows = tuple((say(f"picture.outcome_{line[0]}"), *line[1:]) for line in lines)
    return Picture(svg=svg, finding=finding, header=header, rows=rows)


def paired_discordance(data: Discordance, identity: str) -> Picture:
    """The same picture from plain counts, for any names."""
    shown = replace(data, first=of_xml(data.first), second=of_xml(data.second))
    labels = fitted(data.first, LEFT - 80.0, 13.0), fitted(data.second, 2 * WIDE, 13.0)
    finding, svg = _drawn(shown, identity, labels)
    header = tuple(say(f"data.{name}") for name in ("outcome", "system", "observations", "share"))
    systems = {"first": data.first, "second": data.second}
    rows = tuple(
        (say(f"picture.outcome_{name}"), systems.get(name, ""), str(count), _share(share))
        for name, count, share in _cells(data)
    )
    return Picture(svg=svg, finding=finding, header=header, rows=rows)


def _cells(data: Discordance) -> list[tuple[str, int, float | None]]:
    """Outcome, count and share of each cell."""
    counts = data.both, data.only_first, data.only_second, data.neither
    total = sum(counts)
    shares = data.shares or tuple(n / total if total else None for n in counts)
    return list(zip(PLACE, counts, shares, strict=True))


def _share(share: float | None) -> str:
    """A share in per cent; of no observations there is none."""
    return say("picture.comparison.not_evaluated") if share is None else percent(share)


def _drawn(data: Discordance, identity: str, labels: tuple[str, str]) -> tuple[str, Markup]:
    """The finding and the drawing; ``labels``: both names as far as they have room."""
    parts: list[Markup] = []
    middle = LEFT + WIDE + GAP / 2
    parts.append(label(labels[1], middle, 16.0, class_="name strong", text_anchor="middle"))
    for i, word in enumerate(("right", "wrong")):
        x, y = LEFT + WIDE / 2 + i * (WIDE + GAP), TOP + HIGH / 2 + i * (HIGH + GAP)
        parts.append(label(say(f"picture.{word}"), x, 40.0, class_="tick", text_anchor="middle"))
        parts.append(label(say(f"picture.{word}"), LEFT - 12.0, y + 4.0, class_="tick", text_anchor="end"))
    across = LEFT - 72.0
    parts.append(label(labels[0], across, TOP + HIGH + 6.0, class_="name strong", text_anchor="end"))
    cells = _cells(data)
    for name, n, part in cells:
        parts += _cell(name, n, part)
    finding = say("picture.discordance", first=data.first, second=data.second, only_first=data.only_first,
                  only_second=data.only_second, total=sum(n for _, n, _ in cells))  # fmt: skip
    description = say("picture.discordance_how")
    return finding, drawing(identity, TOP + 2 * HIGH + GAP + 10.0, title=finding, description=description, parts=parts)


def _cell(name: str, count: int, share: float | None) -> list[Markup]:
    column, line = PLACE[name]
    x, y = LEFT + column * (WIDE + GAP), TOP + line * (HIGH + GAP)
    look = "cell differs" if name in ("first", "second") else "cell"
    full = WIDE - 24.0
    parts = [
        element("rect", x=x, y=y, width=WIDE, height=HIGH, class_=look),
        label(str(count), x + 12.0, y + 30.0, class_="name strong"),
        label(_share(share), x + WIDE - 12.0, y + 30.0, class_="name", text_anchor="end"),
        label(say(f"picture.outcome_{name}"), x + 12.0, y + 50.0, class_="tick"),
        element("rect", x=x + 12.0, y=y + 62.0, width=full, height=8.0, class_="ground"),
    ]
    if share is None:
        return parts
    return [*parts, element("rect", x=x + 12.0, y=y + 62.0, width=max(full * share, 0.5), height=8.0, class_="bar")]
