"""Where no rule gives an honest interval it is refused, and where it is weak it is warned of (INTERVALS section 5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from tests.study.build import columns, measurand, measured, procedure

from measurand.document.procedure import Factor
from measurand.errors import MeasurandError
from measurand.quantity.limits import Limits

Build = Callable[[], Limits]
SITE = (Factor(id="site", effect="random", column="site"),)
RIGHT = np.array([1, 1, 1, 0, 1, 1, 0, 1, 1, 1])


def limits(p: Any, table: Any) -> Limits:
    return measured(p, table).limits[0]


def clusters(sizes: Sequence[int], right: Sequence[int] | None = None) -> Limits:
    """A share of items in clusters of these sizes; without ``right``, 7 of 10 in turn."""
    n = sum(sizes)
    value = np.resize(RIGHT, n) if right is None else right
    table = columns(item=range(n), value=value, cluster=np.repeat(np.arange(len(sizes)), sizes))
    return limits(procedure([measurand("m", "proportion")], cluster=True), table)


def levels(count: int, quantity: str = "proportion") -> Limits:
    """A share of 12 items under ``count`` levels of a random factor, all crossed."""
    item, site = (a.ravel() for a in np.meshgrid(range(12), range(count), indexing="ij"))
    value = (item * 7 + site * 3 + item * site) % 5 > 0
    table = columns(item=item, value=value.astype(int), factor__site=site)
    return limits(procedure([measurand("m", quantity)], factor=SITE), table)


def numbers(values: Sequence[float]) -> Limits:
    table = columns(item=range(len(values)), value=values)
    return limits(procedure([measurand("m", "mean")]), table)


def classes(quantity: str, truth: Sequence[int]) -> Limits:
    n = len(truth)
    table = columns(item=range(n), reference=truth, value=np.resize(RIGHT, n), score=np.arange(n) / n)
    return limits(procedure([measurand("m", quantity, positive="1")], reference={"classes": ("0", "1")}), table)


def strata(sizes: Sequence[int]) -> Limits:
    """A share in two strata, each with these numbers of clusters of 4 items."""
    stratum = np.repeat([0, 1], [4 * m for m in sizes])
    cluster = np.arange(len(stratum)) // 4
    table = columns(item=range(len(stratum)), value=np.resize(RIGHT, len(stratum)), stratum=stratum, cluster=cluster)
    return limits(procedure([measurand("m", "proportion")], cluster=True, stratum=True), table)


def annotated(votes: Sequence[Sequence[int]]) -> Limits:
    n = len(votes[0])
    named = {f"annotator__a{k}": v for k, v in enumerate(votes)}
    table = columns(item=range(n), value=np.resize(RIGHT, n), **named)
    reference = {"value": None, "annotators": tuple(f"a{k}" for k in range(len(votes)))}
    return limits(procedure([measurand("m", "accuracy")], reference=reference), table)


def mislabelled(rate: float, *, independent: bool, n: int = 100, right: int = 90) -> Limits:
    truth = np.arange(n) % 2
    value = np.where(np.arange(n) < right, truth, 1 - truth)
    error = {"rate": {"value": f"{rate:g}", "standard_uncertainty": "0"}, "independent": independent}
    table = columns(item=range(n), value=value, reference=truth)
    return limits(procedure([measurand("m", "accuracy")], reference={"error": error}), table)


@dataclass(frozen=True)
class Case:
    name: str
    build: Build
    says: str


REFUSED = [
    Case("one cluster", lambda: clusters([20]), "nothing shows how units differ"),
    Case("one cluster holds most rows", lambda: clusters([100, 2, 2, 2, 2]), "'benchmark'"),
    Case("one cluster in a stratum", lambda: strata([5, 1]), "nothing shows how units differ"),
    Case("no positive for sensitivity", lambda: classes("sensitivity", [0] * 10), "positive reference"),
    Case("no positive for the area", lambda: classes("auc", [0] * 10), "positive reference"),
    Case("no negative for the area", lambda: classes("auc", [1] * 10), "negative reference"),
    Case("one positive for the area", lambda: classes("auc", [1] + [0] * 9), "nothing shows how units differ"),
    Case("one level of a random factor", lambda: levels(1), "one level"),
    Case("two levels of a random factor", lambda: levels(2), "2 levels"),
    Case("all scores equal", lambda: numbers([3.7] * 20), "resolution"),
    Case("labels no better than chance", lambda: mislabelled(0.5, independent=True), "better than chance"),
    Case(
        "annotators no better than chance",
        lambda: annotated([[0, 1] * 10, [1, 0] * 10, [0, 1] * 10]),
        "better than chance",
    ),
    Case("one vote for every item", lambda: annotated([[0, 1] * 10]), "two annotators"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c.name)
def test_refused_with_what_is_needed(case: Case) -> None:
    with pytest.raises(MeasurandError) as caught:
        case.build()
    assert case.says in f"{caught.value} {caught.value.findings[0].hint}"


WARNED = [
    Case("8 clusters", lambda: clusters([5] * 8), "below 10"),
    Case("unequal clusters that count as few", lambda: clusters([60, 50, 40, *([5] * 12)]), "below 10"),
    Case("3 levels of a random factor", lambda: levels(3), "3 levels"),
    Case("4 levels of a random factor", lambda: levels(4), "4 levels"),
    Case("few skewed scores", lambda: numbers([1.0, 1.1, 0.9, 1.2, 1.0, 0.8, 60.0, 1.1]), "rare large values"),
]


@pytest.mark.parametrize("case", WARNED, ids=lambda c: c.name)
def test_warned(case: Case) -> None:
    assert any(case.says in warning for warning in case.build().warnings)


UNWARNED: list[tuple[str, Build]] = [
    ("10 clusters", lambda: clusters([5] * 10)),
    ("5 levels", lambda: levels(5)),
    ("independent items", lambda: clusters([1] * 12)),
    ("30 scores", lambda: numbers(list(np.linspace(0.8, 1.2, 30)))),
]


@pytest.mark.parametrize("build", [b for _, b in UNWARNED], ids=[name for name, _ in UNWARNED])
def test_not_warned(build: Build) -> None:
    assert build().warnings == ()


def at_the_boundary(units: int) -> float:
    """Clopper & Pearson's lower limit when all of ``units`` are right: ``0.025^(1/units)``."""
    return float(0.025 ** (1 / units))


@pytest.mark.parametrize(
    ("sizes", "units"), [([1] * 50, 50), ([10] * 50, 50), ([4] * 12, 12)], ids=["items", "50 clusters", "12 clusters"]
)
def test_all_right_counts_the_independent_units(sizes: list[int], units: int) -> None:
    lower, upper = clusters(sizes, [1] * sum(sizes))(0.95)
    assert lower == pytest.approx(at_the_boundary(units), rel=1e-9)
    assert upper == 1.0


def test_perfect_separation_counts_the_smaller_class() -> None:
    truth = np.repeat([0, 1], [60, 8])
    table = columns(item=range(68), reference=truth, score=np.arange(68) / 68)
    lower, upper = limits(procedure([measurand("m", "auc", positive="1")], reference={}), table)(0.95)
    assert (lower, upper) == (pytest.approx(at_the_boundary(8), rel=1e-9), 1.0)


def test_constant_scores_are_refused() -> None:
    table = columns(item=range(40), reference=np.arange(40) % 2, score=[0.5] * 40)
    with pytest.raises(MeasurandError, match=r"all scores are 0\.5"):
        limits(procedure([measurand("m", "auc", positive="1")], reference={}), table)


def test_scores_all_at_a_bound_count_the_items() -> None:
    """All Brier losses 0: as many items without loss as there are."""
    truth = np.arange(30) % 2
    table = columns(item=range(30), reference=truth, score=truth.astype(float))
    lower, upper = limits(procedure([measurand("m", "brier_score", positive="1")], reference={}), table)(0.95)
    assert lower == 0.0
    assert upper == pytest.approx(1 - at_the_boundary(30), rel=1e-9)


def test_errors_not_declared_independent_widen_the_limits_by_the_rate() -> None:
    """90 of 100 agree with labels of which 5 % are wrong: Clopper-Pearson 0.8238 to 0.9510, 0.05 further."""
    lower, upper = mislabelled(0.05, independent=False)(0.95)
    assert lower == pytest.approx(0.8238 - 0.05, abs=5e-5)
    assert upper == 1.0


def test_errors_declared_independent_correct_the_value() -> None:
    """Rogan & Gladen (1978): (0.9 - 0.05) / (1 - 0.1)."""
    assert mislabelled(0.05, independent=True).value == pytest.approx(0.85 / 0.9, rel=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99, 0.999])
def test_no_interval_has_zero_width(level: float) -> None:
    for build in (lambda: clusters([1] * 30, [1] * 30), lambda: clusters([5] * 12), lambda: levels(5)):
        lower, upper = build()(level)
        assert 0.0 <= lower < upper <= 1.0
