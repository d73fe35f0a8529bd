"""Reading of tables by their entries in ``document.keys``: what is wrong becomes a finding, what is right a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from measurand.document.keys import EVERYWHERE, TABLES, Entry
from measurand.document.position import Path
from measurand.document.values import READERS, WrongValueError, toml_kind, topic
from measurand.document.words import meant
from measurand.errors import Finding, ProcedureError
from measurand.message import say

MOST_ENTRIES = 500
"""Tables of one kind in a file: checks between them take the square or the cube of their number."""
MOST_HINTS = 100
"""Unknown keys in a row from which on no hint is searched."""


class Reader:
    """Reads tables by their entries in ``document.keys`` and collects the findings."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.paths: list[Path] = []
        """The path of each finding, in parts."""
        self.columns: dict[int, int] = {}
        """Position in ``findings`` -> offset of the column inside of the value (models)."""

    def find(self, key: str, path: Path, hint: str = "", /, **fields: object) -> None:
        """Add the finding of sentence ``key``; its code is the part before the first dot."""
        code = key.split(".", maxsplit=1)[0]
        self.paths.append(path)
        self.findings.append(Finding(code, dotted(path), say(key, "en", **fields), hint))

    def table(self, name: str, data: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """The values of a table that could be read, converted."""
        entries = TABLES[name]
        found: dict[str, Any] = {}
        for key, value in data.items():
            entry, here = entries.get(key), (*path, key)
            if entry is None:
                self.unknown(name, key, here)
            elif entry.later:
                self.find("M0204.key", here, say("M0204.hint"), key=key, topic=topic(entry.later))
            else:
                self.entry(key, entry, value, here, found)
        for key, entry in entries.items():
            if entry.required and key not in data:
                self.find("M0205.required", path, say("M0205.hint", key=key), key=key, table=shown(name))
        return found

    def entry(self, key: str, entry: Entry, value: Any, path: Path, found: dict[str, Any]) -> None:
        """Read one value into ``found``."""
        if entry.kind == "table":
            if isinstance(value, dict):
                found[key] = self.table(entry.table, value, path)
            else:
                self.find("M0301.table", path, found=toml_kind(value), key=key)
            return
        if entry.kind == "tables":
            found[key] = self.tables(key, entry, value, path)
            return
        try:
            found[key] = READERS[entry.kind](value, entry)
        except WrongValueError as wrong:
            hint = wrong.fields.pop("hint", "")
            self.find(wrong.key, path, str(hint), key=key, **wrong.fields)
        except ProcedureError as problem:
            self.columns[len(self.findings)] = problem.findings[0].column
            self.paths.append(path)
            self.findings.append(Finding("M0308", dotted(path), problem.findings[0].message, problem.findings[0].hint))

    def tables(self, key: str, entry: Entry, value: Any, path: Path) -> list[dict[str, Any]]:
        """One table or an array of tables. Each result holds its path under the key ``""``."""
        if isinstance(value, dict):
            return [{"": path, **self.table(entry.table, value, path)}]
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.find("M0301.tables", path, found=toml_kind(value), key=key)
            return []
        if len(value) > MOST_ENTRIES:
            self.find("M0302.too_many", path, key=key, count=len(value), limit=MOST_ENTRIES)
            return []
        if not value and entry.required:
            self.find("M0205.empty", path, key=key)
        return [{"": (*path, n), **self.table(entry.table, v, (*path, n))} for n, v in enumerate(value)]

    def unknown(self, table: str, key: str, path: Path) -> None:
        """The finding of an unknown key, with what was probably meant."""
        if sum(f.code == "M0203" for f in self.findings[-MOST_HINTS:]) == MOST_HINTS:
            self.find("M0203.unknown", path, key=key)
            return
        others = [(t, k) for t, k in EVERYWHERE if t != table]
        how, words = meant(key, [k for k, e in TABLES[table].items() if not e.later], others)
        words = words.removeprefix(f"{table}.") if table else words
        none = say("M0203.none", table=shown(table))
        hint = say(f"M0203.{how}", words=words, key=key, table=shown(words)) if how else none
        self.find("M0203.unknown", path, hint, key=key)


def dotted(path: Path) -> str:
    """A path as printed: ``requirement.0.lower_limit``."""
    return ".".join(str(p) for p in path)


def shown(table: str) -> str:
    """The name of a table as printed."""
    return f"[{table}]" if table else say("procedure.top_of_file")


def found_below(reader: Reader, *start: str) -> bool:
    """Whether there is a finding already at or below a path."""
    return any(f.path == dotted(start) or f.path.startswith(dotted(start) + ".") for f in reader.findings)
