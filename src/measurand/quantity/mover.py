"""Limits of a combination from the limits of its parts (INTERVALS R5).

MOVER, the method of variance estimates recovery: Zou & Donner (2008); Newcombe (1998) for differences and pairs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import RefusedError
from measurand.message import say
from measurand.quantity.budget import welch_satterthwaite
from measurand.quantity.limits import Limits, Rule, clipped
from measurand.quantity.sampling import Share
from measurand.quantity.student import student_factor

Array = NDArray[np.float64]
UNBOUNDED = (-np.inf, np.inf)


def composition(
    parts: Sequence[Limits],
    coefficients: ArrayLike,
    *,
    rho: ArrayLike | None = None,
    value: float | None = None,
    bounds: tuple[float, float] = UNBOUNDED,
) -> Limits:
    """Limits of ``T = sum a_i T_i`` (or of a value linearised with these coefficients) from its parts' limits.

    ``lower = T - sqrt(sum_ij rho_ij dl_i dl_j)`` with the deviation ``dl_i`` of each part that lowers T, the signs of
    the coefficients inside rho; likewise ``upper``. ``rho`` (parts, parts): correlations of the parts, absent:
    independent. ``value``: the combination's value where it is not the sum.
    """
    a = np.asarray(coefficients, float)
    correlation = np.eye(len(a)) if rho is None else np.asarray(rho, float)
    value = float(sum(c * p.value for c, p in zip(a, parts, strict=True))) if value is None else value
    au = a * np.array([p.u for p in parts])
    u = float(np.sqrt(max(au @ correlation @ au, 0.0)))
    df = np.array([p.df for p in parts])
    independent = bool(np.all(correlation == np.eye(len(a))))
    names = dict.fromkeys(p.rule for p in parts)
    return Limits(
        value,
        u,
        welch_satterthwaite(list(au**2), list(df)) if independent else float(df.min()),
        say("coverage.rule.composition", parts=" + ".join(names)),
        clipped(_composed(parts, a, correlation, value), bounds),
        bounds,
        tuple(dict.fromkeys(w for p in parts for w in p.warnings)),
        needs=next((p.needs for p in parts if p.needs), ""),
    )


def _composed(parts: Sequence[Limits], a: Array, correlation: Array, value: float) -> Rule:
    signed = correlation * np.sign(a)[:, None] * np.sign(a)[None, :]
    values, size, positive = np.array([p.value for p in parts]), np.abs(a), a >= 0

    def limits(tail: Array) -> tuple[Array, Array]:
        pairs = [p.tails(tail) for p in parts]
        below = values - np.stack([lower for lower, _ in pairs], axis=-1)
        above = np.stack([upper for _, upper in pairs], axis=-1) - values
        down = size * np.maximum(np.where(positive, below, above), 0.0)
        up = size * np.maximum(np.where(positive, above, below), 0.0)
        return value - _root(down, signed), value + _root(up, signed)

    return limits


def _root(deviation: Array, signed: Array) -> Array:
    return np.asarray(np.sqrt(np.maximum(np.einsum("...i,ij,...j->...", deviation, signed, deviation), 0.0)))


def input_part(share: Share) -> Limits:
    """A type B input as a part: a deviation around 0 of ``k u`` with the factor of its degrees of freedom."""
    u = float(np.sqrt(share.variance))

    def limits(tail: Array) -> tuple[Array, Array]:
        deviation = student_factor(tail, share.df) * u
        return -deviation, deviation

    return Limits(0.0, u, share.df, say("coverage.rule.input"), limits)


def difference(first: Limits, second: Limits, *, rho: float = 0.0, bounds: tuple[float, float] = UNBOUNDED) -> Limits:
    """Limits of ``T_1 - T_2``; ``rho`` is the correlation of the two on the same units (0: different units)."""
    return composition([first, second], [1.0, -1.0], rho=[[1.0, rho], [rho, 1.0]], bounds=bounds)


def ratio(first: Limits, second: Limits, *, rho: float = 0.0) -> Limits:
    """Limits of ``T_1 / T_2`` of positive quantities, composed on the log; the upper limit may not exist.

    With ``T_1 = 0`` (no logarithm) the upper limit is that of Donner & Zou (2012) for independent parts. Raises
    RefusedError when ``T_2`` is not positive.
    """
    if second.value <= 0.0 or first.value < 0.0:
        raise RefusedError(say("coverage.ratio"))
    value = first.value / second.value
    relative = np.array([first.u / first.value if first.value > 0 else 0.0, second.u / second.value])
    u = value * float(np.sqrt(relative @ np.array([[1.0, -rho], [-rho, 1.0]]) @ relative))
    base = difference(first, second, rho=rho)
    tails = _log_ratio(first, second, rho) if first.value > 0 else _zero_ratio(first, second)
    return Limits(
        value,
        u if value > 0 else first.u / second.value,
        base.df,
        say("coverage.rule.ratio", parts=first.rule),
        tails,
        (0.0, np.inf),
        base.warnings,
        needs=say("coverage.ratio_limit"),
    )


def _log_ratio(first: Limits, second: Limits, rho: float) -> Rule:
    def limits(tail: Array) -> tuple[Array, Array]:
        (l1, u1), (l2, u2) = first.tails(tail), second.tails(tail)
        with np.errstate(divide="ignore"):
            dl1, du1 = np.log(first.value) - np.log(np.maximum(l1, 0.0)), np.log(u1) - np.log(first.value)
            dl2, du2 = np.log(second.value) - np.log(np.maximum(l2, 0.0)), np.log(u2) - np.log(second.value)
        value = first.value / second.value
        return value * np.exp(-_pair_root(dl1, du2, rho)), value * np.exp(_pair_root(du1, dl2, rho))

    return limits


def _pair_root(x: Array, y: Array, rho: float) -> Array:
    infinite = np.isinf(x) | np.isinf(y)
    x, y = np.where(infinite, 0.0, x), np.where(infinite, 0.0, y)
    return np.where(infinite, np.inf, np.sqrt(np.maximum(x * x + y * y - 2.0 * rho * x * y, 0.0)))


def _zero_ratio(first: Limits, second: Limits) -> Rule:
    def limits(tail: Array) -> tuple[Array, Array]:
        (_, u1), (l2, _) = first.tails(tail), second.tails(tail)
        exists = l2 > 0
        safe = np.where(exists, l2, second.value)
        return np.zeros_like(u1), np.where(exists, u1 / np.sqrt(safe * (2.0 * second.value - safe)), np.inf)

    return limits


def pair_phi(both: float, only_first: float, only_second: float, neither: float) -> float:
    """Correlation of two 0/1 results of the same items: phi with 1/2 added to both discordant cells (INTERVALS R5)."""
    b, c = only_first + 0.5, only_second + 0.5
    product = (both + b) * (c + neither) * (both + c) * (b + neither)
    return float((both * neither - b * c) / np.sqrt(product))


def unit_correlation(first: Array, second: Array, *, n0: float) -> float:
    """Correlation of the contributions of the same units (cluster totals), cut at ``1 - 1/n0`` (INTERVALS R5).

    Shapes (units,), each adding up to 0 in its blocks; 0 where one of them has no spread.
    """
    product = float(np.sum(first**2) * np.sum(second**2))
    if product <= 0.0:
        return 0.0
    most = 1.0 - 1.0 / n0 if n0 > 1.0 else 0.0
    return float(np.clip(np.sum(first * second) / np.sqrt(product), -most, most))
