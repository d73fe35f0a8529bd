"""Whether label errors look dependent on how hard an item is: disagreement of annotators by the system's success.

Success is judged by one annotator, disagreement among the others: with errors that are independent of the item, both
say nothing about each other. Without three labels per item, or without predicted classes, by the margin of the score.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from measurand.document.procedure import Procedure
from measurand.message import say
from measurand.study.columns import texts, threshold
from measurand.study.frame import Frame
from measurand.study.quantity_of import OPERATING_POINT

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
LEVEL = 0.01
LEAST_WRONG = 10
LEAST_AUDIT = 20
WANTED = 0.05
"""Standard uncertainty of an error rate that the recommended audit would give."""


def difficulty(procedure: Procedure, frame: Frame, vote: Integers, classes: tuple[str, ...]) -> tuple[str, ...]:
    """A sentence per system whose failures go with disagreement (one-sided p below 1 % over the systems), or nothing.

    ``vote`` (items, annotators) are class positions, -1 for none.
    """
    found = []
    for s, name in enumerate(frame.systems):
        rows = np.flatnonzero(frame.system == s)
        first = np.full(len(frame.items), -1, np.int64)
        first[frame.item[rows[::-1]]] = rows[::-1]
        for key, p, hard, easy, share in _tests(procedure, frame, vote, classes, first):
            if p < LEVEL / len(frame.systems):
                n = _wanted(hard)
                found.append(
                    say(key, system=name, hard=_percent(hard), easy=_percent(easy), p=f"{p:.1g}", n=n,
                        total=math.ceil(n / share / 10) * 10)
                )  # fmt: skip
                break
    return tuple(found)


def _wanted(disagreement: float) -> int:
    """Items whose audit would show an error rate of half the disagreement to within 0.05."""
    rate = min(max(disagreement / 2.0, 0.05), 0.5)
    return max(LEAST_AUDIT, math.ceil(rate * (1.0 - rate) / WANTED**2))


def _percent(x: float) -> str:
    return f"{100.0 * x:.0f} %"


def _tests(
    procedure: Procedure, frame: Frame, vote: Integers, classes: tuple[str, ...], first: Integers
) -> Iterator[tuple[str, float, float, float, float]]:
    """Sentence, p, disagreement where the system fails and elsewhere, share of the items where it fails."""
    seen = first >= 0
    if "value" in frame.columns and vote.shape[1] > 2:
        code = {c: k for k, c in enumerate(classes)}
        predicted = np.full(len(seen), -2, np.int64)
        predicted[seen] = [code.get(c, -2) for c in texts(frame, "value", first[seen])]
        found = by_success(vote, predicted, frame.unit)
        if found is not None:
            yield ("remark.difficulty_success", *found)
    if "score" in frame.columns and len(classes) == 2:
        score = np.full(len(seen), np.nan)
        cells = texts(frame, "score", first[seen])
        score[seen] = [float(c) if c != "" else np.nan for c in cells]
        at = next((m.at[OPERATING_POINT] for m in procedure.measurand if OPERATING_POINT in m.at), None)
        limit = threshold(at)[1] if at is not None else float(np.nanmedian(score)) if seen.any() else 0.0
        near = np.abs(score - limit)
        half = np.isfinite(score) & (near <= np.nanmedian(near))
        found = _compared([(_disagreement(vote), half, np.isfinite(score))], frame.unit)
        if found is not None:
            yield ("remark.difficulty_margin", *found)


def by_success(vote: Integers, predicted: Integers, unit: Integers) -> tuple[float, float, float, float] | None:
    """p, disagreement of the others where the judging annotator finds the system wrong and right, share of the wrong.

    Each annotator judges in turn; ``predicted`` (items,) are class positions, -2 where there is none.
    """
    turns = []
    for r in range(vote.shape[1]):
        others = _disagreement(np.delete(vote, r, axis=1))
        judged = (vote[:, r] >= 0) & (predicted > -2)
        turns.append((others, judged & (vote[:, r] != predicted), judged))
    return _compared(turns, unit)


def _disagreement(vote: Integers) -> Array:
    """Share of disagreeing pairs of votes of each item; NaN with fewer than two votes."""
    k = int(vote.max(initial=0)) + 1
    count = np.stack([(vote == c).sum(axis=1) for c in range(k)], axis=1).astype(float)
    m = count.sum(axis=1)
    pairs = m * (m - 1) / 2
    agreeing = np.sum(count * (count - 1) / 2, axis=1)
    return np.where(pairs > 0, 1.0 - agreeing / np.where(pairs > 0, pairs, 1.0), np.nan)


def _compared(
    turns: list[tuple[Array, Flags, Flags]], unit: Integers
) -> tuple[float, float, float, float] | None:  # fmt: skip
    """One-sided p of more disagreement among the hard items, within each turn, units independent of each other."""
    from scipy.special import ndtr

    change, hard_sum, easy_sum, hard_n, all_n = np.zeros(len(unit)), 0.0, 0.0, 0.0, 0.0
    difference = 0.0
    for x, is_hard, judged in turns:
        use = judged & np.isfinite(x)
        hard, easy = use & is_hard, use & ~is_hard
        n, m = float(hard.sum()), float(easy.sum())
        if n < 2 or m < 2:
            continue
        high, low = float(x[hard].mean()), float(x[easy].mean())
        difference += n * (high - low)
        change[hard] += x[hard] - high
        change[easy] -= n / m * (x[easy] - low)
        hard_sum, easy_sum, hard_n, all_n = hard_sum + n * high, easy_sum + n * low, hard_n + n, all_n + n + m
    spread = float(np.sqrt(np.sum(np.bincount(unit, weights=change) ** 2)))
    if hard_n < LEAST_WRONG or spread == 0.0:
        return None
    return float(ndtr(-difference / spread)), hard_sum / hard_n, easy_sum / hard_n, hard_n / all_n
