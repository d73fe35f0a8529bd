"""Limits of a share whose verdicts come from an imperfect reference or judge (INTERVALS R8)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from measurand.errors import RefusedError
from measurand.message import say
from measurand.quantity.exact import middle
from measurand.quantity.limits import Array, Limits
from measurand.quantity.mover import composition, pair_phi
from measurand.quantity.two_shares import PairCounts

ROUNDING = 1e-12
"""Standard deviation over the size of the values below which it is rounding."""

UNIT = (0.0, 1.0)
LEVEL_OF_REFUSAL = 0.95


def share_part(events: float, trials: float) -> Limits:
    """A plain share as a part of a composition: middle limits, ``u = sqrt(p q / (n - 1))``."""
    p = events / trials
    a, b = events + 0.5, trials - events + 0.5
    smooth = a * b / ((a + b) ** 2 * (a + b + 1.0))
    spread = p * (1.0 - p) / max(trials - 1.0, 1.0)

    def tails(tail: Array) -> tuple[Array, Array]:
        return middle(events, trials, tail=tail)

    u = float(np.sqrt(spread if spread > 0.0 else smooth))
    return Limits(p, u, np.inf, say("coverage.rule.middle"), tails, UNIT, counts=(events, trials))


def rogan_gladen(apparent: Limits, sensitivity: Limits, specificity: Limits) -> Limits:
    """``T = (p + Sp - 1)/(Se + Sp - 1)`` with a separate calibration of the judge (Rogan & Gladen 1978).

    Composed at the estimate cut to [0, 1]. Raises RefusedError where the 95 % limits of sensitivity and of
    1 - specificity overlap: then the judge is not shown better than chance.
    """
    if sensitivity(LEVEL_OF_REFUSAL)[0] <= 1.0 - specificity(LEVEL_OF_REFUSAL)[0]:
        raise RefusedError(say("coverage.judge"))
    youden = sensitivity.value + specificity.value - 1.0
    value = min(max((apparent.value + specificity.value - 1.0) / youden, 0.0), 1.0)
    slopes = [1.0 / youden, -value / youden, (1.0 - value) / youden]
    return composition([apparent, sensitivity, specificity], slopes, value=value, bounds=UNIT)


def at_known_rates(apparent: float, *, sensitivity: float, specificity: float) -> float:
    """``(p + Sp - 1)/(Se + Sp - 1)`` cut to [0, 1]: a share, or a limit of it, seen by a judge of known rates.

    A limit of the apparent share becomes that of the true share (Reiczigel, Foldi & Ozsvari 2010). Raises RefusedError
    where ``Se + Sp <= 1``.

    >>> round(at_known_rates(4 / 80, sensitivity=0.9, specificity=0.99), 6)
    0.044944
    """
    youden = sensitivity + specificity - 1.0
    if youden <= 0.0:
        raise RefusedError(say("coverage.judge"))
    return min(max((apparent + specificity - 1.0) / youden, 0.0), 1.0)


def symmetric_error(apparent: Limits, error: Limits) -> Limits:
    """``T = (p - e)/(1 - 2 e)`` for label errors that are independent of the system's success.

    Raises RefusedError where the error rate reaches 1/2.
    """
    e = error.value
    if error(LEVEL_OF_REFUSAL)[1] >= 0.5:
        raise RefusedError(say("coverage.error_rate", rate=error(LEVEL_OF_REFUSAL)[1]))
    value = min(max((apparent.value - e) / (1.0 - 2.0 * e), 0.0), 1.0)
    slopes = [1.0 / (1.0 - 2.0 * e), (2.0 * value - 1.0) / (1.0 - 2.0 * e)]
    return composition([apparent, error], slopes, value=value, bounds=UNIT)


def known_rate(rate: float) -> Limits:
    """An error rate, sensitivity or specificity that is known without uncertainty, as a part."""

    def tails(tail: Array) -> tuple[Array, Array]:
        return np.full(np.shape(tail), rate), np.full(np.shape(tail), rate)

    return Limits(rate, 0.0, np.inf, say("coverage.rule.input"), tails, UNIT)


def tuned(right: Array, imperfect: Array, others: Array, *, size: float = 0.0) -> float:
    """Share of the imperfect values with the least variance: ``cov(H, J_L) / (var(J) (1 + m/M))``, cut to [0, 1].

    ``right`` and ``imperfect`` are of the m audited items, ``others`` (imperfect) of the M further ones
    (Angelopoulos, Duchi & Zrnic 2023, power tuning). 0 where the imperfect values have no spread, or only that of
    rounding: beside the largest of them, or beside ``size`` where they are differences of such numbers.
    """
    m, held = len(right), np.concatenate([imperfect, others])
    covariance = float(np.mean((right - right.mean()) * (imperfect - imperfect.mean())))
    variance = float(np.var(held, ddof=1))
    if variance <= (ROUNDING * max(size, float(np.abs(held).max()))) ** 2:
        return 0.0
    return float(np.clip(covariance / (variance * (1.0 + m / len(others))), 0.0, 1.0))


def powered_mean(
    right: Array, imperfect: Array, others: Array, *, share: float | None = None
) -> tuple[float, float]:  # fmt: skip
    """Mean and its standard uncertainty from imperfect values of all items and right values of an audited subset.

    ``lam mean(J_U) + mean(H - lam J_L)``, ``u^2 = lam^2 var(J_U)/M + var(H - lam J_L)/m`` (prediction-powered
    inference, Angelopoulos et al. 2023); ``share`` is lam, tuned unless given.
    """
    lam = tuned(right, imperfect, others) if share is None else share
    rest = right - lam * imperfect
    variance = lam * lam * float(np.var(others)) / len(others) + float(np.var(rest)) / len(rest)
    return lam * float(others.mean()) + float(rest.mean()), float(np.sqrt(variance))


def audited(judged: tuple[float, float], audit: PairCounts) -> Limits:
    """A large set judged imperfectly, and a random audited subset with right and imperfect verdicts.

    ``T = lam mean(J_U) + mean(H) - lam mean(J_L)``, ``lam = cov(H, J_L)/(var(J)(1 + m/M))`` cut to [0, 1]
    (prediction-powered inference, Angelopoulos et al. 2023). ``judged``: events and trials outside of the audit;
    ``audit``: "first" is the right verdict, "second" the imperfect one. Valid whatever the errors depend on.
    """
    (x, large), m = judged, audit.n
    h, j = (audit.both + audit.only_first) / m, (audit.both + audit.only_second) / m
    pooled = (x + audit.both + audit.only_second) / (large + m)
    spread = pooled * (1.0 - pooled) * (large + m) / (large + m - 1.0) * (1.0 + m / large)
    covariance = audit.both / m - h * j
    lam = float(np.clip(covariance / spread, 0.0, 1.0)) if spread > 0.0 else 0.0
    phi = pair_phi(audit.both, audit.only_first, audit.only_second, audit.neither)
    parts = [share_part(x, large), share_part(h * m, m), share_part(j * m, m)]
    rho = np.eye(3)
    rho[1, 2] = rho[2, 1] = phi
    value = float(np.clip(lam * x / large + h - lam * j, *UNIT))
    result = composition(parts, [lam, 1.0, -lam], rho=rho, value=value, bounds=UNIT)
    return replace(result, df=np.inf)
