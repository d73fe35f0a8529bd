"""Decisions as JUnit XML, for the test reports of continuous integration: a case for each requirement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from measurand.document.decision import Decision, Verdict
from measurand.document.record import Record
from measurand.document.result import Result
from measurand.export.plain import of_xml
from measurand.message import say


def render(records: Sequence[Record]) -> bytes:
    """A suite for each record. NON-CONFORMING and INCONCLUSIVE are failures (their type says which), INVALID is an
    error: nothing was decided. A result without requirement is a case that is skipped, and shows its text."""
    suites = ET.Element("testsuites", name="measurand")
    for record in records:
        cases = [*_decided(record), *_undecided(record)]
        suite = ET.SubElement(suites, "testsuite", name=of_xml(record.procedure.id), timestamp=record.measured[:19])
        suite.extend(cases)
        suite.set("tests", str(len(cases)))
        for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            suite.set(name, str(sum(case.find(tag) is not None for case in cases)))
    ET.indent(suites)
    text: str = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _decided(record: Record) -> Iterator[ET.Element]:
    result_of = {(r.measurand, r.system, r.level): r for r in record.results.results}
    for decision in record.decisions.decisions:
        place = [text for text in (decision.system, decision.level) if text]
        name = f"{decision.requirement.id}: {decision.requirement.text}" + (f" ({', '.join(place)})" if place else "")
        result = result_of[decision.measurand, decision.system, decision.level]
        case = _case(record, name, result)
        word = say(f"verdict.{decision.verdict.value}")
        if decision.verdict is not Verdict.CONFORMING:
            tag = "error" if decision.verdict is Verdict.INVALID else "failure"
            fault = ET.SubElement(case, tag, type=word, message=of_xml(f"{word}: {result.text}"))
            fault.text = of_xml("\n".join(_reasons(decision)))
        yield case


def _reasons(decision: Decision) -> list[str]:
    return [text for text in (*decision.reasons, decision.what_now) if text]


def _undecided(record: Record) -> Iterator[ET.Element]:
    decided = {(d.measurand, d.system, d.level) for d in record.decisions.decisions}
    for result in record.results.results:
        if (result.measurand, result.system, result.level) not in decided:
            case = _case(record, " ".join(filter(None, (result.measurand, result.system, result.level))), result)
            ET.SubElement(case, "skipped", message=of_xml(say("junit.no_requirement", text=result.text)))
            yield case


def _case(record: Record, name: str, result: Result) -> ET.Element:
    case = ET.Element("testcase", classname=of_xml(record.procedure.id), name=of_xml(name))
    ET.SubElement(case, "system-out").text = of_xml(f"{result.title}: {result.text}\n{record.name}")
    return case
