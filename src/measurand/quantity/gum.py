"""Limits of a result from its combined standard uncertainty alone (JCGM 100, annex G)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from measurand.message import say
from measurand.quantity.budget import welch_satterthwaite
from measurand.quantity.estimate import Estimate, variance_by_source
from measurand.quantity.limits import Limits
from measurand.quantity.student import student_factor

Array = NDArray[np.float64]


def gum_limits(estimate: Estimate) -> Limits:
    """``y -+ t(nu_eff) u`` of an estimate with one output, nu_eff truncated to a whole number (JCGM 100, G.4.1)."""
    by_source = variance_by_source(estimate)
    variances = [float(v[0]) for v in by_source.values()]
    effective = welch_satterthwaite(variances, [estimate.sources[key].df for key in by_source])
    df = math.floor(effective) if 1.0 <= effective < math.inf else effective
    value, u = float(estimate.value[0]), float(estimate.u[0])

    def tails(tail: Array) -> tuple[Array, Array]:
        half = student_factor(tail, df) * u
        return value - half, value + half

    return Limits(value, u, effective, say("coverage.rule.gum"), tails)
