"""The page that checks any certificate that is dropped on it: one file, to be had before the certificate comes."""

from __future__ import annotations

from measurand.export.html import filled, sheet
from measurand.export.script import policy, script
from measurand.export.svg.writer import Markup
from measurand.message import say


def page() -> bytes:
    """``verify.html`` as UTF-8: the script of every certificate without a certificate. Equal in every run."""
    title = say("box.alone_title")
    drawn = sheet(title)
    values = {"sheet": drawn, "policy": policy(drawn), "script": script()}
    return filled("verify.html.j2", title=title, **{name: Markup(text) for name, text in values.items()})
