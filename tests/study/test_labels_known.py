"""Label errors known from elsewhere: a matrix, counts, rates by level, against the closed forms and each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.study.build import columns, measurand, measured, procedure

from measurand.document.loading import load
from measurand.document.procedure import Contrast, LabelError
from measurand.document.result import Line, Result
from measurand.errors import DesignError, ProcedureError
from measurand.study.labels_known import weights_of

RNG = np.random.default_rng(4)
N = 400
TRUTH = RNG.random(N) < 0.4
TABLE = columns(
    item=[f"{i:04d}" for i in range(N)],
    value=np.where(RNG.random(N) < 0.9, TRUTH, ~TRUTH).astype(int),
    reference=np.where(RNG.random(N) < 0.92, TRUTH, ~TRUTH).astype(int),
    column__site=np.array(["A", "B"])[np.arange(N) % 2],
)
SE, SP = 0.9, 0.95


def result(error: dict[str, Any], quantity: str = "sensitivity") -> Result:
    stated = LabelError.model_validate({"independent": True, **error})
    positive = None if quantity == "accuracy" else "1"
    found = procedure([measurand("m", quantity, positive=positive)], reference={"error": stated})
    return measured(found, TABLE).results.results[0]


def known(value: float, u: float) -> dict[str, str]:
    return {"value": repr(value), "standard_uncertainty": repr(float(u))}


def line(of: Result, name: str) -> float:
    return sum(float(x.contribution) ** 2 for x in of.budget if isinstance(x, Line) and name in x.line) ** 0.5


@pytest.mark.parametrize("quantity", ["sensitivity", "specificity", "accuracy", "f_score"])
def test_a_matrix_of_two_classes_is_sensitivity_and_specificity(quantity: str) -> None:
    pair = result({"sensitivity": known(SE, 0.02), "specificity": known(SP, 0.01)}, quantity)
    matrix = result({"matrix": ((repr(SP), repr(1 - SP)), (repr(1 - SE), repr(SE))),
                     "standard_uncertainty": (("0", "0.01"), ("0.02", "0"))}, quantity)  # fmt: skip
    assert float(matrix.value) == pytest.approx(float(pair.value), rel=1e-12)
    assert float(matrix.u) == pytest.approx(float(pair.u), rel=1e-9)
    assert line(matrix, "confusion matrix") == pytest.approx(
        np.hypot(line(pair, "sensitivity of the labels"), line(pair, "specificity of the labels")), rel=1e-9
    )


def test_counts_are_a_matrix_with_binomial_uncertainties() -> None:
    """190 of 200 negatives and 90 of 100 positives; u^2 = p~ q~ / n with half a count added to each cell."""
    counts = result({"counts": (("190", "10"), ("10", "90"))})
    u = [np.sqrt(p * (1 - p) / n) for p, n in ((190.5 / 201, 200), (90.5 / 101, 100))]
    pair = result({"sensitivity": known(0.9, u[1]), "specificity": known(0.95, u[0])})
    assert float(counts.value) == pytest.approx(float(pair.value), rel=1e-12)
    assert float(counts.u) == pytest.approx(float(pair.u), rel=1e-9)


def test_weights_of_three_classes_are_the_truth_on_average() -> None:
    c = np.array([[0.9, 0.06, 0.04], [0.1, 0.8, 0.1], [0.02, 0.08, 0.9]])
    error = LabelError.model_validate({"matrix": [[repr(float(x)) for x in row] for row in c], "independent": True})
    found = weights_of(error, None, np.arange(3), ("a", "b", "c"))  # type: ignore[arg-type]
    assert c @ found.g == pytest.approx(np.eye(3), abs=1e-12)
    step = 1e-6
    for name, slope in found.slope.items():
        t, label = ("abc".index(x) for x in name.split(":")[1:])
        moved = c.copy()
        moved[t, label] += step
        moved[t, t] -= step
        assert (np.linalg.inv(moved) - found.g) / step == pytest.approx(slope, abs=1e-4)


def test_rates_by_level_are_the_mean_of_both_levels() -> None:
    """Accuracy (p - e)/(1 - 2e) in each half of the items; e = 0.02 and 0.08."""
    agreed = TABLE["value"] == TABLE["reference"]
    half = TABLE["column:site"] == "A"
    expected = np.mean([(agreed[h].mean() - e) / (1 - 2 * e) for h, e in ((half, 0.02), (~half, 0.08))])
    rates, u = {"A": "0.02", "B": "0.08"}, {"A": "0.005", "B": "0.01"}
    found = result({"by": "site", "rates": rates, "standard_uncertainty": u}, "accuracy")
    assert float(found.value) == pytest.approx(expected, rel=1e-12)
    slopes = [0.5 * (2 * agreed[h].mean() - 1) / (1 - 2 * e) ** 2 for h, e in ((half, 0.02), (~half, 0.08))]
    assert line(found, "error rate of the labels") == pytest.approx(
        np.hypot(slopes[0] * 0.005, slopes[1] * 0.01), rel=1e-9
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"matrix": (("0.6", "0.4"), ("0.6", "0.4"))}, "cannot be inverted"),
        ({"matrix": tuple(tuple(map(str, row)) for row in np.eye(3))}, "others: 0, 1"),
        ({"by": "site", "rates": {"A": "0.1"}}, "no label error rate is stated for B"),
    ],
)
def test_refused(error: dict[str, Any], said: str) -> None:
    with pytest.raises(DesignError, match=said):
        result(error)


def test_not_independent_is_a_bound() -> None:
    found = result({"counts": (("190", "10"), ("20", "80")), "independent": False}, "accuracy")
    plain = measured(procedure([measurand("m", "accuracy")], reference={}), TABLE).results.results[0]
    assert float(plain.lower) - float(found.lower) == pytest.approx(0.2, abs=1e-12)


TEXT = """
schema = "measurand/procedure/1"
observations = {{ file = "a.csv", item = "i", value = "v" }}
reference = {{ value = "t", error = {{ {error}, independent = true }} }}
sampling = {{ population = "p" }}
measurand = [ {{ id = "m", quantity = "accuracy" }} ]
"""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("matrix = [[0.9, 0.1], [0.2, 0.8]], standard_uncertainty = [[0, 0.01], [0.02, 0]]", ""),
        ("counts = [[90, 10], [20, 80]]", ""),
        ("by = 'site', rates = { A = 0.1, B = 0.2 }, standard_uncertainty = { A = 0.01, B = 0.02 }", ""),
        ("matrix = [[0.9, 0.1], [0.2, 0.8]]", "needs a standard_uncertainty"),
        ("matrix = [[0.9, 0.2], [0.2, 0.8]], standard_uncertainty = [[0, 0.01], [0.02, 0]]", "sums to 1.1"),
        ("matrix = [[0.9, 0.1]]", "must be square"),
        ("matrix = 0.9", "list of rows"),
        ("counts = [[90, 10], [0, 0]]", "fewer than 2 items"),
        ("by = 'site'", "in one way"),
        ("rates = { A = 0.1 }", "in one way"),
        ("by = 'site', rates = { A = 0.6 }, standard_uncertainty = { A = 0.1 }", "0.6"),
        ("counts = [[90, 10], [20, 80]], rate = { value = 0.1, standard_uncertainty = 0.1 }", "in one way"),
    ],
)
def test_written(error: str, said: str) -> None:
    text = TEXT.format(error=error).encode()
    if not said:
        found = load(text, "x.toml").reference
        assert found is not None and found.error is not None and found.error.independent
        return
    with pytest.raises(ProcedureError) as caught:
        load(text, "x.toml")
    assert any(said in f.message for f in caught.value.findings), [f.message for f in caught.value.findings]


def test_two_systems_share_a_wrong_label_with_its_sign() -> None:
    """About these items: of 100 labels 3 % are wrong. Where both systems are right or both wrong, a wrong label moves
    both alike and their difference not at all; where one is right it moves the difference by 2/n / (1 - 2e)."""
    n, e = 100, 0.03
    truth = np.arange(n) % 2
    a = np.where(np.arange(n) < 90, truth, 1 - truth)
    b = np.where((np.arange(n) < 60) | (np.arange(n) >= 95), truth, 1 - truth)  # 35 items differ
    both = columns(
        item=[f"{i:03d}" for i in range(n)] * 2, system=["a"] * n + ["b"] * n, value=[*a, *b], reference=[*truth] * 2
    )
    error = LabelError.model_validate({"independent": True, "rate": known(e, 1e-9)})
    contrast = Contrast(over="system", first="a", second="b")
    asked = [measurand("d", "accuracy", estimand="benchmark", contrast=contrast)]
    found = measured(procedure(asked, reference={"error": error}, systems=("a", "b")), both).results.results[0]
    by_hand = np.sqrt(35 * e * (1 - e)) * 2 / n / (1 - 2 * e)
    assert float(found.u) == pytest.approx(by_hand, rel=1e-6)
