"""The one script of every page: it checks a certificate in the browser, with nothing but what the browser has."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib import metadata

from measurand.document.naming import POSING
from measurand.export.svg.writer import template
from measurand.message import sentences

PARTS = ("decimal", "format", "envelope", "compare", "made", "picture", "recompute", "states", "box", "alone")
SPOKEN = (
    "box.",
    "page.",
    "column.",
    "verdict.",
    "component.",
    "method.",
    "risk.",
    "rule.",
    "plan.",
    "picture.",
    "data.",
)
"""Sentences that the script says, or that a page may hold."""
ELSEWHERE = "picture.comparison."
"""Sentences of pictures that no certificate holds."""
POLICY = (
    "default-src 'none'; script-src {script}; style-src {style}; "
    "img-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
)
DEMONSTRATION = "0f56bb1f347a645b82c0d98a1263d81032f404852738eb0b701858b41e6966da"
"""Fingerprint of the demonstration key, which everybody has."""


@cache
def script() -> str:
    """The script: the same bytes in every page, so that its digest can be compared."""
    spoken = {key: text for key, text in sorted(sentences().items()) if key.startswith(SPOKEN) and ELSEWHERE not in key}
    constants = {
        "SENTENCES": spoken,
        "DEMONSTRATION": DEMONSTRATION,
        "POSING": "".join(sorted(POSING)),
        "SHEET": hashlib.sha256(styles().encode("utf-8")).hexdigest(),
        "POLICY": POLICY,
        "VERSION": metadata.version("measurand"),
    }
    head = [f"const {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in constants.items()]
    parts = [template(f"verify/{part}.js") for part in PARTS]
    return ('"use strict";\n' + "".join([*head, *parts])).replace("</", "<\\/").replace("<!--", "<\\!--")


@cache
def styles() -> str:
    """The style sheet; ``NUMBER`` stands for the text at the foot of printed pages."""
    return "".join(template(name) for name in ("colours.css", "certificate.css", "check.css", "picture.css"))


def policy(sheet: str) -> str:
    """The Content-Security-Policy of a page: this script, this style sheet, and no request to anybody."""
    return POLICY.format(script=f"'{digest(script())}'", style=f"'{digest(sheet)}'")


def digest(text: str) -> str:
    """A text's digest as a policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
