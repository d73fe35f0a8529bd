"""Many replicates of every situation, and whether they meet what was asked."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from known_truth import (
    answers,
    areas,
    classes,
    comparisons,
    factors,
    groups,
    judges,
    labels,
    numbers,
    pairs,
    raters,
    scores,
    shares,
)
from known_truth.situation import Interval, Seen, Situation, replicate

ORDINARY, HARDEST, WIDEST, NOMINAL = 0.93, 0.90, 1.3, 0.95
CHUNK = 25
Progress = Callable[[str], None]


@cache
def situations() -> tuple[Situation, ...]:
    """All of the study, in the order of the page."""
    parts = (
        shares,
        factors,
        labels,
        areas,
        pairs,
        numbers,
        scores,
        raters,
        answers,
        judges,
        classes,
        comparisons,
        groups,
    )
    found = [s for part in parts for s in part.situations()]
    if len({s.key for s in found}) < len(found):
        raise ValueError("two situations have the same name")
    return tuple(found)


@dataclass(frozen=True)
class Row:
    """What the replicates of one situation gave."""

    group: str
    name: str
    kind: str
    truth: float
    replicates: int
    refused: int
    reason: str
    """Of the first replicate that was refused."""
    warned: int
    unsound: int
    """Intervals of no width, not finite, out of range, or without the value."""
    coverage: float
    coverage_error: float
    coverage_at_first: float
    """Of the first replicates, before further ones were added."""
    below: float
    """Share of intervals that lie wholly below the truth."""
    above: float
    width: float
    textbook: str
    textbook_coverage: float | None
    width_ratio: float | None
    """Mean width / mean width of the textbook interval, where that covers 95 %."""
    width_exempt: bool
    usual_coverage: float | None
    """None where habit has no interval (a quantile, a correlation)."""
    checked: int
    """Replicates that were also measured with the two checks of a measurement."""
    changed: int
    """Intervals among them that a check replaced."""
    coverage_of_checked: float
    coverage_of_changed: float
    """Coverage of the checked replicates before, and after a check replaced some of the intervals."""
    failures: tuple[str, ...]


def run(
    replicates: int, *, checked: int = 0, close: int = 0, workers: int = 1, only: str = "",
    known: Sequence[Row] = (), progress: Progress = lambda _: None,
) -> list[Row]:  # fmt: skip
    """Measure every situation whose key holds ``only``; the first ``checked`` replicates once more with all checks.

    Situations that ``known`` holds are not measured; their rows are kept.

    Where the coverage lies within two of its standard errors of what is asked, on either side, further replicates are
    measured until there are ``close`` in all: the first ones cannot tell. Workers do not change the result.
    """
    kept = {(row.group, row.name): row for row in known}
    everything = [i for i, s in enumerate(situations()) if only.lower() in s.key.lower()]
    chosen = [i for i in everything if (situations()[i].group, situations()[i].name) not in kept]
    found: dict[tuple[int, bool], list[Seen]] = {(i, checks): [] for i in chosen for checks in (False, True)}
    wanted = [(i, False, 0, replicates) for i in chosen]
    wanted += [(i, True, 0, min(checked, replicates)) for i in chosen]
    _measure(wanted, found, workers, progress)
    rows = {i: summary(situations()[i], found[i, False]) for i in chosen}
    undecided = [i for i in chosen if close > replicates and _is_close(rows[i])]
    _measure([(i, False, replicates, close) for i in undecided], found, workers, progress)
    of_situation = {
        i: replace(summary(situations()[i], found[i, False], found[i, True]), coverage_at_first=rows[i].coverage)
        for i in chosen
    }
    return [of_situation.get(i) or kept[situations()[i].group, situations()[i].name] for i in everything]


def _is_close(row: Row) -> bool:
    return bool(abs(row.coverage - _least(row)) < 2 * row.coverage_error)


def _least(row: Row) -> float:
    return ORDINARY if row.kind == "ordinary" else HARDEST


def _measure(
    wanted: Sequence[tuple[int, bool, int, int]], found: dict[tuple[int, bool], list[Seen]], workers: int,
    progress: Progress,
) -> None:  # fmt: skip
    """Add the replicates ``wanted`` (situation, with checks, from, to) to what was found, in their order."""
    tasks = [
        Task(i, checks, at, min(at + CHUNK, stop))
        for i, checks, start, stop in wanted
        for at in range(start, stop, CHUNK)
    ]
    parts: dict[Task, list[Seen]] = {}
    began = time.monotonic()
    for done, (task, seen) in enumerate(_results(tasks, workers), 1):
        parts[task] = seen
        if done % 40 == 0 or done == len(tasks):
            progress(f"{done:>6} of {len(tasks)} parts, {time.monotonic() - began:5.0f} s")
    for task in tasks:
        found[task.situation, task.checks].extend(parts[task])


@dataclass(frozen=True)
class Task:
    """Some replicates of a situation (its position)."""

    situation: int
    checks: bool
    start: int
    stop: int


def _results(tasks: Sequence[Task], workers: int) -> Iterator[tuple[Task, list[Seen]]]:
    if workers <= 1:
        yield from map(_part, tasks)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap_unordered(_part, tasks)


def _part(task: Task) -> tuple[Task, list[Seen]]:
    situation = situations()[task.situation]
    return task, [replicate(situation, number, checks=task.checks) for number in range(task.start, task.stop)]


def summary(situation: Situation, seen: Sequence[Seen], checked: Sequence[Seen] = ()) -> Row:
    """Coverage, widths and failures of the replicates of a situation."""
    truth, given = situation.truth, [s for s in seen if not s.refused]
    n = len(given)
    own, first = [s.interval for s in given], [s.interval for s in seen[: len(checked)] if not s.refused]
    again = [s.interval for s in checked if not s.refused]
    coverage, width = _coverage(own, truth), _width(own)
    known = _coverage([s.textbook for s in given], truth) if situation.textbook else None
    size = _width([s.textbook for s in given])
    row = Row(
        group=situation.group,
        name=situation.name,
        kind=situation.kind,
        truth=truth,
        replicates=len(seen),
        refused=len(seen) - n,
        reason=next((s.refused for s in seen if s.refused), ""),
        warned=sum(s.warned for s in given),
        unsound=sum(not s.sound for s in (*given, *checked)),
        coverage=coverage,
        coverage_error=float(np.sqrt(coverage * (1 - coverage) / n)) if n else np.nan,
        coverage_at_first=coverage,
        below=sum(upper < truth for _, upper in own) / max(n, 1),
        above=sum(lower > truth for lower, _ in own) / max(n, 1),
        width=width,
        textbook=situation.textbook,
        textbook_coverage=known,
        width_ratio=width / size if known is not None and known >= NOMINAL and size > 0 else None,
        width_exempt=situation.width_exempt,
        usual_coverage=_usual([s.usual for s in given], truth),
        checked=len(checked),
        changed=sum(a.interval != b.interval for a, b in zip(seen, checked, strict=False) if not a.refused),
        coverage_of_checked=_coverage(first, truth),
        coverage_of_changed=_coverage(again, truth),
        failures=(),
    )
    return replace(row, failures=tuple(_failures(row)))


def _width(intervals: Sequence[Interval]) -> float:
    return float(np.mean([upper - lower for lower, upper in intervals])) if intervals else np.nan


def _coverage(intervals: Sequence[Interval], truth: float) -> float:
    return sum(lower <= truth <= upper for lower, upper in intervals) / len(intervals) if intervals else np.nan


def _usual(intervals: Sequence[Interval], truth: float) -> float | None:
    return None if all(np.isnan(lower) for lower, _ in intervals) else _coverage(intervals, truth)


def _failures(row: Row) -> Iterator[str]:
    least = _least(row)
    if row.refused == row.replicates:
        yield "every replicate refused"
    if row.coverage < least:
        yield f"covers less than {100 * least:g} %"
    if row.unsound:
        yield "an interval without width, not finite or out of range"
    if row.width_ratio is not None and row.width_ratio > WIDEST and not row.width_exempt:
        yield f"wider than {WIDEST:g} times the textbook"
