"""An acceptance rule and its operating characteristic, in lines."""

from __future__ import annotations

from measurand.document.acceptance import RuleReport
from measurand.document.number import real
from measurand.export.terminal import INDENT, wrapped
from measurand.message import say

WIDTH, SHOWN = 40, 9
"""Characters of the longest bar, and lines of the curve."""


def render_rule(found: RuleReport, *, ascii_only: bool = False) -> str:
    """The rule, its two risks, its verdict, and a coarse picture of the curve."""
    r = found.rule
    lines = [say("acceptance.title", title=r.title, id=r.id), ""]
    texts = [
        say("acceptance.event", event=r.event, sense="at most" if r.zones else r.sense, limit=r.limit),
        found.needed,
        say("acceptance.producer", share=_digits(found.producer)),
        say("acceptance.consumer", share=_digits(found.consumer)),
        say("acceptance.at_limit", passed=_percent(found.at_limit)),
    ]
    if found.judged is not None:
        j = found.judged
        limits = {"share": _digits(j.share), "lower": _digits(j.lower), "upper": _digits(j.upper)}
        texts.append(say("acceptance.judged", events=j.events, trials=found.trials, verdict=j.verdict, **limits))
        texts.append(say(f"acceptance.guarded.{j.guarded}"))
    for text in texts:
        lines += wrapped(text)
    lines += ["", INDENT + say("acceptance.curve")]
    step = max((len(found.curve) - 1) // (SHOWN - 1), 1)
    bar = "#" if ascii_only else "█"
    for point in found.curve[::step]:
        size = round(real(point.passed) * WIDTH)
        lines.append(f"{INDENT}{_digits(point.share):>7}  {bar * size:<{WIDTH}}  {_percent(point.passed):>6}")
    lines.append("")
    for text in (*found.remarks, say("acceptance.source", source=r.source)):
        lines += wrapped(text)
    return "\n".join(lines) + "\n"


def _digits(share: str) -> str:
    return f"{real(share):.4f}"


def _percent(share: str) -> str:
    p = 100.0 * real(share)
    return f"{p:.1f} %" if 0.05 <= p <= 99.95 else "< 0.1 %" if p < 0.05 else "> 99.9 %"
