"""One result as a small piece of HTML for a notebook: no script, no request, the colours of the page around it."""

from __future__ import annotations

import hashlib

from measurand.document.canonical import canonical
from measurand.document.decision import Decision, Verdict
from measurand.document.number import real
from measurand.document.result import Result
from measurand.export.plain import probability
from measurand.export.svg.interval import Row, interval
from measurand.export.svg.mark import badge
from measurand.export.svg.writer import Markup, element, template
from measurand.message import say

TONES = (
    "--ink: currentColor; --soft: currentColor; --line: #8886; --faint: #8883; --band: #8889; --paper: transparent;"
    " --neutral: currentColor; --conforming: #2f7fd6; --non-conforming: #db4c43; --inconclusive: #b07a0a;"
    " --invalid: #9a5bd0;"
)
"""Colours that are readable on white and on black: a notebook's theme need not be that of the screen."""


def card(result: Result, decision: Decision | None = None) -> str:
    """Title, result with its uncertainty, verdict and the interval against its limits; below 15 kB."""
    identity = "c" + hashlib.sha256(canonical(result) + (canonical(decision) if decision else b"")).hexdigest()[:12]
    row = Row(name=result.title, result=result, decision=decision, text=result.text)
    picture = interval([row], identity, unit="" if result.unit == "1" else result.unit)
    sheet = element(
        "style",
        Markup(f".measurand {{ {TONES} }}\n.measurand .badge {{ width: 1.1em; vertical-align: -.2em; }}\n" + _sheet()),
    )
    parts = [
        sheet,
        element("div", result.title),
        element("div", element("strong", result.text), style="font-size: 1.3em"),
    ]
    if decision is not None:
        word = element("strong", say(f"verdict.{decision.verdict.value}"))
        p = "" if decision.verdict is Verdict.INVALID else " · " + say("picture.p", p=_p(decision))
        shape = badge(decision.verdict, f"{identity}-badge")
        parts.append(element("div", shape, Markup(" "), word, f" · {decision.requirement.text}{p}"))
    return element("div", *parts, picture.svg, class_="measurand", style="max-width: 46em")


def _p(decision: Decision) -> str:
    return probability(real(decision.p_conformity))


def _sheet() -> str:
    """The rules of the pictures, for pictures inside of a card only."""
    lines = template("picture.css").splitlines()
    return "\n".join(f".measurand {line}" for line in lines) + "\n"
