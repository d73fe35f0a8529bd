"""Numbers in documents are decimal strings: the shortest text that reads back to the same double."""

from __future__ import annotations

import math
import re
from typing import Annotated

from pydantic import AfterValidator

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
"""One writing only: float() would take spaces, underscores and the digits of every script."""


def number(x: float) -> str:
    """Decimal string of a double, shortest that reads back to the same bits; ``"infinite"`` for plus infinity.

    Raises ValueError for NaN and minus infinity: no document holds them.

    >>> number(0.1), number(2.0), number(float("inf"))
    ('0.1', '2', 'infinite')
    """
    x = float(x)
    if math.isnan(x) or x == -math.inf:
        raise ValueError(f"{x} is not a number that a document can hold")
    if x == math.inf:
        return "infinite"
    if x == 0:
        return "0"
    text = repr(x)
    return text[:-2] if text.endswith(".0") else text


def real(text: str) -> float:
    """The double that a decimal string of a document stands for (docs/format.md). Raises ValueError if it is not one.

    >>> real("0.1"), real("infinite")
    (0.1, inf)
    """
    if text == "infinite":
        return math.inf
    x = float(text) if _DECIMAL.fullmatch(text) else math.nan
    if not math.isfinite(x):
        raise ValueError(f"{text!r} is not a finite number")
    return x


def _checked(text: str) -> str:
    real(text)
    return text


Number = Annotated[str, AfterValidator(_checked)]
"""A decimal string in a document."""
