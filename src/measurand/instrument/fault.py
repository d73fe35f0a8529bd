"""Findings about tables and runs: code, file, row, column and value in one place."""

from __future__ import annotations

from collections.abc import Iterable

from measurand.errors import Finding, RunError, TableError
from measurand.message import say, sentences

MOST = 20
"""Findings that one error holds at most (PROCEDURE)."""


def shown(value: str) -> str:
    """A cell as it is printed in a message: quoted, without control characters, at most 60 characters."""
    text = value if len(value) <= 60 else value[:57] + "..."
    return repr(text)


def some(names: Iterable[str], *, most: int = 12) -> str:
    """Names in their order; where there are many the first ones, and how many there are.

    >>> some(["b", "a"]), some(map(str, range(10, 40)), most=3)
    ('a, b', '10, 11, 12, ... (30 in all)')
    """
    several = sorted(names)
    if len(several) <= most:
        return ", ".join(several)
    return say("table.some", first=", ".join(several[:most]), count=str(len(several)))


def fault(key: str, /, *, file: str, row: int = 0, hint: str = "", **fields: object) -> Finding:
    """The finding of a sentence key such as ``M0402.decimal_comma``; ``hint`` is the key of the fix."""
    return Finding(
        code=key.split(".", maxsplit=1)[0],
        path=str(fields.get("column", "")).strip("'"),
        message=say(key, "en", **(fields | {"file": file})),
        hint=say(hint, "en", **(fields | {"file": file})) if hint else "",
        file=file,
        line=row,
    )


def hint_of(key: str) -> str:
    """The key of the fix of a sentence, ``KEY_hint``, where there is one."""
    return f"{key}_hint" if f"{key}_hint" in sentences() else ""


def refusal(key: str, /, *, file: str, row: int = 0, hint: str = "", **fields: object) -> TableError:
    """The error with one finding."""
    return TableError(fault(key, file=file, row=row, hint=hint, **fields))


def stopped(key: str, /, *, file: str = "", hint: str = "", **fields: object) -> RunError:
    """The error of a run that cannot go on."""
    return RunError(fault(key, file=file, row=0, hint=hint, **fields))
