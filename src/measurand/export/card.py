"""Results and certificates as small pieces of HTML for a notebook: no script, no request, the colours around them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from measurand.document.canonical import canonical
from measurand.document.decision import Decision, Verdict
from measurand.document.number import real
from measurand.document.record import Record
from measurand.document.result import Line, Result
from measurand.document.rounding import rounded
from measurand.export.plain import percent, probability
from measurand.export.summary import missing, of_result
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
TABLE = "border-collapse: collapse; margin: .2em 0; font-size: .95em"
CELL = "border: 0; padding: .1em .8em .1em 0; text-align: left; background: transparent"
LARGEST = 3
"""Contributions that a card shows."""
MOST = 30
"""Results that the card of a certificate shows."""


def card(result: Result, decision: Decision | None = None) -> str:
    """Title, result with its uncertainty, verdict, the interval against its limits, the largest contributions to the
    uncertainty, what was not evaluated, and what now; below 15 kB."""
    identity = "c" + hashlib.sha256(canonical(result) + (canonical(decision) if decision else b"")).hexdigest()[:12]
    row = Row(name=result.title, result=result, decision=decision, text=result.text)
    picture = interval([row], identity, unit="" if result.unit == "1" else result.unit)
    head = " · ".join(filter(None, (result.title, result.system, result.level)))
    parts = [_style(), element("div", head), element("div", element("strong", result.text), style="font-size: 1.3em")]
    if result.null_value is not None:
        value = rounded(real(result.null_value), real(result.u))
        parts.append(element("div", say("text.null_value", value=value)))
    if decision is not None:
        parts.append(_stated(decision, identity))
    parts += [picture.svg, *_budget(result)]
    if decision is not None and decision.what_now:
        parts.append(element("div", element("strong", say("card.now")), f" {decision.what_now}"))
    return _framed(parts)


def cards(results: Sequence[Result], decisions: Sequence[Decision], *, most: int = 12) -> str:
    """The cards of several results, one below the other; of more than ``most`` the rest is counted."""
    shown = [card(result, next(iter(of_result(result, decisions)), None)) for result in results[:most]]
    left = len(results) - len(shown)
    rest = [element("div", say("card.more", count=left))] if left > 0 else []
    return element("div", *(Markup(text) for text in shown), *rest)


def certificate_card(record: Record, *, file: str) -> str:
    """A certificate: its number, every result with its verdict, and the file of the signed original."""
    identity = "c" + hashlib.sha256(canonical(record.results) + file.encode()).hexdigest()[:12]
    rows = [
        _result_row(result, of_result(result, record.decisions.decisions), f"{identity}-{i}")
        for i, result in enumerate(record.results.results[:MOST])
    ]
    left = len(record.results.results) - len(rows)
    parts = [
        _style(),
        element("div", element("strong", say("card.certificate", number=record.name)), style="font-size: 1.3em"),
        element("div", record.procedure.title, " · ", say("card.measured", time=record.measured)),
        element("table", element("tbody", *rows), style=TABLE),
        *([element("div", say("card.more", count=left))] if left > 0 else []),
        element("div", say("card.signed", file=file)),
    ]
    return _framed(parts)


def _result_row(result: Result, decisions: Sequence[Decision], identity: str) -> Markup:
    name = " · ".join(filter(None, (result.title, result.system, result.level)))
    verdicts: list[str] = [_stated(d, f"{identity}-{i}", short=True) for i, d in enumerate(decisions)]
    value = element("strong", result.text)
    return element(
        "tr", element("td", name, style=CELL), element("td", value, style=f"{CELL}; white-space: nowrap"),
        element("td", *(verdicts or [say("card.nothing")]), style=CELL),
    )  # fmt: skip


def _stated(decision: Decision, identity: str, *, short: bool = False) -> Markup:
    """The verdict as shape and word, on which requirement, and unless ``short`` the probability of conformity."""
    word = element("strong", say(f"verdict.{decision.verdict.value}"))
    p = "" if short or decision.verdict is Verdict.INVALID else " · " + say("picture.p", p=_p(decision))
    shape = badge(decision.verdict, f"{identity}-badge")
    return element("div", shape, Markup(" "), word, f" · {decision.requirement.text}{p}")


def _budget(result: Result) -> list[Markup]:
    """The largest contributions as bars, and the names of what was not evaluated."""
    lines = sorted((b for b in result.budget if isinstance(b, Line)), key=lambda line: -real(line.share))
    parts: list[Markup] = []
    if lines:
        parts.append(element("div", say("card.budget"), style="margin-top: .4em"))
        parts.append(element("table", element("tbody", *map(_share, lines[:LARGEST])), style=TABLE))
    if len(lines) > LARGEST:
        parts.append(element("div", say("card.others", count=len(lines) - LARGEST)))
    gaps = missing(result)
    if gaps:
        parts.append(element("div", f"{say('card.missing')}: {', '.join(gaps)}"))
    return parts


def _share(line: Line) -> Markup:
    share = min(1.0, max(0.0, real(line.share)))
    bar = element(
        "div",
        "\u00a0",
        style=f"background: currentColor; opacity: .55; height: .7em; overflow: hidden; width: {8 * share:.2f}em",
    )
    return element(
        "tr", element("td", line.line, style=CELL), element("td", bar, style=f"{CELL}; width: 8.5em"),
        element("td", percent(real(line.share)), style=f"{CELL}; text-align: right"),
    )  # fmt: skip


def _style() -> Markup:
    rules = f".measurand {{ {TONES} }}\n.measurand .badge {{ width: 1.1em; vertical-align: -.2em; }}\n"
    return element("style", Markup(rules + _sheet()))


def _framed(parts: Sequence[Markup]) -> Markup:
    return element("div", *parts, class_="measurand", style="max-width: 46em; margin-bottom: 1.2em")


def _p(decision: Decision) -> str:
    return probability(real(decision.p_conformity))


def _sheet() -> str:
    """The rules of the pictures, for pictures inside of a card only."""
    lines = template("picture.css").splitlines()
    return "\n".join(f".measurand {line}" for line in lines) + "\n"
