"""Totals over participants, in lines."""

from __future__ import annotations

from measurand.document.round_total import RoundTotal
from measurand.export.plain import visible
from measurand.export.terminal import INDENT, wrapped
from measurand.message import say


def render_total(found: RoundTotal) -> str:
    """The totals as printed: a result for each, what it rests on, and what it does not say."""
    lines = [say("round.total.title", title=visible(found.title), count=len(found.participants)), ""]
    width = max((len(visible(one.measurand)) for one in found.totals), default=0)
    for one in found.totals:
        lines.append(f"{INDENT}{visible(one.measurand):<{width}}  {one.text}")
        if one.statistics:
            key = "round.total.sums" if one.kind == "share" else "round.total.items"
            lines.append(f"{INDENT}{'':<{width}}  {say(key, **one.statistics)}")
    lines.append("")
    for text in found.remarks:
        lines += wrapped(text)
    return "\n".join(lines) + "\n"
