"""The report of a round as a Digital Calibration Certificate (DCC 3.3.0): reference values and degrees of equivalence.

An unsigned form of the report; what the schema demands and a report does not hold is said to be not stated.
"""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET

from measurand.document.number import number, real
from measurand.document.round_report import Method, QuantityReport, RoundReport
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
from measurand.export.round_text import agreement_text, heading, left_out_texts
from measurand.message import say

COUNTRY = "ZZ"
"""Not stated: a code that ISO 3166-1 leaves to its users."""


def render(report: RoundReport, *, day: str, version: str) -> bytes:
    """The XML, UTF-8. ``day``: date of the report; ``version``: of the program."""
    root = begun()
    administrative = below(root, "administrativeData")
    one = below(below(administrative, "dccSoftware"), "software")
    in_words(below(one, "name"), "measurand")
    in_text(one, "release", version)
    core = below(administrative, "coreData")
    in_text(core, "countryCodeISO3166_1", COUNTRY)
    in_text(core, "usedLangCodeISO639_1", "en")
    in_text(core, "mandatoryLangCodeISO639_1", "en")
    in_text(core, "uniqueIdentifier", report.title)
    for name in ("beginPerformanceDate", "endPerformanceDate"):
        in_text(core, name, day)
    in_text(core, "performanceLocation", "other")
    in_text(core, "issueDate", day)
    items = below(administrative, "items")
    for q in report.quantities:
        item = below(items, "item")
        in_words(below(item, "name"), q.material or q.measurand)
        identified(below(item, "identifications"), ("other", q.material or q.measurand, "id"))
    contact(below(below(administrative, "calibrationLaboratory"), "contact"), "", "")
    person = below(below(administrative, "respPersons"), "respPerson")
    in_words(below(below(person, "person"), "name"), say("dcc.not_stated"))
    contact(below(administrative, "customer"), "", "")
    statements = below(administrative, "statements")
    for remark in (*report.remarks, say("round.dcc")):
        statement(statements, say("dcc.remark"), remark)
    results = below(root, "measurementResults")
    for q in report.quantities:
        _quantity(below(results, "measurementResult"), q, report)
    return written(root)


def _quantity(at: ET.Element, q: QuantityReport, report: RoundReport) -> None:
    in_words(below(at, "name"), heading(q))
    sentences = [*([agreement_text(q)] if q.agreement else []), *q.warnings, *left_out_texts(q)]
    if sentences:
        in_words(below(at, "description"), " ".join(sentences))
    results = below(at, "results")
    if q.reference is not None:
        one = below(results, "result")
        in_words(below(one, "name"), say("round.dcc_reference", method=say(f"round.method.{q.reference.name}")))
        _stated(below(below(one, "data"), "quantity"), q.reference, q, report)
    one = below(results, "result")
    in_words(below(one, "name"), say("round.dcc_results"))
    data = below(one, "data")
    for p in q.participants:
        quantity = below(data, "quantity")
        in_words(below(quantity, "name"), p.laboratory)
        value = real_quantity(quantity, p.value, q.unit)
        if p.u is not None:
            _expanded(value, number(2.0 * real(p.u)), "2")
    if q.degrees:
        one = below(results, "result")
        in_words(below(one, "name"), say("round.dcc_degrees"))
        data = below(one, "data")
        for d in q.degrees:
            quantity = below(data, "quantity")
            in_words(below(quantity, "name"), d.laboratory)
            _expanded(real_quantity(quantity, d.d, q.unit), d.expanded, report.factor)


def _stated(at: ET.Element, m: Method, q: QuantityReport, report: RoundReport) -> None:
    in_words(below(at, "name"), heading(q))
    if q.unit not in UNITS:
        in_words(below(at, "description"), say("dcc.unit", unit=q.unit))
    value = real_quantity(at, m.value, q.unit)
    uncertainty = ET.SubElement(value, f"{{{SI}}}measurementUncertaintyUnivariate")
    place = ET.SubElement(uncertainty, f"{{{SI}}}coverageIntervalMU")
    fields = {"valueStandardMU": m.u, "intervalMin": m.lower, "intervalMax": m.upper}
    for name, text in {**fields, "coverageProbability": report.coverage_probability}.items():
        ET.SubElement(place, f"{{{SI}}}{name}").text = text


def _expanded(value: ET.Element, expanded: str, factor: str) -> None:
    """Expanded uncertainty ``k u``; its coverage probability is that of a normal distribution with this k."""
    place = ET.SubElement(ET.SubElement(value, f"{{{SI}}}measurementUncertaintyUnivariate"), f"{{{SI}}}expandedMU")
    probability = number(round(math.erf(real(factor) / math.sqrt(2.0)), 4))
    fields = {"valueExpandedMU": expanded, "coverageFactor": factor, "coverageProbability": probability}
    for name, text in fields.items():
        ET.SubElement(place, f"{{{SI}}}{name}").text = text
