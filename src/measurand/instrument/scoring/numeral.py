"""Numbers as texts write them: separators, fractions, powers of ten, LaTeX; and those that nobody can be sure of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

LONGEST = 1000
"""Characters of one number; a longer one is not read."""
_UNREAD = "\ufffc"
_BRACES = r"\{[^{}]{0,80}\}"
_PLAIN = tuple(
    (re.compile(pattern), new)
    for pattern, new in (
        (r"\\!|\\(?:left|right|displaystyle)(?![A-Za-z])", ""),
        (r"(?:\\[,;: ])?\\([$%#])", r"\1"),
        (r"\\(?:times|cdot)(?![A-Za-z])|[\u00b7\u22c5]", "\u00d7"),
        (r"\^\s?(?:\{\\circ\}|\\circ)", "\u00b0"),
        (r"(?<=\d)(?:\{,\}|\\[,;: ]|[\u00a0\u2009\u202f])(?=\d{3}(?!\d))", ","),
        (r"\\(?:text|mathrm|mbox|textbf|mathbf)\s?\{([^{}]{0,80})\}", r" \1 "),
        (r"(?<=\d)\\[dt]?frac\s?\{\s?(\d{1,99})\s?\}\s?\{\s?(\d{1,99})\s?\}", r" \1/\2"),
        (r"\\[dt]?frac\s?\{\s?(-?\d{1,99})\s?\}\s?\{\s?(\d{1,99})\s?\}", r"\1/\2"),
        (r"(?<=\d)\\[dt]?frac\s?(\d)\s?(\d)(?!\d)", r" \1/\2"),
        (r"\\[dt]?frac\s?(\d)\s?(\d)(?!\d)", r"\1/\2"),
        (rf"\\[dt]?frac\s?(?:{_BRACES}){{0,2}}|(?:\\sqrt|\u221a)\s?(?:\[\d\])?(?:{_BRACES}|[\d.]{{1,99}})?", _UNREAD),
        (r"\\pi(?![A-Za-z])", "\u03c0"),
        (r"([=(]\s?)-\s{1,3}(?=[$\d.])", r"\1-"),
    )
)
_RAISED = re.compile("[\u207a\u207b]?[\u00b2\u00b3\u00b9\u2070\u2074-\u2079]+")
_VULGAR = re.compile("([0-9]?)([\u00bc-\u00be\u2150-\u215e])")
_LETTER = "[A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff]"
_WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_UNIT = (
    "(?:[kcdm\u00b5\u03bcn]?(?:m|g|s|l|L|W|V|Hz|Pa)|[km][AJN]|k?Wh|km/h|mph|h|hrs?|mins?|ft|in|mi|yd|lbs?|oz|[KMG]B|"
    r"\u00b0[CF])(?:\^\{?[23]\}?)?"
)
_NUMERAL = re.compile(
    rf"""
    (?P<name> {_LETTER} (?: {_LETTER} | \d | _(?!\{{) )* )                      # v2, x_1
  | (?P<place> [\^_]\{{[^{{}}]{{0,40}}\}} | \^[-+]?\w | \d+(?:st|nd|rd|th)(?! {_LETTER} ) )
  | (?P<unsure> [-+$\u20ac\u00a3]{{0,2}}(?<![\d.,])\d{{1,3}}(?:[ ]\d{{3}})+(?! [.,/]?\d | {_LETTER} )
      | [$\u20ac\u00a3][-+]?\d[\d.,]{{0,99}}[kKmMbB](?! {_LETTER} )
      | \d+(?:[-/.:]\d+){{2,}} | {_UNREAD} )                            # 1 234; $5m; 2024-01-05; a root
  | (?P<minus> (?<![\w)\]}}.,]) [-+] )? [$\u20ac\u00a3]? (?P<sign> (?<=[$\u20ac\u00a3]) [-+] )?
    (?: (?P<mixed>\d+)[ ](?P<above>\d+)[ ]?/[ ]?(?P<below>\d+)
      | 10[ ]?\^\{{?[ ]?(?P<ten>[-+]?\d{{1,3}})[ ]?\}}?
      | (?P<digits> {_WHOLE}(?:\.\d+)? | (?<!\.)\.\d+ )
        (?: [eE](?P<e>[-+]?\d{{1,3}})
          | [ ]?[\u00d7*xX][ ]?10[ ]?\^\{{?[ ]?(?P<times>[-+]?\d{{1,3}})[ ]?\}}?
          | [ ]?/[ ]?(?P<divisor>{_WHOLE}) )? )
    (?: {_UNIT}(?! {_LETTER} | \d ) | \s?(?P<percent>%) )?
    (?! {_LETTER} | _\d | [\^\u4e07\u5343\u4ebf\u767e] | [.,:/]?\d )
  | (?P<other> \d (?: [\w^{{}}] | [.,:/](?=\d) )* )                     # 2b, 12:30, 1,2,3
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Numeral:
    """One number of a text. ``value`` is None where it can be read in several ways, or in none."""

    written: str
    value: Fraction | None
    percent: bool = False


def numerals(text: str) -> Iterator[Numeral]:
    r"""All numbers of a text in their order; digits in names (``v2``) and ordinals (``3rd``) are none.

    >>> [str(one.value) for one in numerals("7 of 1,000 (0.7 %), no. x2, -3 1/2, 5kg")]
    ['7', '1000', '7/10', '-7/2', '5']
    >>> [str(one.value) for one in numerals("\\boxed{\\frac{3}{4}}, 1.2 \\times 10^{-3}, 1{,}234, 25\\%")]
    ['3/4', '3/2500', '1234', '25']
    >>> [one.written for one in numerals("12:30, 1 234, 2^10, 3b") if one.value is None]
    ['12:30', '1 234', '2^10', '3b']
    """
    for found in _NUMERAL.finditer(plain(text)):
        if found["name"] or found["place"]:
            continue
        unread = found["unsure"] or found["other"] or found.end() - found.start() > LONGEST
        yield Numeral(found.group().strip(), None if unread else _value(found), bool(found["percent"]))


def plain(text: str) -> str:
    """The text with LaTeX and Unicode forms of numbers written as plain ones."""
    text = _VULGAR.sub(lambda one: one[1] + " " * bool(one[1]) + unicodedata.normalize("NFKC", one[2]), text)
    text = _RAISED.sub(lambda one: "^" + unicodedata.normalize("NFKC", one.group()), text)
    text = text.translate({0x2212: "-", 0x2013: "-", 0x2044: "/", 0x2215: "/"})
    for pattern, new in _PLAIN:
        text = pattern.sub(new, text)
    return text


def _value(found: re.Match[str]) -> Fraction | None:
    """None for a division by zero, and for a whole number beside a fraction that is no part of one."""
    sign = -1 if "-" in (found["minus"], found["sign"]) else 1
    if found["mixed"]:
        above, below = int(found["above"]), int(found["below"])
        return sign * (int(found["mixed"]) + Fraction(above, below)) if 0 < above < below else None
    if found["ten"]:
        return sign * Fraction(10) ** int(found["ten"])
    value = Fraction(found["digits"].replace(",", "")) * Fraction(10) ** int(found["e"] or found["times"] or 0)
    divisor = int((found["divisor"] or "1").replace(",", ""))
    return sign * value / divisor if divisor else None
