"""Digital Calibration Certificate of PTB (DCC 3.3.0, quantities in D-SI 2.2) as XML: an unsigned copy of a certificate.

What the schema demands and a certificate does not hold is said to be not stated, never invented.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from measurand.document.decision import Decision, Verdict
from measurand.document.number import real
from measurand.document.result import Line, Result
from measurand.export.original import Original
from measurand.export.plain import visible

DCC, SI = "https://ptb.de/dcc", "https://ptb.de/si"
VERSION = "3.3.0"
COUNTRY_NOT_STATED = "ZZ"
"""A code that ISO 3166-1 leaves to its users."""
NOT_STATED = "not stated"
UNITS = {
    "": r"\one", "1": r"\one", "%": r"\percent", "s": r"\second", "ms": r"\milli\second", "min": r"\minute",
    "h": r"\hour", "m": r"\metre", "km": r"\kilo\metre", "cm": r"\centi\metre", "mm": r"\milli\metre",
    "um": r"\micro\metre", "nm": r"\nano\metre", "kg": r"\kilogram", "g": r"\gram", "mg": r"\milli\gram",
    "K": r"\kelvin", "degC": r"\degreecelsius", "V": r"\volt", "A": r"\ampere", "J": r"\joule", "W": r"\watt",
    "Hz": r"\hertz", "N": r"\newton", "Pa": r"\pascal", "deg": r"\degree", "rad": r"\radian",
}  # fmt: skip
"""Our unit -> D-SI. Another unit stays as it is written, and the quantity says so."""
_NO_XML = re.compile("[\ufffe\uffff]")
"""What is no control character and still no character of XML 1.0."""
_FACTOR = re.compile(r"[1-9]\d*(\.\d*)?")


def render(original: Original) -> bytes:
    """The XML of a certificate, UTF-8; asymmetric intervals are ``coverageIntervalMU``, others ``expandedMU``."""
    ET.register_namespace("dcc", DCC)
    ET.register_namespace("si", SI)
    root = ET.Element(f"{{{DCC}}}digitalCalibrationCertificate", {"schemaVersion": VERSION})
    _administrative(_below(root, "administrativeData"), original)
    results = _below(root, "measurementResults")
    for result, decisions in original.pairs():
        _result(_below(results, "measurementResult"), original, result, decisions)
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def _administrative(at: ET.Element, original: Original) -> None:
    predicate = original.statement.predicate
    software = _below(at, "dccSoftware")
    for name in sorted(predicate.program):
        one = _below(software, "software")
        _words(_below(one, "name"), name)
        _text(one, "release", predicate.program[name])
    core = _below(at, "coreData")
    _text(core, "countryCodeISO3166_1", COUNTRY_NOT_STATED)
    _text(core, "usedLangCodeISO639_1", "en")
    _text(core, "mandatoryLangCodeISO639_1", "en")
    _text(core, "uniqueIdentifier", predicate.number)
    _identified(
        _below(core, "identifications"),
        ("other", f"sha256:{original.sha256}", "SHA-256 of the signed original, certificate.json"),
        ("calibrationLaboratory", predicate.procedure_id, "procedure"),
        ("other", f"sha256:{predicate.procedure_sha256}", "SHA-256 of the procedure file"),
    )
    _text(core, "beginPerformanceDate", predicate.measured[:10])
    _text(core, "endPerformanceDate", predicate.measured[:10])
    _text(core, "performanceLocation", "laboratory")
    _text(core, "issueDate", predicate.issued[:10])
    if predicate.amends is not None:
        change = _below(core, "reportAmendedSubstituted")
        _text(change, "typeOfChange", "substituted")
        _text(change, "replacedUniqueIdentifier", predicate.amends.number)
        earlier = _below(core, "previousReport")
        _words(_below(earlier, "referral"), "certificate.json of the replaced certificate")
        _text(earlier, "referralID", predicate.amends.number)
        _text(earlier, "procedure", "SHA-256")
        _text(earlier, "value", predicate.amends.sha256)
        _words(_below(earlier, "description"), predicate.amends.reason)
    items = _below(at, "items")
    for system in predicate.systems or ({"id": NOT_STATED},):
        item = _below(items, "item")
        _words(_below(item, "name"), system.get("name") or system.get("id", NOT_STATED))
        if system.get("version"):
            _text(item, "model", system["version"])
        known = [("other", system[key], key) for key in ("id", "version", "maker", "digest") if system.get(key)]
        _identified(_below(item, "identifications"), *(known or [("other", NOT_STATED, "id")]))
    who = predicate.laboratory
    laboratory = _below(_below(at, "calibrationLaboratory"), "contact")
    _contact(laboratory, who.name, ", ".join(filter(None, (who.address, who.location))))
    person = _below(_below(at, "respPersons"), "respPerson")
    _words(_below(_below(person, "person"), "name"), who.authorised_by or NOT_STATED)
    _contact(_below(at, "customer"), predicate.customer, "")
    statements = _below(at, "statements")
    _statement(statements, "valid for", predicate.valid_for)
    _statement(statements, "not valid for", predicate.not_valid_for)
    for remark in predicate.remarks:
        _statement(statements, "remark", remark)
    _statement(statements, "copy", "The signed original is certificate.json; this XML is an unsigned copy of it.")


def _result(at: ET.Element, original: Original, result: Result, decisions: tuple[Decision, ...]) -> None:
    name = " ".join(filter(None, (result.title, result.level)))
    _words(_below(at, "name"), name)
    _words(_below(at, "description"), result.words or result.text)
    method = _below(_below(at, "usedMethods"), "usedMethod")
    _words(_below(method, "name"), f"{original.statement.predicate.procedure_id}: {result.quantity}")
    _words(_below(method, "description"), f"uncertainty: {result.method}; {result.distribution.rule}")
    results = _below(at, "results")
    one = _below(results, "result")
    _words(_below(one, "name"), name)
    _measured(_below(_below(one, "data"), "quantity"), result)
    budget = _below(results, "result")
    _words(_below(budget, "name"), "uncertainty budget")
    data = _below(budget, "data")
    for line in result.budget:
        quantity = _below(data, "quantity")
        _words(_below(quantity, "name"), line.component)
        if isinstance(line, Line):
            _words(
                _below(quantity, "description"), f"{line.line}; type {line.type}; standard uncertainty of the result"
            )
            _real(quantity, line.contribution, result.unit)
        else:
            _words(_below(quantity, "noQuantity"), f"{line.state}: {line.needs}")
    if decisions:
        metadata = _below(at, "measurementMetaData")
        for decision in decisions:
            _decided(_below(metadata, "metaData"), result, decision)


def _measured(at: ET.Element, result: Result) -> None:
    if result.unit not in UNITS:
        _words(_below(at, "description"), f"the unit {result.unit} has no form in D-SI here and stands as written")
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
    _words(_below(at, "name"), f"requirement {decision.requirement.id}: {decision.requirement.text}")
    said = f"{decision.verdict.value.upper()}; probability of conformity {decision.p_conformity}"
    _words(_below(at, "description"), "; ".join([said, *decision.reasons]))
    _text(at, "norm", "JCGM 106")
    _text(at, "conformity", _conformity(result, decision))


def _conformity(result: Result, decision: Decision) -> str:
    """``pass`` and ``fail`` are our verdicts with their risks; what was not decided is ``conditionalPass`` where the
    value lies within the tolerance, ``conditionalFail`` where it does not."""
    if decision.verdict is Verdict.CONFORMING:
        return "pass"
    if decision.verdict is Verdict.NON_CONFORMING:
        return "fail"
    limits, value = decision.requirement, real(result.value)
    above = limits.lower_limit is None or value >= real(limits.lower_limit)
    below = limits.upper_limit is None or value <= real(limits.upper_limit)
    return "conditionalPass" if above and below else "conditionalFail"


def _contact(at: ET.Element, name: str, address: str) -> None:
    _words(_below(at, "name"), name or NOT_STATED)
    _words(_below(_below(at, "location"), "further"), address or NOT_STATED)


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
    return " ".join(_NO_XML.sub("\ufffd", visible(text)).split()) or NOT_STATED
