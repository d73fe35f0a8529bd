"""Random designs: every procedure on every table gives a refusal in words, or results that keep the laws.

The designs mix clusters, strata, weights, finite populations, crossed and nested factors, holes, repeats, statuses,
labels of annotators and known label errors, contrasts, levels and models. A table is often too small for what is asked:
then the answer must be one of the program's own errors, never another exception, a NaN, a zero width or a budget that
does not add up.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from tests.study.build import columns, known, measurand, measured, procedure

from measurand.document.decision import Rule
from measurand.document.number import real
from measurand.document.procedure import (
    Amount,
    Contrast,
    Factor,
    Known,
    LabelError,
    Measurand,
    Procedure,
    RequirementRule,
    StatusRules,
    Uncertainty,
)
from measurand.document.result import Line, Result
from measurand.errors import MeasurandError
from measurand.study.deciding import decisions

QUANTITIES = (
    "mean", "proportion", "accuracy", "sensitivity", "specificity", "precision", "f_score", "auc", "brier_score",
    "positive_rate",
)  # fmt: skip
BINARY = set(QUANTITIES) - {"mean", "accuracy"}
CUT = {"sensitivity", "specificity", "precision", "positive_rate"}
SEEDS = range(60)


class Choice:
    """Seeded choices."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def one(self, *options: Any) -> Any:
        return options[int(self.rng.integers(len(options)))]


def table(choice: Choice, systems: tuple[str, ...]) -> dict[str, list[Any]]:
    """Rows of invented observations: items x levels x repeats, nested or crossed, with or without holes."""
    rng = choice.rng
    n, levels, repeats = choice.one(3, 6, 12, 30, 60, 60), choice.one(1, 2, 3, 5), choice.one(1, 1, 2, 3)
    truth = (rng.random(n) < choice.one(0.3, 0.5, 0.7, 1.0)).astype(int)
    right, nested, hole, size = (
        choice.one(0.5, 0.9, 1.0),
        choice.one(False, True),
        choice.one(0, 0, 0.2),
        choice.one(1, 3, n),
    )
    out: dict[str, list[Any]] = {
        k: []
        for k in (
            "system",
            "item",
            "level",
            "repeat",
            "value",
            "score",
            "reference",
            "cluster",
            "stratum",
            "weight",
            "g",
        )
    }
    for system in systems:
        for item in range(n):
            for level in range(levels):
                for repeat in range(repeats):
                    if (nested and item % levels != level) or rng.random() < hole:
                        continue
                    value = truth[item] if rng.random() < right else 1 - truth[item]
                    cells = (
                        system, f"{item:03d}", f"p{level}", str(repeat), str(value),
                        float(np.clip(value + rng.normal(0, 0.3), 0, 1)), str(truth[item]), f"c{item // size}",
                        f"s{(item // size) % 2}", 1.0 + item % 3, f"g{item % 2}",
                    )  # fmt: skip
                    for name, cell in zip(out, cells, strict=True):
                        out[name].append(cell)
    return out


def labels(choice: Choice, rows: dict[str, list[Any]], given: dict[str, Any]) -> dict[str, Any]:
    """The reference: a value, with or without a known error, or the votes of annotators."""
    kind = choice.one("plain", "plain", "votes", "rate", "bound", "rates")
    if kind == "votes":
        names, wrong = [f"x{k}" for k in range(choice.one(2, 3, 4))], choice.one(0.05, 0.3)
        for name in names:
            flip = choice.rng.random(1000) < wrong
            items = zip(rows["item"], rows["reference"], strict=True)
            given[f"annotator__{name}"] = [str(int(y) ^ int(flip[int(i)])) for i, y in items]
        return {"value": None, "annotators": tuple(names)}
    given["reference"] = rows["reference"]
    if kind == "plain":
        return {}
    if kind == "rates":
        both = {
            k: Known(value=v, standard_uncertainty="0.01")
            for k, v in (("sensitivity", "0.95"), ("specificity", "0.97"))
        }
        return {"error": LabelError(**both, independent=True)}
    rate = Known(value="0.05", standard_uncertainty="0.01")
    return {"error": LabelError(rate=rate, independent=kind == "rate")}


def measurands(choice: Choice, systems: tuple[str, ...]) -> list[Measurand]:
    contrast = None
    if len(systems) == 2 and choice.one(False, True):
        contrast = Contrast(over="system", first="a", second="b", kind=choice.one("difference", "ratio"))
    estimand, out = choice.one("generalised", "generalised", "benchmark"), []
    for quantity in choice.rng.choice(QUANTITIES, 3, replace=False):
        more: dict[str, Any] = {"estimand": estimand, "pooling": choice.one("within", "within", "pooled")}
        if quantity in BINARY:
            more["positive"] = "1"
        if quantity in CUT and choice.one(False, True):
            more["at"] = {"score": "0.5"}
        if contrast is not None:
            more["contrast"] = contrast
        elif choice.one(False, False, True):
            more["by"] = "g"
        if choice.one(False, False, True):
            more["model"] = "value + x"
        out.append(measurand(f"m_{quantity}", str(quantity), **more))
    if contrast is None and not any(m.by for m in out):
        out.append(measurand("mod", model=f"{out[0].id} / (2 - {out[1].id})", estimand=estimand))
    return out


def design(seed: int) -> tuple[Procedure, dict[str, np.ndarray]]:
    choice = Choice(seed)
    systems = choice.one(("a",), ("a", "b"))
    rows = table(choice, systems)
    given: dict[str, Any] = {k: rows[k] for k in ("system", "item", "repeat", "value", "score")}
    given["column__g"] = rows["g"]
    more: dict[str, Any] = {"reference": labels(choice, rows, given), "systems": systems}
    if choice.one(True, True, False):
        given["factor__f"] = rows["level"]
        more["factor"] = [Factor(id="f", effect=choice.one("random", "fixed"), column="f")]
    for name in ("cluster", "stratum", "weight"):
        if choice.one(True, False, False):
            given[name] = rows[name]
            if name != "weight":
                more[name] = True
    if choice.one(False, False, True):
        more["population_size"] = choice.one(3, 61, 1000)
    if choice.one(False, False, True):
        given["status"] = ["refused" if choice.rng.random() < 0.1 else "ok" for _ in rows["item"]]
        more["status"] = StatusRules(refused=choice.one("wrong", "right", "exclude", "invalid"))
    wanted = measurands(choice, systems)
    if any(m.model and "x" in m.model for m in wanted):
        more["input"] = (known("x", "rectangular", half_width=0.01),)
    method = choice.one("auto", "auto", "first-order", "resampling", "monte-carlo", "exact")
    more["uncertainty"] = Uncertainty(coverage_probability=choice.one("0.95", "0.9", "0.99"), method=method)
    half, most = Amount(text="0.5", value="0.5", unit="1"), Amount(text="0.9", value="0.9", unit="1")
    kind = choice.one("guarded", "guarded_acceptance", "guarded_rejection", "simple")
    more["requirement"] = tuple(
        RequirementRule(
            id=m.id, measurand=m.id, lower_limit=half, upper_limit=choice.one(None, most),
            decision_rule=Rule(kind=kind, guard_band_text=choice.one("", "1.0 U")),
        )
        for m in wanted
    )  # fmt: skip
    return procedure(wanted, **more), columns(**given)


def keeps_the_laws(result: Result) -> None:
    lower, upper, value, u = (real(x) for x in (result.lower, result.upper, result.value, result.u))
    assert np.isfinite([lower, value, u]).all()
    assert lower <= value <= upper and lower < upper and u > 0
    low, high = result.bounds
    assert low is None or lower >= real(low)
    assert high is None or upper <= real(high)
    lines = [line for line in result.budget if isinstance(line, Line)]
    assert sum(real(line.variance) for line in lines) == pytest.approx(u**2, rel=1e-6)
    assert "±" in result.text or "[" in result.text


@cache
def outcome(seed: int) -> tuple[Result, ...] | MeasurandError:
    """The results of a design, decided as it asks; or its refusal."""
    p, t = design(seed)
    try:
        m = measured(p, t)
        decisions(p, m.results, m.limits)
    except MeasurandError as error:
        return error
    return m.results.results


@pytest.mark.parametrize("seed", SEEDS)
def test_refused_in_words_or_keeps_the_laws(seed: int) -> None:
    found = outcome(seed)
    if isinstance(found, MeasurandError):
        assert all(f.message for f in found.findings)
        return
    for result in found:
        keeps_the_laws(result)


def test_many_designs_are_measured() -> None:
    """The law above would be empty if everything were refused."""
    assert sum(not isinstance(outcome(seed), MeasurandError) for seed in SEEDS) >= 10
