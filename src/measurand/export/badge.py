"""One result as a small picture for a README: its name, its value with the uncertainty, its verdict as a shape."""

from __future__ import annotations

from measurand.document.decision import Decision, Verdict
from measurand.document.result import Result
from measurand.export.drawing import UNICODE
from measurand.export.plain import columns_of, visible
from measurand.export.svg.writer import Markup, element
from measurand.message import say

COLOUR = {
    None: "#57606a",
    Verdict.CONFORMING: "#1f6fb5",
    Verdict.NON_CONFORMING: "#b42318",
    Verdict.INCONCLUSIVE: "#8a5a00",
    Verdict.INVALID: "#6b3fa0",
}
"""On white text each has a contrast of 4.5 or more."""
HEIGHT, COLUMN, MARGIN = 20.0, 6.7, 7.0


def render(result: Result, decision: Decision | None = None) -> bytes:
    """An SVG picture. The text of the result is the one that is printed everywhere: never a value alone.

    An INVALID result shows the word and no number.
    """
    verdict = None if decision is None else decision.verdict
    name = visible(" ".join(filter(None, (result.measurand, result.level))))
    text = say("verdict.invalid") if verdict is Verdict.INVALID else visible(result.text)
    shown = f"{UNICODE.verdict[verdict]} {text}" if verdict is not None else text
    left, right = (columns_of(part) * COLUMN + 2 * MARGIN for part in (name, shown))
    word = "" if verdict is None else f" ({say(f'verdict.{verdict.value}')})"
    parts = [
        element("title", f"{name}: {text}{word}"),
        element("rect", width=left + right, height=HEIGHT, rx=3.0, fill="#24292f"),
        element("path", d=_right(left, right), fill=COLOUR[verdict]),
        _word(name, MARGIN, left - 2 * MARGIN),
        _word(shown, left + MARGIN, right - 2 * MARGIN),
    ]
    picture = element(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", width=left + right, height=HEIGHT, role="img",
        aria_label=f"{name}: {text}{word}",
    )  # fmt: skip
    return picture.encode("utf-8") + b"\n"


def _right(x: float, width: float) -> str:
    return f"M{x:.2f} 0h{width - 3:.2f}a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3h{3 - width:.2f}z"


def _word(text: str, x: float, width: float) -> Markup:
    return element(
        "text", text, x=x, y=14.0, fill="#fff", font_family="Verdana,DejaVu Sans,sans-serif", font_size=11.0,
        textLength=width, lengthAdjust="spacingAndGlyphs",
    )  # fmt: skip
