"""The uncertainty budget as printed: one line per contribution, and a sentence for every component without a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number
from measurand.document.procedure import Procedure
from measurand.document.result import COMPONENTS, Line, NotEvaluated
from measurand.message import say
from measurand.quantity.estimate import Estimate
from measurand.quantity.source import gram
from measurand.study.crossing import UNIT
from measurand.study.margins import SPREAD, effect_variances
from measurand.study.nesting import REPEAT, Effect

Array = NDArray[np.float64]
UNSEEN = "unseen:"
"""How the keys of sources begin that hold the spread that observations did not show."""


@dataclass(frozen=True)
class InputLine:
    """An input of type B as the budget names it."""

    name: str
    component: str
    distribution: str
    u: float
    df: float
    source: str = ""


@dataclass(frozen=True, eq=False)
class Composed:
    """One result before it is written: value, sources, and what lies inside of them (one output)."""

    estimate: Estimate
    inner: Estimate
    effect_of_key: Mapping[str, Effect]
    inside: Mapping[str, Mapping[Effect, int]]
    label_noise: float
    unit_df: float
    """Degrees of freedom of the margin of the units (INTERVALS R3)."""
    repeats_differ: bool
    """False: there are repeats and all are identical."""
    of_numbers: bool = False
    """The reference errors are those of numbers, not wrong labels."""
    audited: int = 0
    """Items with a better reference value; 0: there is no audit."""
    unseen: float = 0.0
    """Variance of the estimate that a sample of no spread did not show, where the line of its units holds it."""
    nonlinear: float = 0.0
    """Variance that Monte Carlo finds beyond the first order."""


@dataclass(frozen=True)
class Names:
    """What the lines are called."""

    items: int
    units: int
    cluster: str
    """Name of the cluster column; empty without clusters."""
    levels: Mapping[str, int]
    """Number of levels of each factor."""
    repeats: int
    inputs: Mapping[str, InputLine] = field(default_factory=dict)
    together: bool = False
    """Rows of an item belong together: raters, or repeats that enter one distribution."""


def budget(
    composed: Composed, procedure: Procedure, names: Names, *, benchmark: bool
) -> tuple[Line | NotEvaluated, ...]:
    """Lines of the budget in the order of the canonical components; the variances add up to the combined variance."""
    effects = effect_variances(composed.estimate, composed.inner, composed.effect_of_key, composed.inside)
    total = float(composed.estimate.variance[0]) + composed.nonlinear - sum(dropped(effects).values())
    found = [
        *_margins(composed, names, procedure, total),
        *_labels(composed, names, total),
        *_inputs(composed, names, total),
    ]
    if composed.nonlinear:
        text, note = say("budget.nonlinear"), say("budget.nonlinear_note")
        found.append(_line("definition", text, "B", composed.nonlinear, total, np.inf, note=note))
    have = {line.component for line in found}
    missing = [_missing(c, procedure, names, composed, benchmark=benchmark) for c in COMPONENTS if c not in have]
    order = {c: i for i, c in enumerate(COMPONENTS)}
    return tuple(sorted([*found, *missing], key=lambda line: order[line.component]))


def floor_of(estimate: Estimate, effects: Mapping[Effect, Array]) -> float | None:
    """Resolution floor: the u that no number of items can go below (factors and inputs); None without any."""
    factors = sum(max(float(v[0]), 0.0) for e, v in effects.items() if UNIT not in e and e != REPEAT)
    inputs = sum(
        float(np.sum(estimate.total(k)[:, 0] ** 2))
        for k, s in estimate.sources.items()
        if s.type == "B" and not k.startswith(("labels:", "audit:", "judge-noise:", UNSEEN))
    )
    return float(np.sqrt(factors + inputs)) or None


def dropped(effects: Mapping[Effect, Array]) -> dict[Effect, float]:
    """Factor effects that were estimated as negative: they count as 0 beside the margin of the units, as in the limits.

    Effects of the units keep their sign, since they add up to the units' own mean square.
    """
    if (UNIT,) not in effects:
        return {}
    return {e: float(v[0]) for e, v in effects.items() if UNIT not in e and e != REPEAT and float(v[0]) < 0}


def _line(component: str, text: str, kind: str, variance: float, total: float, df: float, **more: object) -> Line:
    u = float(np.sqrt(abs(variance)))
    distribution = say("budget.t" if kind == "A" else "budget.normal")
    fields: dict[str, object] = {
        "component": component, "line": text, "type": kind, "distribution": distribution,
        "u": number(u), "coefficient": "1", "contribution": number(u), "variance": number(variance),
        "share": number(variance / total if total > 0 else 0.0), "df": number(df if df > 0 else 1.0),
    }  # fmt: skip
    if variance < 1e-9 * total and kind == "A" and "note" not in more:
        fields["note"] = say("budget.negative", estimate=f"{variance:.1g}")
    return Line.model_validate({**fields, **more})


def _margins(composed: Composed, names: Names, procedure: Procedure, total: float) -> list[Line]:
    estimate, lines = composed.estimate, []
    effects = effect_variances(estimate, composed.inner, composed.effect_of_key, composed.inside)
    df = {
        effect: s.df
        for e in (estimate, composed.inner)
        for k, s in e.sources.items()
        if (effect := composed.effect_of_key.get(k))
    }
    df[UNIT,] = composed.unit_df
    component = {f.id: f.component for f in procedure.factor}
    holder = (UNIT,) if (UNIT,) in effects else next(iter(effects), ())
    for effect, v in effects.items():
        variance = float(v[0]) + (composed.unseen if effect == holder else 0.0)
        if effect == REPEAT:
            if composed.repeats_differ or (effect == holder and composed.unseen):
                key = "budget.raters" if names.together else "budget.repeatability"
                text = say(key, repeats=names.repeats)
                lines.append(_line("repeatability", text, "A", variance, total, df[effect], count=names.repeats))
        elif effect == (UNIT,):
            variance -= composed.label_noise
            where = say("budget.in_clusters", units=names.units, cluster=names.cluster) if names.cluster else ""
            text = say("budget.sampling", items=names.items, where=where)
            note = {"note": say("budget.unseen")} if composed.unseen else {}
            lines.append(_line("sampling", text, "A", variance, total, df[effect], count=names.units, **note))
        else:
            negative = {}
            if effect in dropped(effects):
                negative, variance = {"note": say("budget.negative", estimate=f"{variance:.1g}")}, 0.0
            which = " × ".join(say("budget.items") if d == UNIT else d for d in effect)
            of = component[next(d for d in effect if d != UNIT)]
            key = "budget.factor" if len(effect) == 1 else "budget.interaction"
            levels = names.levels[effect[0]] if len(effect) == 1 else 0
            text = say(key, which=which, levels=levels)
            more = {"count": levels} if levels else {}
            lines.append(_line(of, text, "A", variance, total, df[effect], **more, **negative))
    return lines


def _labels(composed: Composed, names: Names, total: float) -> list[Line]:
    lines, estimate = [], composed.estimate
    unit_key = next((k for k, e in composed.effect_of_key.items() if e == (UNIT,)), None)
    if composed.label_noise and unit_key:
        key = "budget.reference_noise" if composed.of_numbers else "budget.label_noise"
        text = say("budget.not_audited" if composed.audited else key, audited=composed.audited)
        noise, df = composed.label_noise, composed.unit_df
        lines.append(_line("reference", text, "A", noise, total, df, count=composed.audited or names.items))
    for (key, line), part in estimate.parts.items():
        if line != "reference":
            continue
        source = estimate.sources[key]
        own = float(gram(source, part, source, part)[0, 0])
        text = say("budget.label_rate")
        lines.append(_line("reference", text, "A", own, total, source.df, count=names.items))
        if (key, SPREAD) in estimate.parts:
            both = 2 * float(gram(source, part, source, estimate.parts[key, SPREAD])[0, 0])
            text = say("budget.label_covariance")
            lines.append(_line("reference", text, "A", both, total, source.df, note=say("budget.covariance")))
    return lines


def _inputs(composed: Composed, names: Names, total: float) -> list[Line]:
    lines, estimate = [], composed.estimate
    for (key, name), part in estimate.parts.items():
        if estimate.sources[key].type != "B":
            continue
        of = names.inputs.get(name)
        c = float(part[0, 0]) if len(part) == 1 else float(np.linalg.norm(part[:, 0]))
        if key.startswith(UNSEEN):
            if composed.unseen:
                continue
            source = estimate.sources[key]
            lines.append(
                _line(source.component, name, "B", c * c, total, source.df, note=say("budget.unseen_spread_note"))
            )
        elif key.startswith("judge"):
            df = estimate.sources[key].df
            count = {"count": round(df) + 1} if np.isfinite(df) else {}
            lines.append(_line("judge", name, "A", c * c, total, df, **count))
        elif of is None:
            shape = {"distribution": say("budget.rectangular")} if key.endswith("-bound") else {}
            text = name if shape else say(f"budget.known_{name.replace(' ', '_')}")
            lines.append(_line("reference", text, "B", c * c, total, estimate.sources[key].df, **shape))
        elif c != 0 and of.u > 0:
            lines.append(
                _line(
                    of.component, of.name, "B", c * c, total, of.df, distribution=of.distribution, u=number(of.u),
                    coefficient=number(c / of.u), source=of.source,
                )
            )  # fmt: skip
    return lines


def _missing(
    component: str, procedure: Procedure, names: Names, composed: Composed, *, benchmark: bool
) -> NotEvaluated:  # fmt: skip
    """What would be needed to evaluate a component, or why it does not apply."""
    observed = bool(composed.effect_of_key)
    key = f"missing.{component}"
    state = "not evaluated"
    if not observed:
        state, key = (
            ("not evaluated", "missing.definition")
            if component == "definition"
            else ("not applicable", "missing.no_data")
        )
    elif component == "sampling":
        state, key = "not applicable", "missing.sampling_benchmark" if benchmark else "missing.sampling"
    elif component == "judge":
        state = "not applicable" if procedure.judge is None else "not evaluated"
        if procedure.judge is not None:
            said = procedure.judge.calibration
            key = "calibration" if said is None else "random" if said.random else "quantity"
            key = f"missing.judge_{key}"
    elif component == "repeatability" and names.repeats > 1:
        key = "missing.repeats_identical" if not composed.repeats_differ else "missing.repeats_elsewhere"
    elif component == "reference" and procedure.reference is None:
        key = "missing.reference_judged"
    elif component == "conditions" and any(f.effect == "fixed" for f in procedure.factor):
        key = "missing.conditions_fixed"
    return NotEvaluated.model_validate({"component": component, "state": state, "needs": say(key)})
