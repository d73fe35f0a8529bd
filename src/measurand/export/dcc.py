"""Digital Calibration Certificate of PTB (DCC 3.3.0, quantities in D-SI 2.2) as XML: an unsigned copy of a certificate.

What the schema demands and a certificate does not hold is said to be not stated, never invented.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from measurand.document.decision import Decision, Verdict
from measurand.document.number import real
from measurand.document.result import Line, Result
from measurand.export.dcc_xml import (
    SI,
    UNITS,
    begun,
    below,
    contact,
    identified,
    in_text,
    in_words,
    real_quantity,
    statement,
    written,
)
from measurand.export.naming import rule_in_words
from measurand.export.original import Original
from measurand.message import say

COUNTRY_NOT_STATED = "ZZ"
"""A code that ISO 3166-1 leaves to its users."""
_FACTOR = re.compile(r"[1-9][0-9]*(\.[0-9]*)?")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([Ee][-+]?[0-9]+)?")
"""What D-SI takes for a coverage factor, and for a number."""


def render(original: Original) -> bytes:
    """The XML of a certificate, UTF-8; asymmetric intervals are ``coverageIntervalMU``, others ``expandedMU``."""
    root = begun()
    _administrative(below(root, "administrativeData"), original)
    results = below(root, "measurementResults")
    for result, decisions in original.pairs():
        _result(below(results, "measurementResult"), original, result, decisions)
    if not original.statement.predicate.results:
        _nothing(below(results, "measurementResult"))
    return written(root)


def _administrative(at: ET.Element, original: Original) -> None:
    predicate = original.statement.predicate
    software = below(at, "dccSoftware")
    for name, version in sorted(predicate.program.items()) or [("measurand", "")]:
        one = below(software, "software")
        in_words(below(one, "name"), name)
        in_text(one, "release", version)
    _core(below(at, "coreData"), original)
    items = below(at, "items")
    for system in predicate.systems or ({"id": say("dcc.not_stated")},):
        item = below(items, "item")
        in_words(below(item, "name"), system.get("name") or system.get("id", say("dcc.not_stated")))
        if system.get("version"):
            in_text(item, "model", system["version"])
        known = [("other", system[key], key) for key in ("id", "version", "maker", "digest") if system.get(key)]
        identified(below(item, "identifications"), *(known or [("other", say("dcc.not_stated"), "id")]))
    who = predicate.laboratory
    laboratory = below(below(at, "calibrationLaboratory"), "contact")
    contact(laboratory, who.name, ", ".join(filter(None, (who.address, who.location))))
    person = below(below(at, "respPersons"), "respPerson")
    in_words(below(below(person, "person"), "name"), who.authorised_by or say("dcc.not_stated"))
    contact(below(at, "customer"), predicate.customer, "")
    statements = below(at, "statements")
    statement(statements, say("dcc.valid_for"), predicate.valid_for)
    statement(statements, say("dcc.not_valid_for"), predicate.not_valid_for)
    for remark in predicate.remarks:
        statement(statements, say("dcc.remark"), remark)
    if predicate.demonstration:
        statement(statements, say("dcc.remark"), say("dcc.demonstration"))
    statement(statements, say("dcc.remark"), say("dcc.copy"))


def _core(core: ET.Element, original: Original) -> None:
    predicate = original.statement.predicate
    in_text(core, "countryCodeISO3166_1", COUNTRY_NOT_STATED)
    in_text(core, "usedLangCodeISO639_1", "en")
    in_text(core, "mandatoryLangCodeISO639_1", "en")
    in_text(core, "uniqueIdentifier", predicate.number)
    identified(
        below(core, "identifications"),
        ("other", f"sha256:{original.sha256}", say("dcc.original")),
        ("calibrationLaboratory", predicate.procedure_id, say("dcc.procedure")),
        ("other", f"sha256:{predicate.procedure_sha256}", say("dcc.procedure_digest")),
    )
    in_text(core, "beginPerformanceDate", predicate.measured[:10])
    in_text(core, "endPerformanceDate", predicate.measured[:10])
    in_text(core, "performanceLocation", "other")
    in_text(core, "issueDate", predicate.issued[:10])
    if predicate.amends is not None:
        change = below(core, "reportAmendedSubstituted")
        in_text(change, "typeOfChange", "substituted")
        in_text(change, "replacedUniqueIdentifier", predicate.amends.number)
        earlier = below(core, "previousReport")
        in_words(below(earlier, "referral"), say("dcc.replaced"))
        in_text(earlier, "referralID", predicate.amends.number)
        in_text(earlier, "procedure", "SHA-256")
        in_text(earlier, "value", predicate.amends.sha256)
        in_words(below(earlier, "description"), predicate.amends.reason)


def _result(at: ET.Element, original: Original, result: Result, decisions: tuple[Decision, ...]) -> None:
    several = len(original.statement.predicate.systems) > 1
    name = ", ".join(filter(None, (result.title, result.level, result.system if several else "")))
    in_words(below(at, "name"), name)
    warned = [say("dcc.warning", text=text) for text in result.warnings]
    warned += [say("dcc.check", name=check.name, text=check.text) for check in result.checks if not check.passed]
    in_words(below(at, "description"), " ".join((result.words or result.text, *warned)))
    method = below(below(at, "usedMethods"), "usedMethod")
    in_words(below(method, "name"), f"{original.statement.predicate.procedure_id}: {result.quantity}")
    in_words(below(method, "description"), say("dcc.uncertainty", method=result.method, rule=result.distribution.rule))
    results = below(at, "results")
    one = below(results, "result")
    in_words(below(one, "name"), name)
    _measured(below(below(one, "data"), "quantity"), result)
    budget = below(results, "result")
    in_words(below(budget, "name"), say("dcc.budget"))
    data = below(budget, "data")
    for line in result.budget:
        quantity = below(data, "quantity")
        in_words(below(quantity, "name"), line.component)
        if isinstance(line, Line) and _DECIMAL.fullmatch(line.contribution):
            in_words(below(quantity, "description"), say("dcc.line", line=line.line, type=line.type))
            real_quantity(quantity, line.contribution, result.unit)
        elif isinstance(line, Line):
            in_words(below(quantity, "noQuantity"), f"{line.line}: {line.contribution}")
        else:
            in_words(below(quantity, "noQuantity"), say("dcc.gap", state=line.state, needs=line.needs))
    if decisions:
        metadata = below(at, "measurementMetaData")
        for decision in decisions:
            _decided(below(metadata, "metaData"), result, decision)


def _nothing(at: ET.Element) -> None:
    """The schema demands a result."""
    in_words(below(at, "name"), say("dcc.no_result"))
    one = below(below(at, "results"), "result")
    in_words(below(one, "name"), say("dcc.no_result"))
    in_words(below(below(one, "data"), "text"), say("dcc.no_result"))


def _measured(at: ET.Element, result: Result) -> None:
    signed = {"value": result.value, "u": result.u, "lower": result.lower, "upper": result.upper}
    if not all(_DECIMAL.fullmatch(text) for text in (*signed.values(), result.U or "0")):
        in_words(below(at, "noQuantity"), say("dcc.unbounded", text=result.text, **signed))
        return
    if result.unit not in UNITS:
        in_words(below(at, "description"), say("dcc.unit", unit=result.unit))
    value = real_quantity(at, result.value, result.unit)
    uncertainty = ET.SubElement(value, f"{{{SI}}}measurementUncertaintyUnivariate")
    if result.U is not None and result.k is not None and _FACTOR.fullmatch(result.k):
        expanded = ET.SubElement(uncertainty, f"{{{SI}}}expandedMU")
        fields = {"valueExpandedMU": result.U, "coverageFactor": result.k}
        place = expanded
    else:
        place = ET.SubElement(uncertainty, f"{{{SI}}}coverageIntervalMU")
        fields = {"valueStandardMU": result.u, "intervalMin": result.lower, "intervalMax": result.upper}
    for name, number in {**fields, "coverageProbability": result.coverage_probability}.items():
        ET.SubElement(place, f"{{{SI}}}{name}").text = number


def _decided(at: ET.Element, result: Result, decision: Decision) -> None:
    requirement = decision.requirement
    in_words(below(at, "name"), say("dcc.requirement", id=requirement.id, text=requirement.text))
    verdict = say(f"verdict.{decision.verdict.value}")
    valid = decision.verdict is not Verdict.INVALID
    said = say("dcc.decision", verdict=verdict, p=decision.p_conformity) if valid else verdict
    rule = say("dcc.rule", rule=rule_in_words(decision.rule))
    in_words(below(at, "description"), "; ".join([said, *decision.reasons, rule]))
    in_text(at, "norm", "JCGM 106")
    if valid:
        in_text(at, "conformity", _conformity(result, decision))


def _conformity(result: Result, decision: Decision) -> str:
    """``pass`` and ``fail`` are our verdicts with their risks; INCONCLUSIVE is ``conditionalPass`` where the value lies
    within the tolerance, else ``conditionalFail``. INVALID is no statement of conformity and has none of the words."""
    if decision.verdict is Verdict.CONFORMING:
        return "pass"
    if decision.verdict is Verdict.NON_CONFORMING:
        return "fail"
    limits, value = decision.requirement, real(result.value)
    above = limits.lower_limit is None or value >= real(limits.lower_limit)
    below = limits.upper_limit is None or value <= real(limits.upper_limit)
    return "conditionalPass" if above and below else "conditionalFail"
