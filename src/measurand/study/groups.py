"""What several groups of one selection give: the worst, the gap, the ratio, and each against a named one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from measurand.document.procedure import Contrast
from measurand.document.rounding import rounded
from measurand.errors import DesignError, Finding, RefusedError
from measurand.message import say
from measurand.quantity.estimate import propagate, stack
from measurand.quantity.groups import Extreme, against, gap, ratio_gap, worst
from measurand.quantity.limits import Limits
from measurand.study.arm import Arm
from measurand.study.compose import Outcome, contrast, correlation
from measurand.study.interval import limits_of
from measurand.study.roles import Observed
from measurand.study.targets import Target

Array = NDArray[np.float64]
MOST_NAMED = 12
"""Groups whose values the sentence names."""


def extreme(target: Target, arms: Sequence[Arm], seen: Observed) -> Outcome:
    """The worst of the groups, the gap between them, or the smallest over the largest.

    The value is corrected for the selection; the linear part is that of the groups that were selected. Raises
    RefusedError naming the group where no rule gives limits of one of them.
    """
    asked = _contrast(target)
    names, largest = [s.side for s in target.selections], arms[0].aim.definition.direction == "lower"
    parts = [_limits(target, a, name, seen) for a, name in zip(arms, names, strict=True)]
    rho = _correlations(arms)
    if asked.kind == "worst":
        found = worst(parts, rho=rho, largest=largest)
        slopes = {found.groups[0]: 1.0}
    elif asked.kind == "gap":
        found = gap(parts, rho=rho)
        slopes = {found.groups[0]: 1.0, found.groups[1]: -1.0}
    else:
        _positive(target, parts, names)
        found = ratio_gap(parts, rho=rho)
        below, above = (parts[g].value for g in found.groups)
        slopes = {found.groups[0]: 1 / above, found.groups[1]: -below / above**2}
    if not found.limits.u > 1e-7 * max(p.u for p in parts):
        text = say("M05.identical", measurand=target.measurand.id)
        raise RefusedError(Finding("M0553", f"measurand.{target.measurand.id}", text, say("M05.identical_hint")))
    slope = np.array([slopes.get(i, 0.0) for i in range(len(arms))])
    value = np.array([found.limits.value])
    joint, inner = stack([a.estimate for a in arms]), stack([a.sampled.inner for a in arms])
    output = [target.measurand.id]
    return Outcome(
        target.measurand, target.system, target.level, tuple(arms), slope,
        propagate(output, value, slope[None, :], joint), propagate(output, value, slope[None, :], inner),
        {k: e for a in arms for k, e in a.sampled.effect_of_key.items()},
        {k: e for a in arms for k, e in a.sampled.inside.items()}, found.limits, found.limits.bounds,
        words=_words(asked, found, parts, names, largest=largest), parts=tuple(parts), rho=rho,
    )  # fmt: skip


def each(target: Target, arms: Sequence[Arm], seen: Observed) -> list[Outcome]:
    """Each other group against the first, one result each, with limits that hold for all of them together."""
    asked = _contrast(target)
    names = [s.side for s in target.selections]
    parts = [_limits(target, a, name, seen) for a, name in zip(arms, names, strict=True)]
    out, over_system = [], asked.over == "system"
    rho = _correlations(arms)
    for i, name in enumerate(names[1:], start=1):
        of_pair = target.measurand.model_copy(update={"contrast": asked.model_copy(update={"second": name})})
        system = f"{name} {'-' if asked.kind == 'difference' else '/'} {names[0]}" if over_system else target.system
        level = target.level if over_system else name
        out.append(contrast(of_pair, system, level, (arms[0], arms[i]), seen))
    together = against(parts, 0, rho=rho, kind=asked.kind, pairs={i: o.limits for i, o in enumerate(out, start=1)})
    return [
        replace(o, limits=replace(together[i], bounds=o.limits.bounds), alone=o.limits)
        for i, o in enumerate(out, start=1)
    ]


def _contrast(target: Target) -> Contrast:
    if target.measurand.contrast is None:
        raise DesignError(Finding("M0560", f"measurand.{target.measurand.id}", say("M05.no_contrast")))
    return target.measurand.contrast


def _limits(target: Target, arm: Arm, name: str, seen: Observed) -> Limits:
    """Limits of one group; a refusal names it."""
    asked = _contrast(target)
    try:
        return limits_of(arm, seen, part=asked.kind != "worst")
    except RefusedError as error:
        where = say("outcome.group", over=asked.over, group=name)
        raise RefusedError([replace(f, message=f"{where}: {f.message}") for f in error.findings]) from error


def _correlations(arms: Sequence[Arm]) -> Array:
    r = np.eye(len(arms))
    for i in range(len(arms)):
        for j in range(i):
            r[i, j] = r[j, i] = correlation(arms[i], arms[j])
    return r


def _positive(target: Target, parts: Sequence[Limits], names: Sequence[str]) -> None:
    """A ratio of groups needs values above 0."""
    lowest = int(np.argmin([p.value for p in parts]))
    if not parts[lowest].value > 0:
        text = say("M05.group_not_positive", over=_contrast(target).over, group=names[lowest])
        raise RefusedError(Finding("M0555", f"measurand.{target.measurand.id}.contrast", text, say("M05.use_gap")))


def _words(asked: Contrast, found: Extreme, parts: Sequence[Limits], names: Sequence[str], *, largest: bool) -> str:
    """Which groups were selected, the value as it was seen, and its correction."""
    shown = [f"{n} {rounded(p.value, p.u)}" for n, p in zip(names, parts, strict=True)]
    values = ", ".join(shown[:MOST_NAMED]) + (", ..." if len(shown) > MOST_NAMED else "")
    raw, corrected = (rounded(x, found.limits.u) for x in (found.raw, found.limits.value))
    chosen = [names[g] for g in found.groups]
    key = "words.group_largest" if asked.kind == "worst" and largest else f"words.group_{asked.kind}"
    return say(key, over=asked.over, first=chosen[0], last=chosen[-1], raw=raw, value=corrected, values=values,
               count=len(names))  # fmt: skip
