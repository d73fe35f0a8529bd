"""Ask for many observations at once: how many, how often again, and when to stop. Every answer is on the disk before
its place is given to another request."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from measurand.document.live import Limit, Price
from measurand.document.observation import Observation, Task
from measurand.errors import MeasurandError, RunError
from measurand.instrument.attempt import Asking, Fault, given_up
from measurand.instrument.fault import stopped
from measurand.lab.journal import Journal, Waiting
from measurand.lab.spent import TOKENS, money, reached

PERMANENT = 2
"""Requests for which a permanent fault is believed."""
LONGEST_WAIT = 3600.0
"""Seconds after which a task is asked for again, whatever an earlier start was told."""
FIRST, LONGEST = 0.5, 60.0
"""Seconds of waiting after the first fault of a task, doubled with each further one, and at most."""


@dataclass(frozen=True)
class Pace:
    """How a run asks."""

    concurrency: int = 1
    """Requests under way at once. After a crash at most so many answers are asked for again."""
    requests: int = 12
    """For one observation, at most."""
    patience: float = 300.0
    """Seconds without any answer, while requests fail, after which the run stops."""
    limit: Limit | None = None
    """Where the run stops, counted over all its starts (``design.limit``)."""
    prices: Mapping[str, Price] = field(default_factory=dict)
    """By system."""
    timed: bool = False
    """Each answer is kept with the seconds that its last request took."""


@dataclass
class Course:
    """How a run goes, for its progress line."""

    wanted: int
    done: int
    faults: Counter[str] = field(default_factory=Counter)
    cost: str = ""
    """So far, over all starts, where there are prices."""


Seen = Callable[[Course], None]
Failed = tuple[Task, str, Waiting]
"""A fault as the journal keeps it."""


@dataclass(order=True)
class _Due:
    at: float
    number: int
    task: Task = field(compare=False)
    requests: int = field(compare=False, default=0)
    """Those of this start that brought a fault."""
    permanent: int = field(compare=False, default=0)
    """Faults of any start that asking again will most likely not change."""


class _Queue:
    """Tasks that were never asked, and those that are to be asked again when their time has come."""

    def __init__(self, tasks: Iterable[Task], journal: Journal) -> None:
        self.number = itertools.count()
        self.later: list[_Due] = []
        self.fresh: Iterator[Task] = (task for task in tasks if not journal.holds(task) and not self._waits(task))
        self.waiting = dict(journal.waiting)
        self.journal = journal
        self.under_way = 0

    def next(self, now: float) -> _Due | float | None:
        """What to ask, or how long to wait, or None at the end."""
        if self.later and self.later[0].at <= now:
            return heapq.heappop(self.later)
        task = next(self.fresh, None)
        if task is not None:
            return _Due(now, next(self.number), task)
        if self.later:
            return self.later[0].at - now
        return 0.05 if self.under_way else None

    def again(self, due: _Due) -> None:
        """Ask again when it is due."""
        heapq.heappush(self.later, due)

    def _waits(self, task: Task) -> bool:
        """Whether the other end told an earlier start when to ask again; then it is asked at that time."""
        if not self.waiting or (known := self.waiting.get(self.journal.number(task))) is None:
            return False
        wait = min(max(known.until - time.time(), 0.0), LONGEST_WAIT)
        self.again(_Due(time.monotonic() + wait, next(self.number), task, permanent=known.permanent))
        return True


async def ask_all(
    instruments: Mapping[str, Asking],
    wanted: Iterable[Task],
    journal: Journal,
    *,
    pace: Pace,
    count: int,
    seen: Seen | None = None,
) -> Course:
    """Ask for every task that the journal does not hold; ``instruments`` by system.

    Raises RunError; what was observed stays in the journal.

    A fault is followed by another request, not before the other end allows it nor before a waiting time that doubles
    (with jitter from the task's own seed, so that a run can be repeated); a permanent one at most once more.
    """
    course = Course(wanted=count, done=journal.held)
    run = _Run(instruments, journal, pace, _Queue(wanted, journal), course, seen)
    writing = asyncio.create_task(run.write())
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(pace.concurrency):
                group.create_task(run.work())
    except* MeasurandError as several:
        raise several.exceptions[0] from None
    finally:
        run.written.put_nowait(None)
        await writing
    if run.end is not None:
        raise run.end
    return course


class _Run:
    def __init__(
        self,
        instruments: Mapping[str, Asking],
        journal: Journal,
        pace: Pace,
        queue: _Queue,
        course: Course,
        seen: Seen | None,
    ) -> None:
        self.instruments, self.journal, self.pace = instruments, journal, pace
        self.queue, self.course, self.seen = queue, course, seen
        self.written: asyncio.Queue[tuple[Observation | Failed, asyncio.Future[None]] | None] = asyncio.Queue()
        self.began = self.answered = time.monotonic()
        self.requests, self.before = journal.spent.requests, journal.spent.seconds
        self.down = 0
        self.end: RunError | None = None
        """Why nothing more is asked; what is under way is still waited for and kept."""

    async def work(self) -> None:
        """One place of the concurrency: ask, wait until the answer is on the disk, go on."""
        while self.end is None and (due := self.queue.next(time.monotonic())) is not None:
            if isinstance(due, float):
                await asyncio.sleep(min(due, 1.0))
                continue
            self.queue.under_way += 1
            try:
                await self._one(due)
            finally:
                self.queue.under_way -= 1

    async def _one(self, due: _Due) -> None:
        self.journal.spent.seconds = self.before + time.monotonic() - self.began
        pace, spent = self.pace, self.journal.spent
        if (limit := reached(pace.limit, spent, pace.prices, requests=self.requests)) is not None:
            self.end = self.end or stopped("M0610.limit", hint="M0610.hint", limit=limit)
            return
        self.requests += 1
        began = time.monotonic()
        found = await self.instruments[due.task.system].ask(due.task)
        if pace.timed and isinstance(found, Observation):
            found = with_seconds(found, time.monotonic() - began)
        if isinstance(found, Fault):
            await self._after(due, found)
        else:
            self.answered, self.down = time.monotonic(), 0
            await self._keep(found)
            if pace.limit is not None and pace.limit.money is not None and TOKENS[1] not in found.output:
                self.end = self.end or stopped("M0618.tokens", hint="M0618.hint", system=due.task.system)
        if self.seen is not None:
            self.course.cost = money(spent.cost(pace.prices), pace.prices) if pace.prices else ""
            self.seen(self.course)

    async def _after(self, due: _Due, fault: Fault) -> None:
        """What follows from a fault: an end of the run, the end of the task, or another request."""
        self.course.faults[fault.kind] += 1
        self.down += 1
        requests, permanent = due.requests + 1, due.permanent + fault.permanent
        if permanent >= PERMANENT or requests >= self.pace.requests:
            await self._keep(given_up(due.task, fault, requests=max(requests, permanent)))
            return
        await self._write((due.task, fault.kind, Waiting(permanent, time.time() + fault.wait)))
        down = time.monotonic() - self.answered
        if fault.stops:
            self.end = self.end or stopped("M0611.refused", reason=fault.reason)
        elif self.down > 2 * self.pace.concurrency and down > self.pace.patience:
            self.end = self.end or stopped("M0612.down", seconds=f"{down:.0f}", reason=fault.reason)
        jitter = 0.5 + (due.task.seed * 2654435761 + requests) % 1000 / 1000
        waiting = max(fault.wait, min(FIRST * 2 ** (requests - 1), LONGEST) * jitter)
        self.queue.again(_Due(time.monotonic() + waiting, due.number, due.task, requests, permanent))

    async def _keep(self, observation: Observation) -> None:
        await self._write(observation)
        self.course.done += 1

    async def _write(self, entry: Observation | Failed) -> None:
        kept = asyncio.get_running_loop().create_future()
        self.written.put_nowait((entry, kept))
        await kept

    async def write(self) -> None:
        """Write what has come since the last write, all together; then let their places go on."""
        last = self.began
        while (first := await self.written.get()) is not None:
            several = [first]
            while not self.written.empty():
                if (more := self.written.get_nowait()) is None:
                    self.written.put_nowait(None)
                    break
                several.append(more)
            try:
                await asyncio.to_thread(self._append, [entry for entry, _ in several])
                if time.monotonic() - last > 1.0:
                    last = time.monotonic()
                    self.journal.took(self.before + last - self.began)
            except MeasurandError as error:
                _settle(several, error)
                return
            _settle(several, None)
        self.journal.took(self.before + time.monotonic() - self.began)

    def _append(self, several: Sequence[Observation | Failed]) -> None:
        self.journal.append(
            [entry for entry in several if isinstance(entry, Observation)],
            [entry for entry in several if not isinstance(entry, Observation)],
        )


def with_seconds(observation: Observation, seconds: float) -> Observation:
    """The observation with how long it took."""
    return replace(observation, output={**observation.output, "seconds": f"{seconds:.6f}"})


def _settle(several: Sequence[tuple[Observation | Failed, asyncio.Future[None]]], error: MeasurandError | None) -> None:
    """Let the places go on that wait for a write, or say why nothing was written."""
    for _, kept in several:
        if kept.cancelled():
            continue
        if error is None:
            kept.set_result(None)
        else:
            kept.set_exception(error)
