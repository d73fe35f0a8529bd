"""Proficiency scores of the participants of a round, the density of their results, and pairs of materials."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from measurand.document import round_report as document
from measurand.document.number import number, real
from measurand.document.round_data import Quantity
from measurand.document.rounding import printed
from measurand.errors import DesignError, StatisticError
from measurand.message import say
from measurand.quantity.assigned_value import AssignedValue, by_participants
from measurand.quantity.kernel_density import bandwidth_of_data, kernel_density, modes
from measurand.quantity.proficiency import Criterion, Reported, Score, scores
from measurand.quantity.robust import algorithm_a
from measurand.quantity.youden import youden

POINTS = 121
"""Places at which the density is stated."""
LEAST_OF_DENSITY = 5
"""Results below which a density says nothing."""
FAR, SMALL = 12.0, 0.05
"""Bandwidths from the median beyond which no density is drawn; share of the area below which a peak is not counted."""


def scored(
    q: Quantity, without: Collection[str], *, sigma_pt: float | None, delta_e: float | None,
    reference: tuple[float, float] | None, method: str, factor: float,
) -> tuple[document.Scored | None, str]:  # fmt: skip
    """Scores of every result against the assigned value, also of those that state no uncertainty.

    The assigned value is a reference value from outside, else the robust consensus of those who are not excluded.
    None without a reason where neither sigma_pt nor delta_E was stated, with the reason where there is no assigned
    value.
    """
    if sigma_pt is None and delta_e is None:
        return None, ""
    held = [real(s.value) for s in q.submitted if s.laboratory not in without]
    try:
        assigned = AssignedValue(*reference) if reference is not None else by_participants(held, method=method)
    except (DesignError, StatisticError) as error:
        return None, say("round.no_scores", why=str(error))
    criterion = Criterion(assigned, sigma_pt=sigma_pt, delta_e=delta_e, factor=factor)
    rows = []
    for s in q.submitted:
        found = scores(Reported(real(s.value), None if s.u is None else real(s.u), factor), criterion)
        rows.append(
            document.ScoreRow(
                laboratory=s.laboratory, percent=_value(found.percent), p_a=_value(found.p_a), z=_value(found.z),
                z_prime=_value(found.z_prime), zeta=_value(found.zeta), judged_by=found.judged_by,
                signal=found.judged.signal if sigma_pt is not None else found.p_a.signal,
            )
        )  # fmt: skip
    low, high = assigned.value - 2.0 * assigned.u, assigned.value + 2.0 * assigned.u
    if not assigned.u > 0.0:
        return None, say("round.no_scores", why=say("round.no_u"))
    shown = printed(assigned.value, assigned.u, interval=(low, high), unit=q.unit)
    done = document.Scored(
        assigned=number(assigned.value), u=number(assigned.u), text=shown.text,
        method="outside" if reference is not None else method,
        sigma_pt=None if sigma_pt is None else number(sigma_pt), delta_e=None if delta_e is None else number(delta_e),
        negligible=sigma_pt is None or assigned.is_negligible(sigma_pt), rows=tuple(rows),
    )  # fmt: skip
    return done, ""


def _value(score: Score) -> str | None:
    return None if score.value is None else number(score.value)


def density_of(q: Quantity, without: Collection[str]) -> document.DensityData | None:
    """Kernel density of the results with its modes; None for few results, or without a spread."""
    x = np.array([real(s.value) for s in q.submitted if s.laboratory not in without])
    if len(x) < LEAST_OF_DENSITY:
        return None
    try:
        h = bandwidth_of_data(algorithm_a(x).scale, len(x))
    except (DesignError, StatisticError):
        return None
    middle = float(np.median(x))
    close = np.abs(x - middle) <= FAR * h
    near = x[close] if np.any(close) else x
    at = np.linspace(near.min() - 3.0 * h, near.max() + 3.0 * h, POINTS)
    return document.DensityData(
        x=tuple(number(float(t)) for t in at),
        density=tuple(number(float(f)) for f in kernel_density(x, at, bandwidth=h)),
        modes=len([m for m in modes(x, bandwidth=h) if m.share > SMALL]), bandwidth=number(h),
    )  # fmt: skip


def youdens(
    several: Sequence[Quantity], without: Mapping[tuple[str, str], Collection[str]], *, level: float
) -> tuple[tuple[document.YoudenData, ...], tuple[str, ...]]:
    """Youden's analysis of each measurand with exactly two materials, of the laboratories that measured both; and why
    there is none. ``without``: who is excluded, by measurand and material."""
    found, gaps = [], []
    for name in dict.fromkeys(q.measurand for q in several):
        pair = [q for q in several if q.measurand == name]
        if len(pair) != 2:
            continue
        a, b = (
            {s.laboratory: real(s.value) for s in q.submitted if s.laboratory not in without[q.measurand, q.material]}
            for q in pair
        )
        names = [laboratory for laboratory in a if laboratory in b]
        try:
            y = youden([a[n] for n in names], [b[n] for n in names], level=level, robust_mean=_robust)
        except (DesignError, StatisticError) as error:
            gaps.append(say("round.no_youden", measurand=name, why=str(error)))
            continue
        outside = tuple(n for n, far in zip(names, y.is_outside_ellipse, strict=True) if far)
        found.append(
            document.YoudenData(
                measurand=name, first=pair[0].material, second=pair[1].material, unit=pair[0].unit,
                laboratories=tuple(names), a=tuple(number(a[n]) for n in names), b=tuple(number(b[n]) for n in names),
                medians=(number(y.medians[0]), number(y.medians[1])),
                centre=(number(y.ellipse.centre[0]), number(y.ellipse.centre[1])),
                half_axes=(number(y.ellipse.half_axes[0]), number(y.ellipse.half_axes[1])),
                angle=number(y.ellipse.angle), outside=outside,
            )
        )  # fmt: skip
    return tuple(found), tuple(gaps)


def _robust(values: object) -> tuple[float, float]:
    return algorithm_a(np.asarray(values, float)).pair
