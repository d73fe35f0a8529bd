"""Plain data as the text of a TOML file: what is asked for in Python becomes a procedure file like any other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal


def written(tables: Mapping[str, object]) -> str:
    """The text of a TOML file, one top-level key a line. Raises TypeError for data that TOML cannot hold.

    >>> print(written({"schema": "a/1", "at": {"score": 0.42}}), end="")
    schema = "a/1"
    at = { "score" = 0.42 }
    """
    return "".join(f"{key} = {value(entry)}\n" for key, entry in tables.items() if entry is not None)


def value(entry: object) -> str:
    """One value in TOML."""
    if isinstance(entry, bool):
        return "true" if entry else "false"
    if isinstance(entry, str):
        return json.dumps(entry, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(entry, int | float | Decimal):
        return str(entry)
    if isinstance(entry, Mapping):
        pairs = ", ".join(f"{value(str(k))} = {value(v)}" for k, v in entry.items() if v is not None)
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(entry, list | tuple):
        return f"[{', '.join(value(v) for v in entry)}]"
    if hasattr(entry, "item"):  # a number of numpy
        return value(entry.item())
    raise TypeError(f"a procedure cannot hold {entry!r}")
