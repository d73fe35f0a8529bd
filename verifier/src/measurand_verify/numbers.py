"""Decimal strings, and the probabilities that a decision needs: normal, Student's t, beta; all in plain Python."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from measurand_verify.check import RefusedError

_DECIMAL = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_NORMAL_FROM = 1e9
MOST_TERMS = 20_000


def real(text: Any) -> float:
    """The double of a decimal string. Raises RefusedError."""
    if text == "infinite":
        return math.inf
    if not isinstance(text, str) or _DECIMAL.fullmatch(text) is None:
        raise RefusedError(f"{str(text)[:40]!a} is no decimal number")
    x = float(text)
    if not math.isfinite(x):
        raise RefusedError(f"{text[:40]!a} is beyond all doubles")
    return x


def shortest(text: str) -> bool:
    """Whether a text is the shortest form of its double: ``0.1``, ``2``, ``1e-07``, ``infinite``."""
    try:
        x = real(text)
    except RefusedError:
        return False
    if math.isinf(x):
        return True
    return text == ("0" if x == 0 else repr(x).removesuffix(".0"))


def near(a: float, b: float, *, relative: float = 1e-9, absolute: float = 0.0) -> bool:
    """Equal within a relative and an absolute tolerance; infinities are equal to themselves."""
    if math.isinf(a) or math.isinf(b):
        return a == b
    return abs(a - b) <= max(relative * max(abs(a), abs(b)), absolute)


def beta_cdf(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function I_x(a, b), by its continued fraction (NIST DLMF 8.17.22, Lentz's method).

    Raises RefusedError where the fraction does not converge.
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _lower_beta(1.0 - x, b, a)
    return _lower_beta(x, a, b)


def _lower_beta(x: float, a: float, b: float) -> float:
    """I_x(a, b) where its continued fraction converges fast: x below (a + 1) / (a + b + 2)."""
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    tiny = 1e-300
    c, d = 1.0, 1.0 / _away(1.0 - (a + b) * x / (a + 1.0), tiny)
    total = d
    for m in range(1, MOST_TERMS):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0)),
        ):
            d = 1.0 / _away(1.0 + numerator * d, tiny)
            c = _away(1.0 + numerator / c, tiny)
            step = c * d
            total *= step
        if abs(step - 1.0) < 1e-15:
            return front * total / a
    raise RefusedError("a probability needs more terms than this verifier sums")


def _away(x: float, tiny: float) -> float:
    return tiny if abs(x) < tiny else x


def normal_tail(z: float) -> float:
    """P(Z > z)."""
    return 0.5 * math.erfc(z / math.sqrt(2.0))


def student_tail(t: float, df: float) -> float:
    """P(T > t) for any positive degrees of freedom, whole or not."""
    if df >= _NORMAL_FROM:
        return normal_tail(t)
    half = 0.5 * beta_cdf(df / (df + t * t), 0.5 * df, 0.5)
    return half if t >= 0 else 1.0 - half


def student_factor(tail: float, df: float) -> float:
    """t with P(T > t) = tail, for tail below 1/2."""
    return _falling(lambda t: student_tail(t, df), tail)


def beta_quantile(p: float, a: float, b: float) -> float:
    """The p quantile of Beta(a, b); 0 where a is 0, 1 where b is 0."""
    if a <= 0 or b <= 0:
        return 0.0 if a <= 0 else 1.0
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (middle, high) if beta_cdf(middle, a, b) < p else (low, middle)
    return 0.5 * (low + high)


def _falling(tail: Callable[[float], float], wanted: float) -> float:
    low, high = 0.0, 1.0
    while tail(high) > wanted and high < 1e300:
        high *= 2.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (middle, high) if tail(middle) > wanted else (low, middle)
    return 0.5 * (low + high)
