"""Results and verdicts of a run as Markdown, for the summary page of a job in continuous integration."""

from __future__ import annotations

import re
from collections.abc import Sequence

from measurand.document.decision import Verdict
from measurand.document.number import real
from measurand.document.record import Record
from measurand.document.result import Result
from measurand.export.drawing import UNICODE
from measurand.export.plain import probability, visible
from measurand.export.summary import of_result
from measurand.message import say


def render(records: Sequence[Record]) -> bytes:
    """A table for each record: result with its uncertainty, requirement, verdict and probability of conformity; then
    what to do about each verdict that is not CONFORMING. Text of data is escaped: it is neither markup nor HTML."""
    return "\n\n".join(_record(record) for record in records).encode("utf-8") + b"\n"


def _record(record: Record) -> str:
    head = [say(f"summary_of_job.{key}") for key in ("result_of", "result", "requirement", "verdict", "p")]
    rows = [head, ["---"] * len(head)]
    now: list[str] = []
    for result in record.results.results:
        decisions = of_result(result, record.decisions.decisions)
        rows += [[*_result(result), say("summary_of_job.none"), "", ""]] if not decisions else []
        for decision in decisions:
            verdict = f"{UNICODE.verdict[decision.verdict]} **{say(f'verdict.{decision.verdict.value}')}**"
            p = "" if decision.verdict is Verdict.INVALID else probability(real(decision.p_conformity))
            rows.append([*_result(result), escaped(decision.requirement.text), verdict, p])
            if decision.verdict is not Verdict.CONFORMING:
                reasons = "; ".join(text.rstrip(".") for text in (*decision.reasons, decision.what_now) if text)
                now.append(f"- **{escaped(decision.requirement.id)}**: {escaped(reasons)}")
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    title = escaped(" ".join(dict.fromkeys((record.procedure.id, record.procedure.title))))
    parts = [f"### {title}", table, "\n".join(now), escaped(say("summary_of_job.record", record=record.name))]
    return "\n\n".join(part for part in parts if part)


def _result(result: Result) -> list[str]:
    place = ", ".join(filter(None, (result.system, result.level)))
    return [escaped(f"{result.title} ({place})" if place else result.title), escaped(result.text)]


def escaped(text: str) -> str:
    r"""Text of data in a table of Markdown: one line, no mark of it or of HTML keeps its meaning.

    >>> escaped("a|b <img> _c_")
    'a\\|b &lt;img&gt; \\_c\\_'
    """
    plain = " ".join(visible(text).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#+!|~$@-])", r"\\\1", plain)
