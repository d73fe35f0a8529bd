"""The standard deviation tau between laboratories (dark uncertainty): four estimators and the Q-profile limits.

``y ~ N(mu 1, V + tau^2 I)`` with the known covariance matrix V of the laboratories. With ``V = E diag(v) E'`` the
rotated values ``z = E' y`` are independent with variances ``v + tau^2`` and means ``mu x``, ``x = E' 1``; without
covariances nothing is rotated and ``x = 1``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.quantity.laboratories import Laboratories
from measurand.quantity.root import falling_root

Array = NDArray[np.float64]

_NODES = 240
"""Values of tau^2 at which a likelihood is looked at before its maximum is searched between two of them."""


@dataclass(frozen=True, eq=False)
class Model:
    """Rotated values (``origin`` taken off), design and variances, shape (k,) each, and the rotation E (k, k).

    The origin is the most precise value: what is small beside a large weight keeps its digits.
    """

    z: Array
    x: Array
    v: Array
    rotation: Array
    origin: float

    @property
    def freedom(self) -> int:
        """Number of laboratories less one."""
        return len(self.z) - 1

    @property
    def residual_sum(self) -> float:
        """Sum of squares about the unweighted fit: ``Q(tau^2) <= residual_sum / tau^2``."""
        return float(np.sum((self.z - self.x * (self.x @ self.z) / (self.x @ self.x)) ** 2))


@dataclass(frozen=True, eq=False)
class Fit:
    """The weighted mean at some tau^2, shape (points,) each."""

    mean: Array
    """Without the origin of the model."""
    variance: Array
    """``1 / sum(w x^2)``."""
    q: Array
    """``sum(w (z - mean x)^2)``, ``w = 1/(v + tau^2)``."""
    trace: Array
    """``tr P`` with ``P = W - W x x' W / x' W x``."""
    square: Array
    """``y' P P y = sum(w^2 (z - mean x)^2)``."""
    total: Array
    """``sum(w)``."""
    log_w: Array
    """``sum(log w)``."""


def model_of(labs: Laboratories) -> Model:
    """The rotated model of the laboratories."""
    origin = float(labs.y[np.argmin(labs.u)])
    if labs.independent:
        return Model(labs.y - origin, np.ones(labs.count), labs.u**2, np.eye(labs.count), origin)
    v, rotation = np.linalg.eigh(labs.covariance)
    return Model(rotation.T @ (labs.y - origin), rotation.T @ np.ones(labs.count), v, rotation, origin)


def fit(model: Model, square: Array | float) -> Fit:
    """The weighted mean at each tau^2 of ``square``, shape (points,) or one number."""
    w = 1.0 / (model.v + np.asarray(square, float).reshape(-1, 1))
    wx = w * model.x
    information = np.sum(wx * model.x, axis=1)
    mean = np.sum(wx * model.z, axis=1) / information
    residual = model.z - mean[:, None] * model.x
    return Fit(
        mean,
        1.0 / information,
        np.sum(w * residual**2, axis=1),
        np.sum(w * _others(wx * model.x), axis=1) / information,
        np.sum((w * residual) ** 2, axis=1),
        np.sum(w, axis=1),
        np.sum(np.log(w), axis=1),
    )


def weights(model: Model, square: float) -> Array:
    """Weights of the laboratories in the weighted mean, shape (k,), of sum 1; negative ones only with covariances."""
    w = 1.0 / (model.v + square)
    return np.asarray(model.rotation @ (w * model.x) / np.sum(w * model.x**2))


def dersimonian_laird(model: Model) -> float:
    """``max(0, (Q - (k - 1)) / tr P)`` at tau = 0 (DerSimonian & Laird 1986)."""
    held = fit(model, 0.0)
    return max(0.0, float((held.q[0] - model.freedom) / held.trace[0]))


def mandel_paule(model: Model) -> float:
    """The tau^2 at which ``Q(tau^2) = k - 1``, 0 if Q never exceeds it (Mandel & Paule 1970, Paule & Mandel 1982)."""
    return _where_q_is(model, float(model.freedom))


def reml(model: Model) -> float:
    """The largest restricted likelihood: ``y'PPy = tr P`` there (Harville 1977)."""
    return _largest(model, lambda f: f.log_w + np.log(f.variance) - f.q, lambda f: f.square - f.trace)


def ml(model: Model) -> float:
    """The largest likelihood: ``y'PPy = sum(w)`` there; too small by about one part in k."""
    return _largest(model, lambda f: f.log_w - f.q, lambda f: f.square - f.total)


def q_profile(model: Model, *, level: float) -> tuple[float, float]:
    """Limits of tau from those tau^2 whose ``Q(tau^2)`` is no unlikely chi-square (Viechtbauer 2007); exact.

    Both are 0 where even tau = 0 makes Q unlikely small: the laboratories agree better than their uncertainties say.
    """
    from scipy.special import chdtri

    tail = (1.0 - level) / 2.0
    critical = (float(chdtri(model.freedom, tail)), float(chdtri(model.freedom, 1.0 - tail)))
    lower, upper = (math.sqrt(_where_q_is(model, c)) for c in critical)
    return lower, upper


def square_u(model: Model, square: float, method: str) -> float:
    """Standard uncertainty of tau^2 as estimated by ``method``, for normal laboratory effects.

    REML ``sqrt(2 / tr(PP))``; ML ``sqrt(2 / sum(w^2))``; Mandel-Paule ``sqrt(2 (k - 1)) / tr P``, all at the
    estimate; DerSimonian-Laird ``sqrt(2 (k - 1) + 4 tau^2 tr P + 2 tau^4 tr(PP)) / tr P`` with P at tau = 0.
    """
    at = 0.0 if method == "dersimonian-laird" else square
    w = 1.0 / (model.v + at)
    information = float(np.sum(w * model.x**2))
    trace = float(fit(model, at).trace[0])
    own, other = w * _others(w * model.x**2) / information, (w * model.x) ** 2 / information
    two = float(np.sum(own**2) + np.sum(other * _others(other)))  # tr(PP), the diagonal of P and the rest
    spread = {
        "reml": 2.0 / two,
        "ml": 2.0 / float(np.sum(w**2)),
        "mandel-paule": 2.0 * model.freedom / trace**2,
        "dersimonian-laird": (2.0 * model.freedom + 4.0 * square * trace + 2.0 * square**2 * two) / trace**2,
    }
    return math.sqrt(spread[method])


def _others(values: Array) -> Array:
    """The sum of all others along the last axis, without taking a large number from a large one."""
    before = np.zeros_like(values)
    before[..., 1:] = np.cumsum(values[..., :-1], axis=-1)
    after = np.zeros_like(values)
    after[..., :-1] = np.cumsum(values[..., :0:-1], axis=-1)[..., ::-1]
    return before + after


def _where_q_is(model: Model, wanted: float) -> float:
    """Q falls in tau^2, so that one root lies between 0 and ``residual_sum / wanted``; 0 if Q is below at 0."""
    if fit(model, 0.0).q[0] <= wanted:
        return 0.0
    return falling_root(lambda t: fit(model, t).q - wanted, 0.0, model.residual_sum / wanted)


def _largest(model: Model, likelihood: Callable[[Fit], Array], score: Callable[[Fit], Array]) -> float:
    """A likelihood may have several maxima: the largest of many nodes, then the root of the score beside it.

    Above ``top`` the score is negative: ``y'PPy <= residual_sum / tau^4``, ``tr P >= (k - 1)/(max v + tau^2)``.
    """
    n, s, most = model.freedom, model.residual_sum, float(np.max(model.v))
    top = (s + math.sqrt(s * s + 4.0 * n * s * most)) / (2.0 * n)
    least = min(1e-4 * float(np.min(model.v)), top)
    if top <= 0.0:
        return 0.0
    nodes = np.concatenate([[0.0], np.geomspace(least, top, _NODES)])
    best = int(np.argmax(likelihood(fit(model, nodes))))
    lower, upper = float(nodes[max(best - 1, 0)]), float(nodes[min(best + 1, _NODES)])
    return falling_root(lambda t: score(fit(model, t)), lower, upper)


ESTIMATORS: Mapping[str, Callable[[Model], float]] = {
    "dersimonian-laird": dersimonian_laird,
    "mandel-paule": mandel_paule,
    "reml": reml,
    "ml": ml,
}
"""``f(Model)``: tau^2."""
