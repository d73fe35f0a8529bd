"""Ask for many observations at once: how many, how often again, and when to stop. Every answer is on the disk before
its place is given to another request."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from measurand.document.observation import Observation, Task
from measurand.errors import MeasurandError, RunError
from measurand.instrument.attempt import Asking, Fault, given_up
from measurand.instrument.fault import stopped
from measurand.lab.journal import Journal, key_of
from measurand.message import say

PERMANENT = 2
"""Requests for which a permanent fault is believed."""
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
    most: int | None = None
    """Requests, at most, until the run is begun or resumed again (``design.limit``)."""
    tokens: int | None = None
    """Tokens in and out, of the answers that state them."""
    seconds: float | None = None
    """Since this start."""


@dataclass
class Course:
    """How a run goes, for its progress line."""

    wanted: int
    done: int
    requests: int = 0
    faults: Counter[str] = field(default_factory=Counter)


Seen = Callable[[Course], None]


@dataclass(order=True)
class _Due:
    at: float
    number: int
    task: Task = field(compare=False)
    faults: tuple[Fault, ...] = field(compare=False, default=())


class _Queue:
    """Tasks that were never asked, and those that are to be asked again when their time has come."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self.fresh: Iterator[Task] = iter(tasks)
        self.later: list[_Due] = []
        self.number = itertools.count()
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

    def again(self, due: _Due, fault: Fault, at: float) -> None:
        """Ask again at a time."""
        heapq.heappush(self.later, _Due(at, due.number, due.task, (*due.faults, fault)))


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
    course = Course(wanted=count, done=len(journal.entries))
    queue = _Queue(task for task in wanted if key_of(task) not in journal.entries)
    run = _Run(instruments, journal, pace, queue, course, seen)
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
        self.written: asyncio.Queue[tuple[Observation, asyncio.Future[None]] | None] = asyncio.Queue()
        self.began = self.answered = time.monotonic()
        self.tokens = self.down = 0
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
        if (limit := self._limit()) is not None:
            self.end = self.end or stopped("M0610.limit", limit=limit)
            return
        self.course.requests += 1
        found = await self.instruments[due.task.system].ask(due.task)
        if isinstance(found, Fault):
            last = self._after(due, found)
        else:
            last = found
            self.answered, self.down = time.monotonic(), 0
            self.tokens += sum(int(found.output.get(name, "0")) for name in ("tokens_in", "tokens_out"))
        if last is not None:
            await self._keep(last)
        if self.seen is not None:
            self.seen(self.course)

    def _limit(self) -> str | None:
        """The limit that is reached, in words."""
        pace = self.pace
        if pace.most is not None and self.course.requests >= pace.most:
            return say("run.limit_requests", count=f"{pace.most:,}")
        if pace.tokens is not None and self.tokens >= pace.tokens:
            return say("run.limit_tokens", count=f"{pace.tokens:,}")
        if pace.seconds is not None and time.monotonic() - self.began >= pace.seconds:
            return say("run.limit_minutes", count=f"{pace.seconds / 60:g}")
        return None

    def _after(self, due: _Due, fault: Fault) -> Observation | None:
        """What follows from a fault: an end of the run, the end of the task, or another request."""
        self.course.faults[fault.kind] += 1
        if fault.stops:
            self.end = self.end or stopped("M0611.refused", reason=fault.reason)
            return None
        now = time.monotonic()
        self.down += 1
        if self.down > 2 * self.pace.concurrency and now - self.answered > self.pace.patience:
            self.end = self.end or stopped("M0612.down", seconds=f"{now - self.answered:.0f}", reason=fault.reason)
            return None
        several = (*due.faults, fault)
        permanent = sum(one.permanent for one in several)
        if permanent >= PERMANENT or len(several) >= self.pace.requests:
            return given_up(due.task, fault, requests=len(several))
        jitter = 0.5 + (due.task.seed * 2654435761 + len(several)) % 1000 / 1000
        waiting = min(FIRST * 2 ** (len(several) - 1), LONGEST) * jitter
        self.queue.again(due, fault, now + max(fault.wait, waiting))
        return None

    async def _keep(self, observation: Observation) -> None:
        kept = asyncio.get_running_loop().create_future()
        self.written.put_nowait((observation, kept))
        await kept
        self.course.done += 1

    async def write(self) -> None:
        """Write what has come since the last write, all together; then let their places go on."""
        while (first := await self.written.get()) is not None:
            several = [first]
            while not self.written.empty():
                if (more := self.written.get_nowait()) is None:
                    self.written.put_nowait(None)
                    break
                several.append(more)
            await asyncio.to_thread(self.journal.append, [observation for observation, _ in several])
            for _, kept in several:
                if not kept.cancelled():
                    kept.set_result(None)
