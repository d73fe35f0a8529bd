"""``measurand verify --17025``: the list of what a report states, as text or as data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from measurand.lab.iso17025 import Row
from measurand.message import say

WIDTH = 100
INDENT = " " * 28


def text(rows: Sequence[Row]) -> Iterator[str]:
    """One line per letter, where it stands or what would supply it under it, and how many are missing."""
    yield say("iso17025.title")
    for row in rows:
        state = say(f"iso17025.{row.state.replace(' ', '_')}")
        yield f"{state:<15} {row.clause:<11} {row.asks}"
        for line in (row.where, row.needs):
            if line:
                mark = "" if line == row.where else "+ "
                yield from textwrap.wrap(
                    mark + line, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT, break_on_hyphens=False
                )
    counted = {state: str(sum(row.state == state for row in rows)) for state in ("present", "missing")}
    yield say("iso17025.count", other=str(sum(row.state == "not applicable" for row in rows)), **counted)
    yield from textwrap.wrap(say("iso17025.note"), WIDTH)


def data(rows: Sequence[Row]) -> list[dict[str, str]]:
    """The rows as plain data; what is empty has no key."""
    return [{key: value for key, value in asdict(row).items() if value} for row in rows]
