"""The marks of the verdicts: a shape, a colour and a word for each, so that none has to be told by colour."""

from __future__ import annotations

from measurand.document.decision import Verdict
from measurand.export.svg.writer import Markup, element, fixed

CLASS = {
    None: "neutral",
    Verdict.CONFORMING: "conforming",
    Verdict.NON_CONFORMING: "non-conforming",
    Verdict.INCONCLUSIVE: "inconclusive",
    Verdict.INVALID: "invalid",
}
"""Class of the style sheet of each verdict; None: nothing was required."""


def mark(verdict: Verdict | None, x: float, y: float, size: float, pattern: str) -> Markup:
    """Circle (conforming, or nothing required), square, hatched diamond, cross; ``size`` is half its height.

    ``pattern`` is the id of the hatch that fills the diamond.
    """
    name = CLASS[verdict]
    if verdict is Verdict.NON_CONFORMING:
        return element("rect", x=x - size, y=y - size, width=2 * size, height=2 * size, class_=f"mark {name}")
    if verdict is Verdict.INCONCLUSIVE:
        reach = 1.3 * size
        points = " ".join(
            f"{fixed(px)},{fixed(py)}" for px, py in ((x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y))
        )
        plain = element("polygon", points=points, class_="mark under")
        return element("g", plain, element("polygon", points=points, fill=f"url(#{pattern})", class_=f"mark {name}"))
    if verdict is Verdict.INVALID:
        path = "".join(
            f"M{fixed(x - s * size)} {fixed(y - size)}L{fixed(x + s * size)} {fixed(y + size)}" for s in (1.0, -1.0)
        )
        return element(
            "g", element("path", d=path, class_="mark under"), element("path", d=path, class_=f"mark {name}")
        )
    return element("circle", cx=x, cy=y, r=size, class_=f"mark {name}")


def badge(verdict: Verdict | None, identity: str) -> Markup:
    """The mark alone, small, to stand before the word; ``identity`` is unique in the page."""
    from_hatch = element(
        "pattern",
        element("line", x1=0.0, y1=0.0, x2=0.0, y2=3.5, class_="mark-line"),
        id=identity,
        width=3.5,
        height=3.5,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    parts = [from_hatch] if verdict is Verdict.INCONCLUSIVE else []
    return element(
        "svg", *parts, mark(verdict, 9.0, 9.0, 6.0, identity),
        xmlns="http://www.w3.org/2000/svg", viewBox="0 0 18 18", class_="badge", aria_hidden="true", focusable="false",
    )  # fmt: skip
