"""Cells are read as text; when two texts are the same class, and when they are the same identifier."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,2})?")
_WHOLE = re.compile(r"(-?[0-9]+)\.0+")
_TRUTH = {"true": "true", "false": "false"}


def class_text(cell: str) -> str:
    """The canonical text of a class label: equal for all ways in which programs write one label.

    Numbers are compared as numbers, truth values without regard to case; a leading zero makes a number a name.

    >>> class_text("1"), class_text("1.0"), class_text("1e0"), class_text(" 1 ")
    ('1', '1', '1', '1')
    >>> class_text("True"), class_text("true"), class_text("007"), class_text("Melanoma")
    ('true', 'true', '007', 'Melanoma')
    """
    text = cell.strip()
    if _NUMBER.fullmatch(text):
        value = Decimal(text)
        if value == 0:
            return "0"
        plain = format(value, "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return _TRUTH.get(text.lower(), text)


def id_text(cell: str) -> str:
    """The canonical text of an identifier: spaces around it removed, and ``12.0`` (a whole number that a program
    wrote as floating point) is ``12``. Nothing else is touched: ``1.10`` and ``1.1`` are two identifiers.

    >>> id_text("12.0"), id_text("1.10"), id_text("007")
    ('12', '1.10', '007')
    """
    text = cell.strip()
    whole = _WHOLE.fullmatch(text)
    return whole.group(1) if whole else text
