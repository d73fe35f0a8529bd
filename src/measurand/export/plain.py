"""Text and numbers as readers see them: control characters made visible, shares and probabilities in words."""

from __future__ import annotations

import math
import re
import unicodedata

from measurand.document.number import Number, real
from measurand.document.rounding import at_place, place, plain, significant

MINUS = "\u2212"


def visible(text: str) -> str:
    """The text with control and direction characters written out: no name can disguise itself or steer a terminal.

    >>> visible("a\\u202eb\\x1b[2J")
    'a<U+202E>b<U+001B>[2J'
    """
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co") else f"<U+{ord(c):04X}>"
        for c in text
    )


def of_xml(text: str) -> str:
    """The visible text with the two characters written out that are none of XML 1.0 and no control characters either.

    >>> of_xml("a\\ufffe\\x00")
    'a<U+FFFE><U+0000>'
    """
    return re.sub("[\ufffe\uffff]", lambda found: f"<U+{ord(found.group()):04X}>", visible(text))


def columns_of(text: str) -> int:
    """Columns that the text takes in a terminal: wide characters two, combining marks none.

    >>> columns_of("a被"), columns_of("é")
    (3, 1)
    """
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def decimals(u: float, digits: int = 2) -> int:
    """Decimals that show ``u`` with that many significant digits; negative for tens and hundreds, 0 for zero.

    >>> decimals(0.0117), decimals(0.0996, 2), decimals(12.3), decimals(1234.0)
    (3, 2, 0, -2)
    """
    return -place(u, digits) if u else 0


def rounded(x: float, places: int) -> str:
    """A number with fixed decimals, never ``-0`` and, unless it is zero, never all zeros.

    >>> rounded(0.01014, 4), rounded(-0.2, 1), rounded(0.000003, 4), rounded(1234.0, -2)
    ('0.0101', '−0.2', '0.000003', '1200')
    """
    if x != 0 and at_place(x, -places) == 0:
        text = power(x) if abs(x) < 1e-6 else significant(x, 1)
    else:
        text = plain(at_place(x, -places))
    return text.replace("-", MINUS)


def beside(x: Number, u: Number) -> str:
    """A limit that was computed, to the place of the third significant digit of the standard uncertainty ``u``.

    >>> beside("0.919195123", "0.01167"), beside("50.000745436", "0.0000317")
    ('0.9192', '50.0007454')
    """
    return rounded(real(x), decimals(real(u), 3))


def aligned(x: float, u: float) -> str:
    """A contribution to ``u``, to the place of its third significant digit; a power of ten where zeros would fill it.

    >>> aligned(0.0101, 0.0117), aligned(0.000003, 0.0117), aligned(4.56e-6, 5.3e-6), aligned(2.7e9, 3.1e9)
    ('0.0101', '0.000003', '4.56e−6', '2.70e9')
    """
    places = decimals(u, 3)
    if -6 < places < 7:
        return rounded(x, places)
    head, tail = f"{x:.2e}".split("e")
    return f"{head}e{int(tail)}".replace("-", MINUS)


def power(x: float) -> str:
    """One significant digit and a power of ten.

    >>> power(4e-9)
    '4e−9'
    """
    head, tail = f"{x:.0e}".split("e")
    return f"{head}e{int(tail)}".replace("-", MINUS)


def limit(text: Number) -> str:
    """A limit as a reader expects it: the shortest digits, no exponent in the ordinary range.

    >>> limit("0.9"), limit("1e-05"), limit("250")
    ('0.9', '0.00001', '250')
    """
    x = real(text)
    if x == 0 or not 1e-6 <= abs(x) < 1e9:
        return text.replace("-", MINUS)
    return f"{x:.12f}".rstrip("0").rstrip(".").replace("-", MINUS)


def percent(share: float) -> str:
    """A share in per cent with one decimal; what is too small to show is said so.

    >>> percent(0.75), percent(0.0002), percent(-0.031), percent(0.0)
    ('75.0 %', '< 0.1 %', '−3.1 %', '0.0 %')
    """
    if share != 0 and abs(share) < 0.0005:
        return "< 0.1 %" if share > 0 else f"> {MINUS}0.1 %"
    return f"{100 * share:.1f} %".replace("-", MINUS)


def risk(p: float) -> str:
    """A risk in per cent, never rounded to nought or to one hundred.

    >>> risk(0.00004), risk(0.172), risk(0.0312), risk(0.99999)
    ('< 0.01 %', '17 %', '3.1 %', '> 99.99 %')
    """
    if p < 0.0001:
        return "< 0.01 %"
    if p > 0.9999:
        return "> 99.99 %"
    percentage = 100 * p
    if percentage > 99 or percentage < 1:
        return f"{percentage:.2f} %"
    return f"{percentage:.1f} %" if percentage < 10 or percentage > 90 else f"{percentage:.0f} %"


def probability(p: float) -> str:
    """A probability that is never rounded to 0 or 1.

    >>> probability(0.99996), probability(0.83), probability(0.9712), probability(0.00001)
    ('> 0.9999', '0.83', '0.971', '< 0.0001')
    """
    if p > 0.9999:
        return "> 0.9999"
    if p < 0.0001:
        return "< 0.0001"
    if p > 0.995 or p < 0.005:
        return f"{p:.4f}"
    return f"{p:.3f}" if p > 0.9 or p < 0.1 else f"{p:.2f}"


def freedom(df: Number) -> str:
    """Degrees of freedom.

    >>> freedom("infinite"), freedom("41.7"), freedom("3.26")
    ('∞', '42', '3.3')
    """
    x = real(df)
    if math.isinf(x):
        return "∞"
    return f"{x:.0f}" if x >= 10 or x == int(x) else f"{x:.1f}"
