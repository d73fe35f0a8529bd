"""Identifiers of items and systems: when two cells are the same one."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"(-?[0-9]+)\.0+")


def identifier(cell: str) -> str:
    """The canonical text of an identifier: spaces around it removed, and ``12.0`` (a whole number that a program
    wrote as floating point) is ``12``. Nothing else is touched: ``1.10`` and ``1.1`` are two identifiers.

    >>> identifier("12.0"), identifier("1.10"), identifier("007")
    ('12', '1.10', '007')
    """
    text = cell.strip()
    whole = _WHOLE.fullmatch(text)
    return whole.group(1) if whole else text
