"""Verdicts with the distribution of a result made from its own limits: edges, agreement with the interval, speed."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.study.test_conformity import result

from measurand.document.decision import Decision, Requirement, Rule, Verdict
from measurand.document.number import number, real
from measurand.quantity.distribution_of_result import DistributionOfResult
from measurand.quantity.exact import clopper_pearson, hypergeometric
from measurand.quantity.limits import Limits
from measurand.quantity.student import student_factor
from measurand.study.conformity import decide

EVEN = {"max_false_accept_risk": "0.025", "max_false_reject_risk": "0.025"}


def share(x: int, n: int, population: int | None = None) -> Limits:
    """Exact limits of a share, of a finite population where its size is given."""

    def tails(tail: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return clopper_pearson(x, n, tail=tail) if population is None else hypergeometric(x, n, population, tail=tail)

    u = math.sqrt((x + 0.5) * (n - x + 0.5) / (n + 1) ** 2 / (n + 2))
    return Limits(x / n, u, np.inf, "exact", tails, (0.0, 1.0), counts=(float(x), float(n)))


def first_order(value: float, u: float, df: float) -> Limits:
    def tails(tail: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        half = student_factor(tail, df) * u
        return value - half, value + half

    return Limits(value, u, df, "t", tails)


def decided(limits: Limits, *, lower: float | None = None, upper: float | None = None, **rule: str) -> Decision:
    sides = {"lower_limit": None if lower is None else number(lower)}
    sides["upper_limit"] = None if upper is None else number(upper)
    wanted = Requirement(id="r", measurand="spec", text="", **sides)
    one = result(limits.value, limits.u, bounds=("0", "1") if limits.counts else (None, None))
    return decide(DistributionOfResult(limits), one, wanted, Rule(**rule), valid=True, stated="before")


def test_fifty_of_fifty_by_the_rule_of_three() -> None:
    """All right: the one-sided 95 % limit is 0.05^(1/50) = 0.9418."""
    edge = 0.05 ** (1 / 50)
    below, above = decided(share(50, 50), lower=edge - 1e-6), decided(share(50, 50), lower=edge + 1e-6)
    assert below.verdict is Verdict.CONFORMING and above.verdict is Verdict.INCONCLUSIVE
    assert real(below.p_conformity) == pytest.approx(0.95, abs=1e-4)
    assert above.what_now
    assert decided(share(0, 50), lower=0.9).verdict is Verdict.NON_CONFORMING


def test_finite_population_knows_more() -> None:
    """45 of 50 drawn from 60: at most 10 others can be wrong, so a limit of 0.75 holds for certain."""
    whole, drawn = decided(share(45, 50), lower=0.8), decided(share(45, 50, 60), lower=0.8)
    assert real(drawn.p_conformity) > real(whole.p_conformity)
    assert decided(share(45, 50, 60), lower=0.74).verdict is Verdict.CONFORMING
    assert real(decided(share(45, 50, 60), lower=0.74).p_conformity) == pytest.approx(1.0, abs=1e-12)


def test_limits_on_both_sides() -> None:
    assert decided(share(90, 100), lower=0.7, upper=0.99).verdict is Verdict.CONFORMING
    assert decided(share(90, 100), lower=0.88, upper=0.92).verdict is Verdict.INCONCLUSIVE
    assert decided(share(90, 100), lower=0.2, upper=0.5).verdict is Verdict.NON_CONFORMING
    d = decided(first_order(0.0, 1.0, 20.0), lower=-4.0, upper=4.0)
    assert real(d.acceptance_lower) == pytest.approx(-real(d.acceptance_upper), abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(x=st.integers(0, 40), limit=st.integers(1, 999), population=st.sampled_from([None, 45, 400]))
def test_verdict_and_interval_agree_for_shares(x: int, limit: int, population: int | None) -> None:
    limits, edge = share(x, 40, population), limit / 1000 + 0.00037  # between the shares that are possible
    low, high = limits(0.95)
    assert (decided(limits, lower=edge, **EVEN).verdict is Verdict.CONFORMING) == (low >= edge)
    assert (decided(limits, upper=edge, **EVEN).verdict is Verdict.CONFORMING) == (high <= edge)


@settings(max_examples=60, deadline=None)
@given(z=st.floats(-6, 6), df=st.sampled_from([2.0, 5.0, 30.0, math.inf]))
def test_verdict_and_interval_agree_for_first_order(z: float, df: float) -> None:
    limits = first_order(10.0, 0.5, df)
    low, high = limits(0.95)
    edge = 10.0 + 0.5 * z
    if min(abs(edge - low), abs(edge - high)) > 1e-6:
        assert (decided(limits, lower=edge, **EVEN).verdict is Verdict.CONFORMING) == (low > edge)
        assert (decided(limits, upper=edge, **EVEN).verdict is Verdict.CONFORMING) == (high < edge)


@pytest.mark.parametrize("limits", [share(912, 1000), share(912, 1000, 5000), first_order(0.912, 0.013, 40.0)])
def test_speed(limits: Limits) -> None:
    """Medians in CPU time: a probability under 5 ms, a decision under 0.5 s."""
    distribution, spent = DistributionOfResult(limits), []
    for x in np.linspace(0.85, 0.95, 15):
        start = time.process_time()
        distribution.cdf(float(x))
        spent.append(time.process_time() - start)
    assert float(np.median(spent)) < 0.005
    for sides in ({"lower": 0.9}, {"lower": 0.85, "upper": 0.95}):
        start = time.process_time()
        decided(limits, **sides)
        assert time.process_time() - start < 0.5
