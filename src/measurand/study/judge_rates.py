"""What a calibration says of a judge's verdicts, ready to correct results with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.judge import Calibrated
from measurand.errors import DesignError, Finding, RefusedError
from measurand.message import say
from measurand.quantity.imperfect import LEVEL_OF_REFUSAL
from measurand.quantity.limits import Limits
from measurand.study.judge_figures import SHARE, SIGNED, is_binary, mean_limits, table_of

Array = NDArray[np.float64]
JUDGE, NOISE = "judge:", "judge-noise:"
"""How the keys of sources begin: the calibration, and chance in the verdicts on fixed items."""
ROUNDING = 1e-24
"""Variance of verdicts below which they are all equal."""


@dataclass(frozen=True, eq=False)
class Rates:
    """Mean verdicts on answers that people call right and wrong (Rogan and Gladen 1978)."""

    key: str
    one: Limits
    zero: Limits
    spread: tuple[float, float]
    """Variance of one verdict on right and on wrong answers."""
    count: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Pairs:
    """What people and judge say of a random sample of the answers (prediction-powered inference); shape (rows,)."""

    key: str
    human: Array
    judged: Array
    count: Array

    @property
    def answers(self) -> float:
        """How many answers."""
        return float(self.count.sum())

    def share(self, others: Array, *, items: float) -> float:
        """``lambda = cov(H, J) / (var(J) (1 + n / items))``, cut to [0, 1] (Angelopoulos, Duchi and Zrnic 2023).

        ``others`` are the verdicts on answers that only the judge scored, ``items`` how many they count for; infinite
        for a statement about these answers: there the error is that of ``H - lambda J`` in both sets.
        """
        n = self.answers
        human, judged = (y - float(self.count @ y) / n for y in (self.human, self.judged))
        variance = float(np.var(np.concatenate([np.repeat(self.judged, self.count.astype(int)), others]), ddof=1))
        if variance <= ROUNDING:
            return 0.0
        slope = float(self.count @ (human * judged)) / n / (variance * (1.0 + n / items))
        return min(max(slope, 0.0), 1.0)

    def rest(self, share: float) -> tuple[Limits, float]:
        """Mean of ``H - share J`` with its limits, and its variance from answer to answer."""
        y = self.human - share * self.judged
        return mean_limits(y, self.count, SHARE if share == 0.0 else SIGNED), _variance(y, self.count)


def rates(calibrated: Calibrated) -> Rates | Pairs:
    """Read a calibration. Raises DesignError where it says too little, RefusedError for a judge no better than chance,
    where the correction needs one that is."""
    rows = table_of(calibrated).both("human", "judged")
    human, judged, count = rows.column["human"], rows.column["judged"], rows.count
    key = f"{JUDGE}{calibrated.at}"
    if calibrated.random:
        if count.sum() < 3:
            _too_little(f"{count.sum():g}")
        return Pairs(key, human, judged, count)
    right, wrong = human == 1, human == 0
    if not is_binary(human) or min(count[right].sum(), count[wrong].sum()) < 2:
        _too_little(f"{count[right].sum():g} + {count[wrong].sum():g}")
    one, zero = (mean_limits(judged[here], count[here], SHARE) for here in (right, wrong))
    if one(LEVEL_OF_REFUSAL)[0] <= zero(LEVEL_OF_REFUSAL)[1]:
        text = say("M0574.chance", one=f"{one.value:.3f}", zero=f"{zero.value:.3f}")
        raise RefusedError(Finding("M0574", "judge.calibration", text, say("M0574.chance_hint")))
    spread = (_variance(judged[right], count[right]), _variance(judged[wrong], count[wrong]))
    return Rates(key, one, zero, spread, (int(count[right].sum()), int(count[wrong].sum())))


def _too_little(found: str) -> None:
    raise DesignError(Finding("M0573", "judge.calibration", say("M0573.few", found=found), say("M0573.few_hint")))


def _variance(y: Array, count: Array) -> float:
    mean = float(count @ y) / float(count.sum())
    return float(count @ (y - mean) ** 2) / max(float(count.sum()) - 1.0, 1.0)
