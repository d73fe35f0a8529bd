"""A reference case: its inputs, its data and the comparison of every expected value."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent.parent / "cases"


@cache
def read(id: str) -> dict[str, Any]:
    """One case."""
    held: dict[str, Any] = json.loads((CASES / f"{id}.json").read_text())
    return held


def ids(*topics: str) -> list[str]:
    """The cases of the topics, sorted."""
    return [p.stem for p in sorted(CASES.glob("*.json")) if read(p.stem)["topic"] in topics]


def rows(id: str) -> dict[str, list[str]]:
    """The data of a case by column, as text."""
    with (CASES / read(id)["inputs"]["data"]).open() as file:
        held = list(csv.DictReader(file))
    return {name: [r[name] for r in held] for name in held[0]}


def compare(id: str, got: Mapping[str, Any], *, without: Mapping[str, str] | None = None) -> None:
    """Every expected value at its tolerance; ``without`` names those not served and says why."""
    wanted = {e["name"]: e for e in read(id)["expected"]}
    skipped = set(without or {})
    assert skipped <= set(wanted), f"not in {id}: {sorted(skipped - set(wanted))}"
    assert set(wanted) - skipped <= set(got), f"no value for {sorted(set(wanted) - skipped - set(got))}"
    wrong = [
        f"{n}: {got[n]!r} is not {e['value']!r}" for n, e in wanted.items() if n not in skipped and not near(got[n], e)
    ]
    assert not wrong, f"{id}\n" + "\n".join(wrong)


def near(got: Any, e: Mapping[str, Any]) -> bool:
    """Within the larger of both tolerances; texts and truth values must be equal."""
    value = e["value"]
    if isinstance(value, (bool, str)) or value is None:
        return bool(got == value)
    return bool(abs(got - value) <= max(e.get("tol_abs") or 0.0, (e.get("tol_rel") or 0.0) * abs(value)))
