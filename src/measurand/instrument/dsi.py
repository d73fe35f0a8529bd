r"""Units in the notation of D-SI, ``\kilo\becquerel`` or ``\gram\centi\metre\tothe{-3}``.

D-SI, the Digital System of Units of the EMPIR project SmartCom (2020), names SI prefixes and units by words after a
backslash, as siunitx does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PREFIXES = {
    "quecto": -30, "ronto": -27, "yocto": -24, "zepto": -21, "atto": -18, "femto": -15, "pico": -12, "nano": -9,
    "micro": -6, "milli": -3, "centi": -2, "deci": -1, "deca": 1, "hecto": 2, "kilo": 3, "mega": 6, "giga": 9,
    "tera": 12, "peta": 15, "exa": 18, "zetta": 21, "yotta": 24, "ronna": 27, "quetta": 30,
}  # fmt: skip
"""Name -> power of ten (SI brochure, 9th edition)."""
UNITS = frozenset({
    "one", "metre", "gram", "second", "ampere", "kelvin", "mole", "candela", "radian", "steradian", "hertz", "newton",
    "pascal", "joule", "watt", "coulomb", "volt", "farad", "ohm", "siemens", "weber", "tesla", "henry",
    "degreecelsius", "lumen", "lux", "becquerel", "gray", "sievert", "katal", "day", "hour", "minute", "degree",
    "arcminute", "arcsecond", "hectare", "litre", "tonne", "electronvolt", "dalton", "astronomicalunit", "neper",
    "bel", "decibel", "percent", "ppm",
})  # fmt: skip
_OF_EXPONENT = {0: ""} | {exponent: "\\" + name for name, exponent in PREFIXES.items()}
_SYMBOLS = {"Bq": 0, "kBq": 3, "MBq": 6, "GBq": 9}
"""Symbols that files give where D-SI asks for names: the reference values of BIPM.RI(II)-K1."""
_TOKEN = re.compile(r"\\([a-z]+)(?:\{([^{}\\]*)\})?")
_POWER = re.compile(r"-?[0-9]{1,2}")


@dataclass(frozen=True)
class Unit:
    r"""A unit as a power of ten times units without prefixes: ``\kilo\becquerel`` is 3 and ``\becquerel``."""

    exponent: int
    base: str

    @property
    def name(self) -> str:
        r"""In the notation of D-SI where a prefix has this power, else as ``10^4 \\metre``."""
        prefix = _OF_EXPONENT.get(self.exponent)
        return f"10^{self.exponent} {self.base}" if prefix is None else prefix + self.base


def unit_of(text: str) -> Unit | None:
    r"""The unit that a text names; None where it is none of D-SI (nor a multiple of Bq by its symbol).

    >>> unit_of(r"\kilo\becquerel"), unit_of(" kBq ")
    (Unit(exponent=3, base='\\becquerel'), Unit(exponent=3, base='\\becquerel'))
    >>> unit_of(r"\gram\centi\metre\tothe{-3}")
    Unit(exponent=6, base='\\gram\\metre\\tothe{-3}')
    >>> unit_of(r"\kilo\apple"), unit_of("kilobecquerel")
    (None, None)
    """
    text = text.strip()
    if text in _SYMBOLS:
        return Unit(_SYMBOLS[text], r"\becquerel")
    tokens = list(_TOKEN.finditer(text))
    if not tokens or "".join(t[0] for t in tokens) != text:
        return None
    exponent, prefix, base = 0, 0, ""
    state = "start"
    for token in tokens:
        word, power = token[1], token[2]
        read = _kind(word, power)
        if (state, read) not in _AFTER:
            return None
        if read == "prefix":
            prefix = PREFIXES[word]
        elif read == "unit":
            scale = prefix + (3 if word == "kilogram" else 0)
            exponent, base, prefix = exponent + scale, base + "\\" + ("gram" if word == "kilogram" else word), 0
        else:
            exponent, base = exponent + (int(power) - 1) * scale, base + f"\\tothe{{{int(power)}}}"
        state = read
    return None if state == "prefix" else Unit(exponent, base)


_AFTER = frozenset(
    {
        ("start", "prefix"), ("start", "unit"), ("prefix", "unit"), ("unit", "unit"), ("unit", "prefix"),
        ("unit", "power"), ("power", "unit"), ("power", "prefix"),
    }
)  # fmt: skip
"""What may follow what."""


def _kind(word: str, power: str | None) -> str:
    if power is None:
        known = "prefix" if word in PREFIXES else ""
        return known or ("unit" if word in UNITS or word == "kilogram" else "unknown")
    return "power" if word == "tothe" and _POWER.fullmatch(power) and int(power) != 0 else "unknown"
