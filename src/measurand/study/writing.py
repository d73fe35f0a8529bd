"""Write an outcome as a result document: printed text, words, distribution, pictures' data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.document.definition import Definition
from measurand.document.judge import Judged
from measurand.document.number import number
from measurand.document.procedure import Measurand, Procedure
from measurand.document.result import (
    AtLevels,
    Check,
    Curve,
    DistributionData,
    ItemMap,
    LabelState,
    Line,
    NotEvaluated,
    Result,
)
from measurand.document.rounding import printed, rounded
from measurand.message import say
from measurand.quantity.limits import Limits
from measurand.study.arm import conditions
from measurand.study.compose import Outcome
from measurand.study.interval import at_level
from measurand.study.roles import Observed

Array = NDArray[np.float64]
Direction = Literal["higher", "lower", "target"]
LADDER = (0.5, 0.6827, 0.8, 0.9, 0.95, 0.98, 0.99, 0.998, 0.999)
"""Levels at which the limits are stored, beside the coverage probability itself."""
MOST_ITEMS = 2000
"""Items of the item map; more are not drawn."""


def title(measurand: Measurand, definition: Definition | None) -> str:
    """ "sensitivity of melanoma at score >= 0.42, by site"."""
    if definition is None:
        return say("title.model", id=measurand.id, model=measurand.model or "")
    parts = [definition.title if measurand.of is None else say("title.of", title=definition.title, of=measurand.of)]
    if measurand.positive is not None and definition.needs_positive:
        key = "title.positive" if _is_word(measurand.positive) else "title.positive_class"
        parts.append(say(key, positive=measurand.positive))
    # not in the order of the file: a procedure read again from its canonical form has another
    for name in (n for n in definition.at if n in measurand.at):
        value = measurand.at[name]
        shown = value if name != "score" or value.lstrip()[0] in "<>" else f"≥ {value}"
        parts.append(say("title.at", name=name, value=shown))
    if measurand.average:
        parts.append(say("title.average", average=measurand.average))
    if measurand.contrast and measurand.contrast.over != "system":
        c = measurand.contrast
        parts.append(say(f"title.{c.kind}", over=c.over, first=c.first, second=c.second))
    return " ".join(parts)


def _is_word(positive: str) -> bool:
    """Whether a class is named by a word, not by a number."""
    return positive.lstrip("+-")[:1].isalpha()


def _positive(positive: str | None) -> str:
    """The positive class in a sentence: "Of all class 1 cases", "Of all melanoma cases"."""
    if positive is None:
        return say("words.positive")
    return positive if _is_word(positive) else say("words.positive_class", positive=positive)


def result(
    outcome: Outcome,
    definition: Definition | None,
    procedure: Procedure,
    *,
    budget: tuple[Line | NotEvaluated, ...],
    u: float,
    df: float,
    items: int,
    units: int,
    checks: Sequence[Check],
    warnings: Sequence[str],
    simultaneous: int,
    seen: Observed | None,
    evidence_at: str | None,
    method: Literal["first-order", "exact", "resampling", "monte-carlo"],
    floor: float | None,
    drawn: tuple[Curve, ...],
    labelling: LabelState | None = None,
    judged: Judged | None = None,
) -> Result:
    """The result document of an outcome. ``simultaneous``: results that the interval holds for together (1: alone).

    ``drawn``: data of its pictures, beside the values of the cells and the item map.
    """
    p = float(procedure.uncertainty.coverage_probability)
    level = 1 - (1 - p) / simultaneous
    lower, upper = at_level(outcome.limits, level, outcome.measurand.id)
    value = float(np.clip(outcome.estimate.value[0], *outcome.bounds))
    value = min(max(value, lower), upper)
    unit = outcome.measurand.unit or "1"
    low, high = (number(b) if np.isfinite(b) else None for b in outcome.bounds)
    bounds = (low, high)
    shown = printed(value, u, interval=(lower, upper), coverage_probability=p, unit=unit, bounds=bounds)
    symmetric = shown.symmetric
    words = outcome.words
    generalised = outcome.measurand.estimand == "generalised"
    population = procedure.sampling.population or say("words.population") if generalised else say("words.these_items")
    if definition is not None and outcome.measurand.contrast is None:
        words = definition.words.format(
            lower=_percent(lower, u, definition, outcome.bounds), upper=_percent(upper, u, definition, outcome.bounds),
            population=population, positive=_positive(outcome.measurand.positive),
        )  # fmt: skip
    elif definition is not None and not words and outcome.measurand.model is None:
        words = _of_two(outcome, definition, population, (lower, upper), u)
    null = _null_value(outcome)
    if null is not None and words:
        words = f"{words} {say('words.null_value', value=rounded(float(null), u))}"
    return Result(
        measurand=outcome.measurand.id, quantity=outcome.measurand.quantity or "model",
        title=title(outcome.measurand, definition),
        system=outcome.system, level=outcome.level, estimand=outcome.measurand.estimand, unit=unit,
        direction=_direction(outcome.measurand, definition), bounds=bounds, value=number(value), u=number(u),
        df=number(df), lower=number(lower), upper=number(upper), coverage_probability=number(p),
        null_value=null, U=number((upper - lower) / 2) if symmetric else None,
        k=number((upper - lower) / 2 / u) if symmetric else None,
        text=shown.text, words=words, method=method, distribution=_ladder(outcome.limits, level),
        items=items, units=units, budget=budget, floor=number(floor) if floor else None,
        checks=tuple(checks), warnings=tuple(warnings),
        curves=(*_curves(outcome, seen), *drawn), item_map=_item_map(outcome, seen), evidence_at=evidence_at,
        labelling=labelling, judged=judged, at_levels=_at_levels(outcome, level),
    )  # fmt: skip


def _of_two(outcome: Outcome, definition: Definition, population: str, limits: tuple[float, float], u: float) -> str:
    """The sentence of a difference or a ratio of two systems, factor levels or groups."""
    asked = outcome.measurand.contrast
    if asked is None or asked.kind not in ("difference", "ratio"):
        return ""
    over = "" if asked.over == "system" else f"{asked.over} "
    share = definition.unit == "1" and not definition.scores and asked.kind == "difference"
    points = share and outcome.bounds == (-1.0, 1.0)
    lower, upper = (rounded(100 * x, 100 * u) if points else rounded(x, u) for x in limits)
    unit = "" if asked.kind == "ratio" or outcome.measurand.unit in (None, "", "1") else f" {outcome.measurand.unit}"
    return say(
        "words.points" if points else f"words.{asked.kind}",
        population=population, title=definition.title, lower=lower, upper=f"{upper}{unit}",
        first=f"{over}{asked.first}", second=f"{over}{asked.second or outcome.level}",
    )  # fmt: skip


def _direction(measurand: Measurand, definition: Definition | None) -> Direction:
    """Which values are good: small gaps between groups and large ratios, whatever the quantity."""
    if measurand.contrast is not None and measurand.contrast.kind in ("gap", "least_ratio"):
        return "lower" if measurand.contrast.kind == "gap" else "higher"
    return definition.direction if definition else "target"


def _null_value(outcome: Outcome) -> str | None:
    """Expected value where the system has no fault; None for a contrast, and where the statistic says nothing."""
    null = outcome.arms[0].evaluation.null_value if len(outcome.arms) == 1 else None
    return None if null is None else number(null)


def _percent(x: float, u: float, definition: Definition, bounds: tuple[float, float]) -> str:
    """A limit inside a sentence: shares and probabilities as per cent."""
    if definition.unit == "1" and not definition.scores and bounds == (0.0, 1.0):
        return f"{rounded(100 * x, max(100 * u, 0.01))} %"
    return rounded(x, u)


def _at_levels(outcome: Outcome, level: float) -> AtLevels | None:
    found = outcome.at_levels
    if found is None:
        return None
    floor = number(found.floor) if np.isfinite(found.floor) else None
    distribution = _ladder(found.limits, level)
    margins = {name: number(df) for name, df in sorted(found.df.items())}
    return AtLevels(
        u=number(found.limits.u), df=number(found.limits.df), floor=floor, margins=margins, distribution=distribution
    )


def _ladder(limits: Limits, level: float) -> DistributionData:
    levels = sorted({*LADDER, level})
    pairs = [(p, *limits.at_tail((1 - p) / 2)) for p in levels]
    kept = [(p, a, b) for p, a, b in pairs if np.isfinite(a) and np.isfinite(b)]
    return DistributionData(
        rule=limits.rule,
        level=tuple(number(round(p, 12)) for p, _, _ in kept),
        lower=tuple(number(a) for _, a, _ in kept),
        upper=tuple(number(b) for _, _, b in kept),
    )


def _curves(outcome: Outcome, seen: Observed | None) -> tuple[Curve, ...]:
    """Values of the cells, for the repeatability picture."""
    if seen is None or len(outcome.arms) != 1 or len(outcome.arms[0].evaluation.cell_weight) < 2:
        return ()
    arm = outcome.arms[0]
    names = conditions(seen.procedure, seen)[2]
    first = np.zeros(len(arm.evaluation.cell_weight), np.int64)
    first[arm.cell[::-1]] = np.arange(len(arm.cell))[::-1]
    return (
        Curve(
            name="repeatability",
            title=say("curve.repeatability"),
            columns={
                "condition": tuple(names[arm.layout.condition[i]] or say("curve.all") for i in first),
                "repeat": tuple(seen.frame.repeats[arm.layout.repeat[i]] for i in first),
                "value": tuple(number(v) for v in arm.evaluation.cell_value[:, 0]),
            },
        ),
    )


def _item_map(outcome: Outcome, seen: Observed | None) -> ItemMap | None:
    """Right and wrong of each item in each condition and repeat, where the statistic counts events."""
    if seen is None or len(outcome.arms) != 1 or outcome.arms[0].aim.statistic.exact != "binomial":
        return None
    arm = outcome.arms[0]
    if arm.weighed.uncertain or len(np.unique(arm.weighed.rows.item)) > MOST_ITEMS:
        return None
    s, frame = arm.evaluation.sensitivity[:, 0], seen.frame
    if not np.any(s != 0):
        return None
    names = conditions(seen.procedure, seen)[2]
    code = arm.layout.condition * len(frame.repeats) + arm.layout.repeat
    columns = np.unique(code)
    rows = sorted({int(i) for i, x in zip(arm.weighed.rows.item, s, strict=True) if x != 0})
    place = {item: k for k, item in enumerate(rows)}
    grid = np.full((len(rows), len(columns)), ".", "<U1")
    for i, x, c in zip(arm.weighed.rows.item, s, np.searchsorted(columns, code), strict=True):
        if x != 0:
            grid[place[int(i)], c] = "1" if x > 0 else "0"
    mean = np.array([np.mean(row[row != "."] == "1") for row in grid])
    order = sorted(range(len(rows)), key=lambda k: (mean[k], frame.items[rows[k]]))
    labels = [f"{names[c // len(frame.repeats)]} / {frame.repeats[c % len(frame.repeats)]}" for c in columns]
    return ItemMap(
        items=tuple(frame.items[rows[k]] for k in order),
        columns=tuple(labels),
        outcome=tuple("".join(grid[k]) for k in order),
    )
