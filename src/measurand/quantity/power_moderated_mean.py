"""The power-moderated mean of a key comparison: between the weighted and the unweighted mean (Pomme & Keightley 2015).

S. Pomme and J. Keightley, "Determination of a reference value and its uncertainty through a power-moderated mean",
Metrologia 52 (2015) S200. The CCRI(II) takes its reference values of activity with it since 2013. The formulas are
those of the BIPM's program for it (R. Coulon, 2021), whose published tests are reproduced; the paper was not at hand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.consensus_tau import fit, mandel_paule, model_of
from measurand.quantity.equivalence_degrees import Degrees, degrees_against
from measurand.quantity.laboratories import Laboratories, laboratories

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PowerModeratedMean:
    """A reference value of k laboratories."""

    value: float
    u: float
    """Standard uncertainty of ``value``."""
    weights: Array
    """Shape (k,), sum 1; 0 for laboratories that are not in the mean."""
    alpha: float
    """Power of the weights: 0 equal weights, 2 those of Mandel and Paule."""
    s: float
    """Standard deviation added to every u so that the reduced chi-square is 1; 0 where it is not above 1."""
    characteristic: float
    """Characteristic uncertainty S of one laboratory."""
    birge: float
    """Birge ratio of the weighted mean before s was added: the root of the reduced observed chi-square."""
    labs: Laboratories
    """All laboratories, also those not in the mean."""

    def degrees(self, *, factor: float = 2.0) -> Degrees:
        """Degrees of equivalence ``d_i = y_i - value`` with the variances of the CCRI(II).

        ``u^2(d_i) = (1 - 2 w_i) u_i^2 + u^2(value)``: of a laboratory in the mean with the weight w_i; of another
        ``u_i^2 + u^2(value)``. The u_i are the stated ones, without s. Raises DesignError for a factor that is none.
        """
        return degrees_against(self.labs, self.value, self.u, covariance=self.weights * self.labs.u**2, factor=factor)

    def extreme(self, *, k: float = 2.5) -> NDArray[np.bool_]:
        """Which laboratories lie so far off that somebody should look at them, shape (k,): ``|d_i| > k u(d_i)``.

        Here ``u^2(d_i) = u^2(value) (1/w_i - 1)``, with ``+ 1`` for a laboratory that is not in the mean and the weight
        that it would have. The criterion only points at results: to leave one out is a decision about its reasons.
        Raises DesignError for a k that is not positive and finite.
        """
        if not (math.isfinite(k) and k > 0.0):
            raise DesignError(say("power_moderated.k", k=k))
        inside = self.weights > 0.0
        moderated = _moderated(self.labs.u, self.s, self.alpha, self.characteristic)
        variance = moderated + np.where(inside, -(self.u**2), self.u**2)
        return np.asarray(np.abs(self.labs.y - self.value) > k * np.sqrt(variance))


def power_moderated_mean(
    y: ArrayLike, u: ArrayLike, *, alpha: float | None = None, included: ArrayLike | None = None
) -> PowerModeratedMean:
    """Power-moderated mean of independent laboratories with values ``y`` and standard uncertainties ``u``, shape (k,).

    1. The Mandel-Paule mean: s is the smallest that makes ``chi2 = sum (y_i - y_MP)^2 / (u_i^2 + s^2) / (N - 1)`` at
       most 1; ``u^2(y_MP) = 1 / sum 1/(u_i^2 + s^2)``.
    2. The characteristic uncertainty ``S = sqrt(N max(u^2(unweighted mean), u^2(y_MP)))``, where
       ``u^2(unweighted mean) = sum (y_i - mean)^2 / (N (N - 1))``.
    3. ``1/u^2(value) = sum_i 1/v_i`` and ``w_i = u^2(value) / v_i`` with ``v_i = (u_i^2 + s^2)^(alpha/2) S^(2-alpha)``.

    ``alpha`` is 2 - 3/N if not given, which suits uncertainties that tell something and are rather too small than too
    large; 0 gives equal weights, 2 those of Mandel and Paule. ``included`` (shape (k,), booleans) says who is in the
    mean, all if not given: the N of the formulas. Raises DesignError: data that are none, fewer than two
    laboratories in the mean, an alpha outside 0 to 2.

    >>> y = [30060, 30130, 30000, 29850, 29970, 29920, 29890, 30150, 29782]
    >>> u = [54, 170, 79, 140, 340, 200, 140, 100, 71]
    >>> m = power_moderated_mean(y, u)
    >>> round(m.value), round(m.u)  # BIPM.RI(II)-K1.Sr-85: the BIPM's program, validated against that of S. Pomme
    (29975, 46)
    """
    labs = laboratories(y, u, least=1)
    inside = np.ones(labs.count, bool) if included is None else np.asarray(included).ravel()
    if inside.dtype != np.bool_ or len(inside) != labs.count:
        raise DesignError(say("power_moderated.included", count=labs.count))
    taken = labs.at(np.flatnonzero(inside))
    if taken.count < 2:
        raise DesignError(say("consensus.few", least=2, count=taken.count))
    power = 2.0 - 3.0 / taken.count if alpha is None else float(alpha)
    if not 0.0 <= power <= 2.0:
        raise DesignError(say("power_moderated.alpha", alpha=power))
    model = model_of(taken)
    square = mandel_paule(model)
    outer = float(np.var(taken.y - model.origin, ddof=1)) / taken.count
    characteristic = math.sqrt(taken.count * max(outer, float(fit(model, square).variance[0])))
    precision = 1.0 / (_moderated(taken.u, math.sqrt(square), power, characteristic) / characteristic**2)
    weights = np.zeros(labs.count)
    weights[inside] = precision / np.sum(precision)
    return PowerModeratedMean(
        model.origin + float(weights[inside] @ (taken.y - model.origin)),
        characteristic / math.sqrt(float(np.sum(precision))),
        weights,
        power,
        math.sqrt(square),
        characteristic,
        math.sqrt(float(fit(model, 0.0).q[0]) / model.freedom),
        labs,
    )


def _moderated(u: Array, s: float, alpha: float, characteristic: float) -> Array:
    """``(u_i^2 + s^2)^(alpha/2) S^(2 - alpha)``, the variance that a weight is the reciprocal of."""
    return np.asarray(characteristic**2 * (np.hypot(u, s) / characteristic) ** alpha)
