"""Claims about a difference with a margin: superiority, non-inferiority and equivalence."""

from __future__ import annotations

from measurand.document.comparison import Claim
from measurand.quantity.distribution_of_result import DistributionOfResult
from measurand.quantity.limits import Limits


def claim_p(limits: Limits, claim: Claim, margin: float, *, kind: str, better: int) -> float:
    """p-value of what the claim denies, from the confidence distribution of the difference or ratio.

    With ``d`` the difference in the better direction (``better`` 1: higher values, -1: lower ones): superiority
    ``d > m``, non-inferiority ``d > -m``, equivalence ``-m < d < m`` by two one-sided tests (Schuirmann 1987). For a
    ratio the margin is a factor: ``m`` and ``1/m`` take the places of ``m`` and ``-m``.
    """
    d = DistributionOfResult(limits)
    above, below = _edges(margin, kind)
    if claim == "equivalence":
        return max(d.cdf(below), 1.0 - d.cdf(above))
    if better > 0:
        return d.cdf(above if claim == "superiority" else below)
    return 1.0 - d.cdf(below if claim == "superiority" else above)


def _edges(margin: float, kind: str) -> tuple[float, float]:
    return (margin, 1.0 / margin) if kind == "ratio" else (margin, -margin)
