"""Distributions: what an input of type B is known by, and the protocol that a result's distribution shares.

Forms and standard deviations are those of JCGM 101:2008, table 1 and clause 6.4; the beta distribution that of
JCGM 106:2012.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Distribution(Protocol):
    """Distribution of an input and of a result; interval, probability of conformity and draws come from it."""

    def mean(self) -> float:
        """Best estimate."""

    def u(self) -> float:
        """Standard uncertainty: the standard deviation; infinite where it does not exist."""

    def cdf(self, x: float) -> float:
        """Probability that the quantity is at most ``x``."""

    def quantile(self, p: float) -> float:
        """The value that the quantity exceeds with probability ``1 - p``."""

    def draws(self, rng: Generator, n: int) -> Array:
        """``n`` independent draws."""


def inverted(distribution: Distribution, p: float, lower: float, upper: float) -> float:
    """The quantile found by bisection of ``cdf`` between two values, to the last bit or 200 steps."""
    for _ in range(200):
        middle = 0.5 * (lower + upper)
        if middle in (lower, upper):
            break
        lower, upper = (middle, upper) if distribution.cdf(middle) < p else (lower, middle)
    return 0.5 * (lower + upper)


@dataclass(frozen=True)
class Normal:
    """Normal (JCGM 101, 6.4.7): best estimate and standard uncertainty."""

    value: float
    standard_uncertainty: float

    def mean(self) -> float:
        return self.value

    def u(self) -> float:
        return self.standard_uncertainty

    def cdf(self, x: float) -> float:
        from scipy.special import ndtr

        return float(ndtr((x - self.value) / self.standard_uncertainty))

    def quantile(self, p: float) -> float:
        from scipy.special import ndtri

        return self.value + self.standard_uncertainty * float(ndtri(p))

    def draws(self, rng: Generator, n: int) -> Array:
        return self.value + self.standard_uncertainty * rng.standard_normal(n)


@dataclass(frozen=True)
class Trapezoidal:
    """Symmetric trapezoid (JCGM 101, 6.4.4): ``u = a sqrt((1 + beta^2) / 6)``, beta = top / base.

    beta = 1 is the rectangular distribution (6.4.2, ``u = a / sqrt(3)``), beta = 0 the triangular (6.4.5,
    ``u = a / sqrt(6)``).
    """

    value: float
    half_width: float
    beta: float

    def mean(self) -> float:
        return self.value

    def u(self) -> float:
        return self.half_width * math.sqrt((1.0 + self.beta**2) / 6.0)

    def cdf(self, x: float) -> float:
        z = min(abs(x - self.value) / self.half_width, 1.0)
        b = self.beta
        upper = 0.5 + z / (1.0 + b) if z <= b else 1.0 - (1.0 - z) ** 2 / (2.0 * (1.0 - b * b))
        return upper if x >= self.value else 1.0 - upper

    def quantile(self, p: float) -> float:
        b, q = self.beta, max(p, 1.0 - p)
        flat = (q - 0.5) * (1.0 + b)
        z = flat if flat <= b else 1.0 - math.sqrt(2.0 * (1.0 - q) * (1.0 - b * b))
        return self.value + math.copysign(self.half_width * z, p - 0.5)

    def draws(self, rng: Generator, n: int) -> Array:
        wide = rng.random(n) - 0.5
        narrow = rng.random(n) - 0.5
        return self.value + self.half_width * ((1.0 + self.beta) * wide + (1.0 - self.beta) * narrow)


def rectangular(value: float, half_width: float) -> Trapezoidal:
    """Rectangular distribution (JCGM 101, 6.4.2): ``u = a / sqrt(3)``."""
    return Trapezoidal(value, half_width, 1.0)


def triangular(value: float, half_width: float) -> Trapezoidal:
    """Symmetric triangular distribution (JCGM 101, 6.4.5): ``u = a / sqrt(6)``."""
    return Trapezoidal(value, half_width, 0.0)


@dataclass(frozen=True)
class Curvilinear:
    """Rectangular with inexactly known limits (JCGM 101, 6.4.3): limits ``value -+ a``, each known to ``-+ d``.

    ``u^2 = a^2 / 3 + d^2 / 9``, with ``0 < d <= a``.
    """

    value: float
    half_width: float
    d: float

    def mean(self) -> float:
        return self.value

    def u(self) -> float:
        return math.sqrt(self.half_width**2 / 3.0 + self.d**2 / 9.0)

    def cdf(self, x: float) -> float:
        near, far = self.half_width - self.d, self.half_width + self.d
        y = min(abs(x - self.value), far)
        flat = near * math.log(far / near) if near > 0 else 0.0
        if y <= near:
            inside = flat * y / near if near > 0 else 0.0
        else:
            inside = flat + y * (1.0 + math.log(far / y)) - (near + flat)
        inside /= 4.0 * self.d
        return 0.5 + math.copysign(inside, x - self.value)

    def quantile(self, p: float) -> float:
        reach = self.half_width + self.d
        return inverted(self, p, self.value - reach, self.value + reach)

    def draws(self, rng: Generator, n: int) -> Array:
        half = self.half_width + self.d * (2.0 * rng.random(n) - 1.0)
        return self.value + half * (2.0 * rng.random(n) - 1.0)


@dataclass(frozen=True)
class Arcsine:
    """Arcsine, U-shaped (JCGM 101, 6.4.6): ``u = a / sqrt(2)``; a sinusoidal cycle of unknown phase."""

    value: float
    half_width: float

    def mean(self) -> float:
        return self.value

    def u(self) -> float:
        return self.half_width / math.sqrt(2.0)

    def cdf(self, x: float) -> float:
        z = max(-1.0, min(1.0, (x - self.value) / self.half_width))
        return 0.5 + math.asin(z) / math.pi

    def quantile(self, p: float) -> float:
        return self.value + self.half_width * math.sin(math.pi * (p - 0.5))

    def draws(self, rng: Generator, n: int) -> Array:
        return np.asarray(self.value + self.half_width * np.sin(2.0 * math.pi * rng.random(n)))


@dataclass(frozen=True)
class StudentT:
    """Scaled and shifted t (JCGM 101, 6.4.9): ``scale`` is s / sqrt(n), or U / k of a calibration certificate.

    ``u = scale sqrt(nu / (nu - 2))``, infinite for nu <= 2. First-order propagation uses ``scale`` with nu degrees of
    freedom (JCGM 100, G.3) instead: see ``first_order``.
    """

    value: float
    scale: float
    df: float

    def mean(self) -> float:
        return self.value

    def u(self) -> float:
        if math.isinf(self.df):
            return self.scale
        return self.scale * math.sqrt(self.df / (self.df - 2.0)) if self.df > 2 else math.inf

    def cdf(self, x: float) -> float:
        from scipy.special import stdtr

        return float(stdtr(self.df, (x - self.value) / self.scale))

    def quantile(self, p: float) -> float:
        from scipy.special import stdtrit

        return self.value + self.scale * float(stdtrit(self.df, p))

    def draws(self, rng: Generator, n: int) -> Array:
        z = rng.standard_normal(n) if math.isinf(self.df) else rng.standard_t(self.df, n)
        return np.asarray(self.value + self.scale * z)


@dataclass(frozen=True)
class Gamma:
    """Gamma (JCGM 101, 6.4.11): mean ``shape * scale``, ``u = sqrt(shape) scale``.

    ``q`` counted events: shape q + 1, scale 1. Shape 1 is the exponential distribution (6.4.10), ``u = mean``.
    """

    shape: float
    scale: float

    def mean(self) -> float:
        return self.shape * self.scale

    def u(self) -> float:
        return math.sqrt(self.shape) * self.scale

    def cdf(self, x: float) -> float:
        from scipy.special import gammainc

        return float(gammainc(self.shape, max(x, 0.0) / self.scale))

    def quantile(self, p: float) -> float:
        from scipy.special import gammaincinv

        return self.scale * float(gammaincinv(self.shape, p))

    def draws(self, rng: Generator, n: int) -> Array:
        return self.scale * rng.standard_gamma(self.shape, n)


def exponential(mean: float) -> Gamma:
    """Exponential distribution (JCGM 101, 6.4.10): only the mean of a non-negative quantity is known; ``u = mean``."""
    return Gamma(1.0, mean)


@dataclass(frozen=True)
class Beta:
    """Beta on [lower, upper]: ``u = (upper - lower) sqrt(a b / (a + b + 1)) / (a + b)``."""

    a: float
    b: float
    lower: float = 0.0
    upper: float = 1.0

    def mean(self) -> float:
        return self.lower + (self.upper - self.lower) * self.a / (self.a + self.b)

    def u(self) -> float:
        total = self.a + self.b
        return (self.upper - self.lower) * math.sqrt(self.a * self.b / (total + 1.0)) / total

    def cdf(self, x: float) -> float:
        from scipy.special import betainc

        z = (x - self.lower) / (self.upper - self.lower)
        return float(betainc(self.a, self.b, max(0.0, min(1.0, z))))

    def quantile(self, p: float) -> float:
        from scipy.special import betaincinv

        return self.lower + (self.upper - self.lower) * float(betaincinv(self.a, self.b, p))

    def draws(self, rng: Generator, n: int) -> Array:
        return self.lower + (self.upper - self.lower) * rng.beta(self.a, self.b, n)


def first_order(distribution: Distribution) -> tuple[float, float]:
    """Standard uncertainty and degrees of freedom for the law of propagation: of a t, its scale and nu (GUM G.3)."""
    if isinstance(distribution, StudentT):
        return distribution.scale, distribution.df
    return distribution.u(), math.inf
