"""Scrutiny for outliers: what is found, in which order, and that nothing is removed."""

from __future__ import annotations

import time

import numpy as np
import pytest

from measurand.errors import DesignError
from measurand.quantity.exclusion import Exclusion, with_and_without
from measurand.quantity.screening import scrutinise

QUIET = [-1.2, -0.7, -0.3, 0.0, 0.2, 0.5, 0.9, 1.1]


def level(means: list[float], ranges: list[float] | None = None) -> dict[str, list[float]]:
    ranges = ranges or [0.2] * len(means)
    return {f"lab{i}": [m - r / 2, m + r / 2] for i, (m, r) in enumerate(zip(means, ranges, strict=True), 1)}


def found(means: list[float], ranges: list[float] | None = None) -> list[tuple[str, tuple[str, ...], int, str]]:
    got = scrutinise({"a": level(means, ranges)})
    return [(f.test, f.laboratories, f.round, f.verdict) for f in got.findings]


def test_a_quiet_level_has_no_finding() -> None:
    assert found(QUIET) == []


def test_creosote_has_no_finding_at_its_level() -> None:
    """By hand: C = 0.6358 below 0.6385, G = 2.102 below 2.215 (values of R in test_collaborative)."""
    means = [24.140, 20.155, 19.500, 20.300, 20.705, 17.570, 20.100, 20.940, 21.185]
    ranges = [0.28, 0.49, 0.40, 0.00, 0.35, 1.98, 0.80, 0.32, 0.95]
    assert found(means, ranges) == []


def test_one_large_spread() -> None:
    got = scrutinise({"a": level(QUIET, [0.2] * 7 + [6.0])})
    (only,) = got.findings
    assert (only.test, only.laboratories, only.verdict) == ("cochran", ("lab8",), "outlier")
    assert only.statistic == pytest.approx(36.0 / (36.0 + 7 * 0.04), rel=1e-12)
    assert only.critical[0] < only.critical[1] < only.statistic and only.p < 0.01
    assert got.not_tested == ()


def test_two_large_spreads_need_a_second_round() -> None:
    got = found(QUIET, [0.2] * 6 + [6.0, 60.0])
    assert got == [("cochran", ("lab8",), 1, "outlier"), ("cochran", ("lab7",), 2, "outlier")]


def test_one_mean_far_above_and_then_the_other_end() -> None:
    assert found([*QUIET[:7], 30.0]) == [("grubbs-largest", ("lab8",), 1, "outlier")]
    assert found([-3.0, *[0.01 * x for x in QUIET[1:7]], 30.0]) == [
        ("grubbs-largest", ("lab8",), 1, "outlier"),
        ("grubbs-smallest", ("lab1",), 2, "outlier"),
    ]


@pytest.mark.parametrize("sign, test", [(1.0, "grubbs-two-largest"), (-1.0, "grubbs-two-smallest")])
def test_two_that_hide_each_other_are_found_by_the_test_of_two(sign: float, test: str) -> None:
    got = found([sign * x for x in [0.1, -0.1, 0.05, -0.02, 0.0, 0.07, 9.0, 9.5]])
    assert [(name, set(pair), verdict) for name, pair, _, verdict in got] == [(test, {"lab7", "lab8"}, "outlier")]


def test_laboratories_set_aside_by_cochran_are_not_in_the_test_of_means() -> None:
    got = found([*QUIET[:7], 30.0], [0.2] * 7 + [6.0])
    assert got == [("cochran", ("lab8",), 1, "outlier")]


def test_what_was_not_tested_is_said() -> None:
    got = scrutinise({"L1": {"a": [1.0], "b": [2.0]}, "L2": level([1.0, 2.0, 2.9])})
    assert got.findings == () and len(got.not_tested) == 3
    assert [("L1" in t, "L2" in t) for t in got.not_tested] == [(True, False), (True, False), (False, True)]


def test_share_of_quiet_trials_with_a_finding() -> None:
    """Each of the tests of means rejects at about 5 % in all; Cochran's too: seeded, wide of the sum of the four."""
    rng = np.random.default_rng(3)
    hits = [bool(scrutinise({0: dict(enumerate(rng.normal(size=(9, 3))))}).findings) for _ in range(400)]
    assert 0.05 < np.mean(hits) < 0.16  # 1 - 0.95^3 = 0.143 were they independent


def test_fifty_laboratories_at_five_levels_are_fast() -> None:
    rng = np.random.default_rng(5)
    levels = {k: dict(enumerate(rng.normal(size=(50, 3)))) for k in range(5)}
    start = time.perf_counter()
    scrutinise(levels)
    assert time.perf_counter() - start < 1.0


def test_nothing_is_removed_without_being_named() -> None:
    levels = {"a": level(QUIET, [0.2] * 7 + [6.0]), "b": level(QUIET)}
    scrutinise(levels)
    whole = with_and_without(levels)
    assert all(w.everything == w.kept and w.exclusions == () for w in whole.values())
    left_out = Exclusion("lab8", "a", "the instrument was being repaired")
    got = with_and_without(levels, [left_out])
    assert got["a"].everything == whole["a"].everything and got["a"].exclusions == (left_out,)
    assert got["a"].kept.laboratories == 7 and got["a"].kept.within == pytest.approx(0.02, rel=1e-9)  # 0.2^2 / 2
    assert got["b"].kept == got["b"].everything


def test_an_exclusion_needs_a_reason_and_a_laboratory() -> None:
    levels = {"a": level(QUIET)}
    for wrong in (Exclusion("lab1", "a", " "), Exclusion("lab99", "a", "late"), Exclusion("lab1", "z", "late")):
        with pytest.raises(DesignError):
            with_and_without(levels, [wrong])
