"""Parts of the reference problems: tables and known answers of tests/cases, and pieces of procedures."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CASES, FOLDER = ROOT / "tests" / "cases", ROOT / "src" / "measurand" / "selftest"
HEAD = 'schema = "measurand/procedure/1"\nid = "{id}"\n'
Columns = Mapping[str, tuple[str, ...]]


def case(id: str) -> dict[str, Any]:
    """A reference case."""
    found: dict[str, Any] = json.loads((CASES / f"{id}.json").read_text(encoding="utf-8"))
    return found


def table(file: str, *names: str) -> dict[str, tuple[str, ...]]:
    """Columns of a table of the cases."""
    with (CASES / file).open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    return {name: tuple(row[name] for row in rows) for name in names}


def numbered(count: int) -> tuple[str, ...]:
    """Names of items."""
    return tuple(str(i) for i in range(1, count + 1))


def known(id: str, name: str) -> dict[str, Any]:
    """One expected number of a case: its decimal string, its tolerance, and the digits that the source prints."""
    entry = next(e for e in case(id)["expected"] if e["name"] == name)
    value = entry["value"]
    allowed = max(entry.get("tol_abs", 0.0), entry.get("tol_rel", 0.0) * abs(value))
    found = {"expected": repr(float(value)).removesuffix(".0"), "tolerance": repr(allowed)}
    return found | ({"published": entry["published"]} if "published" in entry else {})


def printed(text: str, unit: float = 0.5) -> dict[str, Any]:
    """A number as printed in its source: half a unit of its last digit is allowed."""
    digits = len(text.partition(".")[2])
    return {"expected": text, "tolerance": repr(round(unit * 10.0**-digits, digits + 3)), "published": text}


def closed(value: float, allowed: float = 1e-9) -> dict[str, Any]:
    """A number that follows from a closed form."""
    return {"expected": repr(value).removesuffix(".0"), "tolerance": repr(allowed)}


def asked(name: str, words: str, answer: Mapping[str, Any], measurand: str, field: str, **where: str) -> dict[str, Any]:
    """One question with its answer."""
    return {"name": name, "words": words, **answer, "measurand": measurand, "field": field, **where}


def problem(
    id: str,
    title: str,
    task: str,
    source: list[str],
    procedure: str,
    questions: list[dict[str, Any]],
    *,
    origin: str = "",
    tables: Mapping[str, Columns] | None = None,
) -> dict[str, Any]:
    """One problem as its file holds it."""
    return {
        "schema": "measurand/problem/1",
        "id": id,
        "title": title,
        "task": task,
        "source": source,
        "origin": origin or "published digits, confirmed by another program",
        "tables": {name: dict(columns) for name, columns in (tables or {}).items()},
        "procedure": HEAD.format(id=id.upper()) + procedure,
        "asked": questions,
    }


def of_case(id: str, **changed: Any) -> dict[str, Any]:
    """Title and sources of a case."""
    found = case(id)
    sources = [entry["ref"] for entry in found["source"]]
    return {"title": found["title"], "source": sources, "origin": "; ".join(found["confirmed_by"])} | changed


def observed(columns: str = "", **tables: str) -> str:
    """The tables that nearly every procedure here names."""
    return (
        'system = { name = "system", version = "1" }\n'
        f'observations = {{ file = "data.csv", item = "item"{columns} }}\n'
        + "".join(f"{name} = {{ {entries} }}\n" for name, entries in tables.items())
    )


def inputs(several: list[tuple[str, str]]) -> str:
    """Inputs of a budget: name and the rest of the entry."""
    return "input = [\n" + "".join(f'  {{ id = "{name}", {rest} }},\n' for name, rest in several) + "]\n"


def measurand(**entries: str) -> str:
    """A measurand; the values are TOML."""
    return "[[measurand]]\n" + "".join(f"{key} = {value}\n" for key, value in entries.items())
