"""One situation: how evidence arises, what is true, and what textbook and habit would say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.random import Generator

from known_truth.evidence import Columns
from measurand.document.judge import Calibrated
from measurand.document.procedure import Procedure
from measurand.errors import MeasurandError
from measurand.lab.pack import definitions
from measurand.quantity.limits import Limits
from measurand.quantity.randomness import generator
from measurand.study.arm import Keys
from measurand.study.compose import known_inputs, model
from measurand.study.judge_rates import rates
from measurand.study.measure import measure
from measurand.study.observed import observed
from measurand.study.outcome import arms, outcome
from measurand.study.targets import targets

Interval = tuple[float, float]
Kind = Literal["ordinary", "hardest"]
LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Draw:
    """One replicate: evidence, and the two intervals that it is compared with."""

    columns: Columns
    usual: Interval
    """Estimate +- 1.96 standard errors over rows."""
    textbook: Interval | None = None
    procedure: Procedure | None = None
    """Where the stated inputs differ from replicate to replicate."""
    judge: Calibrated | None = None
    """What the calibration of a judge showed."""


@dataclass(frozen=True, eq=False)
class Situation:
    """A way in which evidence arises, with its truth in closed form."""

    group: str
    name: str
    truth: float
    procedure: Procedure
    draw: Callable[[Generator], Draw]
    textbook: str = ""
    """Name of the textbook interval; empty: there is none in use."""
    kind: Kind = "ordinary"
    width_exempt: bool = False

    @property
    def key(self) -> str:
        """Name of its random numbers."""
        return f"{self.group}/{self.name}"


@dataclass(frozen=True)
class Seen:
    """What one replicate gave; NaN limits where it was refused."""

    lower: float
    upper: float
    usual: Interval
    textbook: Interval
    sound: bool
    """Finite, of positive width, inside the possible range, and the value inside."""
    warned: bool = False
    refused: str = ""

    @property
    def interval(self) -> Interval:
        """Both limits."""
        return (self.lower, self.upper)


def limits_of(procedure: Procedure, columns: Columns, judge: Calibrated | None = None) -> Limits:
    """Limits of the first result of a procedure, without the bootstrap and Monte Carlo checks of a measurement."""
    labelled = observed(procedure, definitions(), columns)
    if judge is not None:
        labelled = replace(labelled, seen=replace(labelled.seen, judge=rates(judge)))
    target = targets(procedure, labelled.seen)[0]
    evaluated = arms(target, definitions(), labelled, Keys("reference", "record"))
    result = outcome(target, evaluated, labelled)
    if target.measurand.model is None:
        return result.limits
    known = known_inputs(procedure.input, procedure.correlation)
    return model(target.measurand, target.system, target.level, result, {}, known).limits


def checked_limits_of(
    procedure: Procedure, columns: Columns, judge: Calibrated | None = None, *, key: str
) -> Limits:  # fmt: skip
    """The same through a whole measurement, with the checks, and with what they replace where they disagree."""
    evidence = "sha256:" + "0" * 64
    return measure(
        procedure, definitions(), columns, procedure_at=key, reference_at="reference", evidence_at=evidence,
        judge=judge,
    ).limits[0]  # fmt: skip


def replicate(situation: Situation, number: int, *, checks: bool = False) -> Seen:
    """Draw one replicate of a situation and measure it; its random numbers depend on the two names alone."""
    key = f"coverage/{situation.key}/{number}"
    drawn = situation.draw(generator(key))
    procedure, nothing = drawn.procedure or situation.procedure, (np.nan, np.nan)
    textbook = drawn.textbook or nothing
    try:
        limits = (
            checked_limits_of(procedure, drawn.columns, drawn.judge, key=key)
            if checks
            else limits_of(procedure, drawn.columns, drawn.judge)
        )
        lower, upper = limits(LEVEL)
    except MeasurandError as error:
        return Seen(*nothing, drawn.usual, textbook, True, refused=error.findings[0].message)
    low, high = limits.bounds
    inside = low <= lower <= limits.value <= upper <= high
    sound = bool(np.isfinite(lower) and np.isfinite(upper) and upper > lower and inside)
    return Seen(lower, upper, drawn.usual, textbook, sound, warned=bool(limits.warnings))
