"""The journal of a run: one line per observation, on the disk before the next ones are asked for.

Beside the observations it holds what a later start has to know: each fault (what it was, and until when the other end
asks to wait), the seconds that the run took, and where its limits began to count anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol

import numpy as np

from measurand.document.canonical import Address, canonical
from measurand.document.evidence import join_key
from measurand.document.observation import Observation, Task
from measurand.errors import RunError
from measurand.instrument.fault import stopped
from measurand.lab.owner import claim
from measurand.lab.spent import Spent

SCHEMA = "measurand/journal/1"
UNFINISHED = ".unfinished"
"""Folder of a laboratory that keeps the journals of unfinished runs."""
IDENTITY = ("system", "item", "condition", "repeat")


def key_of(entry: Task | Observation) -> str:
    """System, item, condition and repeat as one text."""
    levels = (f"{name}={entry.condition[name]}" for name in sorted(entry.condition))
    return join_key((entry.system, entry.item, *levels, str(entry.repeat)))


class Numbered(Protocol):
    """What a run asks for: each task has a number from 0."""

    def __len__(self) -> int: ...

    def number(self, entry: Task | Observation, /) -> int | None:
        """None for what is not asked for."""
        ...


@dataclass(frozen=True)
class Waiting:
    """What is known of a task that was asked for in vain."""

    permanent: int
    """Faults that asking again will most likely not change."""
    until: float
    """Seconds since 1970: the task is not asked for before."""


class Journal:
    """Append-only; a line that a killed process left unfinished is cut off when the journal is opened again.

    Of the observations only their places in the file are kept in memory (8 bytes for each task).
    """

    def __init__(
        self,
        path: Path,
        *,
        procedure_at: Address,
        instrument: Mapping[str, str],
        tasks: Numbered,
        fresh: bool = False,
        extend: bool = False,
    ) -> None:
        """Open or begin; with ``extend`` the limits of the run count anew.

        Raises RunError: another process writes, or it is of another procedure or instrument, or the disk is full.
        """
        self.path, self.tasks = path, tasks
        self.held = 0
        """Observations that are there."""
        self.spent = Spent()
        self.waiting: dict[int, Waiting] = {}
        """Task -> its faults, while it has no observation."""
        self._place = np.full(len(tasks), -1, dtype=np.int64)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[bytes] = path.open("a+b", buffering=0)
        except OSError as error:
            raise stopped("M0609.disk", file=str(path), reason=error.strerror or str(error)) from None
        self._reading = path.open("rb")
        try:
            self._owner = claim(self._file, path)
        except RunError:
            self._file.close()
            self._reading.close()
            raise
        try:
            if fresh:
                self._file.truncate(0)
            self._open({"schema": SCHEMA, "procedure_at": procedure_at, "instrument": dict(instrument)})
            if extend:
                self._write([{"extended": True}])
                self.spent = Spent()
        except RunError:
            self.close()
            raise

    def number(self, entry: Task | Observation) -> int:
        """The number of a task that the run asks for."""
        number = self.tasks.number(entry)
        if number is None:
            raise stopped("M0608.absent", file=str(self.path), key=key_of(entry))
        return number

    def holds(self, task: Task | Observation) -> bool:
        """Whether the task was observed."""
        return bool(self._place[self.number(task)] >= 0)

    def observation(self, number: int) -> Observation:
        """What was observed of the task with a number, read from the disk."""
        self._reading.seek(int(self._place[number]))
        return Observation(**json.loads(self._reading.readline()))

    def append(self, observations: Iterable[Observation], faults: Sequence[tuple[Task, str, Waiting]] = ()) -> None:
        """Write and fsync observations, and faults by kind; only then do they count.

        Raises RunError when the disk takes no more: nothing of them is kept then, and what was there before is.
        """
        several = list(observations)
        lines: list[Mapping[str, Any]] = [_entry(observation) for observation in several]
        lines += [_fault(task, kind, waiting) for task, kind, waiting in faults]
        places = self._write(lines)
        for task, _, waiting in faults:
            self._failed(task, waiting)
        for observation, place in zip(several, places, strict=False):
            self._observed(observation, place)

    def took(self, seconds: float) -> None:
        """Write how long the run took, over all its starts."""
        self._write([{"seconds": round(seconds, 3)}])
        self.spent.seconds = seconds

    def close(self) -> None:
        """Keep the journal for a later run."""
        self._owner.unlink(missing_ok=True)
        if not self._file.closed:
            self._file.close()
            self._reading.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, header: Mapping[str, Any]) -> None:
        self._end = 0
        begun = False
        for number, (place, line) in enumerate(self._whole_lines(), start=1):
            entry = _parsed(line)
            if number == 1:
                begun = self._begun(entry or {}, header)
                if not begun:
                    break
            elif entry is None:
                raise stopped("M0605.torn", file=str(self.path), line=str(number))
            else:
                self._read(entry, place)
        if not begun:
            self._file.truncate(0)
            self._end = 0
            self._write([header])

    def _whole_lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines and their places; what a killed process left unfinished at the end is cut off."""
        size, place = self.path.stat().st_size, 0
        for line in self._reading:
            last = place + len(line) == size
            if last and _parsed(line if line.endswith(b"\n") else b"") is None:
                self._file.truncate(place)  # a torn sector can also end in a line feed
                os.fsync(self._file.fileno())
                return
            yield place, line
            place += len(line)
            self._end = place

    def _begun(self, found: Mapping[str, Any], header: Mapping[str, Any]) -> bool:
        """Whether the journal is this run's; one of another run in which nothing was observed holds nobody up."""
        for name, what in (("schema", "program"), ("procedure_at", "procedure"), ("instrument", "instrument")):
            if found.get(name) != header[name]:
                if self._reading.peek(1):
                    raise stopped("M0601.other_journal", file=str(self.path), what=what)
                return False
        return True

    def _read(self, entry: dict[str, Any], place: int) -> None:
        if "seconds" in entry:
            self.spent.seconds = float(entry["seconds"])
        elif "extended" in entry:
            self.spent = Spent()
        elif "fault" in entry:
            waiting = Waiting(entry["permanent"], entry["until"])
            self._failed(Task(**{name: entry[name] for name in IDENTITY}), waiting)
        else:
            self._observed(Observation(**entry), place)

    def _observed(self, observation: Observation, place: int) -> None:
        self.spent.requests += 1
        self.spent.add(observation)
        number = self.tasks.number(observation)
        if number is not None:
            self.held += self._place[number] < 0
            self._place[number] = place
            self.waiting.pop(number, None)

    def _failed(self, task: Task, waiting: Waiting) -> None:
        self.spent.requests += 1
        number = self.tasks.number(task)
        if number is not None:
            self.waiting[number] = waiting

    def _write(self, entries: Iterable[Mapping[str, Any]]) -> list[int]:
        """Append lines; the place of each."""
        lines = [canonical(dict(entry)) + b"\n" for entry in entries]
        left = memoryview(b"".join(lines))
        try:
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            self._file.truncate(self._end)
            reason = error.strerror or str(error)
            raise stopped("M0609.disk", file=str(self.path), reason=reason) from None
        places = []
        for line in lines:
            places.append(self._end)
            self._end += len(line)
        return places


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


def _fault(task: Task, kind: str, waiting: Waiting) -> dict[str, Any]:
    own = {"system": task.system, "item": task.item, "condition": dict(task.condition), "repeat": task.repeat}
    return {**own, "fault": kind, "permanent": waiting.permanent, "until": round(waiting.until, 3)}


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
