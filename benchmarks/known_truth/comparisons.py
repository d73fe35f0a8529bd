"""Differences and ratios of two shares as contrasts of a procedure: systems on different items, or on the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from known_truth import textbook
from known_truth.evidence import Columns, procedure, table
from known_truth.situation import Draw, Interval, Situation
from measurand.document.procedure import Procedure

Array = NDArray[np.float64]
GROUP = "Two shares"
LEAST_EVENTS = 1e-6
"""Added to no event, where the textbook's logarithm does not exist."""


def situations() -> Iterator[Situation]:
    """Those of this file, in the order of the page."""
    for n1, n2, p1, p2 in ((10, 10, 0.5, 0.8), (20, 30, 0.9, 0.95), (50, 50, 0.3, 0.5), (200, 100, 0.97, 0.93)):
        yield _independent(n1, n2, p1, p2, kind="difference")
    for n1, n2, p1, p2 in ((20, 20, 0.5, 0.8), (50, 50, 0.3, 0.5), (200, 200, 0.05, 0.1)):
        yield _independent(n1, n2, p1, p2, kind="ratio")
    for n, cells in ((30, (0.5, 0.1, 0.25)), (100, (0.3, 0.1, 0.2)), (200, (0.85, 0.03, 0.08))):
        yield _paired_ratio(n, *cells)


def _contrast(kind: str) -> Procedure:
    """Second system against the first."""
    p = procedure("proportion", paired=True)
    (m,) = p.measurand
    if m.contrast is None:
        raise ValueError("the procedure has no contrast")
    return p.model_copy(
        update={"measurand": (m.model_copy(update={"contrast": m.contrast.model_copy(update={"kind": kind})}),)}
    )


def _rows(first: Array, second: Array, *, same: bool) -> Columns:
    n1, n2 = len(first), len(second)
    item = np.concatenate([np.arange(n1), np.arange(n2) + (0 if same else n1)])
    return table(item, value=np.concatenate([first, second]), system=np.repeat([0, 1], [n1, n2]))


def _independent(n1: int, n2: int, p1: float, p2: float, *, kind: str) -> Situation:
    def draw(rng: Generator) -> Draw:
        first, second = (rng.random(n1) < p1).astype(float), (rng.random(n2) < p2).astype(float)
        x1, x2 = float(first.sum()), float(second.sum())
        known = _newcombe(x2, n2, x1, n1) if kind == "difference" else _log(x2, n2, x1, n1, 1 / n1 + 1 / n2)
        return Draw(_rows(first, second, same=False), _usual(x2, n2, x1, n1, kind), known)

    return Situation(
        GROUP, f"{kind}, different items, n = {n1} and {n2}, p = {p1:g} and {p2:g}",
        p2 - p1 if kind == "difference" else p2 / p1, _contrast(kind), draw,
        textbook="Newcombe" if kind == "difference" else "Katz",
    )  # fmt: skip


def _paired_ratio(n: int, both: float, only_first: float, only_second: float) -> Situation:
    cells = np.array([both, only_first, only_second, 1 - both - only_first - only_second])

    def draw(rng: Generator) -> Draw:
        cell = rng.choice(4, n, p=cells)
        first, second = np.isin(cell, (0, 1)).astype(float), np.isin(cell, (0, 2)).astype(float)
        x1, x2 = float(first.sum()), float(second.sum())
        known = _log(x2, n, x1, n, 2 * float(np.sum(cell == 0)) / max(x1 * x2, 1.0))
        return Draw(_rows(first, second, same=True), _usual(x2, n, x1, n, "ratio"), known)

    return Situation(
        GROUP, f"ratio, same items, n = {n}, both {both:g}, only one {only_first:g} and {only_second:g}",
        (both + only_second) / (both + only_first), _contrast("ratio"), draw, textbook="normal on the log",
    )  # fmt: skip


def _newcombe(x1: float, n1: int, x2: float, n2: int) -> Interval:
    """Square-and-add of Wilson limits (Newcombe 1998)."""
    (p, l1, u1), (q, l2, u2) = ((x / n, *_wilson(x, n)) for x, n in ((x1, n1), (x2, n2)))
    return p - q - float(np.hypot(p - l1, u2 - q)), p - q + float(np.hypot(u1 - p, q - l2))


def _wilson(x: float, n: int) -> Interval:
    z2 = textbook.Z**2
    deviation = textbook.Z * np.sqrt(x * (n - x) / n + z2 / 4) / (n + z2)
    return textbook.around((x + z2 / 2) / (n + z2), float(deviation))


def _log(x1: float, n1: int, x2: float, n2: int, taken: float) -> Interval:
    """``log r -+ z sqrt(1/x1 + 1/x2 - taken)`` (Katz et al. 1978)."""
    x1, x2 = max(x1, LEAST_EVENTS), max(x2, LEAST_EVENTS)
    step = textbook.Z * float(np.sqrt(max(1 / x1 + 1 / x2 - taken, 0.0)))
    ratio = (x1 / n1) / (x2 / n2)
    return ratio * float(np.exp(-step)), ratio * float(np.exp(step))


def _usual(x1: float, n1: int, x2: float, n2: int, kind: str) -> Interval:
    """Estimate -+ 1.96 standard errors, as if all rows were independent."""
    p, q = x1 / n1, max(x2, LEAST_EVENTS) / n2
    a, b = p * (1 - p) / n1, q * (1 - q) / n2
    if kind == "difference":
        return textbook.around(p - q, textbook.Z * float(np.sqrt(max(a + b, 0.0))))
    return textbook.around(p / q, textbook.Z * float(np.sqrt(max(a / q**2 + p**2 * b / q**4, 0.0))))
