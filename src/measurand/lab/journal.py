"""The journal of a run: one line per observation, on the disk before the next ones are asked for."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from measurand.document.canonical import Address, canonical
from measurand.document.evidence import join_key
from measurand.document.observation import Observation, Task
from measurand.errors import RunError
from measurand.instrument.fault import stopped

SCHEMA = "measurand/journal/1"
UNFINISHED = ".unfinished"
"""Folder of a laboratory that keeps the journals of unfinished runs."""


def key_of(entry: Task | Observation) -> str:
    """System, item, condition and repeat as one text."""
    levels = (f"{name}={entry.condition[name]}" for name in sorted(entry.condition))
    return join_key((entry.system, entry.item, *levels, str(entry.repeat)))


class Journal:
    """Append-only; a line that a killed process left unfinished is cut off when the journal is opened again."""

    def __init__(
        self, path: Path, *, procedure_at: Address, instrument: Mapping[str, str], fresh: bool = False
    ) -> None:
        """Open or begin. Raises RunError: another process writes, or it is of another procedure or instrument."""
        self.path = path
        self.entries: dict[str, Observation] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = path.open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise stopped("M0604.in_use", file=str(path)) from None
        try:
            if fresh:
                self._file.truncate(0)
            self._open({"schema": SCHEMA, "procedure_at": procedure_at, "instrument": dict(instrument)})
        except RunError:
            self._file.close()
            raise

    def append(self, observations: Iterable[Observation]) -> None:
        """Write, flush and fsync; only then do the observations count."""
        several = list(observations)
        self._write([_entry(observation) for observation in several])
        self.entries.update((key_of(observation), observation) for observation in several)

    def remove(self) -> None:
        """End the journal: its observations are in the record."""
        self.path.unlink()
        self._file.close()

    def close(self) -> None:
        """Keep the journal for a later run."""
        self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, header: Mapping[str, Any]) -> None:
        self._file.seek(0)
        data = self._file.read()
        whole = data[: data.rfind(b"\n") + 1]
        lines = whole.splitlines()
        if lines and _parsed(lines[-1]) is None:  # a torn sector can also end in a line feed
            lines.pop()
            whole = b"".join(line + b"\n" for line in lines)
        if len(whole) != len(data):
            self._file.truncate(len(whole))
            self._sync()
        if not lines:
            self._write([header])
            return
        found = _parsed(lines[0]) or {}
        if len(lines) == 1 and found != header:
            # nothing was observed yet: an empty journal holds nobody up
            self._file.truncate(0)
            self._write([header])
            return
        for name, what in (("schema", "program"), ("procedure_at", "procedure"), ("instrument", "instrument")):
            if found.get(name) != header[name]:
                raise stopped("M0601.other_journal", file=str(self.path), what=what)
        for number, line in enumerate(lines[1:], start=2):
            entry = _parsed(line)
            if entry is None:
                raise stopped("M0605.torn", file=str(self.path), line=str(number))
            observation = Observation(**entry)
            self.entries[key_of(observation)] = observation

    def _write(self, entries: Iterable[Mapping[str, Any]]) -> None:
        self._file.write(b"".join(canonical(dict(entry)) + b"\n" for entry in entries))
        self._sync()

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def _entry(observation: Observation) -> dict[str, Any]:
    return {
        "system": observation.system,
        "item": observation.item,
        "condition": dict(observation.condition),
        "repeat": observation.repeat,
        "status": observation.status,
        "output": dict(observation.output),
        "reason": observation.reason,
    }


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
