"""Readers of values: every kind of key has one; a value of the wrong kind raises WrongValueError."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from measurand.document.amount import Amount, parse_amount
from measurand.document.expression import RESERVED, parse
from measurand.document.keys import Entry
from measurand.document.label import label
from measurand.document.number import number
from measurand.document.words import nearest
from measurand.message import say

ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")
FILE_ID = re.compile(r"\w[\w.+-]{0,99}\Z")
_COMPARISON = re.compile(r"\s*(<=|>=|==|!=|<|>)\s*(.*)\Z", re.DOTALL)
MAX_TEXT = 2000


class WrongValueError(Exception):
    """A value of the wrong kind: key of the sentence and its fields."""

    def __init__(self, key: str, /, **fields: object) -> None:
        super().__init__(key)
        self.key, self.fields = key, fields


def topic(later: str) -> str:
    """What a later issue is about, in words."""
    return say(f"procedure.later.{later.replace(' ', '_')}")


def toml_kind(value: Any) -> str:
    """What a TOML value is, in words."""
    kinds = ((bool, "truth"), (int, "integer"), (float, "number"), (str, "text"), (list, "array"), (dict, "table"))
    return say(f"procedure.kind.{next((word for kind, word in kinds if isinstance(value, kind)), 'date')}")


def _text(value: Any, entry: Entry) -> str:
    return _line(value, MAX_TEXT, newlines=False)


def _prose(value: Any, entry: Entry) -> str:
    return _line(value, 20_000, newlines=True)


def _line(value: Any, limit: int, *, newlines: bool) -> str:
    if not isinstance(value, str):
        raise WrongValueError("M0301.text", found=toml_kind(value))
    if not value.strip():
        raise WrongValueError("M0302.empty")
    if len(value) > limit:
        raise WrongValueError("M0302.too_long", limit=limit)
    for character in value:
        if unicodedata.category(character) in ("Cc", "Cs") and not (newlines and character in "\n\t\r"):
            raise WrongValueError("M0302.control", character=f"U+{ord(character):04X}")
    return value


def _schema(value: Any, entry: Entry) -> str:
    return str(value)  # the loader has checked it


def _id(value: Any, entry: Entry) -> str:
    text = _line(value, 64, newlines=False)
    if not ID.match(text):
        raise WrongValueError("M0305.id", value=text)
    if text in RESERVED:
        raise WrongValueError("M0305.reserved", value=text)
    return text


def _file_id(value: Any, entry: Entry) -> str:
    text = _line(value, 100, newlines=False)
    if not FILE_ID.match(text):
        raise WrongValueError("M0305.file_id", value=text)
    return text


def _pattern(value: Any, entry: Entry) -> str:
    """A regular expression; how long it may search is limited where it is used."""
    text = _line(value, 500, newlines=False)
    try:
        re.compile(text, re.MULTILINE)
    except (re.error, RecursionError, OverflowError) as error:
        raise WrongValueError("M0302.pattern", reason=str(error)) from None
    return text


def _several(value: Any, one: Callable[[Any, Entry], str], entry: Entry) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise WrongValueError("M0301.list", found=toml_kind(value))
    if not value:
        raise WrongValueError("M0302.empty_list")
    found = tuple(one(v, entry) for v in value)
    seen: set[str] = set()
    for name in found:
        if name in seen:
            raise WrongValueError("M0306.twice", value=name)
        seen.add(name)
    return found


def _columns(value: Any, entry: Entry) -> tuple[str, ...]:
    return _several(value, _text, entry)


def _key(value: Any, entry: Entry) -> tuple[str, ...]:
    return _columns(value, entry) if isinstance(value, list) else (_text(value, entry),)


def _pair(value: Any, entry: Entry) -> tuple[str, ...]:
    names = _columns(value, entry)
    if len(names) != 2:
        raise WrongValueError("M0302.pair", count=len(names))
    return names


def _integer(value: Any, entry: Entry) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongValueError("M0301.integer", found=toml_kind(value))
    return int(_ranged(value, entry))


def _ranged(value: float, entry: Entry) -> float:
    low, high = entry.low, entry.high
    if (low is not None and value < low) or (high is not None and value > high):
        sides = "both" if low is not None and high is not None else ("low" if low is not None else "high")
        written = number(value) if abs(value) < 1e300 else "a huge number"
        raise WrongValueError(f"M0302.range_{sides}", value=written, low=_short(low), high=_short(high))
    return value


def _short(x: float | None) -> str:
    return "" if x is None else number(x)


def _number(value: Any, entry: Entry) -> str:
    if isinstance(value, str):
        amount = parse_amount(value)
        if amount is not None and amount.unit == "%":
            value = float(amount.value) / 100
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongValueError("M0301.number", found=toml_kind(value))
    if (isinstance(value, int) and abs(value) > 10**300) or not math.isfinite(value):
        raise WrongValueError("M0302.finite")
    return number(_ranged(value, entry))


def _amount(value: Any, entry: Entry) -> Amount:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise WrongValueError("M0301.amount", found=toml_kind(value))
    amount = parse_amount(value)
    if amount is None:
        if isinstance(value, str):
            comma = re.match(r"\s*[+-]?\d+,\d+", value)
            raise WrongValueError(
                "M0302.amount", value=value[:80], hint=say("M0302.comma") if comma else say("M0302.amount_hint")
            )
        raise WrongValueError("M0302.finite")
    return amount


def _amount_or_column(value: Any, entry: Entry) -> Amount | str:
    if isinstance(value, str) and parse_amount(value) is None:
        return _text(value, entry)
    return _amount(value, entry)


def _flag(value: Any, entry: Entry) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError("M0301.flag", found=toml_kind(value))
    return value


def _choice(value: Any, entry: Entry) -> str:
    if not isinstance(value, str):
        raise WrongValueError("M0301.text", found=toml_kind(value))
    if value in entry.choices:
        return value
    if entry.later_choices and value in entry.later_choices:
        raise WrongValueError(
            "M0204.choice", value=value, topic=topic(entry.later_choices[value]), hint=say("M0204.hint")
        )
    near = nearest(value, entry.choices)
    hint = say("procedure.did_you_mean", words=near) if near else ""
    raise WrongValueError("M0303.choice", value=value[:80], choices=", ".join(entry.choices), hint=hint)


def _choices(value: Any, entry: Entry) -> tuple[str, ...]:
    return () if value == [] else _several(value, _choice, entry)


def _label(value: Any, entry: Entry) -> str:
    if not isinstance(value, str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
        raise WrongValueError("M0301.label", found=toml_kind(value))
    if isinstance(value, int) and abs(value) > 10**300:
        raise WrongValueError("M0302.finite")
    return label(_text(value, entry)) if isinstance(value, str) else label(value)


def _labels(value: Any, entry: Entry) -> tuple[str, ...]:
    return _several(value, _label, entry)


def _nested_labels(value: Any, entry: Entry) -> tuple[str, ...] | dict[str, tuple[str, ...]]:
    """Labels, or those inside of each level of another factor."""
    if isinstance(value, dict):
        return {label(k): _labels(v, entry) for k, v in _mapping(value).items()}
    return _labels(value, entry)


def _nested_paths(value: Any, entry: Entry) -> tuple[str, ...] | dict[str, tuple[str, ...]]:
    if isinstance(value, dict):
        return {label(k): _key(v, entry) for k, v in _mapping(value).items()}
    return _key(value, entry)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongValueError("M0301.mapping", found=toml_kind(value))
    if not value:
        raise WrongValueError("M0302.empty_table")
    return value


def _columns_by_class(value: Any, entry: Entry) -> dict[str, str]:
    return {label(k): _text(v, entry) for k, v in _mapping(value).items()}


def _size(value: Any, entry: Entry) -> int | dict[str, int]:
    bound = Entry("integer", low=1, high=2**53 - 1)
    if isinstance(value, dict):
        return {label(k): _integer(v, bound) for k, v in _mapping(value).items()}
    return _integer(value, bound)


def _weights(value: Any, entry: Entry) -> str | dict[str, str]:
    if value == "equal":
        return "equal"
    bound = Entry("number", low=0)
    found = {label(k): _number(v, bound) for k, v in _mapping(value).items()}
    if all(float(v) == 0 for v in found.values()):
        raise WrongValueError("M0302.all_zero")
    return found


def _shares(value: Any, entry: Entry) -> dict[str, str]:
    bound = Entry("number", low=0, high=entry.high if entry.high is not None else 1)
    return {label(k): _number(v, bound) for k, v in _mapping(value).items()}


def _matrix(value: Any, entry: Entry) -> tuple[tuple[str, ...], ...] | dict[str, str]:
    """A square matrix as a list of rows; uncertainties may stand by level instead."""
    if isinstance(value, dict) and entry.high is not None and entry.high < 1:
        return _shares(value, entry)
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise WrongValueError("M0301.matrix", found=toml_kind(value))
    if len(value) < 2 or any(len(row) != len(value) for row in value):
        raise WrongValueError("M0302.square", rows=len(value))
    bound = Entry("number", low=entry.low, high=entry.high)
    return tuple(tuple(_number(x, bound) for x in row) for row in value)


def _trials(value: Any, entry: Entry) -> int | str:
    return "adaptive" if value == "adaptive" else _integer(value, entry)


def _json(value: Any, entry: Entry) -> Any:
    if isinstance(value, dict):
        return {k: _json(v, entry) for k, v in value.items()}
    if isinstance(value, list):
        return [_json(v, entry) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise WrongValueError("M0302.finite")
    if isinstance(value, int) and abs(value) > 2**53 - 1:
        raise WrongValueError("M0302.too_large")
    if not isinstance(value, str | int | float | bool):
        raise WrongValueError("M0301.date", found=toml_kind(value))
    return float(value) if isinstance(value, float) else value


def _settings(value: Any, entry: Entry) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongValueError("M0301.mapping", found=toml_kind(value))
    return {k: _json(v, entry) for k, v in value.items()}


def _model(value: Any, entry: Entry) -> str:
    text = _text(value, entry)
    parse(text)
    return text


def _at(value: Any, entry: Entry) -> dict[str, str]:
    found = {}
    for key, given in _mapping(value).items():
        if isinstance(given, str):
            comparison = _COMPARISON.match(_text(given, entry))
            if comparison and parse_amount(comparison[2]) is None:
                raise WrongValueError("M0302.comparison", value=given[:80])
            found[key] = given.strip()
        elif isinstance(given, bool):
            found[key] = "true" if given else "false"
        else:
            found[key] = _number(given, entry)
    return found


def _filter(value: Any, entry: Entry) -> dict[str, Any]:
    return {_text(k, entry): _accepted(v, entry) for k, v in _mapping(value).items()}


def _accepted(value: Any, entry: Entry) -> Any:
    if isinstance(value, list):
        return _labels(value, entry)
    comparison = _COMPARISON.match(value) if isinstance(value, str) else None
    if comparison is None:
        return (_label(value, entry),)
    amount = parse_amount(comparison[2])
    if amount is None:
        raise WrongValueError("M0302.comparison", value=value[:80])
    return {"operator": comparison[1], "value": amount.value, "unit": amount.unit, "text": value.strip()}


READERS: Mapping[str, Callable[[Any, Entry], Any]] = {
    "text": _text, "prose": _prose, "pattern": _pattern, "schema": _schema, "id": _id, "file_id": _file_id,
    "column": _text, "columns": _columns, "key": _key, "paths": _key, "pair": _pair, "integer": _integer,
    "number": _number, "amount": _amount, "amount_or_column": _amount_or_column, "flag": _flag, "choice": _choice,
    "choices": _choices, "label": _label, "labels": _labels, "nested_labels": _nested_labels,
    "nested_paths": _nested_paths, "columns_by_class": _columns_by_class, "size": _size,
    "weights": _weights, "shares": _shares, "matrix": _matrix, "trials": _trials, "json": _settings, "model": _model,
    "at": _at, "filter": _filter,
}  # fmt: skip
