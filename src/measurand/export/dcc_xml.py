"""Elements of PTB's Digital Calibration Certificate (DCC 3.3.0) and of D-SI 2.2."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from measurand.export.plain import of_xml
from measurand.message import say

DCC, SI = "https://ptb.de/dcc", "https://ptb.de/si"
VERSION = "3.3.0"
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


def begun() -> ET.Element:
    """The root element of a certificate."""
    ET.register_namespace("dcc", DCC)
    ET.register_namespace("si", SI)
    return ET.Element(f"{{{DCC}}}digitalCalibrationCertificate", {"schemaVersion": VERSION})


def written(root: ET.Element) -> bytes:
    """The file, as UTF-8."""
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def real_quantity(at: ET.Element, value: str, unit: str) -> ET.Element:
    """A number with its unit, as D-SI writes it; uncertainties go below it."""
    found = ET.SubElement(at, f"{{{SI}}}real")
    ET.SubElement(found, f"{{{SI}}}value").text = value
    ET.SubElement(found, f"{{{SI}}}unit").text = UNITS.get(unit) or one_line(unit)
    return found


def contact(at: ET.Element, name: str, address: str) -> None:
    """Name and address."""
    in_words(below(at, "name"), name or say("dcc.not_stated"))
    in_words(below(below(at, "location"), "further"), address or say("dcc.not_stated"))


def statement(at: ET.Element, name: str, words: str) -> None:
    """A declaration, if there is one."""
    if words.strip():
        one = below(at, "statement")
        in_words(below(one, "name"), name)
        in_words(below(one, "declaration"), words)


def identified(at: ET.Element, *several: tuple[str, str, str]) -> None:
    """Issuer, value and name of each identification."""
    for issuer, value, name in several:
        one = below(at, "identification")
        in_text(one, "issuer", issuer)
        in_text(one, "value", value)
        in_words(below(one, "name"), name)


def below(at: ET.Element, name: str) -> ET.Element:
    """A new element of the DCC below another."""
    return ET.SubElement(at, f"{{{DCC}}}{name}")


def in_words(at: ET.Element, words: str) -> None:
    """Text in a language."""
    below(at, "content").text = one_line(words)
    at[-1].set("lang", "en")


def in_text(at: ET.Element, name: str, text: str) -> None:
    """An element with plain text."""
    below(at, name).text = one_line(text)


def one_line(text: str) -> str:
    """One line without control characters: what the schema calls a string that is not empty."""
    return " ".join(of_xml(text).split()) or say("dcc.not_stated")
