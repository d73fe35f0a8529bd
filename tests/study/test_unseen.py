"""Few observations that agree: u is that of their limits; budget and parts add up to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from measurand.document.procedure import Amount, Factor, Input
from measurand.document.result import Line, Result
from measurand.quantity.limits import Limits
from measurand.study.measure import Measured

from .build import columns, measurand, measured, procedure

SITE = Factor(id="site", effect="random", column="site")
ITEMS = 20
KINDS = ["difference", "ratio", "gap", "least_ratio", "worst"]
UNSEEN = "spread that these observations do not show"


def contrast(kind: str) -> dict[str, str]:
    named = {"first": "a", "second": "b"} if kind in ("difference", "ratio") else {}
    return {"over": "system", "kind": kind, **named}


def sites(right: dict[str, list[int]]) -> dict[str, np.ndarray]:
    """0/1 results of each system: the first items are right, at each site as many as are given."""
    rows = [(s, i, p, int(i < x)) for s, counts in right.items() for p, x in enumerate(counts) for i in range(ITEMS)]
    system, item, site, value = zip(*rows, strict=True)
    return columns(system=system, item=item, factor__site=site, value=value)


def clusters(a: list[int], b: list[int]) -> dict[str, np.ndarray]:
    """Eight clusters; the results of both systems on the same items."""
    n = len(a)
    return columns(
        system=["a"] * n + ["b"] * n, item=[*range(n)] * 2, value=a + b, cluster=[k % 8 for k in range(n)] * 2
    )


def one(kind: str, table: dict[str, np.ndarray], *, estimand: str = "generalised", **more: Any) -> Measured:
    m = measurand("m", "proportion", positive="1", estimand=estimand, contrast=contrast(kind))
    return measured(procedure([m], systems=("a", "b"), **more), table)


def adds_up(found: Measured) -> tuple[Result, Limits, list[Line]]:
    """The law of every budget: its variances, and those of the parts, add up to u squared."""
    (result,), (limits,) = found.results.results, found.limits
    lines = [line for line in result.budget if isinstance(line, Line)]
    u = float(result.u)
    assert sum(float(line.variance) for line in lines) == pytest.approx(u**2, rel=1e-12)
    assert sum(float(line.share) for line in lines) == pytest.approx(1.0, rel=1e-12)
    assert found.estimate.u[0] == pytest.approx(u, rel=1e-12)
    return result, limits, lines


def test_benchmark_difference_by_hand() -> None:
    """Both systems follow the sites alike: correlation 1 - 1/n0 with n0 = 20 / 0.7, not 0.99."""
    a, b = [8, 12, 14, 16], [10, 14, 16, 16]
    result, limits, lines = adds_up(one("difference", sites({"a": a, "b": b}), estimand="benchmark", factor=[SITE]))
    shares = np.array([a, b]) / ITEMS
    s = shares.std(axis=1, ddof=1) / 2
    seen = (shares[1] - shares[0]).std(ddof=1) / 2
    rho = 1 - max(*shares.mean(axis=1), *(1 - shares.mean(axis=1))) / ITEMS
    u = np.sqrt(s[0] ** 2 + s[1] ** 2 - 2 * rho * s[0] * s[1])
    assert np.corrcoef(shares)[0, 1] > rho
    assert float(result.u) == pytest.approx(u, rel=1e-9) and limits.u == pytest.approx(u, rel=1e-9)
    of_sites, unseen = lines
    assert float(of_sites.variance) == pytest.approx(seen**2, rel=1e-9)
    assert (unseen.line, unseen.component, unseen.type) == (UNSEEN, "conditions", "B")
    assert float(unseen.variance) == pytest.approx(u**2 - seen**2, rel=1e-9)
    assert result.floor is not None and float(result.floor) == pytest.approx(seen, rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("b", [[9, 13, 15, 17], [9, 13, 15, 18], [12, 12, 13, 13]], ids=["alike", "almost", "other"])
def test_benchmark_u_is_that_of_the_limits(kind: str, b: list[int]) -> None:
    found = one(kind, sites({"a": [8, 12, 14, 16], "b": b}), estimand="benchmark", factor=[SITE])
    result, limits, _ = adds_up(found)
    assert float(result.u) == pytest.approx(limits.u, rel=0.01)


RIGHT = [1] * 16 + [0] * 8
TABLES = {
    "all agree": (RIGHT, RIGHT),
    "all but one": (RIGHT, [*RIGHT[:-1], 1]),
    "one is perfect": (RIGHT, [1] * 24),
    "both are nearly perfect": ([1] * 24, [1] * 23 + [0]),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TABLES)
def test_paired_u_is_that_of_the_limits(kind: str, name: str) -> None:
    a, b = TABLES[name]
    plain = columns(system=["a"] * 24 + ["b"] * 24, item=[*range(24)] * 2, value=[*a, *b])
    for table, clustered in ((plain, False), (clusters(a, b), True)):
        result, limits, lines = adds_up(one(kind, table, cluster=clustered))
        assert float(result.u) == pytest.approx(limits.u, rel=0.01)
        assert {line.component for line in lines} == {"sampling"}


def test_what_is_seen_needs_no_line_of_its_own() -> None:
    rng = np.random.default_rng(5)
    a, b = (list(map(int, rng.random(400) < p)) for p in (0.7, 0.6))
    _, _, lines = adds_up(one("difference", clusters(a, b), cluster=True))
    assert [line.type for line in lines] == ["A"]


def test_model_of_a_perfect_share_has_its_unseen_spread() -> None:
    """u of ``value / 2 + x`` by hand: half of what the share has alone, and that of the input."""
    share = measurand("m", "proportion", positive="1")
    halved = measurand("half", "proportion", positive="1", model="value / 2 + x")
    built = measurand("from_m", model="m / 2 + x")
    value, u = (Amount(text=t, value=t, unit="1") for t in ("0.1", "0.001"))
    x = Input(id="x", distribution="normal", value=value, standard_uncertainty=u)
    table = columns(system=["s"] * 20, item=[*range(20)], value=[1] * 20)
    found = measured(procedure([share, halved, built], input=[x]), table)
    alone, *others = found.results.results
    assert float(alone.u) > 0.01
    for result in others:
        assert float(result.u) == pytest.approx(np.hypot(float(alone.u) / 2, 0.001), rel=1e-6)
        lines = [line for line in result.budget if isinstance(line, Line)]
        assert sum(float(line.variance) for line in lines) == pytest.approx(float(result.u) ** 2, rel=1e-12)
        assert any(line.line == UNSEEN and line.component == "sampling" for line in lines)
    assert float(found.results.correlation[0][2]) == pytest.approx(float(alone.u) / 2 / float(others[1].u), rel=1e-6)
