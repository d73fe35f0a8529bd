"""Repeatability and reproducibility of each level of a round, from the replicates of its laboratories."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.document import round_report as document
from measurand.document.canonical import Document
from measurand.document.number import number, real
from measurand.document.round_data import Quantity
from measurand.document.rounding import printed
from measurand.errors import DesignError, StatisticError
from measurand.message import say
from measurand.quantity.assigned_value import ROBUST
from measurand.quantity.collaborative import Cells, cells, precision, repeatability, reproducibility
from measurand.quantity.collaborative import Precision as Trial
from measurand.quantity.intermediate_precision import intermediate_precision
from measurand.quantity.level_dependence import level_dependence
from measurand.quantity.mandel import h_limit, k_limit, mandel
from measurand.quantity.robust_precision import RobustMean, RobustPrecision, robust_precision, split_level
from measurand.quantity.screening import scrutinise
from measurand.quantity.trueness import bias_of_results

Array = NDArray[np.float64]
LEAST_LEVELS = 3
ROBUST_SCALES = ("algorithm-a", "q-hampel")


def precision_of(
    q: Quantity, without: Collection[str], *, level: float, reference: tuple[float, float] | None = None
) -> tuple[document.Precision | None, tuple[document.Finding, ...], tuple[str, ...]]:
    """Precision with all laboratories and without those left out, what the tests found, and what could not be
    evaluated, with the reason; None and nothing to say without replicates.

    A single result of a laboratory enters the scatter between laboratories. ``reference``: value and standard
    uncertainty from outside, for the bias.
    """
    held = {s.laboratory: [real(x) for x in s.replicates] or [real(s.value)] for s in q.submitted}
    if sum(len(v) > 1 for v in held.values()) < 2:
        return None, (), ()
    found, why = _precision(held, level, q.unit, reference)
    if found is None:
        return None, (), (say("round.no_precision", why=why),)
    gaps = []
    kept, other = {name: values for name, values in held.items() if name not in without}, None
    if len(kept) < len(held):
        other, why = _precision(kept, level, q.unit, reference)
        gaps += [say("round.no_precision_without", why=why)] if other is None else []
    level_of: dict[Hashable, ArrayLike] = dict(held.items())
    tested = scrutinise({q.material or q.measurand: level_of})
    findings = tuple(
        document.Finding(
            laboratories=tuple(map(str, f.laboratories)), test=f.test, statistic=number(f.statistic),
            five=number(f.critical[0]), one=number(f.critical[1]), p=number(f.p),
            verdict=cast(Literal["straggler", "outlier"], f.verdict),
        )
        for f in tested.findings
    )  # fmt: skip
    robust, missing = _robust(held)
    nested, why = _nested(q, level)
    gaps += missing
    gaps += [say("round.no_intermediate", why=why)] if why else []
    return (
        found.model_copy(update={"without": other, "robust": robust, **nested}),
        findings,
        (*gaps, *tested.not_tested),
    )


def _nested(q: Quantity, level: float) -> tuple[dict[str, tuple[Document, ...]], str]:
    """Components and intermediate precisions where the conditions of the replicates are known, else why not."""
    if not q.nested:
        return {}, ""
    several = [s for s in q.submitted if s.conditions]
    values = [real(x) for s in several for x in s.replicates]
    factors: dict[str, Sequence[Hashable]] = {"laboratory": [s.laboratory for s in several for _ in s.replicates]}
    for k, name in enumerate(q.nested):
        factors[name] = [one[k] for s in several for one in s.conditions]
    try:
        found = intermediate_precision(values, factors, level=level)
    except (DesignError, StatisticError) as error:
        return {}, str(error)
    components = tuple(
        document.Component(
            factor=c.factor, s=number(c.deviation), negative=c.is_negative, lower=number(c.limits[0]),
            upper=number(c.limits[1]),
        )
        for c in found.components
    )  # fmt: skip
    growing = tuple(
        document.Intermediate(
            differs=p.differs, s=number(p.deviation.value), df=number(p.deviation.df),
            lower=number(p.deviation.limits[0]), upper=number(p.deviation.limits[1]),
        )
        for p in found.precisions
    )  # fmt: skip
    return {"components": components, "intermediate": growing}, ""


def _precision(
    held: Mapping[str, list[float]], level: float, unit: str, reference: tuple[float, float] | None
) -> tuple[document.Precision | None, str]:
    """Precision, or None and why there is none: nothing varies, or too few laboratories have replicates."""
    try:
        names, several = list(held), cells(list(held.values()))
        p, k_limits = precision(several), _k_limits(several)
        within, total = repeatability(p, level=level), reproducibility(p, level=level)
        m = mandel(several)
    except (DesignError, StatisticError) as error:
        return None, str(error)
    done = document.Precision(
        laboratories=p.laboratories, results=p.results, singles=p.singles, mean=number(p.mean), s_r=number(p.s_r),
        s_r_limits=_pair(within.limits), s_L=number(p.s_L), s_L_negative=p.is_negative, s_R=number(p.s_R),
        s_R_limits=_pair(total.limits), h={name: number(float(x)) for name, x in zip(names, m.h, strict=True)},
        k={names[int(i)]: number(float(x)) for i, x in zip(m.k_of, m.k, strict=True)}, h_limits=_h_limits(several),
        k_limits=k_limits, bias=_bias(p, reference, level, unit),
    )  # fmt: skip
    return done, ""


def _robust(held: Mapping[str, list[float]]) -> tuple[tuple[document.RobustPrecision, ...], tuple[str, ...]]:
    """Algorithm S within and two robust scales between laboratories; and why there is none."""
    found, gaps = [], []
    for name in ROBUST_SCALES:
        try:
            found.append(_robust_document(robust_precision(cells(list(held.values())), robust_mean=_scale(name)), name))
        except (DesignError, StatisticError) as error:
            gaps.append(say("round.no_robust", method=say(f"round.robust.{name}"), why=str(error)))
    return tuple(found), tuple(gaps)


def _scale(name: str) -> RobustMean:
    def of(values: Array) -> tuple[float, float]:
        return ROBUST[name](values).pair

    return of


def _robust_document(p: RobustPrecision, method: str) -> document.RobustPrecision:
    return document.RobustPrecision(
        method=cast(Literal["algorithm-a", "q-hampel"], method), mean=number(p.mean), s_r=number(p.s_r),
        s_L=number(p.s_L), s_L_negative=p.is_negative, s_R=number(p.s_R),
    )  # fmt: skip


def split_of(first: Sequence[float], second: Sequence[float]) -> document.RobustPrecision | None:
    """Precision of the split level (ISO 5725-5): two similar materials, one result of each; None without a scatter."""
    try:
        p = split_level(first, second, robust_mean=_scale("algorithm-a"))
    except (DesignError, StatisticError):
        return None
    return _robust_document(p, "algorithm-a")


def _bias(p: Trial, reference: tuple[float, float] | None, level: float, unit: str) -> document.Bias | None:
    """Of the general mean against a reference value from outside."""
    if reference is None or p.laboratories < 2:
        return None
    b = bias_of_results(p, reference[0], u_reference=reference[1], level=level)
    shown = printed(b.value, b.u, interval=b.limits, coverage_probability=level, unit=unit)
    return document.Bias(
        value=number(b.value), u=number(b.u), df=number(b.df), lower=number(b.limits[0]), upper=number(b.limits[1]),
        text=shown.text,
    )  # fmt: skip


def _h_limits(held: Cells) -> tuple[str, str] | None:
    p = len(held.count)
    return (number(h_limit(p, 0.05)), number(h_limit(p, 0.01))) if p > 2 else None


def _k_limits(held: Cells) -> tuple[str, str]:
    p, n = int(np.sum(held.repeated)), held.usual_count
    return number(k_limit(p, n, 0.05)), number(k_limit(p, n, 0.01))


def _pair(limits: tuple[float, float]) -> tuple[str, str]:
    return number(limits[0]), number(limits[1])


def relations_of(several: Sequence[document.QuantityReport]) -> dict[str, tuple[document.Relation, ...]]:
    """How s_r and s_R depend on the level, for each measurand with at least three levels that have a precision."""
    found = {}
    for name in dict.fromkeys(q.measurand for q in several):
        held = [q.precision for q in several if q.measurand == name and q.precision is not None]
        usable = [p for p in held if min(real(p.mean), real(p.s_r), real(p.s_R)) > 0.0]
        if len(usable) < LEAST_LEVELS or np.ptp([real(p.mean) for p in usable]) <= 0.0:
            continue
        found[name] = tuple(_relation(of, usable) for of in ("s_r", "s_R"))
    return found


def _relation(of: str, levels: Sequence[document.Precision]) -> document.Relation:
    df = [p.results - p.laboratories if of == "s_r" else p.laboratories - 1 for p in levels]
    d = level_dependence([real(p.mean) for p in levels], [real(getattr(p, of)) for p in levels], df=df)
    return document.Relation(
        of=cast(Literal["s_r", "s_R"], of), form=d.recommended.form, fits=d.fits, p=number(d.recommended.p),
        coefficients=tuple(number(c) for c in d.recommended.coefficients),
    )  # fmt: skip
