"""Text that names the place in the signed statement from which it follows: the page's script fills it in again.

``data-at`` is a path into the predicate, its keys percent-encoded and parted by ``/``; one that begins with ``/`` is a
path into the statement, with ``^`` into the envelope. ``data-as`` names the form of the text (``FORMS`` in
``templates/verify/compare.js``), ``data-by`` what the form needs besides.
"""

from __future__ import annotations

from html import escape
from string import Formatter
from urllib.parse import quote

from measurand.export.plain import visible
from measurand.export.svg.writer import Markup
from measurand.message import sentences


def path(*keys: object) -> str:
    """A path of keys and positions.

    >>> path("evidence", "sources", "a/b.csv")
    'evidence/sources/a%2Fb.csv'
    """
    return "/".join(quote(str(key), safe="") for key in keys)


def at(place: str, form: str = "text", by: str = "") -> Markup:
    """The attributes of an element that is bound to a place; they begin with a blank.

    >>> at("results/0/u", "aligned", "results/0/u")
    ' data-at="results/0/u" data-as="aligned" data-by="results/0/u"'
    """
    given = (("at", place), ("as", "" if form == "text" else form), ("by", by))
    return Markup("".join(f' data-{name}="{escape(visible(text))}"' for name, text in given if text))


def span(text: str, place: str, form: str = "text", by: str = "") -> Markup:
    """Text bound to a place."""
    return Markup(f"<span{at(place, form, by)}>{escape(visible(text), quote=False)}</span>")


def told(key: str, **fields: Markup) -> Markup:
    """The sentence of ``key``, its fields being bound text."""
    parts = []
    for text, name, _, _ in Formatter().parse(sentences()[key]):
        parts.append(escape(text, quote=False))
        if name is not None:
            parts.append(fields[name])
    return Markup("".join(parts))


def together(parts: list[Markup] | tuple[Markup, ...], between: str) -> Markup:
    """Several bound texts with words between them."""
    return Markup(escape(between, quote=False).join(parts))
