"""Digital Calibration Certificate of PTB (DCC 3.3.0, quantities in D-SI 2.2) as XML: an unsigned copy of a certificate.

What the schema demands and a certificate does not hold is said to be not stated, never invented.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from measurand.document.decision import Decision, Verdict
from measurand.document.number import real
from measurand.document.result import Line, Result
from measurand.export.naming import rule_in_words
from measurand.export.original import Original
from measurand.export.plain import of_xml
from measurand.message import say

DCC, SI = "https://ptb.de/dcc", "https://ptb.de/si"
VERSION = "3.3.0"
COUNTRY_NOT_STATED = "ZZ"
"""A code that ISO 3166-1 leaves to its users."""
UNITS = {
    "": r"\one", "1": r"\one", "%": r"\percent", "s": r"\second", "ms": r"\milli\second", "min": r"\minute",
    "h": r"\hour", "m": r"\metre", "km": r"\kilo\metre", "cm": r"\centi\metre", "mm": r"\milli\metre",
    "um": r"\micro\metre", "nm": r"\nano\metre", "kg": r"\kilogram", "g": r"\gram", "mg": r"\milli\gram",
    "K": r"\kelvin", "degC": r"\degreecelsius", "V": r"\volt", "A": r"\ampere", "J": r"\joule", "W": r"\watt",
    "mV": r"\milli\volt", "mA": r"\milli\ampere", "ohm": r"\ohm", "kW": r"\kilo\watt", "us": r"\micro\second",
    "Hz": r"\hertz", "kHz": r"\kilo\hertz", "d": r"\day", "mol": r"\mole", "ns": r"\nano\second",
    "µs": r"\micro\second", "µm": r"\micro\metre", "mrad": r"\milli\radian", "N": r"\newton", "Pa": r"\pascal",
    "deg": r"\degree", "rad": r"\radian",
}  # fmt: skip
"""Our unit -> D-SI. Another unit stays as it is written, and the quantity says so."""
_FACTOR = re.compile(r"[1-9][0-9]*(\.[0-9]*)?")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([Ee][-+]?[0-9]+)?")
"""What D-SI takes for a coverage factor, and for a number."""


def render(original: Original) -> bytes:
    """The XML of a certificate, UTF-8; asymmetric intervals are ``coverageIntervalMU``, others ``expandedMU``."""
    ET.register_namespace("dcc", DCC)
    ET.register_namespace("si", SI)
    root = ET.Element(f"{{{DCC}}}digitalCalibrationCertificate", {"schemaVersion": VERSION})
    _administrative(_below(root, "administrativeData"), original)
    results = _below(root, "measurementResults")
    for result, decisions in original.pairs():
        _result(_below(results, "measurementResult"), original, result, decisions)
    if not original.statement.predicate.results:
        _nothing(_below(results, "measurementResult"))
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def _administrative(at: ET.Element, original: Original) -> None:
    predicate = original.statement.predicate
    software = _below(at, "dccSoftware")
    for name, version in sorted(predicate.program.items()) or [("measurand", "")]:
        one = _below(software, "software")
        _words(_below(one, "name"), name)
        _text(one, "release", version)
    _core(_below(at, "coreData"), original)
    items = _below(at, "items")
    for system in predicate.systems or ({"id": say("dcc.not_stated")},):
        item = _below(items, "item")
        _words(_below(item, "name"), system.get("name") or system.get("id", say("dcc.not_stated")))
        if system.get("version"):
            _text(item, "model", system["version"])
        known = [("other", system[key], key) for key in ("id", "version", "maker", "digest") if system.get(key)]
        _identified(_below(item, "identifications"), *(known or [("other", say("dcc.not_stated"), "id")]))
    who = predicate.laboratory
    laboratory = _below(_below(at, "calibrationLaboratory"), "contact")
    _contact(laboratory, who.name, ", ".join(filter(None, (who.address, who.location))))
    person = _below(_below(at, "respPersons"), "respPerson")
    _words(_below(_below(person, "person"), "name"), who.authorised_by or say("dcc.not_stated"))
    _contact(_below(at, "customer"), predicate.customer, "")
    statements = _below(at, "statements")
    _statement(statements, say("dcc.valid_for"), predicate.valid_for)
    _statement(statements, say("dcc.not_valid_for"), predicate.not_valid_for)
    for remark in predicate.remarks:
        _statement(statements, say("dcc.remark"), remark)
    if predicate.demonstration:
        _statement(statements, say("dcc.remark"), say("dcc.demonstration"))
    _statement(statements, say("dcc.remark"), say("dcc.copy"))


def _core(core: ET.Element, original: Original) -> None:
    predicate = original.statement.predicate
    _text(core, "countryCodeISO3166_1", COUNTRY_NOT_STATED)
    _text(core, "usedLangCodeISO639_1", "en")
    _text(core, "mandatoryLangCodeISO639_1", "en")
    _text(core, "uniqueIdentifier", predicate.number)
    _identified(
        _below(core, "identifications"),
        ("other", f"sha256:{original.sha256}", say("dcc.original")),
        ("calibrationLaboratory", predicate.procedure_id, say("dcc.procedure")),
        ("other", f"sha256:{predicate.procedure_sha256}", say("dcc.procedure_digest")),
    )
    _text(core, "beginPerformanceDate", predicate.measured[:10])
    _text(core, "endPerformanceDate", predicate.measured[:10])
    _text(core, "performanceLocation", "other")
    _text(core, "issueDate", predicate.issued[:10])
    if predicate.amends is not None:
        change = _below(core, "reportAmendedSubstituted")
        _text(change, "typeOfChange", "substituted")
        _text(change, "replacedUniqueIdentifier", predicate.amends.number)
        earlier = _below(core, "previousReport")
        _words(_below(earlier, "referral"), say("dcc.replaced"))
        _text(earlier, "referralID", predicate.amends.number)
        _text(earlier, "procedure", "SHA-256")
        _text(earlier, "value", predicate.amends.sha256)
        _words(_below(earlier, "description"), predicate.amends.reason)


def _result(at: ET.Element, original: Original, result: Result, decisions: tuple[Decision, ...]) -> None:
    several = len(original.statement.predicate.systems) > 1
    name = ", ".join(filter(None, (result.title, result.level, result.system if several else "")))
    _words(_below(at, "name"), name)
    warned = [say("dcc.warning", text=text) for text in result.warnings]
    warned += [say("dcc.check", name=check.name, text=check.text) for check in result.checks if not check.passed]
    _words(_below(at, "description"), " ".join((result.words or result.text, *warned)))
    method = _below(_below(at, "usedMethods"), "usedMethod")
    _words(_below(method, "name"), f"{original.statement.predicate.procedure_id}: {result.quantity}")
    _words(_below(method, "description"), say("dcc.uncertainty", method=result.method, rule=result.distribution.rule))
    results = _below(at, "results")
    one = _below(results, "result")
    _words(_below(one, "name"), name)
    _measured(_below(_below(one, "data"), "quantity"), result)
    budget = _below(results, "result")
    _words(_below(budget, "name"), say("dcc.budget"))
    data = _below(budget, "data")
    for line in result.budget:
        quantity = _below(data, "quantity")
        _words(_below(quantity, "name"), line.component)
        if isinstance(line, Line) and _DECIMAL.fullmatch(line.contribution):
            _words(_below(quantity, "description"), say("dcc.line", line=line.line, type=line.type))
            _real(quantity, line.contribution, result.unit)
        elif isinstance(line, Line):
            _words(_below(quantity, "noQuantity"), f"{line.line}: {line.contribution}")
        else:
            _words(_below(quantity, "noQuantity"), say("dcc.gap", state=line.state, needs=line.needs))
    if decisions:
        metadata = _below(at, "measurementMetaData")
        for decision in decisions:
            _decided(_below(metadata, "metaData"), result, decision)


def _nothing(at: ET.Element) -> None:
    """The schema demands a result."""
    _words(_below(at, "name"), say("dcc.no_result"))
    one = _below(_below(at, "results"), "result")
    _words(_below(one, "name"), say("dcc.no_result"))
    _words(_below(_below(one, "data"), "text"), say("dcc.no_result"))


def _measured(at: ET.Element, result: Result) -> None:
    signed = {"value": result.value, "u": result.u, "lower": result.lower, "upper": result.upper}
    if not all(_DECIMAL.fullmatch(text) for text in (*signed.values(), result.U or "0")):
        _words(_below(at, "noQuantity"), say("dcc.unbounded", text=result.text, **signed))
        return
    if result.unit not in UNITS:
        _words(_below(at, "description"), say("dcc.unit", unit=result.unit))
    value = _real(at, result.value, result.unit)
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


def _real(at: ET.Element, value: str, unit: str) -> ET.Element:
    found = ET.SubElement(at, f"{{{SI}}}real")
    ET.SubElement(found, f"{{{SI}}}value").text = value
    ET.SubElement(found, f"{{{SI}}}unit").text = UNITS.get(unit) or _plain(unit)
    return found


def _decided(at: ET.Element, result: Result, decision: Decision) -> None:
    requirement = decision.requirement
    _words(_below(at, "name"), say("dcc.requirement", id=requirement.id, text=requirement.text))
    verdict = say(f"verdict.{decision.verdict.value}")
    valid = decision.verdict is not Verdict.INVALID
    said = say("dcc.decision", verdict=verdict, p=decision.p_conformity) if valid else verdict
    rule = say("dcc.rule", rule=rule_in_words(decision.rule))
    _words(_below(at, "description"), "; ".join([said, *decision.reasons, rule]))
    _text(at, "norm", "JCGM 106")
    if valid:
        _text(at, "conformity", _conformity(result, decision))


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


def _contact(at: ET.Element, name: str, address: str) -> None:
    _words(_below(at, "name"), name or say("dcc.not_stated"))
    _words(_below(_below(at, "location"), "further"), address or say("dcc.not_stated"))


def _statement(at: ET.Element, name: str, words: str) -> None:
    if words.strip():
        one = _below(at, "statement")
        _words(_below(one, "name"), name)
        _words(_below(one, "declaration"), words)


def _identified(at: ET.Element, *several: tuple[str, str, str]) -> None:
    for issuer, value, name in several:
        one = _below(at, "identification")
        _text(one, "issuer", issuer)
        _text(one, "value", value)
        _words(_below(one, "name"), name)


def _below(at: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(at, f"{{{DCC}}}{name}")


def _words(at: ET.Element, words: str) -> None:
    _below(at, "content").text = _plain(words)
    at[-1].set("lang", "en")


def _text(at: ET.Element, name: str, text: str) -> None:
    _below(at, name).text = _plain(text)


def _plain(text: str) -> str:
    """One line without control characters: what the schema calls a string that is not empty."""
    return " ".join(of_xml(text).split()) or say("dcc.not_stated")
