"""Results of observed measurands before any check: the arms of a target, and what they give together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from measurand.document.definition import Definition
from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.source import one_input
from measurand.study.arm import Arm, Keys, arm
from measurand.study.bound import widened
from measurand.study.compose import Outcome, contrast, single
from measurand.study.groups import each, extreme
from measurand.study.interval import nothing_varies
from measurand.study.judged import corrected, is_corrected
from measurand.study.observed import Labelled
from measurand.study.quantity_of import statistic_of
from measurand.study.readings import reading
from measurand.study.reference_value import shift
from measurand.study.roles import Aim, Observed
from measurand.study.targets import Selection, Target
from measurand.study.unseen import with_unseen


def arms(target: Target, definitions: Mapping[str, Definition], labelled: Labelled, keys: Keys) -> list[Arm]:
    """Evaluate each selection of a target: one arm, or those of a contrast. Raises DesignError naming the group."""
    measurand = target.measurand
    definition = reading(measurand, definitions[measurand.quantity or ""])
    aim = Aim(measurand, definition, statistic_of(measurand, definition))
    return [_arm(target, aim, s, labelled, keys) for s in target.selections]


def _arm(target: Target, aim: Aim, selection: Selection, labelled: Labelled, keys: Keys) -> Arm:
    asked = target.measurand.contrast
    try:
        return arm(aim, labelled.seen, selection.rows, system=selection.system, keys=keys, votes=labelled.votes)
    except DesignError as error:
        where = say("outcome.where", measurand=aim.measurand.id, system=target.system, level=target.level)
        if asked is not None:
            where = f"{where} {say('outcome.group', over=asked.over, group=selection.side)}"
        where = " ".join(where.split())
        prefix = f"{aim.measurand.id}: "
        named = [replace(f, message=f"{where}: {f.message.removeprefix(prefix)}") for f in error.findings]
        raise DesignError(named) from error


def outcome(target: Target, evaluated: Sequence[Arm], labelled: Labelled) -> Outcome:
    """The result of a target from its arms, its limits widened where label errors must not be corrected.

    Raises RefusedError where no rule gives honest limits.
    """
    measurand, seen = target.measurand, labelled.seen
    if len(evaluated) == 1:
        result = single(measurand, target.system, target.level, evaluated[0], seen)
    elif measurand.contrast is not None and measurand.contrast.of_all:
        result = extreme(target, evaluated, seen)
    else:
        result = contrast(measurand, target.system, target.level, (evaluated[0], evaluated[1]), seen)
    return _completed(result, labelled)


def _completed(result: Outcome, labelled: Labelled) -> Outcome:
    """With what no unit showed, the judge's errors taken out, and limits widened where labels must not be corrected."""
    return _bounded(_judged(with_unseen(_of_these(result, labelled.seen)), labelled), labelled)


def _of_these(result: Outcome, seen: Observed) -> Outcome:
    """With a warning where the levels of a random factor are compared: nothing is said about other levels."""
    asked = result.measurand.contrast
    if asked is None or not any(f.effect == "random" and asked.over in (f.id, f.column) for f in seen.procedure.factor):
        return result
    return replace(result, limits=result.limits.with_warnings(say("warning.these_levels", factor=asked.over)))


def outcomes(target: Target, evaluated: Sequence[Arm], labelled: Labelled) -> list[Outcome]:
    """The results of a target: one, or one for each level against the first. Raises as ``outcome`` does."""
    asked = target.measurand.contrast
    if asked is None or not asked.of_each:
        return [outcome(target, evaluated, labelled)]
    return [_completed(o, labelled) for o in each(target, evaluated, labelled.seen)]


def _judged(result: Outcome, labelled: Labelled) -> Outcome:
    """The result corrected for the errors of the judge, where there is a calibration and the correction holds."""
    found = labelled.seen.judge
    if found is not None and is_corrected(result, found, labelled.seen.procedure):
        return corrected(result, found)
    if found is not None and not result.limits.u > 0.0:
        raise nothing_varies(result.measurand.id)
    return result


def _bounded(result: Outcome, labelled: Labelled) -> Outcome:
    if labelled.uncorrected and "truth" in result.arms[0].aim.statistic.roles:
        # each arm may be wrong by the whole error, in a direction of its own
        return _with_bound(result, labelled.uncorrected * float(np.sum(np.abs(result.coefficients))))
    moved = reference_draws(result.arms, result.coefficients)
    added = 0.0 if moved is None else shift(moved)
    if added == 0.0:
        return result
    return _with_bound(
        result, abs(added), key="reference-bound", line=say("budget.reference_bound"),
        warning=say("warning.reference_shift", shift=f"{added:.2g}"),
    )  # fmt: skip


def reference_draws(evaluated: Sequence[Arm], coefficients: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Changes of a result by errors of numeric reference values, one per draw: those of its arms, with their signs."""
    found = [(c, a.reference_draws) for a, c in zip(evaluated, coefficients, strict=True)]
    several = [c * draws for c, draws in found if draws is not None]
    return np.sum(several, axis=0) if several else None


def _with_bound(
    outcome: Outcome, error: float, *, key: str = "label-bound", line: str = "", warning: str = ""
) -> Outcome:
    """Widen the limits by an error that is not corrected; its standard deviation as if rectangular is a source."""
    line = line or say("budget.label_bound")
    sources = {**outcome.estimate.sources, key: one_input(key, "reference")}
    parts = {**outcome.estimate.parts, (key, line): np.array([[error / np.sqrt(3.0)]])}
    estimate = replace(outcome.estimate, sources=sources, parts=parts)
    limits = widened(outcome.limits, error)
    return replace(
        outcome, estimate=estimate, at_levels=None, limits=limits.with_warnings(warning) if warning else limits
    )
