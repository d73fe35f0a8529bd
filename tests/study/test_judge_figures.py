"""Properties of a judge from its calibration."""

from __future__ import annotations

import pytest
from tests.study.judging import calibrated, llmbar, two_rates

from measurand.study.judge_figures import figures


def _by_name(found: object) -> dict[str, object]:
    return {f.name: f for f in figures(found, 0.95)}  # type: ignore[arg-type]


def test_rates_are_shares_of_people() -> None:
    found = _by_name(two_rates(90, 10, 20, 80))
    assert float(found["sensitivity"].value) == 0.9 and found["sensitivity"].count == 100
    assert float(found["specificity"].value) == 0.8
    assert float(found["sensitivity"].u) == pytest.approx((0.9 * 0.1 / 99) ** 0.5, rel=1e-9)


def test_agreement_is_that_of_two_raters() -> None:
    """The first two classes of the table of two abstractors that agree but for 13 items (Gwet 2014), by hand."""
    a, b, c, d = 20, 7, 4, 56
    found = _by_name(two_rates(d, c, b, a))
    n = a + b + c + d
    observed, first, second = (a + d) / n, (a + b) / n, (a + c) / n
    chance = first * second + (1 - first) * (1 - second)
    mean = (first + second) / 2
    gwet = 2 * mean * (1 - mean)
    assert float(found["kappa"].value) == pytest.approx((observed - chance) / (1 - chance), rel=1e-9)
    assert float(found["ac1"].value) == pytest.approx((observed - gwet) / (1 - gwet), rel=1e-9)
    # alpha: expected disagreement without replacement of the 2 n ratings
    ones = 2 * n * (1 - mean)
    expected = 2 * ones * (2 * n - ones) / (2 * n * (2 * n - 1))
    assert float(found["alpha"].value) == pytest.approx(1 - (1 - observed) / expected, rel=1e-9)


def test_the_uncertainty_of_kappa_is_the_published_one() -> None:
    """Large-sample standard error of Fleiss, Cohen and Everitt (1969) for a 2 x 2 table, with n - 1 for n."""
    a, b, c, d = 20, 7, 4, 56
    n = a + b + c + d
    p = [[a / n, b / n], [c / n, d / n]]
    row, col = [sum(r) for r in p], [p[0][j] + p[1][j] for j in (0, 1)]
    po, pe = p[0][0] + p[1][1], row[0] * col[0] + row[1] * col[1]
    k = (po - pe) / (1 - pe)
    same = sum(p[i][i] * (1 - (row[i] + col[i]) * (1 - k)) ** 2 for i in (0, 1))
    other = (1 - k) ** 2 * sum(p[i][j] * (col[i] + row[j]) ** 2 for i in (0, 1) for j in (0, 1) if i != j)
    variance = (same + other - (k - pe * (1 - k)) ** 2) / (1 - pe) ** 2 / (n - 1)
    assert float(_by_name(two_rates(d, c, b, a))["kappa"].u) == pytest.approx(variance**0.5, rel=1e-9)


def test_position_bias_is_how_much_more_often_the_first_answer_wins() -> None:
    """Of 10 pairs 3 verdicts follow the place of the answers, one against it."""
    judged, swapped = [1] * 6 + [0] * 4, [0] * 3 + [1] * 3 + [1] + [0] * 3
    found = _by_name(calibrated({"human": [1] * 5 + [0] * 5, "judged": judged, "swapped": swapped}))
    assert float(found["position"].value) == pytest.approx((3 - 1) / 10)
    assert float(found["position"].lower) < 0 < float(found["position"].upper)


def test_length_bias_is_beyond_that_of_people() -> None:
    human, judged, longer = [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 0.5]
    found = _by_name(calibrated({"human": human, "judged": judged, "longer": longer}))
    # of three pairs with a longer answer people prefer it twice, the judge three times
    assert float(found["length"].value) == pytest.approx(1 / 3) and found["length"].count == 3


def test_a_missing_verdict_counts_nowhere() -> None:
    found = _by_name(
        calibrated({"human": [1, 1, 1, 0, 0, 0], "judged": [1, 1, "", 0, 0, 1], "again": [1, 0, 1, 0, 0, ""]})
    )
    assert found["sensitivity"].count == 2 and found["specificity"].count == 3
    assert float(found["repeatability"].value) == pytest.approx(3 / 4) and found["repeatability"].count == 4


def test_position_bias_of_published_judges() -> None:
    """LLMBar: share of equal verdicts in both orders, from the published judgements by counting."""
    rows, judges = llmbar()
    for judge in judges:
        pairs = [r for r in rows if r[judge] and r[f"{judge}*"]]
        table = {
            "human": ["1" if r["label"] == "1" else "0" for r in pairs],
            "judged": ["1" if r[judge] == "1" else "0" for r in pairs],
            "swapped": ["1" if r[f"{judge}*"] == "1" else "0" for r in pairs],
        }
        first = sum(r[judge] == "1" for r in pairs) + sum(r[f"{judge}*"] == "2" for r in pairs)
        found = _by_name(calibrated(table))["position"]
        # the first place wins first / (2 n) of all showings: half plus half the bias
        assert float(found.value) == pytest.approx(first / len(pairs) - 1, abs=1e-9)
