"""Limits of a result as a function of the level; everything that is printed about an interval comes from here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from measurand.errors import RefusedError
from measurand.message import say

Array = NDArray[np.float64]
Rule = Callable[[Array], tuple[Array, Array]]
"""Probabilities left out on each side -> (lower, upper), of the same shape."""


@dataclass(frozen=True, eq=False)
class Limits:
    """A coverage interval for every level: ``limits(0.95) -> (lower, upper)``, wider for higher levels."""

    value: float
    u: float
    """Combined standard uncertainty; never 0 unless the whole population was measured."""
    df: float
    """Effective degrees of freedom; infinite where the rule uses none."""
    rule: str
    """Name of the rule in words, for the result."""
    tails: Rule
    bounds: tuple[float, float] = (-np.inf, np.inf)
    warnings: tuple[str, ...] = ()
    counts: tuple[float, float] | None = None
    """Events and trials where the value is a plain share: Monte Carlo draws it from a beta distribution."""
    needs: str = ""
    """Printed with the refusal when a limit does not exist at the level asked for."""

    def __call__(self, level: float) -> tuple[float, float]:
        """Lower and upper limit at a level, 0.95 for 95 %. Raises RefusedError where one of them does not exist."""
        lower, upper = self.at_tail((1.0 - level) / 2.0)
        return self._existing(lower, level), self._existing(upper, level)

    def at_tail(self, tail: float) -> tuple[float, float]:
        """Limits with probability ``tail`` left out on each side; infinite where a limit does not exist."""
        lower, upper = self.tails(np.asarray(tail, float))
        return float(lower), float(upper)

    def one_sided_lower(self, level: float) -> float:
        """The limit that the quantity is above with probability ``level``."""
        return self._existing(self.at_tail(1.0 - level)[0], level)

    def one_sided_upper(self, level: float) -> float:
        """The limit that the quantity is below with probability ``level``."""
        return self._existing(self.at_tail(1.0 - level)[1], level)

    def with_warnings(self, *warnings: str) -> Limits:
        """The same limits with further warnings."""
        return replace(self, warnings=(*self.warnings, *(w for w in warnings if w not in self.warnings)))

    def _existing(self, limit: float, level: float) -> float:
        if not np.isfinite(limit):
            raise RefusedError(say("coverage.no_limit", level=f"{100.0 * level:g} %", needs=self.needs))
        return limit


def clipped(tails: Rule, bounds: tuple[float, float]) -> Rule:
    """The rule with its limits cut to the possible range."""

    def inside(tail: Array) -> tuple[Array, Array]:
        lower, upper = tails(tail)
        return np.clip(lower, *bounds), np.clip(upper, *bounds)

    return inside
