"""Many replicates of every situation, and whether they meet what was asked."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from known_truth import areas, factors, labels, pairs, shares
from known_truth.situation import Interval, Seen, Situation, replicate

ORDINARY, HARDEST, WIDEST, NOMINAL = 0.93, 0.90, 1.3, 0.95
CHUNK = 25
Progress = Callable[[str], None]


@cache
def situations() -> tuple[Situation, ...]:
    """All of the study, in the order of the page."""
    found = [s for part in (shares, factors, labels, areas, pairs) for s in part.situations()]
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
    reasons: tuple[str, ...]
    warned: int
    unsound: int
    """Intervals of no width, not finite, out of range, or without the value."""
    coverage: float
    coverage_error: float
    below: float
    """Share of intervals that lie wholly below the truth."""
    above: float
    width: float
    textbook: str
    textbook_coverage: float | None
    width_ratio: float | None
    """Mean width / mean width of the textbook interval, where that covers 95 %."""
    width_exempt: bool
    usual_coverage: float
    failures: tuple[str, ...]


def run(
    replicates: int, *, workers: int = 1, only: str = "", progress: Progress = lambda _: None
) -> list[Row]:  # fmt: skip
    """Measure ``replicates`` of every situation whose key holds ``only``. Workers do not change the result."""
    chosen = [i for i, s in enumerate(situations()) if only.lower() in s.key.lower()]
    tasks = [(i, start, min(start + CHUNK, replicates)) for i in chosen for start in range(0, replicates, CHUNK)]
    found: dict[tuple[int, int], list[Seen]] = {}
    began = time.monotonic()
    for done, (i, start, seen) in enumerate(_results(tasks, workers), 1):
        found[i, start] = seen
        if done % 40 == 0 or done == len(tasks):
            progress(f"{done * CHUNK:>7} of {len(tasks) * CHUNK} replicates, {time.monotonic() - began:5.0f} s")
    return [
        summary(situations()[i], [s for j, start in sorted(found) if j == i for s in found[j, start]]) for i in chosen
    ]


def _results(tasks: Sequence[tuple[int, int, int]], workers: int) -> Iterator[tuple[int, int, list[Seen]]]:
    if workers <= 1:
        yield from map(_chunk, tasks)
        return
    with multiprocessing.Pool(workers) as pool:
        yield from pool.imap_unordered(_chunk, tasks)


def _chunk(task: tuple[int, int, int]) -> tuple[int, int, list[Seen]]:
    i, start, stop = task
    return i, start, [replicate(situations()[i], number) for number in range(start, stop)]


def summary(situation: Situation, seen: Sequence[Seen]) -> Row:
    """Coverage, widths and failures of the replicates of a situation."""
    truth, given = situation.truth, [s for s in seen if not s.refused]
    n = len(given)
    below = sum(s.upper < truth for s in given) / n if n else np.nan
    above = sum(s.lower > truth for s in given) / n if n else np.nan
    coverage = _coverage([(s.lower, s.upper) for s in given], truth)
    width = float(np.mean([s.upper - s.lower for s in given])) if n else np.nan
    known, ratio = None, None
    if situation.textbook:
        known = _coverage([s.textbook for s in given], truth)
        size = float(np.mean([s.textbook[1] - s.textbook[0] for s in given]))
        ratio = width / size if known >= NOMINAL and size > 0 else None
    row = Row(
        situation.group, situation.name, situation.kind, truth, len(seen), len(seen) - n,
        tuple(sorted({s.refused for s in seen if s.refused})), sum(s.warned for s in given),
        sum(not s.sound for s in given), coverage, float(np.sqrt(coverage * (1 - coverage) / n)) if n else np.nan,
        below, above, width, situation.textbook, known, ratio, situation.width_exempt,
        _coverage([s.usual for s in given], truth), (),
    )  # fmt: skip
    return Row(**{**row.__dict__, "failures": tuple(_failures(row))})


def _coverage(intervals: Sequence[Interval], truth: float) -> float:
    return sum(lower <= truth <= upper for lower, upper in intervals) / len(intervals) if intervals else np.nan


def _failures(row: Row) -> Iterator[str]:
    least = ORDINARY if row.kind == "ordinary" else HARDEST
    if row.refused == row.replicates:
        yield "every replicate refused"
    if row.coverage < least:
        yield f"covers less than {100 * least:g} %"
    if row.unsound:
        yield "an interval without width, not finite or out of range"
    if row.width_ratio is not None and row.width_ratio > WIDEST and not row.width_exempt:
        yield f"wider than {WIDEST:g} times the textbook"
