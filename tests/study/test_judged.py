"""Results corrected for a judge's errors: published cases, laws, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.study.judging import calibrated, judged, two_rates

from measurand.errors import DesignError, RefusedError

CASES = Path(__file__).parent.parent / "cases"


def _expected(case: str) -> tuple[dict[str, object], dict[str, float]]:
    data = json.loads((CASES / f"{case}.json").read_text(encoding="utf-8"))
    return data["inputs"], {e["name"]: float(e["value"]) for e in data["expected"]}


def test_two_rates_give_the_published_prevalence() -> None:
    """Rogan and Gladen (1978), epiR: 4 of 80 positive, sensitivity 0.9, specificity 0.99."""
    inputs, expected = _expected("rogan-gladen-a")
    assert (inputs["sensitivity"], inputs["specificity"]) == (0.9, 0.99)
    found = judged([1] * 4 + [0] * 76, two_rates(900_000, 100_000, 10_000, 990_000)).results.results[0]
    assert float(found.value) == pytest.approx(expected["true_prevalence.est"], abs=1e-9)
    # with so large a calibration the interval is that of the apparent share, transformed
    low, high = ((float(x) + 0.99 - 1) / 0.89 for x in (found.judged.lower, found.judged.upper))
    assert float(found.lower) == pytest.approx(low, abs=1e-4)
    assert float(found.upper) == pytest.approx(high, abs=1e-4)


def test_a_random_sample_gives_the_published_estimate() -> None:
    """Power-tuned prediction-powered mean of ppi-python; verdicts moved to the scale from 0 to 1."""
    inputs, expected = _expected("ppi-a")
    y, j, u = (np.array([float(x) for x in inputs[k]]) for k in ("Y", "Yhat", "Yhat_unlabeled"))  # type: ignore[attr-defined]
    low, high = -2.0, 8.0
    assert low < min(y.min(), j.min(), u.min()) and max(y.max(), j.max(), u.max()) < high

    def moved(x: np.ndarray) -> list[float]:
        return [float(v) for v in (x - low) / (high - low)]

    table = {"human": [repr(v) for v in moved(y)], "judged": [repr(v) for v in moved(j)]}
    calibration = calibrated(table, random=True)
    found = judged(moved(u), calibration, "mean", at={"lower": "0", "upper": "1"}).results.results[0]
    value, width = (low + (high - low) * float(found.value), (high - low) * float(found.u))
    assert value == pytest.approx(expected["ppi_tuned_mean"], abs=2e-4)
    share = np.cov(y, j, ddof=0)[0, 1] / (np.var(np.concatenate([j, u]), ddof=1) * (1 + len(y) / len(u)))

    def by_formula(ddof: int) -> float:
        rest, others = np.var(y - share * j, ddof=ddof) / len(y), np.var(u, ddof=ddof) / len(u)
        return float(np.sqrt(rest + share**2 * others))

    # theirs divides the squares by n, ours by n - 1
    published = (expected["ppi_tuned_upper"] - expected["ppi_tuned_lower"]) / 2 / 1.959964
    assert by_formula(0) == pytest.approx(published, abs=2e-4)
    assert width == pytest.approx(by_formula(1), rel=1e-6)


def test_a_judge_like_people_changes_nothing_but_the_uncertainty() -> None:
    verdicts = [1] * 70 + [0] * 30
    plain = judged(verdicts, None).results.results[0]
    found = judged(verdicts, two_rates(200, 0, 0, 200)).results.results[0]
    assert float(found.value) == pytest.approx(float(plain.value), abs=1e-12)
    assert float(found.u) > float(plain.u)
    assert (found.judged.value, found.judged.lower, found.judged.upper) == (plain.value, plain.lower, plain.upper)


def test_a_corrected_share_is_not_called_exact() -> None:
    """Limits of a plain share are exact; composed with those of two rates they are to first order."""
    verdicts = [1] * 70 + [0] * 30
    assert judged(verdicts, None).results.results[0].method == "exact"
    found = judged(verdicts, two_rates(90, 10, 20, 80)).results.results[0]
    assert found.method == "first-order"
    counts = {line.line: line.count for line in found.budget if line.component == "judge"}
    assert set(counts.values()) == {100}  # answers of each kind that were calibrated


def test_right_and_wrong_exchanged_mirror_the_result() -> None:
    one = judged([1] * 60 + [0] * 40, two_rates(90, 10, 20, 80)).results.results[0]
    other = judged([0] * 60 + [1] * 40, two_rates(80, 20, 10, 90)).results.results[0]
    assert float(one.value) == pytest.approx(1 - float(other.value), abs=1e-12)
    assert float(one.u) == pytest.approx(float(other.u), rel=1e-9)
    assert float(one.lower) == pytest.approx(1 - float(other.upper), abs=1e-9)


def test_the_budget_adds_up_and_names_the_judge() -> None:
    found = judged([1] * 60 + [0] * 40, two_rates(90, 10, 20, 80)).results.results[0]
    lines = [line for line in found.budget if hasattr(line, "variance")]
    assert sum(float(line.variance) for line in lines) == pytest.approx(float(found.u) ** 2, rel=1e-9)
    share = sum(float(line.variance) for line in lines if line.component == "judge")
    # d T / d b1 = -T / (b1 - b0), d T / d b0 = (T - 1) / (b1 - b0), with u^2 = p q / (n - 1)
    t = (0.6 - 0.2) / 0.7
    by_hand = (t / 0.7) ** 2 * 0.9 * 0.1 / 99 + ((t - 1) / 0.7) ** 2 * 0.2 * 0.8 / 99
    assert share == pytest.approx(by_hand, rel=1e-9)


def test_a_difference_of_systems_is_stretched_by_both_rates() -> None:
    """``D = D_J / (b1 - b0)``: what is common to both systems falls out."""
    verdicts = [1] * 70 + [0] * 30 + [1] * 50 + [0] * 50
    items = [f"i{k:03}" for k in range(100)] * 2
    contrast = {"over": "system", "first": "a", "second": "b"}
    more = {"system": ["a"] * 100 + ["b"] * 100, "item": items, "contrast": contrast}
    plain = judged(verdicts, None, **dict(more)).results.results[0]
    found = judged(verdicts, two_rates(90, 10, 20, 80), **dict(more)).results.results[0]
    assert float(found.value) == pytest.approx(float(plain.value) / 0.7, rel=1e-12)
    assert float(found.value) == pytest.approx(-0.2 / 0.7, rel=1e-12)


def test_a_random_sample_says_nothing_of_a_part() -> None:
    calibration = calibrated({"human": [1, 0] * 30, "judged": [1, 0, 0, 0] * 15}, random=True)
    verdicts = [1] * 60 + [0] * 40
    more = {"column__site": ["n", "s"] * 50, "by": "site"}
    for one in judged(verdicts, calibration, **dict(more)).results.results:
        assert one.judged is None
        gap = next(line for line in one.budget if line.component == "judge")
        assert gap.state == "not evaluated" and "random sample" in gap.needs


def test_the_value_of_these_answers_needs_no_spread_of_items() -> None:
    """Of fixed answers only the verdicts are uncertain: ``u^2 = var(rest) (1/n + 1/m)``."""
    human = [1] * 50 + [0] * 50
    verdict = [1] * 40 + [0] * 10 + [1] * 10 + [0] * 40
    calibration = calibrated({"human": human, "judged": verdict}, random=True)
    found = judged([1] * 50 + [0] * 50, calibration, estimand="benchmark").results.results[0]
    h, j = np.array(human), np.array(verdict)
    share = np.cov(h, j, ddof=0)[0, 1] / np.var(np.concatenate([j, [1] * 50 + [0] * 50]), ddof=1)
    rest = np.var(h - share * j, ddof=1)
    assert float(found.u) == pytest.approx(np.sqrt(rest * (1 / 100 + 1 / 100)), rel=1e-6)
    # without the calibration no uncertainty was evaluated: no interval of no width is shown
    assert float(found.judged.value) == 0.5 and found.judged.lower is None and found.judged.upper is None


def test_a_judge_no_better_than_chance_is_refused() -> None:
    with pytest.raises(RefusedError, match="better than chance"):
        judged([1] * 60 + [0] * 40, two_rates(11, 9, 10, 10))


@pytest.mark.parametrize("counts", [(5, 1, 0, 0), (0, 0, 3, 3), (1, 0, 2, 2)])
def test_too_few_answers_of_a_kind_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(DesignError, match="too few"):
        judged([1] * 60 + [0] * 40, two_rates(*counts))


def test_a_quantity_in_which_verdicts_do_not_enter_as_they_are_is_not_corrected() -> None:
    verdicts = [1, 0] * 40
    more = {"item": [f"i{k // 4:03}" for k in range(80)], "repeat": ["1", "2", "3", "4"] * 20, "at": {"k": "2"}}
    found = judged(verdicts, two_rates(90, 10, 20, 80), "pass_at_k", **dict(more)).results.results[0]
    assert found.judged is None
    assert next(line for line in found.budget if line.component == "judge").state == "not evaluated"
