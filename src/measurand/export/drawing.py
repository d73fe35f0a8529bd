"""The interval of a result against its limits, drawn with characters."""

from __future__ import annotations

from dataclasses import dataclass

from measurand.document.decision import Verdict
from measurand.export.plain import decimals, limit, rounded
from measurand.export.svg.scale import around, ticks
from measurand.message import say


@dataclass(frozen=True)
class Alphabet:
    """The characters of the drawings and of the verdicts."""

    tolerance: str
    band: str
    acceptance: str
    left: str
    right: str
    bar: str
    standard: str
    dots: str
    full: str
    verdict: dict[Verdict | None, str]


_SHAPES = (None, Verdict.CONFORMING, Verdict.NON_CONFORMING, Verdict.INCONCLUSIVE, Verdict.INVALID)
UNICODE = Alphabet(
    tolerance="┃", band="▒", acceptance="│", left="├", right="┤", bar="─", standard="━", dots="·", full="█",
    verdict=dict(zip(_SHAPES, "●●■◆✕", strict=True)),
)  # fmt: skip
ASCII = Alphabet(
    tolerance="|", band="#", acceptance="!", left="[", right="]", bar="-", standard="=", dots=".", full="#",
    verdict=dict(zip(_SHAPES, "oo#?X", strict=True)),
)  # fmt: skip


def line_drawing(
    value: float, interval: tuple[float, float], *, u: float, limits: tuple[tuple[float, float | None], ...] = (),
    bounds: tuple[float, float] = (float("-inf"), float("inf")), width: int = 66, alphabet: Alphabet = UNICODE,
    mark: str = "",
) -> tuple[str, ...]:  # fmt: skip
    """Three lines: tick marks, the interval with its limits and guard bands, and the names of the limits.

    ``limits`` are tolerance limits, each with its acceptance limit (None: none). All three lines have at most ``width``
    characters.

    >>> for text in line_drawing(0.5, (0.2, 0.8), u=0.2, width=30): print(text)
                 0.5
    ··├───━━━━━━━━●━━━━━━━━━───┤··
    """
    values = [value, *interval, *(t for t, _ in limits), *(a for _, a in limits if a is not None)]
    scale = around(values, left=0.0, right=width - 1.0, bounds=bounds)

    def at(x: float) -> int:
        return min(max(round(scale(x)), 0), width - 1)

    cells = [alphabet.dots] * width
    for tolerance, acceptance in limits:
        if acceptance is not None:
            low, high = sorted((at(tolerance), at(acceptance)))
            cells[low : high + 1] = [alphabet.band] * (high + 1 - low)
    _draw(cells, at(interval[0]), at(interval[1]), alphabet.bar)
    _draw(cells, at(max(interval[0], value - u)), at(min(interval[1], value + u)), alphabet.standard)
    cells[at(interval[0])], cells[at(interval[1])] = alphabet.left, alphabet.right
    for tolerance, acceptance in limits:
        if acceptance is not None:
            cells[at(acceptance)] = alphabet.acceptance
        cells[at(tolerance)] = alphabet.tolerance
    cells[at(value)] = mark or alphabet.verdict[None]
    axis = _labels([(round(scale(x)), text) for x, text in ticks(scale, max(2, width // 10))], width)
    names = []
    for tolerance, acceptance in limits:
        names.append((at(tolerance), say("picture.limit", value=limit(repr(tolerance)))))
        if acceptance is not None and at(acceptance) != at(tolerance):
            names.append((at(acceptance), say("text.acceptance", value=rounded(acceptance, decimals(u, 2)))))
    lines = [axis, "".join(cells)]
    return (*lines, *_stacked(names, width))


def _draw(cells: list[str], low: int, high: int, character: str) -> None:
    cells[low : high + 1] = [character] * (high + 1 - low)


def _labels(places: list[tuple[int, str]], width: int) -> str:
    """Texts centred at their places; one that would touch its neighbour is left out."""
    line = ""
    for place, text in places:
        start = max(place - len(text) // 2, 0)
        if start + len(text) <= width and (not line or start > len(line)):
            line = line.ljust(start) + text
    return line


def _stacked(names: list[tuple[int, str]], width: int) -> list[str]:
    """Names of the limits below them, on as many lines as they need not to touch."""
    lines: list[str] = []
    for place, text in sorted(names):
        start = min(max(place - len(text) // 2, 0), max(width - len(text), 0))
        free = next((i for i, line in enumerate(lines) if len(line) + 2 <= start), None)
        if free is None:
            lines.append(" " * start + text)
        else:
            lines[free] = lines[free].ljust(start) + text
    return lines
