"""The standard deviation for proficiency assessment, sigma_pt: what a deviation of one unit of z means (ISO 13528)."""

from __future__ import annotations

import math

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.assigned_value import positive
from measurand.quantity.robust import Robust

_LOW, _HIGH = 1.2e-7, 0.138
"""Mass fractions between which Horwitz' function holds (Thompson 2000)."""


def of_allowed_deviation(delta_e: float) -> float:
    """``sigma_pt = delta_E / 3`` from the largest permitted deviation, prescribed or perceived by experts."""
    return positive("delta_E", delta_e) / 3.0


def horwitz(mass_fraction: float) -> float:
    """Reproducibility standard deviation ``0.02 c^0.8495`` at a mass fraction c (Horwitz 1982)."""
    return 0.02 * math.pow(_fraction(mass_fraction), 0.8495)


def thompson(mass_fraction: float) -> float:
    """Horwitz' function with Thompson's ends: ``0.22 c`` below 1.2e-7, ``0.01 sqrt(c)`` above 0.138 (Thompson 2000).

    >>> [round(thompson(c * 1e-6) * 1e6, 3) for c in (1.195, 2.565)]  # ISO 13528, E.9: 0.186, 0.356 mg/kg
    [0.186, 0.356]
    """
    c = _fraction(mass_fraction)
    if c < _LOW:
        return 0.22 * c
    return 0.01 * math.sqrt(c) if c > _HIGH else horwitz(c)


def of_precision(s_R: float, s_r: float, *, replicates: int = 1) -> float:
    """``sqrt(s_R^2 - s_r^2 (1 - 1/m))`` for the mean of m results, from a precision experiment (ISO 5725-2).

    Raises DesignError where nothing is left.

    >>> round(of_precision(23.2, 14.3, replicates=2), 1)  # ISO 13528, E.10
    20.9
    """
    total, within = positive("s_R", s_R), positive("s_r", s_r, zero=True)
    squared = total**2 - within**2 * (1.0 - 1.0 / max(replicates, 1))
    if replicates < 1 or not squared > 0.0:
        raise DesignError(say("proficiency.precision", s_R=s_R, s_r=s_r, count=replicates))
    return math.sqrt(squared)


def of_data(found: Robust, *, floor: float = 0.0, ceiling: float = math.inf) -> float:
    """The robust standard deviation of the round itself, within bounds.

    Without bounds a round in which all are poor judges nobody, and one in which all are good judges too many.
    Raises DesignError for bounds that exclude each other.
    """
    if not 0.0 <= floor <= ceiling:
        raise DesignError(say("proficiency.bounds", floor=floor, ceiling=ceiling))
    return positive("sigma_pt", min(max(found.scale, floor), ceiling))


def _fraction(c: float) -> float:
    if not 0.0 < c <= 1.0:
        raise DesignError(say("proficiency.mass_fraction", value=c))
    return c
