"""Files of key comparisons of the BIPM in XML, with quantities in the notation of D-SI.

Read are the submitted values, the published reference values and the published degrees of equivalence of files after
the schema ``KC_model_RI_II.xsd`` of <https://github.com/TheBIPM/CCRI-II-KC>, with uncertainties as D-SI version 1
(``expandedUnc``) and version 2 (``measurementUncertaintyUnivariate``) write them. What the laboratories say of their
own measurement (``laboratoryMeasurements``) is not read: its uncertainties are in percent, against the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from measurand.document.key_comparison import (
    KeyComparison,
    PublishedDegree,
    PublishedReference,
    Release,
    Submission,
    SubmittedValue,
)
from measurand.document.number import Number, number
from measurand.instrument.dsi import Unit, unit_of
from measurand.instrument.fault import hint_of, refusal, shown
from measurand.instrument.importer.source import contents
from measurand.instrument.xml_tree import Element, xml_tree

SPACES = frozenset({"KC_Schema", "https://ptb.de/si"})
"""Namespaces of key comparisons and of D-SI."""
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_SMALLEST, _LARGEST = Decimal("1e-300"), Decimal("1e300")
_YEAR = re.compile(r"[0-9]{4}")


def read_key_comparison(path: Path) -> KeyComparison:
    """The key comparison that a file holds; numbers keep the digits that were written.

    Degrees of equivalence may be in another multiple of the unit; their exponent says which. Submitted and reference
    values may not: in the file for Tb-161 they differ by an error. Raises TableError with file, line and path of the
    element: not there or not safe to read (M0880), not such a file or something missing (M0881), not a number (M0882),
    a unit that is unknown or another one (M0883), no uncertainty (M0884).
    """
    root = xml_tree(contents(path), str(path))
    if root.name != "comparison" or root.space not in SPACES:
        raise refusal("M0881.root", file=str(path), row=root.line, hint="M0881.hint", name=shown(root.name))
    top = _Place(root, "comparison", str(path))
    general = top.one("generalInformation")
    releases, submissions = top.below("comparisonData", "release"), top.below("comparisonMetadata", "submission")
    unit = _unit_of_all(top, releases, submissions)
    pilot = general.perhaps("pilot")
    return KeyComparison(
        code=general.one("comparisonCode").words(),
        pilot="" if pilot is None else pilot.one("acronym").words(),
        unit=unit.name,
        submissions=tuple(_submission(place, unit) for place in submissions),
        releases=tuple(_release(place, unit) for place in releases),
    )


@dataclass(frozen=True)
class _Place:
    """An element and where it stands."""

    element: Element
    path: str
    file: str

    def each(self, name: str) -> Iterator[_Place]:
        """The children of a name, in their order."""
        found = [e for e in self.element.children if e.name == name and e.space in SPACES]
        for n, element in enumerate(found):
            yield _Place(element, f"{self.path}.{name}" + (f".{n}" if len(found) > 1 else ""), self.file)

    def perhaps(self, name: str) -> _Place | None:
        """The only child of a name, None where there is none. Raises TableError: several."""
        found = list(self.each(name))
        if len(found) > 1:
            self.refuse("M0881.several", name=name)
        return found[0] if found else None

    def one(self, name: str) -> _Place:
        """The only child of a name. Raises TableError: none, several."""
        return self.perhaps(name) or self.refuse("M0881.missing", name=name)

    def below(self, name: str, inner: str) -> list[_Place]:
        """The children ``inner`` of the only child ``name``; none where it is not there."""
        found = self.perhaps(name)
        return [] if found is None else list(found.each(inner))

    def words(self) -> str:
        """The text. Raises TableError where it is empty."""
        if not self.element.text:
            self.refuse("M0881.empty")
        return self.element.text

    def optional(self, name: str) -> str:
        """The text of a child, empty where it is not there."""
        found = self.perhaps(name)
        return "" if found is None else found.element.text

    def number(self) -> Number:
        """The number as it is written. Raises TableError."""
        text = self.words()
        if not _NUMBER.fullmatch(text):
            self.refuse("M0882.comma" if _COMMA.fullmatch(text) else "M0882.number", value=shown(text))
        size = abs(Decimal(text))
        if size and not _SMALLEST < size < _LARGEST:
            self.refuse("M0882.number", value=shown(text))
        return text.removeprefix("+")

    def positive(self) -> Number:
        text = self.number()
        if not Decimal(text) > 0:
            self.refuse("M0882.positive", value=shown(text))
        return text

    def year(self) -> int:
        text = self.words()
        if not _YEAR.fullmatch(text):
            self.refuse("M0882.year", value=shown(text))
        return int(text)

    def truth(self) -> bool:
        text = self.words()
        if text not in _TRUTH:
            self.refuse("M0882.truth", value=shown(text))
        return _TRUTH[text]

    def unit(self) -> Unit:
        """The unit that a quantity is in."""
        place = self.one("unit")
        found = unit_of(place.words())
        return found or place.refuse("M0883.unknown", unit=shown(place.element.text))

    def refuse(self, key: str, **fields: object) -> NoReturn:
        """Raise the finding of this place."""
        raise refusal(key, file=self.file, row=self.element.line, hint=hint_of(key), column=self.path, **fields)


_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def _unit_of_all(top: _Place, releases: list[_Place], submissions: list[_Place]) -> Unit:
    """The unit of the first submitted value, or of the first reference value where none is published."""
    for submission in submissions:
        for value in _values(submission):
            return value.one("equivalentActivity").one("sirResult").unit()
    for release in releases:
        for reference in release.each("kcrv"):
            return reference.unit()
    top.refuse("M0881.nothing")


def _release(place: _Place, unit: Unit) -> Release:
    reference = place.perhaps("kcrv")
    groups = place.each("degreesOfEquivalence")
    return Release(
        doi=place.optional("doi"),
        year=place.one("year").year(),
        reference=None if reference is None else _reference(reference, unit),
        degrees=tuple(_degree(d, group, unit) for group in groups for d in group.each("degreeOfEquivalence")),
    )


def _reference(place: _Place, unit: Unit) -> PublishedReference:
    _same(place, unit)
    return PublishedReference(value=place.one("value").number(), u=_standard(place))


def _degree(place: _Place, group: _Place, unit: Unit) -> PublishedDegree:
    result, linked = place.one("result"), group.perhaps("linkedComparison")
    expanded, factor = _uncertainty(result)
    return PublishedDegree(
        laboratory=place.one("laboratory").one("acronym").words(),
        d=result.one("value").number(),
        expanded=expanded,
        exponent=_exponent(result, unit),
        factor=factor,
        linked_to="" if linked is None else linked.one("comparisonCode").words(),
    )


def _submission(place: _Place, unit: Unit) -> Submission:
    laboratory = place.one("laboratory")
    earlier = laboratory.optional("pastAcronyms").split(",")
    return Submission(
        laboratory=laboratory.one("acronym").words(),
        earlier_names=tuple(name.strip() for name in earlier if name.strip()),
        year=place.one("year").year(),
        in_reference=place.one("inKCRV").truth(),
        valid=place.one("doeValid").truth(),
        values=tuple(_value(value, unit) for value in _values(place)),
    )


def _values(submission: _Place) -> list[_Place]:
    return submission.below("bipmMeasurements", "bipmMeasurement")


def _value(place: _Place, unit: Unit) -> SubmittedValue:
    result = place.one("equivalentActivity").one("sirResult")
    _same(result, unit)
    return SubmittedValue(
        value=result.one("value").number(),
        u=_standard(result),
        specimens=_names(place.below("solutions", "solutionID")),
        methods=_names(place.below("methods", "method")),
        linked_to=place.optional("fromLinkedComparison"),
    )


def _names(places: list[_Place]) -> tuple[str, ...]:
    return tuple(place.element.text for place in places if place.element.text)


def _standard(place: _Place) -> Number:
    """The standard uncertainty of a quantity: the expanded one over its coverage factor."""
    u, factor = _uncertainty(place)
    return u if Decimal(factor) == 1 else number(float(Decimal(u) / Decimal(factor)))


def _uncertainty(place: _Place) -> tuple[Number, Number]:
    """The uncertainty of a quantity as written, and its coverage factor."""
    first, second = place.perhaps("expandedUnc"), place.perhaps("measurementUncertaintyUnivariate")
    if first is not None:
        return first.one("uncertainty").positive(), first.one("coverageFactor").positive()
    if second is None:
        place.refuse("M0884.missing")
    standard, expanded = second.perhaps("standardMU"), second.perhaps("expandedMU")
    if standard is not None:
        return standard.one("valueStandardMU").positive(), "1"
    if expanded is None:
        second.refuse("M0884.kind")
    return expanded.one("valueExpandedMU").positive(), expanded.one("coverageFactor").positive()


def _exponent(place: _Place, unit: Unit) -> int:
    """The power of ten between the unit of a quantity and that of the comparison. Raises TableError."""
    own = place.unit()
    if own.base != unit.base:
        place.one("unit").refuse("M0883.other", unit=shown(place.one("unit").element.text), expected=unit.name)
    return own.exponent - unit.exponent


def _same(place: _Place, unit: Unit) -> None:
    """Refuse a quantity in another multiple of the unit."""
    if _exponent(place, unit) != 0:
        place.one("unit").refuse("M0883.multiple", unit=shown(place.one("unit").element.text), expected=unit.name)
