"""A small writer of markup: escaped text, fixed decimals, and the frame that every picture shares."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib import resources

from measurand.export.plain import visible

WIDTH = 720.0
"""Width of every picture in its own units; the page scales it."""


class Markup(str):
    """Text that is markup already and is not escaped again (templates ask for ``__html__``)."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Picture:
    """A drawing, the sentence that states its finding, and its data as a table."""

    svg: Markup
    finding: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def fixed(x: float) -> str:
    """A coordinate with at most two decimals.

    >>> fixed(1 / 3), fixed(2.0), fixed(-0.001)
    ('0.33', '2', '0')
    """
    text = f"{x:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(tag: str, *children: str, **attributes: str | float) -> Markup:
    """One element; children that are not ``Markup`` are escaped, numbers get fixed decimals.

    A trailing underscore of an attribute is dropped, the others become hyphens: ``class_``, ``text_anchor``.

    >>> element("text", "a < b", x=1.0, text_anchor="end")
    '<text x="1" text-anchor="end">a &lt; b</text>'
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(visible(v) if isinstance(v, str) else fixed(v))}"'
        for name, v in attributes.items()
    )
    inside = "".join(c if isinstance(c, Markup) else escape(visible(c), quote=False) for c in children)
    return Markup(f"<{tag}{written}>{inside}</{tag}>" if inside else f"<{tag}{written}/>")


def label(text: str, x: float, y: float, **attributes: str | float) -> Markup:
    """Text at a point."""
    return element("text", text, x=x, y=y, **attributes)


def rule(x1: float, y1: float, x2: float, y2: float, **attributes: str | float) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def hatch(identity: str, step: float = 6.0, kind: str = "hatch") -> Markup:
    """A pattern of slanted lines, to be named by ``fill="url(#identity)"``."""
    stroke = rule(0.0, 0.0, 0.0, step, class_=f"{kind}-line")
    return element(
        "pattern",
        stroke,
        id=identity,
        width=step,
        height=step,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )


def drawing(identity: str, height: float, *, title: str, description: str, parts: list[Markup]) -> Markup:
    """The frame of a picture: size, role, title and description for those who listen instead of looking."""
    return element(
        "svg",
        element("title", title, id=f"{identity}-title"),
        element("desc", description, id=f"{identity}-desc"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {fixed(WIDTH)} {fixed(height)}",
        role="img",
        aria_labelledby=f"{identity}-title {identity}-desc",
        class_="picture",
    )


def template(name: str) -> str:
    """A text file of ``export/templates``."""
    return (resources.files("measurand.export") / "templates" / name).read_text(encoding="utf-8")


def standalone(picture: Picture) -> str:
    """The drawing with its colours inside, as a file of its own or for a notebook; light and dark."""
    sheet = template("colours.css").replace(":root", ".picture") + template("picture.css")
    sheet += ".picture { background: var(--paper); font-family: system-ui, sans-serif; }\n"
    start = picture.svg.index(">") + 1
    return picture.svg[:start] + element("style", Markup(sheet)) + picture.svg[start:]


def shortened(text: str, width: int) -> str:
    """The text cut to ``width`` characters with an ellipsis; the whole stands in the data table.

    >>> shortened("repeatability", 8)
    'repeata…'
    """
    return text if len(text) <= width else text[: width - 1] + "…"
