"""What a consensus of laboratories says, and how far the laboratories agree."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.errors import StatisticError
from measurand.message import say
from measurand.quantity.consensus_tau import fit, model_of, q_profile
from measurand.quantity.laboratories import Laboratories

Array = NDArray[np.float64]
Pair = tuple[float, float]


@dataclass(frozen=True)
class Heterogeneity:
    """Cochran's Q of the weighted mean and what follows from it; the same for every method."""

    q: float
    """``(y - mean)' V^-1 (y - mean)``: the chi-square of Cox's procedure A (Cochran 1954, Cox 2002)."""
    df: int
    """Laboratories less one."""
    p: float
    """Probability of a larger Q where the laboratories agree but for their stated uncertainties."""
    tau_limits: Pair
    """Q-profile limits of tau at the level of the consensus (Viechtbauer 2007)."""

    @property
    def i2(self) -> float:
        """``max(0, 1 - df/Q)``: part of the scatter not explained by the stated u (Higgins & Thompson 2002)."""
        return max(0.0, 1.0 - self.df / self.q) if self.q > 0.0 else 0.0

    @property
    def h2(self) -> float:
        """``Q / df`` (Higgins & Thompson 2002), not raised to 1."""
        return self.q / self.df

    @property
    def birge(self) -> float:
        """Birge ratio ``sqrt(Q / df)`` (Birge 1932): 1 is expected."""
        return math.sqrt(self.q / self.df)


@dataclass(frozen=True)
class Dark:
    """The standard deviation tau between laboratories that the stated uncertainties do not explain."""

    tau: float
    """Estimate; for a Bayesian method the median of its posterior."""
    limits: Pair
    """Q-profile limits; for a Bayesian method the credible limits."""
    u_square: float
    """Standard uncertainty of tau^2; infinite where a posterior has no variance (fewer than five laboratories)."""
    u_posterior: float | None = None
    """Standard deviation of a posterior, infinite for two laboratories; None: the method is not Bayesian."""

    @property
    def u(self) -> float:
        """Standard uncertainty of tau: of the posterior, or to first order ``u(tau^2) / (2 tau)``.

        Raises StatisticError where tau is 0 and the method is not Bayesian: there is no first order.
        """
        if self.u_posterior is not None:
            return self.u_posterior
        if self.tau == 0.0:
            raise StatisticError(say("consensus.no_tau"))
        return self.u_square / (2.0 * self.tau)


@dataclass(frozen=True)
class Limits:
    """Standard uncertainty, limits and their degrees of freedom."""

    u: float
    lower: float
    upper: float
    df: float


@dataclass(frozen=True)
class Knapp:
    """Limits with the scatter about the mean in place of the stated uncertainties, Student's t with k - 1 df."""

    q: float
    """``Q(tau^2) / (k - 1)``, 1 where tau^2 explains the scatter exactly."""
    plain: Limits
    """``u_HK = sqrt(q) u`` (Hartung & Knapp 2001, Sidik & Jonkman 2002)."""
    at_least: Limits
    """``max(1, q)`` in place of q (Knapp & Hartung 2003): never below what the stated uncertainties give."""


@dataclass(frozen=True, eq=False)
class Consensus:
    """A consensus value of k laboratories."""

    method: str
    value: float
    u: float
    """Standard uncertainty of ``value``; infinite where a posterior or a pool has no variance."""
    lower: float
    upper: float
    df: float
    """Degrees of freedom of the limits; infinite for normal and Bayesian ones."""
    level: float
    weights: Array | None
    """Shape (k,), sum 1: ``value`` is the weighted mean. None: the value is no weighted mean."""
    tau: float | None
    """Dark uncertainty; 0 where the method says that there is none; None: the method does not speak of it."""
    dark: Dark | None
    """More about tau, of the methods that estimate it."""
    heterogeneity: Heterogeneity
    prediction: Pair | None
    """Limits of the true value of one more laboratory; None: the method says nothing about others."""
    knapp: Knapp | None
    """Limits of Hartung and Knapp, of the methods with weights 1/(u^2 + tau^2); None for the others."""


def heterogeneity(labs: Laboratories, *, level: float) -> Heterogeneity:
    """Q of the weighted mean, its p-value and the Q-profile limits of tau."""
    from scipy.special import chdtrc

    model = model_of(labs)
    q = float(fit(model, 0.0).q[0])
    return Heterogeneity(q, model.freedom, float(chdtrc(model.freedom, q)), q_profile(model, level=level))
