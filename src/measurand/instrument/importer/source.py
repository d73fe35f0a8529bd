"""Bytes of logs and what they hold: files, JSON, JSON lines; all bad input ends as an error that names the place."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from measurand.document.number import number
from measurand.errors import TableError
from measurand.instrument.fault import fault, refusal, shown
from measurand.instrument.importer.contract import Log

LONGEST = 2000
"""Characters of an output or another text that a table keeps; the rest stays in the log."""
MOST_COLUMNS = 20
"""Further columns that are taken from what a log says of an item."""
MOST_BYTES = 4 * 1024**3
"""A larger file of JSON is refused: it is held in memory as a whole."""


def contents(path: Path) -> bytes:
    """The bytes of a log. Raises TableError: not there, not readable, empty, too large."""
    file = str(path)
    if not path.is_file():
        raise refusal("M0420.missing", file=file, hint="M0470.hint_files")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise refusal("M0473.large", file=file, hint="M0473.hint", limit=MOST_BYTES // 1024**2)
        data = path.read_bytes()
    except OSError as error:
        raise refusal("M0421.unreadable", file=file, reason=error.strerror or str(error)) from None
    if not data.strip():
        raise refusal("M0423.empty", file=file)
    return data


def log_of(path: Path, data: bytes) -> Log:
    """Name, digest and size of a log."""
    return Log(path.name, hashlib.sha256(data).hexdigest(), len(data))


def found_in(paths: Sequence[Path], patterns: Sequence[str], *, tool: str) -> list[Path]:
    """The files, each once and sorted; of a folder, and of the folders in it, those whose names fit a pattern.

    Raises TableError: a folder without such a file, a file that is not there.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted({p for pattern in patterns for p in path.rglob(pattern) if p.is_file()})
            if not inside:
                raise refusal("M0470.folder", file=str(path), tool=tool, patterns=", ".join(patterns))
            found.update(dict.fromkeys(inside))
        elif not path.is_file():
            raise refusal("M0420.missing", file=str(path), hint="M0470.hint_files")
        else:
            found[path] = None
    return sorted(found)


def parsed(data: bytes, file: str, *, row: int = 0) -> Any:
    """The JSON value of bytes. ``NaN`` and ``Infinity``, which Python's programs write, are read. Raises TableError."""
    try:
        found = json.loads(data, object_pairs_hook=_once)
        return _whole(found) if _HALF.search(data) else found
    except _TwiceError as error:
        raise refusal("M0432.key_twice", file=file, row=row, hint="M0471.hint", key=shown(str(error))) from None
    except UnicodeDecodeError as error:
        raise refusal("M0425.encoding", file=file, row=row, hint="M0425.hint", byte=error.start + 1) from None
    except RecursionError:
        raise refusal("M0433.deep", file=file, row=row) from None
    except json.JSONDecodeError as error:
        where = row or error.lineno
        reason = f"{error.msg} at character {error.colno}"
        raise refusal("M0471.json", file=file, row=where, hint="M0471.hint", reason=reason) from None
    except ValueError as error:
        raise refusal("M0471.json", file=file, row=row, hint="M0471.hint", reason=str(error)[:200]) from None


class _TwiceError(Exception):
    """The key that an object has twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1))
    return found


def _whole(value: Any) -> Any:
    """The value with half characters (lone surrogates, which JSON can write and no file can hold) as ``?``."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def lines(data: bytes, file: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Line numbers and objects of JSON lines. Raises TableError, also for a last line that was cut off."""
    for row, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            yield row, mapping(parsed(line, file, row=row), file, row=row)


def mapping(value: object, file: str, what: str = "", *, row: int = 0) -> Mapping[str, Any]:
    """The value, which must be an object. Raises TableError."""
    if not isinstance(value, dict):
        raise TableError(_wrong(file, row, what, "an object", value))
    return value


def listing(value: object, file: str, what: str, *, row: int = 0) -> Sequence[Any]:
    """The value, which must be a list. Raises TableError."""
    if not isinstance(value, list):
        raise TableError(_wrong(file, row, what, "a list", value))
    return value


def of(record: Mapping[str, Any], key: str, file: str, *, row: int = 0) -> Any:
    """What a record has under a key that it must have. Raises TableError."""
    if key not in record:
        raise refusal("M0481.absent", file=file, row=row, hint="M0481.hint", key=shown(key))
    return record[key]


def _wrong(file: str, row: int, what: str, expected: str, value: object) -> Any:
    found = "null" if value is None else type(value).__name__
    fields = {"key": shown(what), "expected": expected, "found": found}
    return fault("M0481.kind" if what else "M0481.record", file=file, row=row, hint="M0481.hint", **fields)


def numeric(value: object) -> str | None:
    """The decimal text of a score: numbers and truth values; None for what is no finite number.

    >>> numeric(True), numeric(0.5), numeric("0.5"), numeric(float("nan"))
    ('1', '0.5', None, None)
    """
    if isinstance(value, (bool, int, float)):
        try:
            x = float(value)
        except OverflowError:
            return None
        return number(x) if math.isfinite(x) else None
    return None


_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
"""What may be half a character."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def cell(value: object) -> str:
    """A value of a log as the text of a cell: whole up to 2,000 characters, then cut with ``...``; what no table can
    hold (control characters, half characters) is replaced.

    >>> cell(["a", 1]), cell(None), cell(3.0), cell(True)
    ('["a", 1]', '', '3', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return numeric(value) or str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = _CONTROL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def name_of(value: object) -> str:
    """An identifier of a log as text: not cut, on one line, whole numbers with every digit.

    >>> name_of(12), name_of(2.0), name_of(2**53 + 1), name_of("a\\nb")
    ('12', '2', '9007199254740993', 'a b')
    """
    text = numeric(value) or str(value) if isinstance(value, float) else str(value)
    return " ".join(_CONTROL.sub("\ufffd", text).split())


def scalars(record: object, prefix: str) -> dict[str, str]:
    """The short texts, numbers and truth values of an object as further columns."""
    if not isinstance(record, dict):
        return {}
    short = {k: v for k, v in record.items() if isinstance(v, (str, int, float, bool)) and len(str(v)) <= 200}
    return {f"{prefix}{name_of(k)}": cell(v) for k, v in list(short.items())[:MOST_COLUMNS]}
