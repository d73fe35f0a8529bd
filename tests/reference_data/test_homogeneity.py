"""Homogeneity and stability: the published example of ISO 13528, hand formulas, and known components."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from measurand.document.number import real
from measurand.document.reference_certificate import Stability
from measurand.errors import DesignError
from measurand.study.reference_homogeneity import homogeneity, stability

CASE = json.loads((Path(__file__).parent.parent / "cases" / "iso13528-e2-homogeneity.json").read_text(encoding="utf-8"))
EXPECTED = {one["name"]: one["value"] for one in CASE["expected"]}
ROWS = [x for unit in CASE["inputs"]["homogeneity"] for x in unit]
UNITS = [str(k) for k, unit in enumerate(CASE["inputs"]["homogeneity"]) for _ in unit]
LATER = [x for unit in CASE["inputs"]["stability"] for x in unit]
LIMIT = EXPECTED["criterion_0.3_sigma"]


def test_arsenic_in_chocolate_is_homogeneous_as_published() -> None:
    found = homogeneity(ROWS, UNITS, of="arsenic", between="item", limit=LIMIT)
    assert real(found.mean) == pytest.approx(EXPECTED["mean"], abs=1e-9)
    assert real(found.s_within) == pytest.approx(EXPECTED["s_w"], abs=1e-8)
    assert real(found.s_between) == pytest.approx(EXPECTED["s_s"], abs=1e-8)
    assert (found.units, found.rows, found.adequate) == (10, 20, True)


def test_what_repeatability_can_hide_is_the_hand_formula() -> None:
    """u_bb* = sqrt(MS_within / n) (2 / nu)^(1/4), Linsinger et al. 2001: 10 units of 2, 10 degrees of freedom."""
    found = homogeneity(ROWS, UNITS, of="arsenic", between="item", limit=None)
    by_hand = EXPECTED["s_w"] / math.sqrt(2) * (2 / 10) ** 0.25
    assert real(found.u_floor) == pytest.approx(by_hand, rel=1e-9)
    assert real(found.u) == pytest.approx(max(by_hand, EXPECTED["s_s"]), rel=1e-9)


def test_arsenic_in_chocolate_is_stable_as_published() -> None:
    """Portions measured once each on two days: the change of the line is the difference of the means."""
    names = [f"portion {k}" for k in range(len(ROWS) + len(LATER))]
    day = [0.0] * len(ROWS) + [30.0] * len(LATER)
    found = stability(
        [*ROWS, *LATER], names, day, of="value", dates=("2026-01-01", "2026-01-31"), to_expiry=365.25, limit=LIMIT
    )
    assert real(found.change) == pytest.approx(EXPECTED["stability_difference"], abs=1e-9)
    assert found.adequate
    assert real(found.u_to_expiry) == pytest.approx(real(found.slope.u), rel=1e-12)


def test_items_seen_twice_are_the_paired_t_test() -> None:
    """Sleep data of Student (1908): t = 4.0621 with 9 degrees of freedom, p = 0.00283."""
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    names = [str(k) for k in range(10)] * 2
    found = stability(
        first + second, names, [0.0] * 10 + [365.25] * 10, of="value", dates=("a", "b"), to_expiry=0.0, limit=None
    )
    assert real(found.slope.value) == pytest.approx(1.58, abs=1e-9)
    assert found.df == 9
    assert real(found.slope.value) / real(found.slope.u) == pytest.approx(4.0621, abs=5e-5)
    assert real(found.p) == pytest.approx(0.00283, abs=5e-6)
    assert not found.adequate


def test_unequal_units_recover_their_component() -> None:
    rng = np.random.default_rng(3)
    sizes = rng.integers(2, 30, 400)
    shift = rng.normal(0.0, 0.5, 400)
    y = [float(shift[k] + e) for k, n in enumerate(sizes) for e in rng.normal(0.0, 1.0, n)]
    unit = [str(k) for k, n in enumerate(sizes) for _ in range(n)]
    found = homogeneity(y, unit, of="y", between="unit", limit=0.1)
    assert real(found.s_between) == pytest.approx(0.5, abs=0.05)
    assert real(found.s_within) == pytest.approx(1.0, abs=0.02)
    assert not found.adequate


def test_uncertainty_of_the_component_by_hand() -> None:
    """Two units of two, 1 3 and 6 8: MS_between 25, MS_within 2, n0 = 2; u(s^2) = sqrt(2 (25^2 + 2^2 / 2)) / 2."""
    found = homogeneity([1.0, 3.0, 6.0, 8.0], ["a", "a", "b", "b"], of="y", between="unit", limit=None)
    v = math.sqrt(2 * (25**2 + 2**2 / 2)) / 2
    assert real(found.u_s_between or "") == pytest.approx(math.sqrt(11.5 + v) - math.sqrt(11.5), rel=1e-12)
    assert real(found.u_s_within or "") == pytest.approx(math.sqrt(2) / 2, rel=1e-12)


def test_uncertainty_of_the_component_is_its_spread_over_repetitions() -> None:
    rng = np.random.default_rng(5)
    units = [str(k) for k in range(60) for _ in range(4)]
    values, stated = [], []
    for _ in range(300):
        y = np.repeat(rng.normal(0.0, 1.0, 60), 4) + rng.normal(0.0, 1.0, 240)
        found = homogeneity(list(y), units, of="y", between="unit", limit=None)
        values.append(real(found.s_between))
        stated.append(real(found.u_s_between or ""))
    assert np.mean(stated) == pytest.approx(np.std(values), rel=0.15)


def test_clusters_in_units_do_not_raise_false_alarms() -> None:
    """No unit differs; items of a patient do. At 5 % one in 20 is found, with rows taken as independent far more."""
    rng = np.random.default_rng(17)
    runs, alarms, naive = 600, 0, 0
    for _ in range(runs):
        size = rng.integers(1, 7, 40)
        cluster = [str(c) for c, n in enumerate(size) for _ in range(n)]
        unit = [str(c % 4) for c, n in enumerate(size) for _ in range(n)]
        y = [float(shift + e) for shift, n in zip(rng.normal(0, 1, 40), size, strict=True) for e in rng.normal(0, 1, n)]
        found = homogeneity(y, unit, of="y", between="site", limit=None, cluster=cluster)
        assert found.clusters == 40
        assert found.rows == len(y)
        alarms += not found.adequate
        naive += not homogeneity(y, unit, of="y", between="site", limit=None).adequate
    assert 0.03 <= alarms / runs <= 0.07
    assert naive / runs > 0.12


def test_clusters_that_change_nothing() -> None:
    """One row each, or units inside of clusters: rows within a unit are as good as independent."""
    plain = homogeneity(ROWS, UNITS, of="y", between="item", limit=None)
    for cluster in ([str(k) for k in range(20)], UNITS, [str(int(u) // 5) for u in UNITS]):
        assert homogeneity(ROWS, UNITS, of="y", between="item", limit=None, cluster=cluster) == plain


def test_equal_values_are_homogeneous() -> None:
    found = homogeneity([1 / 3] * 6, list("aabbcc"), of="y", between="site", limit=None, cluster=list("uvwxyz"))
    assert found.adequate
    assert (found.s_between, found.p) == ("0", "1")


def test_refusals() -> None:
    with pytest.raises(DesignError, match="lie in several units"):
        homogeneity([1, 2, 3, 4], list("abab"), of="y", between="site", limit=None, cluster=list("uuvv"))
    with pytest.raises(DesignError, match="two units"):
        homogeneity([1.0, 2.0], ["a", "a"], of="y", between="site", limit=None)
    with pytest.raises(DesignError, match="two dates"):
        stability([1.0, 2.0], ["a", "b"], [0.0, 0.0], of="y", dates=("2026-01-01",), to_expiry=0.0, limit=None)


SLEEP = ([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


def slept(*, items: int) -> Stability:
    """Student's sleep data (1908), each person standing for so many items that behave alike."""
    names = [f"{k}.{n}" for k in range(10) for n in range(items)]
    of = [name.split(".")[0] for name in names]
    y = [SLEEP[date][int(k)] for date in (0, 1) for k in of]
    day = [365.25 * date for date in (0, 1) for _ in of]
    return stability(
        y, names * 2, day, of="value", dates=("a", "b"), to_expiry=0.0, limit=None, cluster=of * 2
    )  # fmt: skip


@pytest.mark.parametrize("items", [1, 2, 7])
def test_items_that_behave_alike_add_nothing(items: int) -> None:
    """The paired t test of the ten persons, however many items of each were seen."""
    found = slept(items=items)
    assert found.df == 9
    assert real(found.slope.value) / real(found.slope.u) == pytest.approx(4.0621, abs=5e-5)
    assert real(found.p) == pytest.approx(0.00283, abs=5e-6)


def test_items_of_one_cluster_show_no_spread() -> None:
    with pytest.raises(DesignError, match="one cluster"):
        stability([1.0, 2.0, 1.5, 1.7], ["a", "b"] * 2, [0.0, 0.0, 9.0, 9.0], of="y", dates=("1", "2"), to_expiry=0.0,
                  limit=None, cluster=["c"] * 4)  # fmt: skip
