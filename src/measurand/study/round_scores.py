"""Proficiency scores of the participants of a round, the density of their results, and pairs of materials."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, cast

import numpy as np

from measurand.document import round_report as document
from measurand.document.number import number, real
from measurand.document.round_data import Quantity, Submitted
from measurand.document.rounding import printed
from measurand.errors import DesignError, StatisticError
from measurand.message import say
from measurand.quantity.kernel_density import bandwidth_of_data, kernel_density, modes
from measurand.quantity.proficiency import Criterion, Reported, Score, scores, stated_uncertainty
from measurand.quantity.robust import algorithm_a
from measurand.quantity.youden import youden
from measurand.study.round_assigned import Judging, agreement_with
from measurand.study.round_precision import split_of

POINTS = 121
"""Places at which the density is stated."""
LEAST_OF_DENSITY = 5
"""Results below which a density says nothing."""
FAR, SMALL = 12.0, 0.05
"""Bandwidths from the median beyond which no density is drawn; share of the area below which a peak is not counted."""


def scored(
    q: Quantity, held: Sequence[float], judging: Judging, *, delta_e: float | None, factor: float
) -> tuple[document.Scored | None, str]:
    """Scores of every result against the assigned value, also of those that state no uncertainty.

    ``held``: results of those who are not excluded. None without a reason where neither sigma_pt nor delta_E is known,
    with the reason where the assigned value has no uncertainty.
    """
    assigned, sigma_pt = judging.assigned, judging.sigma_pt
    if assigned is None or (sigma_pt is None and delta_e is None):
        return None, ""
    if not assigned.u > 0.0:
        return None, say("round.no_scores", why=say("round.no_u"))
    criterion = Criterion(assigned, sigma_pt=sigma_pt, delta_e=delta_e, factor=factor)
    low, high = assigned.value - 2.0 * assigned.u, assigned.value + 2.0 * assigned.u
    beside = agreement_with(assigned, held) if judging.outside is not None else None
    spread = _spread(held)
    done = document.Scored(
        assigned=number(assigned.value), u=number(assigned.u),
        text=printed(assigned.value, assigned.u, interval=(low, high), unit=q.unit).text, method=judging.source,
        u_homogeneity=number(assigned.u_homogeneity), u_stability=number(assigned.u_stability),
        consensus=None if beside is None else number(beside[0].value),
        consensus_u=None if beside is None else number(beside[0].u), agrees=None if beside is None else beside[1],
        sigma_pt=None if sigma_pt is None else number(sigma_pt), sigma_from=judging.sigma_from,
        delta_e=None if delta_e is None else number(delta_e),
        negligible=sigma_pt is None or assigned.is_negligible(sigma_pt),
        rows=tuple(_row(s, criterion, spread) for s in q.submitted),
    )  # fmt: skip
    return done, ""


def _row(s: Submitted, criterion: Criterion, spread: float | None) -> document.ScoreRow:
    u = None if s.u is None else real(s.u)
    found = scores(Reported(real(s.value), u, criterion.factor), criterion)
    stated = None if spread is None else stated_uncertainty(u, lowest=criterion.assigned.u, highest=1.5 * spread)
    return document.ScoreRow(
        laboratory=s.laboratory, percent=_value(found.percent), p_a=_value(found.p_a), z=_value(found.z),
        z_prime=_value(found.z_prime), zeta=_value(found.zeta), e_n=_value(found.e_n), judged_by=found.judged_by,
        stated_u="not evaluated" if stated is None else cast(Literal["acceptable", "warning"], stated.signal),
        signal=found.judged.signal if criterion.sigma_pt is not None else found.p_a.signal,
    )  # fmt: skip


def _spread(held: Sequence[float]) -> float | None:
    """Robust standard deviation of the results; None where there is none."""
    try:
        return algorithm_a(np.asarray(held)).scale
    except (DesignError, StatisticError):
        return None


def performance_of(several: Sequence[document.QuantityReport]) -> tuple[document.Performance, ...]:
    """How often each signal was given to each participant, over all quantities with scores; nothing for one of them."""
    rows = [r for q in several if q.scored is not None for r in q.scored.rows]
    if sum(q.scored is not None for q in several) < 2:
        return ()
    names = dict.fromkeys(r.laboratory for r in rows)
    signals = {name: [r.signal for r in rows if r.laboratory == name] for name in names}
    return tuple(
        document.Performance(
            laboratory=name, acceptable=own.count("acceptable"), warning=own.count("warning"),
            action=own.count("action"), not_evaluated=own.count("not evaluated"),
        )
        for name, own in signals.items()
    )  # fmt: skip


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
                split=split_of([a[n] for n in names], [b[n] for n in names]),
            )
        )  # fmt: skip
    return tuple(found), tuple(gaps)


def _robust(values: object) -> tuple[float, float]:
    return algorithm_a(np.asarray(values, float)).pair
