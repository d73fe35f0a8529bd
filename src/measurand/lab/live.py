"""Observe what does not exist yet: ask the systems for every task that the journal does not hold."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from measurand.document.canonical import address_of, canonical
from measurand.document.number import real
from measurand.document.observation import Observation, Task
from measurand.document.procedure import Procedure
from measurand.document.table import Table
from measurand.instrument import cells
from measurand.instrument.attempt import Asking
from measurand.instrument.contract import Instrument
from measurand.instrument.fault import stopped
from measurand.instrument.recorded import Observed
from measurand.instrument.registry import by_name
from measurand.lab.asking import Course, Pace, ask_all
from measurand.lab.held import Held
from measurand.lab.journal import Journal, key_of
from measurand.lab.sources import Sources
from measurand.lab.tasks import tasks
from measurand.message import say


class Progress(Protocol):
    """Called with the observations made, those asked for, and how the run goes."""

    def __call__(self, done: int, wanted: int, words: str = "", /) -> None: ...


def live(
    procedure: Procedure,
    found: Sources,
    items: Held,
    folder: Path,
    path: Path,
    *,
    fresh: bool,
    progress: Progress | None,
) -> tuple[Observed, Mapping[str, str]]:
    """All observations of a procedure, and what they depend on; ``path`` is that of the journal.

    Raises RunError, ProcedureError; what was observed stays in the journal.
    """
    reference = procedure.reference
    names = (*(reference.input or ()), *([reference.media] if reference.media else [])) if reference else ()
    inputs: dict[str, Mapping[str, str]] = {item: {} for item in items.items}
    if found.reference is not None:
        columns = {name: cells.column(found.reference, name) for name in names}
        inputs |= {item: {n: c[i] for n, c in columns.items()} for i, item in enumerate(items.rows)}
    procedure_at = address_of(canonical(procedure))
    wanted = [
        task
        for task in tasks(procedure, procedure_at, items.items, inputs, found.prompts)
        if task.item not in items.censored
    ]
    instruments = _instruments(procedure, folder)
    try:
        identity = _identity(instruments)
        with Journal(path, procedure_at=procedure_at, instrument=identity, fresh=fresh) as journal:
            several = asked(procedure, instruments, wanted, journal, progress)
    finally:
        for instrument in instruments.values():
            if isinstance(instrument, Instrument):
                instrument.close()
    return _columns(several, [factor.id for factor in procedure.factor]), identity


def _instruments(procedure: Procedure, folder: Path) -> dict[str, Instrument | Asking]:
    made: dict[str, Instrument | Asking] = {}
    try:
        for system in procedure.system:
            made[system.id] = by_name(system.access).of(system, folder, connections=procedure.design.concurrency)
    except BaseException:
        for instrument in made.values():
            if isinstance(instrument, Instrument):
                instrument.close()
        raise
    return made


def _identity(instruments: Mapping[str, Instrument | Asking]) -> dict[str, str]:
    return {
        key if len(instruments) == 1 else f"{system}: {key}": text
        for system, instrument in instruments.items()
        for key, text in instrument.identity().items()
    }


def asked(
    procedure: Procedure,
    instruments: Mapping[str, Instrument | Asking],
    wanted: Sequence[Task],
    journal: Journal,
    progress: Progress | None,
) -> list[Observation]:
    """All observations: at once where the systems allow it, else in batches, one system after the other."""
    asking = {system: one for system, one in instruments.items() if isinstance(one, Asking)}
    if asking:
        asyncio.run(_at_once(asking, wanted, journal, pace=_pace(procedure), progress=progress))
        return [journal.entries[key_of(task)] for task in wanted]
    several: list[Observation] = []
    for system, one in instruments.items():
        if isinstance(one, Instrument):
            several += ask(one, [task for task in wanted if task.system == system], journal, progress)
    return several


def _pace(procedure: Procedure) -> Pace:
    limit = procedure.design.limit
    if limit is None:
        return Pace(concurrency=procedure.design.concurrency)
    return Pace(
        concurrency=procedure.design.concurrency,
        most=limit.requests,
        tokens=limit.tokens,
        seconds=None if limit.minutes is None else 60 * real(limit.minutes),
    )


async def _at_once(
    instruments: Mapping[str, Asking],
    wanted: Sequence[Task],
    journal: Journal,
    *,
    pace: Pace,
    progress: Progress | None,
) -> None:
    began, before = time.monotonic(), len(journal.entries)

    def seen(course: Course) -> None:
        if progress is not None:
            progress(course.done, course.wanted, words(course, course.done - before, time.monotonic() - began))

    try:
        await ask_all(instruments, wanted, journal, pace=pace, count=len(wanted), seen=seen)
    finally:
        for instrument in instruments.values():
            await instrument.close()


def words(course: Course, done: int, seconds: float) -> str:
    """How a run goes: observations per second, time left, faults by kind. It says nothing about how good they are.

    >>> words(Course(wanted=1000, done=400), 300, 30.0)
    '10/s, 60 s left'
    """
    rate = done / seconds if seconds > 0 else 0.0
    several = [say("run.rate", rate=f"{rate:.3g}")]
    if rate > 0 and course.done < course.wanted:
        left = (course.wanted - course.done) / rate
        several.append(say("run.left", time=f"{left / 60:.0f} min" if left >= 90 else f"{left:.0f} s"))
    faults = [f"{kind} {count}" for kind, count in course.faults.most_common(3)]
    return ", ".join([*several, *([say("run.faults", faults=", ".join(faults))] if faults else [])])


def ask(
    instrument: Instrument, wanted: Sequence[Task], journal: Journal, progress: Progress | None = None
) -> list[Observation]:
    """The observations of all tasks, in their order: those of the journal, and the others from the instrument.

    Tasks are asked in fixed batches; a batch of which anything is missing is repeated whole, so that a resumed run
    gives the digits of an unbroken one. Raises RunError; what was observed stays in the journal.
    """
    size = instrument.batch
    done = sum(key_of(task) in journal.entries for task in wanted)
    for start in range(0, len(wanted), size):
        several = wanted[start : start + size]
        missing = {key_of(task) for task in several} - journal.entries.keys()
        if missing:
            answers = list(instrument.observe(several))
            if [key_of(answer) for answer in answers] != [key_of(task) for task in several]:
                raise stopped("M0606.answer", found=str(len(answers)), asked=str(len(several)))
            journal.append(answer for answer in answers if key_of(answer) in missing)
            done += len(missing)
        if progress is not None:
            progress(done, len(wanted))
    return [journal.entries[key_of(task)] for task in wanted]


def _columns(several: Sequence[Observation], factors: Sequence[str]) -> Observed:
    roles = sorted({role for observation in several for role in observation.output})
    return Observed(
        system=[o.system for o in several],
        item=[o.item for o in several],
        condition={name: [o.condition[name] for o in several] for name in factors},
        repeat=[str(o.repeat) for o in several],
        status=[o.status for o in several],
        reason=[o.reason for o in several],
        output={role: [o.output.get(role, "") for o in several] for role in roles},
    )


def as_table(seen: Observed, target: str) -> tuple[Table, dict[str, str]]:
    """Outputs of a live run as a table, so that their cells are read by the same rules."""
    table = Table(file=target, columns=seen.output, row=range(1, len(seen.item) + 1), digest="")
    return table, {role: role for role in seen.output}
