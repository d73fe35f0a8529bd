"""Lines of a report in a terminal of 80 columns."""

from __future__ import annotations

import textwrap

from measurand.document.number import Number, real
from measurand.document.rounding import significant
from measurand.export.plain import visible

WIDTH, INDENT = 80, "      "
MOST_WORD = 18
"""Of the name of a laboratory."""


def wrapped(text: str, indent: str = INDENT) -> list[str]:
    """A sentence in lines, control characters made visible."""
    return textwrap.wrap(visible(text), WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def size(x: Number) -> str:
    """A standard deviation or uncertainty to two digits; 0 is 0.

    >>> size("0.01234"), size("0")
    ('0.012', '0')
    """
    return significant(x) if real(x) else "0"
