"""JSON with one reading only, and its canonical bytes (RFC 8785)."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from measurand_verify.check import RefusedError

DEEPEST = 100
LARGEST = 2**53
_MARK = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A text as a whole, or what opens or closes an array or an object; possessive: linear in the length."""
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'["\\\x00-\x1f]')
_ALONE = re.compile(r"[\ud800-\udfff]")


def strict(data: bytes) -> Any:
    """The value of JSON bytes.

    Raises RefusedError: not UTF-8, not JSON, a name twice in an object, NaN or infinity, an integer beyond 2^53, a
    surrogate without its other half, deeper than 100.
    """
    _refuse_depth(data)
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer,
                           parse_float=_fraction)  # fmt: skip
    except UnicodeDecodeError as error:
        raise RefusedError(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise RefusedError(f"not JSON: {error}") from None
    if "\\u" in text and _ALONE.search(json.dumps(value, ensure_ascii=False)):
        raise RefusedError("half of a surrogate pair")
    return value


def canonical(value: Any) -> bytes:
    """Canonical bytes: names sorted by UTF-16 code units, no spaces, shortest numbers (RFC 8785)."""
    return "".join(_written(value)).encode("utf-8")


def _written(value: Any) -> list[str]:
    if isinstance(value, dict):
        out = ["{"]
        for n, name in enumerate(sorted(value, key=lambda text: text.encode("utf-16-be"))):
            out += ["," if n else "", _text(name), ":", *_written(value[name])]
        return [*out, "}"]
    if isinstance(value, list):
        out = ["["]
        for n, one in enumerate(value):
            out += ["," if n else "", *_written(one)]
        return [*out, "]"]
    if isinstance(value, str):
        return [_text(value)]
    if value is None or isinstance(value, bool):
        return [{None: "null", True: "true", False: "false"}[value]]
    return [str(value) if isinstance(value, int) else _number(value)]


def _text(value: str) -> str:
    return '"' + _ESCAPED.sub(lambda m: _ESCAPES.get(m[0], f"\\u{ord(m[0]):04x}"), value) + '"'


def _number(x: float) -> str:
    """A double as ECMAScript writes it (ECMA-262, Number::toString)."""
    if x == 0:
        return "0"
    sign, x = ("-", -x) if x < 0 else ("", x)
    mantissa, _, power = f"{x!r}e0".partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(power.split("e")[0])  # digits before the decimal point
    point -= len(whole + part) - len((whole + part).lstrip("0"))
    digits = digits.rstrip("0")
    n = len(digits)
    if n <= point <= 21:
        return sign + digits + "0" * (point - n)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    exponent = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return f"{sign}{digits[0]}{'.' if n > 1 else ''}{digits[1:]}{exponent}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise RefusedError(f"the name {twice[:60]!a} stands twice in one object")
    return found


def _constant(word: str) -> Any:
    raise RefusedError(f"{word} is no number of JSON")


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > LARGEST:
        raise RefusedError(f"the integer {digits[:20]} is beyond 2^53")
    return int(digits)


def _fraction(digits: str) -> float:
    x = float(digits)
    if not math.isfinite(x):
        raise RefusedError(f"the number {digits[:20]} is beyond all doubles")
    return x


def _refuse_depth(data: bytes) -> None:
    depth = 0
    for mark in _MARK.finditer(data):
        if data[mark.start()] in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise RefusedError(f"nested deeper than {DEEPEST}")
        elif data[mark.start()] in b"]}":
            depth -= 1
