"""Verdicts of a judge that errs, corrected by answers that people scored (simulated)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from known_truth.evidence import procedure, table
from known_truth.situation import Draw, Situation
from measurand.document.judge import Calibrated, Judge

GROUP = "Judges"
AT = "sha256:" + "0" * 64
Flags = NDArray[np.bool_]


def situations() -> Iterator[Situation]:
    """Two rates from a calibration of its own, and random samples of the answers with errors that depend on them."""
    for one, zero, n, each, p in (
        (0.9, 0.1, 400, 50, 0.8), (0.95, 0.2, 1000, 100, 0.9), (0.8, 0.3, 1000, 200, 0.6), (0.99, 0.02, 300, 100, 0.97),
    ):  # fmt: skip
        yield _two_rates(one, zero, n, each, p)
    for m, n, p in ((50, 500, 0.8), (100, 1000, 0.9), (300, 3000, 0.7), (100, 200, 0.85)):
        yield _random(m, n, p)
    yield _random(100, 1000, 0.8, worthless=True)


def _calibrated(human: Flags, judged: Flags, *, random: bool) -> Calibrated:
    count = Counter((str(int(h)), str(int(j))) for h, j in zip(human, judged, strict=True))
    rows = sorted(count)
    return Calibrated(
        at=AT, random=random, columns=("human", "judged"), row=tuple(rows), count=tuple(count[r] for r in rows)
    )


def _situation(name: str, p: float, draw: object, *, random: bool) -> Situation:
    judge = Judge.model_validate(
        {"calibration": {"file": ["c.csv"], "format": "csv", "human": "h", "judged": "j", "random": random}}
    )
    whole = procedure("proportion").model_copy(update={"judge": judge})
    return Situation(GROUP, name, p, whole, draw)  # type: ignore[arg-type]


def _usual(judged: Flags) -> tuple[float, float]:
    """What a tool prints that believes the judge."""
    p, n = float(judged.mean()), len(judged)
    half = 1.96 * float(np.sqrt(p * (1.0 - p) / n))
    return p - half, p + half


def _two_rates(one: float, zero: float, n: int, each: int, p: float) -> Situation:
    """As many right as wrong answers are calibrated, whatever their share in use."""

    def draw(rng: Generator) -> Draw:
        right = rng.random(n) < p
        judged = rng.random(n) < np.where(right, one, zero)
        human = np.arange(2 * each) < each
        known = rng.random(2 * each) < np.where(human, one, zero)
        return Draw(
            table(np.arange(n), value=judged), _usual(judged), judge=_calibrated(human, known, random=False)
        )  # fmt: skip

    name = f"two rates, verdict right {one:g} / {zero:g}, {each} + {each} calibrated, n = {n}, p = {p:g}"
    return _situation(name, p, draw, random=False)


def _random(m: int, n: int, p: float, *, worthless: bool = False) -> Situation:
    """Long answers are praised, right or wrong; a worthless judge throws a coin."""

    def draw(rng: Generator) -> Draw:
        right = rng.random(n + m) < p
        long = rng.random(n + m) < np.where(right, 0.4, 0.6)
        judged = rng.random(n + m) < (0.5 if worthless else np.where(right, 0.85 + 0.13 * long, 0.15 + 0.5 * long))
        calibration = _calibrated(right[n:], judged[n:], random=True)
        return Draw(table(np.arange(n), value=judged[:n]), _usual(judged[:n]), judge=calibration)

    what = "a coin" if worthless else "errors that go with length"
    return _situation(f"random sample of {m}, {what}, n = {n}, p = {p:g}", p, draw, random=True)
