"""JSON as signed documents write it: every other reading of the same bytes is refused."""

from __future__ import annotations

import json
import re
from typing import Any

from measurand.message import say

DEEPEST = 100
"""Nesting of arrays and objects; our documents need about ten."""
LARGEST_INTEGER = 2**53
"""Beyond it readers in other languages round (RFC 8259)."""
_MARK = re.compile(rb'\\.|["\[\]{}]', re.DOTALL)
"""What opens or closes a text, an array or an object; an escaped quote does not."""


def strict(data: bytes) -> Any:
    """The value of JSON bytes (UTF-8).

    Raises ValueError that says what is wrong: not JSON, a name twice in one object, NaN or infinity, an integer beyond
    2^53, nesting deeper than 100.
    """
    _refuse_depth(data)
    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_exact_integer
        )
    except UnicodeDecodeError as error:
        raise ValueError(say("json.text", reason=str(error))) from None
    except json.JSONDecodeError as error:
        raise ValueError(say("json.none", reason=str(error))) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(say("json.twice", name=repr(twice)))
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(say("json.constant", word=word))


def _exact_integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > LARGEST_INTEGER:
        raise ValueError(say("json.integer", digits=digits[:20]))
    return int(digits)


def _refuse_depth(data: bytes) -> None:
    depth, inside = 0, False
    for mark in _MARK.findall(data):
        if mark == b'"':
            inside = not inside
        elif not inside and len(mark) == 1:
            depth += 1 if mark in b"[{" else -1
            if depth > DEEPEST:
                raise ValueError(say("json.deep", deepest=str(DEEPEST)))
