"""A result corrected for the errors of the judge that gave the verdicts (INTERVALS R8).

With b1 and b0 the mean verdicts on answers that people call right and wrong: ``T = (T_J - k b0) / (b1 - b0)``, k = 1
for a value and 0 for a difference, whose levels share the judge; of 0/1 verdicts that is Rogan and Gladen (1978). With
a random sample of the answers scored by people: ``T = lambda T_J + mean(H - lambda J)`` (prediction-powered inference).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from measurand.document.judge import Figure, Judged
from measurand.document.number import number, real
from measurand.document.procedure import Procedure
from measurand.document.result import Check, Result
from measurand.document.rounding import rounded
from measurand.message import say
from measurand.quantity.estimate import Estimate, propagate
from measurand.quantity.limits import Limits
from measurand.quantity.mover import composition, input_part
from measurand.quantity.sampling import Share
from measurand.quantity.source import one_input
from measurand.study.arm import Arm
from measurand.study.compose import Outcome
from measurand.study.judge_rates import NOISE, Pairs, Rates

LINEAR = ("proportion", "mean")
"""Statistics in which a verdict enters as it is: a share or a mean of verdicts."""


@dataclass(frozen=True, eq=False)
class _Part:
    """Something known of the judge: what its line is called, its limits, and the slope of the result by it."""

    name: str
    text: str
    limits: Limits
    slope: float
    count: float


@dataclass(frozen=True, eq=False)
class _Correction:
    scale: float
    value: float
    parts: tuple[_Part, ...]
    noise: float
    """Variance, of the corrected value, by chance in the verdicts on fixed answers."""


def is_corrected(outcome: Outcome, found: Rates | Pairs | None, procedure: Procedure) -> bool:
    """Whether the correction holds for a result: a share or a mean of verdicts, or with two rates a difference of such.

    A random sample says something of what it was drawn from: of all answers of one system, and of no part of them.
    """
    measurand = outcome.measurand
    asked, statistics = measurand.contrast, {arm.aim.statistic.name for arm in outcome.arms}
    if found is None or not statistics <= set(LINEAR):
        return False
    if isinstance(found, Pairs):
        return asked is None and measurand.by is None and not measurand.where and len(procedure.system) == 1
    return asked is None or asked.kind not in ("ratio", "least_ratio")


def corrected(outcome: Outcome, found: Rates | Pairs) -> Outcome:
    """The result with the judge's errors taken out, and what is known of them as sources of component ``judge``."""
    how = _powered(outcome, found) if isinstance(found, Pairs) else _two_rates(outcome, found)
    value = float(np.clip(how.value, *outcome.bounds))
    scaled, inner = (
        propagate(e.outputs, np.array([value]), np.array([[how.scale]]), e) for e in (outcome.estimate, outcome.inner)
    )
    sources, matrices = dict(scaled.sources), dict(scaled.parts)
    for part in how.parts:
        key = f"{found.key}:{part.name}"
        sources[key] = one_input(key, "judge", df=max(part.count - 1.0, 1.0))
        matrices[key, part.text] = np.array([[part.slope * part.limits.u]])
    if how.noise > 0.0:
        key = f"{NOISE}{outcome.arms[0].keys.record}:{outcome.name}"
        sources[key] = one_input(key, "judge")
        matrices[key, say("budget.judge_noise")] = np.array([[np.sqrt(how.noise)]])

    def moved(limits: Limits) -> Limits:
        several, slopes = [limits, *(p.limits for p in how.parts)], [how.scale, *(p.slope for p in how.parts)]
        if how.noise > 0.0:
            several, slopes = [*several, input_part(Share(how.noise, np.inf))], [*slopes, 1.0]
        return composition(several, slopes, value=value, bounds=outcome.bounds)

    return replace(
        outcome, estimate=Estimate(scaled.outputs, scaled.value, sources, matrices), inner=inner,
        coefficients=outcome.coefficients * how.scale, limits=moved(outcome.limits),
        alone=None if outcome.alone is None else moved(outcome.alone), uncorrected=outcome.limits,
        at_levels=None,
    )  # fmt: skip


def _two_rates(outcome: Outcome, found: Rates) -> _Correction:
    whole = float(np.sum(outcome.coefficients))
    scale = 1.0 / (found.one.value - found.zero.value)
    value = scale * (float(outcome.limits.value) - whole * found.zero.value)
    several = (
        ("sensitivity", found.one, -value * scale, found.count[0]),
        ("specificity", found.zero, (value - whole) * scale, found.count[1]),
    )
    parts = tuple(_Part(n, say(f"budget.judge_{n}", count=c), limits, slope, c) for n, limits, slope, c in several)
    noise = 0.0
    if outcome.measurand.estimand == "benchmark":
        for arm, c in zip(outcome.arms, outcome.coefficients, strict=True):
            true = min(max(scale * (float(arm.estimate.value[0]) - found.zero.value), 0.0), 1.0)
            of_one = true * found.spread[0] + (1.0 - true) * found.spread[1]
            noise += float(c * scale) ** 2 * of_one / _answers(arm)
    return _Correction(scale, value, parts, noise)


def _powered(outcome: Outcome, found: Pairs) -> _Correction:
    arm, fixed = outcome.arms[0], outcome.measurand.estimand == "benchmark"
    items = _answers(arm)
    others = np.asarray(arm.weighed.rows.column[arm.aim.statistic.roles[0]], np.float64)
    share = found.share(others, items=np.inf if fixed else items)
    rest, spread = found.rest(share)
    text = say("budget.judge_people", count=f"{found.answers:.0f}", share=f"{share:.2f}")
    part = _Part("people", text, rest, 1.0, found.answers)
    return _Correction(
        share, share * float(outcome.limits.value) + rest.value, (part,), spread / items if fixed else 0.0
    )


def _answers(arm: Arm) -> float:
    """Effective number of items, ``(sum w)^2 / sum w^2`` of the weights of items: verdicts on one item err together."""
    of_item = np.bincount(arm.weighed.rows.item, weights=arm.weighed.w)
    return float(of_item.sum() ** 2 / np.sum(of_item**2))


def judged(outcome: Outcome, p: float) -> Judged | None:
    """The result without the correction, for the reader; ``p`` is the coverage probability."""
    if outcome.uncorrected is None:
        return None
    before = outcome.uncorrected
    limits = dict(zip(("lower", "upper"), map(number, before(p)), strict=True)) if before.u > 0.0 else {}
    people = any(key.endswith(":people") for key in outcome.estimate.sources)
    method = "prediction-powered" if people else "two rates"
    return Judged.model_validate({"value": number(before.value), **limits, "method": method})


def judge_checks(procedure: Procedure, found: Sequence[Figure]) -> tuple[Check, ...]:
    """The limits of ``[validity] judge`` against the figures; a figure that the calibration lacks is a failure."""
    limits = procedure.validity.judge
    if limits is None:
        return ()
    by_name = {one.name: one for one in found}
    out = []
    for key, limit in limits.model_dump(exclude_none=True).items():
        side, _, name = key.partition("_")
        one = by_name.get(name.removesuffix("_bias"))
        if one is None:
            out.append(Check(name=key, passed=False, text=say("validity.judge_absent", name=key)))
            continue
        passed = real(one.value) >= real(limit) if side == "min" else abs(real(one.value)) <= real(limit)
        text = say("validity.judge", name=key, found=one.text, limit=limit, title=one.title)
        out.append(Check(name=key, passed=passed, text=text))
    return tuple(out)


def judge_remarks(results: Sequence[Result], found: Sequence[Figure]) -> tuple[str, ...]:
    """What the reader must know of the judge: its properties, and each result without the correction."""
    out = []
    if found:
        several = "; ".join(say("judge.figure", title=f.title, text=f.text, count=f.count) for f in found)
        out.append(say("judge.properties", figures=several))
    for one in results:
        if (before := one.judged) is not None:
            u, name = real(one.u), " ".join(t for t in (one.measurand, one.system, one.level) if t)
            value = rounded(real(before.value), u)
            if before.lower is None or before.upper is None:
                out.append(say("judge.uncorrected_alone", result=name, value=value))
                continue
            lower, upper = (rounded(real(x), u) for x in (before.lower, before.upper))
            out.append(say("judge.uncorrected", result=name, value=value, lower=lower, upper=upper))
    return tuple(out)
