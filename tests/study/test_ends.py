"""Data at an end: no spread at all, everything at a limit, one class only. A refusal in words, never another error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from measurand.document.procedure import Contrast, StatusRules
from measurand.errors import MeasurandError, RefusedError
from measurand.quantity.limits import Limits
from measurand.study.unseen import at_bound

from .build import columns, measurand, measured, procedure

N = 40


def numbers(*, systems: tuple[str, ...] = ("s",), off: float = 0.0) -> dict[str, np.ndarray]:
    """Each system says the reference value, plus ``off``; clusters of four."""
    rng = np.random.default_rng(3)
    r, item = rng.normal(10, 2, N), np.tile(np.arange(N), len(systems))
    return columns(
        system=np.repeat(systems, N), item=item, value=[repr(float(x + off)) for x in r[item]],
        reference=[repr(float(x)) for x in r[item]], cluster=item // 4,
    )  # fmt: skip


@pytest.mark.parametrize(
    "quantity", ["mean_absolute_error", "root_mean_square_error", "mean_absolute_percentage_error"]
)
@pytest.mark.parametrize("stated", [False, True])
def test_no_error_at_all_says_nothing_of_errors_without_an_upper_end(quantity: str, stated: bool) -> None:
    table = numbers() | ({"reference_u": np.full(N, 0.1)} if stated else {})
    reference = {"standard_uncertainty": "u"} if stated else {}
    with pytest.raises(RefusedError, match="all scores are equal"):
        measured(procedure([measurand("m", quantity)], reference=reference), table)


@pytest.mark.parametrize("kind", ["gap", "least_ratio"])
def test_groups_that_are_the_same_have_no_gap_with_limits(kind: str) -> None:
    p = procedure(
        [measurand("m", "mean", contrast=Contrast(over="system", kind=kind))], cluster=True, systems=("a", "b")
    )
    with pytest.raises(RefusedError, match="same values on every item"):
        measured(p, numbers(systems=("a", "b")))


@pytest.mark.parametrize("kind", ["worst", "gap", "least_ratio"])
def test_discordance_of_two_systems_names_them(kind: str) -> None:
    rng = np.random.default_rng(4)
    truth, item = rng.integers(0, 2, N), np.tile(np.arange(N), 2)
    said = np.where(rng.random(2 * N) < 0.8, truth[item], 1 - truth[item])
    table = columns(system=np.repeat(["a", "b"], N), item=item, value=said, reference=truth[item])
    p = procedure(
        [measurand("m", "accuracy", contrast=Contrast(over="system", kind=kind))], reference={}, systems=("a", "b")
    )
    (one,) = measured(p, table).results.results
    (cells,) = [c.columns["system"] for c in one.curves if c.name == "discordance"]
    assert cells == ("", "a", "b", "")


def test_quantile_at_the_largest_value_says_how_many_items_are_needed() -> None:
    """72 items for both limits of the 0.95 quantile at 95 % (0.95^72 < 0.025)."""
    table = columns(item=range(20), value=[*range(15), *[20] * 5], cluster=[k // 2 for k in range(20)])
    p = procedure([measurand("m", "quantile", at={"q": "0.95"})], cluster=True)
    with pytest.raises(RefusedError, match=r"0.95 quantile of 20 items .* 72 items"):
        measured(p, table)


def audited(audit: list[str], **more: Any) -> dict[str, np.ndarray]:
    return columns(item=range(2), value=[0, 1], reference=[0, 1], audit=audit, **more)


def test_everything_audited_is_said_to_be_so() -> None:
    audit = {"audit": {"file": ("a.csv",), "format": "csv", "item": ("item",), "value": "better"}}
    with pytest.raises(MeasurandError, match="2 must be left"):
        measured(procedure([measurand("m", "accuracy")], reference=audit), audited(["0", "1"]))


def test_no_item_of_a_class_leaves_annotators_without_rates() -> None:
    """Single votes against a class that all others name: the share of the other class is fitted as 0."""
    votes = np.ones((3, 60), int)
    votes[0, :6], votes[1, 6:12], votes[2, 12:18] = 0, 0, 0
    p = procedure(
        [measurand("m", "accuracy")],
        reference={"value": None, "annotators": ("x0", "x1", "x2"), "annotator_model": "individual"},
    )
    with pytest.raises(MeasurandError, match="do not determine"):
        measured(p, columns(item=range(60), value=[1] * 60, **{f"annotator__x{k}": v for k, v in enumerate(votes)}))


def test_median_of_tied_grades_by_clusters_holds_its_true_value() -> None:
    """Grades 0, 1, 2 with 51, 44 and 5 %: the median is 0, in many samples 1."""
    inside = 0
    for seed in range(30):
        grade = np.random.default_rng(seed).choice(3, 200, p=[0.51, 0.44, 0.05])
        table = columns(item=range(200), value=grade, cluster=np.arange(200) // 5)
        try:
            (one,) = measured(
                procedure([measurand("m", "quantile", at={"q": "0.5"})], cluster=True), table
            ).results.results
        except RefusedError:
            continue
        inside += float(one.lower) <= 0.0 <= float(one.upper)
    assert inside >= 25


def test_median_with_both_limits_on_one_grade_is_refused() -> None:
    """300 of 400 grades are 2: binomial limits of the ranks, 180 and 221, are both a 2."""
    table = columns(item=range(400), value=[1] * 50 + [2] * 300 + [3] * 50)
    with pytest.raises(RefusedError, match="both limits are 2"):
        measured(procedure([measurand("m", "quantile", at={"q": "0.5"})]), table)


@pytest.mark.parametrize("shift", [-10.0, 0.0, 10.0])
def test_refusals_that_count_rank_beyond_every_score(shift: float) -> None:
    """The area does not change with the scale of the scores, whatever a status counts as: wrong < excluded < right."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 60)
    scores = rng.normal(0, 1, (60, 3)) + 2.0 * (np.arange(3) == truth[:, None]) + shift
    table = columns(item=range(60), reference=np.array(list("abc"))[truth], status=["refused"] * 8 + ["ok"] * 52)
    table |= {f"score:{name}": scores[:, k] for k, name in enumerate("abc")}
    found = {}
    for counts in ("wrong", "exclude", "right"):
        p = procedure([measurand("m", "multiclass_auc")], reference={}, status=StatusRules(refused=counts))
        found[counts] = float(measured(p, table).results.results[0].value)
    assert found["wrong"] < found["exclude"] < found["right"]


def test_a_ranking_is_not_corrected_by_an_audit_of_items() -> None:
    audit = {"audit": {"file": ("a.csv",), "format": "csv", "item": ("item",), "value": "better"}}
    table = columns(
        item=range(60), score=[k % 7 for k in range(60)], reference=[k % 2 for k in range(60)],
        audit=[str(k % 2) if k < 20 else "" for k in range(60)], query=[k // 3 for k in range(60)],
        cluster=[k // 3 for k in range(60)],
    )  # fmt: skip
    with pytest.raises(MeasurandError, match="does not correct a ranking"):
        measured(procedure([measurand("m", "ndcg")], reference=audit, cluster=True), table)


def test_a_value_that_rounding_keeps_from_the_end_of_its_range_is_there() -> None:
    """All right, with weights whose sums are rounded: the rule of a value at the end holds, whatever the order."""
    rng = np.random.default_rng(2)
    weight, found = rng.random(30), []
    for order in (np.arange(30), rng.permutation(30), rng.permutation(30)):
        table = columns(item=order, value=[1] * 30, reference=[1] * 30, weight=weight[order])
        (one,) = measured(procedure([measurand("m", "accuracy")], reference={}), table).results.results
        found.append((one.value, one.upper, round(float(one.u), 12)))
    assert len(set(found)) == 1 and found[0][:2] == ("1", "1")


def test_items_of_a_query_are_no_independent_units() -> None:
    """Ten items of each query, taken as units of their own, would make the uncertainty about sqrt(10) too small."""
    rng = np.random.default_rng(5)
    query = np.arange(400) // 10
    grade = rng.integers(0, 2, 400)
    table = columns(item=range(400), score=rng.normal(0, 1, 400) + grade, reference=grade, query=query, cluster=query)
    with pytest.raises(MeasurandError, match="a query is drawn as a whole"):
        measured(procedure([measurand("m", "ndcg")], reference={}), {k: v for k, v in table.items() if k != "cluster"})
    (one,) = measured(procedure([measurand("m", "ndcg")], reference={}, cluster=True), table).results.results
    assert one.units == 40


@pytest.mark.parametrize(
    ("value", "u", "bounds", "at"),
    [
        (0.0, 0.1, (0.0, np.inf), True),
        (1e-17, 0.1, (0.0, np.inf), True),
        (1e-17, 1e-17, (0.0, np.inf), False),
        (1e-3, 0.1, (0.0, np.inf), False),
        (1.0 - 1e-15, 0.1, (-np.inf, 1.0), True),
        (1.0 - 1e-15, 0.1, (0.0, 1.0), True),
        (0.5, 0.1, (0.0, 1.0), False),
        (0.0, 0.1, (-np.inf, np.inf), False),
    ],
)
def test_an_end_is_reached_up_to_rounding(value: float, u: float, bounds: tuple[float, float], at: bool) -> None:
    limits = Limits(value, u, np.inf, "rule", lambda tail: (tail, tail), bounds)
    assert at_bound(limits, bounds) is at
