"""JSON lines: one object per line; numbers keep the text in which they are written."""

from __future__ import annotations

import json
from typing import Any

from measurand.errors import TableError
from measurand.instrument.delimited import Cells, text_of
from measurand.instrument.fault import refusal, shown


class _TwiceError(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _TwiceError(key)
            seen.add(key)
    return found


def read_json_lines(data: bytes, file: str) -> Cells:
    """The cells of a JSON-lines file. An absent key and ``null`` are empty cells; an object or list is its JSON text.

    Raises TableError.
    """
    records: list[dict[str, str]] = []
    row: list[int] = []
    for line, text in enumerate(text_of(data, file).split("\n"), start=1):
        if text.strip():
            records.append(_record(text, file, line))
            row.append(line)
    names = list(dict.fromkeys(name for record in records for name in record))
    if not names:
        raise refusal("M0423.empty", file=file)
    return Cells(columns={name: [record.get(name, "") for record in records] for name in names}, row=row)


def _record(text: str, file: str, line: int) -> dict[str, str]:
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_float=str, parse_int=str, parse_constant=str)
        if not isinstance(found, dict):
            name = {"list": "a list", "str": "a text or number"}.get(type(found).__name__, "a single value")
            raise refusal("M0434.object", file=file, row=line, hint="M0431.hint", found=name)
        nested = any(isinstance(value, (dict, list)) for value in found.values())
        # Inside a nested cell numbers are numbers, not their text.
        whole = json.loads(text) if nested else found
        cells = {name.strip(): _cell(value, whole[name]) for name, value in found.items()}
        if "\\u" in text:
            "".join(f"{name}{value}" for name, value in cells.items()).encode("utf-8")
    except TableError:
        raise
    except _TwiceError as error:
        raise refusal("M0432.key_twice", file=file, row=line, key=shown(str(error))) from None
    except RecursionError:
        raise refusal("M0433.deep", file=file, row=line) from None
    except UnicodeEncodeError:
        raise refusal("M0437.surrogate", file=file, row=line) from None
    except ValueError as error:
        reason = f"{error.msg} at character {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise refusal("M0431.json", file=file, row=line, hint="M0431.hint", reason=reason) from None
    if "" in cells:
        raise refusal("M0428.header_empty", file=file, row=line, hint="M0428.hint", position=list(cells).index("") + 1)
    return cells


def _cell(value: object, whole: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
