"""Canonical text of a class label: how ``1``, ``1.0`` and ``"1"`` are one class."""

from __future__ import annotations

import re
from decimal import Decimal

_DECIMAL = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?\Z")


def label(cell: object) -> str:
    """Canonical text of a cell that names a class, or of a TOML value that stands for one.

    Numbers lose a sign ``+`` and trailing zeros; truth values are ``true`` and ``false``; other text is stripped. A
    number with a leading zero (``007``) is a code and stays as it is.

    >>> [label(x) for x in ("1", "1.0", 1, 1.0, "melanoma ", "007", True, "True")]
    ['1', '1', '1', '1', 'melanoma', '007', 'true', 'true']
    """
    text = str(cell).strip()
    if text.lower() in ("true", "false"):
        return text.lower()
    if not _DECIMAL.match(text) or len(text) > 40:
        return text
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = text.lstrip("+")
    return "0" if Decimal(text) == 0 else text
