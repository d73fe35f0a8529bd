"""Observe what does not exist yet: ask the systems for every task that the journal does not hold."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from measurand.document.canonical import address_of, canonical
from measurand.document.live import Limit
from measurand.document.observation import Observation, Status
from measurand.document.procedure import Procedure
from measurand.document.table import Table
from measurand.instrument import cells, energy
from measurand.instrument.attempt import Asking
from measurand.instrument.contract import Instrument
from measurand.instrument.fault import stopped
from measurand.instrument.recorded import Observed
from measurand.instrument.registry import by_name
from measurand.lab.asking import Course, Pace, ask_all
from measurand.lab.held import Held
from measurand.lab.journal import Journal, key_of
from measurand.lab.meter import PLAIN, Meter
from measurand.lab.sources import Sources
from measurand.lab.spent import TOKENS, reached, spent_on
from measurand.lab.tasks import Asked, Inputs, Plan
from measurand.lab.texts import Texts
from measurand.message import say

BETWEEN = 0.1
"""Seconds from one sign of progress to the next, at least."""


class Progress(Protocol):
    """Called with the observations made, those asked for, and how the run goes."""

    def __call__(self, done: int, wanted: int, words: str = "", /) -> None: ...


@dataclass(frozen=True)
class Start:
    """How a run begins, or goes on."""

    folder: Path
    """That of the procedure file."""
    path: Path
    """Of the journal."""
    fresh: bool = False
    """What an unfinished run observed is not used."""
    extend: bool = False
    """Its limits count anew."""
    progress: Progress | None = None


def live(procedure: Procedure, found: Sources, items: Held, start: Start) -> tuple[Observed, Mapping[str, str]]:
    """All observations of a procedure, and what they depend on.

    Raises RunError, ProcedureError; what was observed stays in the journal.
    """
    reference = procedure.reference
    names = (*(reference.input or ()), *([reference.media] if reference.media else [])) if reference else ()
    inputs = Inputs(
        items.rows, {name: cells.column(found.reference, name) for name in names} if found.reference else {}
    )
    procedure_at = address_of(canonical(procedure))
    asked_for = [item for item in items.items if item not in items.censored]
    plan = Plan(procedure, procedure_at, asked_for, inputs, found.prompts)
    wanted = any(measurand.of == "energy" for measurand in procedure.measurand)
    meters = energy.counters(energy.FOLDER) if wanted else ()
    instruments = _instruments(procedure, start.folder)
    try:
        identity = _identity(instruments)
        if meters:
            identity["energy"] = "powercap " + ", ".join(one.name for one in meters)
        with Journal(
            start.path, procedure_at=procedure_at, instrument=identity, tasks=plan, fresh=start.fresh,
            extend=start.extend,
        ) as journal:  # fmt: skip
            asked(procedure, instruments, plan, journal, start.progress, meters=meters)
            observations = map(journal.observation, map(int, plan.order))
            seen = columns(observations, [factor.id for factor in procedure.factor], items.items)
            return with_cost(seen, procedure), identity
    finally:
        for instrument in instruments.values():
            if isinstance(instrument, Instrument):
                instrument.close()


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
    plan: Asked,
    journal: Journal,
    progress: Progress | None,
    *,
    meters: Sequence[energy.Counter] = (),
) -> None:
    """All observations: at once where the systems allow it, else in batches, one system after the other."""
    asking = {system: one for system, one in instruments.items() if isinstance(one, Asking)}
    prices = {system.id: system.price for system in procedure.system if system.price is not None}
    times = any(measurand.of == "seconds" for measurand in procedure.measurand)
    if asking:
        pace = Pace(concurrency=procedure.design.concurrency, limit=procedure.design.limit, prices=prices, timed=times)
        asyncio.run(_at_once(asking, plan, journal, pace=pace, progress=progress))
        return
    meter = Meter(timed=times, counters=meters)
    for system, one in instruments.items():
        if isinstance(one, Instrument):
            ask(one, plan.of(system), plan, journal, limit=procedure.design.limit, meter=meter, progress=progress)


async def _at_once(
    instruments: Mapping[str, Asking],
    plan: Asked,
    journal: Journal,
    *,
    pace: Pace,
    progress: Progress | None,
) -> None:
    began, before = time.monotonic(), journal.held
    shown = began - BETWEEN

    def seen(course: Course) -> None:
        nonlocal shown
        now = time.monotonic()
        if progress is not None and (now - shown >= BETWEEN or course.done == course.wanted):
            shown = now
            progress(course.done, course.wanted, words(course, course.done - before, now - began))

    try:
        await ask_all(instruments, plan, journal, pace=pace, count=len(plan), seen=seen)
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
    several += [say("run.cost", cost=course.cost)] if course.cost else []
    return ", ".join([*several, *([say("run.faults", faults=", ".join(faults))] if faults else [])])


def ask(
    instrument: Instrument,
    numbers: NDArray[np.int32],
    plan: Asked,
    journal: Journal,
    *,
    limit: Limit | None = None,
    meter: Meter = PLAIN,
    progress: Progress | None = None,
) -> None:
    """Ask an instrument for the tasks that the journal does not hold, in their order.

    Tasks are asked in fixed batches; a batch of which anything is missing is repeated whole, so that a resumed run
    gives the digits of an unbroken one. Raises RunError; what was observed stays in the journal.
    """
    began, before, last = time.monotonic(), journal.spent.seconds, time.monotonic()
    for start in range(0, len(numbers), instrument.batch):
        several = [plan.task(int(number)) for number in numbers[start : start + instrument.batch]]
        if all(map(journal.holds, several)):
            continue
        journal.spent.seconds = before + time.monotonic() - began
        if (at := reached(limit, journal.spent, {}, requests=journal.spent.requests)) is not None:
            journal.took(journal.spent.seconds)
            raise stopped("M0610.limit", hint="M0610.hint", limit=at)
        answers = meter.observed(instrument, several)
        if [key_of(answer) for answer in answers] != [key_of(task) for task in several]:
            raise stopped("M0606.answer", found=str(len(answers)), asked=str(len(several)))
        journal.append([answer for answer in answers if not journal.holds(answer)])
        if time.monotonic() - last > 1.0:
            last = time.monotonic()
            journal.took(before + last - began)
        if progress is not None:
            progress(journal.held, len(plan))


def columns(observations: Iterable[Observation], factors: Sequence[str], items: Iterable[str] = ()) -> Observed:
    """Observations as columns; a short text that stands in many cells is kept once. ``items``: those there may be."""
    system, item, repeat, reason = Texts(), Texts(items), Texts(), Texts()
    status = Texts()
    condition = {name: Texts() for name in factors}
    output: dict[str, Texts] = {}
    for count, one in enumerate(observations):
        system.append(one.system)
        item.append(one.item)
        repeat.append(str(one.repeat))
        reason.append(one.reason)
        status.append(one.status)
        for name in factors:
            condition[name].append(one.condition[name])
        for role in one.output.keys() - output.keys():
            output[role] = Texts(empty=count)
        for role, texts in output.items():
            texts.append(one.output.get(role, ""))
    roles = {role: output[role] for role in sorted(output)}
    return Observed(system, item, condition, repeat, cast("Sequence[Status]", status), reason, roles)


def with_cost(seen: Observed, procedure: Procedure) -> Observed:
    """With the column ``cost``, where a measurand is of it: tokens in and out at the prices of the system."""
    if all(measurand.of != "cost" for measurand in procedure.measurand):
        return seen
    prices = {system.id: system.price for system in procedure.system}
    cost = []
    stated = [seen.output.get(name, [""] * len(seen.item)) for name in TOKENS]
    for system, *tokens in zip(seen.system, *stated, strict=True):
        price = prices[system]
        known = price is not None and all(tokens)
        cost.append(f"{spent_on(price, *map(int, tokens)):f}" if known and price is not None else "")
    return replace(seen, output={**seen.output, "cost": cost})


def as_table(seen: Observed, target: str) -> tuple[Table, dict[str, str]]:
    """Outputs of a live run as a table, so that their cells are read by the same rules."""
    table = Table(file=target, columns=seen.output, row=range(1, len(seen.item) + 1), digest="")
    return table, {role: role for role in seen.output}
