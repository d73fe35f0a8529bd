"""Trueness against a reference value (ISO 5725-4): bias of a method, and of a laboratory."""

from __future__ import annotations

import math
from dataclasses import dataclass

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.budget import welch_satterthwaite
from measurand.quantity.collaborative import Precision
from measurand.quantity.student import student_factor


@dataclass(frozen=True)
class Bias:
    """A difference from the reference value."""

    value: float
    u: float
    """Standard uncertainty, that of the reference value included."""
    df: float
    limits: tuple[float, float]

    @property
    def holds_zero(self) -> bool:
        """Whether the interval holds 0: then no bias is shown, which does not say that there is none."""
        return self.limits[0] <= 0.0 <= self.limits[1]


def bias_of_method(
    mean: float, reference: float, *, s_r: float, s_R: float, laboratories: int, replicates: float,
    u_reference: float = 0.0, df: float = math.inf, level: float = 0.95,
) -> Bias:  # fmt: skip
    """``mean - reference`` with ``u^2 = (s_R^2 - s_r^2 (1 - 1/n)) / p + u_reference^2``.

    With p laboratories of n results. ``df`` infinite: s_R known from an earlier trial, as the standard has it, and
    the half-width is ``A s_R`` with ``A = 1.96 sqrt((n (g^2 - 1) + 1) / (g^2 p n))``, ``g = s_R/s_r``; where s_R comes
    from the same results, ``df = p - 1``. Raises DesignError for counts below 1, or s_R below s_r.

    >>> round(bias_of_method(0.4021, 0.403, s_r=0.01, s_R=0.02, laboratories=12, replicates=2).value, 4)
    -0.0009
    """
    if laboratories < 1 or not replicates >= 1.0 or not 0.0 <= s_r <= s_R or u_reference < 0.0:
        raise DesignError(say("trueness.inputs"))
    of_mean = (s_R**2 - s_r**2 * (1.0 - 1.0 / replicates)) / laboratories
    return _bias(mean - reference, of_mean, df, u_reference, level)


def bias_of_results(found: Precision, reference: float, *, u_reference: float = 0.0, level: float = 0.95) -> Bias:
    """Bias of the method from a trial's own results: ``bias_of_method`` with its precision and p - 1 df.

    The general mean of unequal numbers of results has ``n = N / p`` here.
    """
    return bias_of_method(
        found.mean, reference, s_r=found.s_r, s_R=found.s_R, laboratories=found.laboratories,
        replicates=found.results / found.laboratories, u_reference=u_reference, df=found.df_between, level=level,
    )  # fmt: skip


def bias_of_laboratory(
    mean: float, reference: float, *, s_r: float, replicates: int, u_reference: float = 0.0, df: float = math.inf,
    level: float = 0.95,
) -> Bias:  # fmt: skip
    """``mean - reference`` of one laboratory, ``u^2 = s_r^2 / n + u_reference^2``.

    ``df`` infinite: s_r known from the trial of the method, ``A_W = 1.96 / sqrt(n)``; ``n - 1`` where it is the
    laboratory's own. Raises DesignError for a count below 1.
    """
    if replicates < 1 or not s_r >= 0.0 or u_reference < 0.0:
        raise DesignError(say("trueness.inputs"))
    return _bias(mean - reference, s_r**2 / replicates, df, u_reference, level)


def _bias(value: float, variance: float, df: float, u_reference: float, level: float) -> Bias:
    if not 0.0 < level < 1.0 or not df > 0.0:
        raise DesignError(say("collaborative.level", level=level))
    nu = welch_satterthwaite([variance, u_reference**2], [df, math.inf])
    u = math.hypot(math.sqrt(variance), u_reference)
    k = float(student_factor(0.5 * (1.0 - level), nu))
    return Bias(value, u, nu, (value - k * u, value + k * u))
