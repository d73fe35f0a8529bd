"""The worst of several groups, the gap, the ratio, and each against one, from the evidence to the result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from measurand.document.procedure import Factor
from measurand.document.result import Result
from measurand.errors import DesignError, RefusedError

from .build import columns, measurand, measured, procedure

EVENTS = {"a": (18, 30), "b": (27, 30), "c": (45, 50)}


def evidence(events: dict[str, tuple[int, int]] = EVENTS, **more: Any) -> dict[str, np.ndarray]:
    """One item per trial, 0/1, the group as a further column."""
    value = [str(int(k < x)) for x, n in events.values() for k in range(n)]
    group = [g for g, (_, n) in events.items() for _ in range(n)]
    return {**columns(item=range(len(value)), value=value, **more), "column:g": np.array(group, object)}


def results(kind: str, table: dict[str, np.ndarray] | None = None, **contrast: str) -> tuple[Result, ...]:
    over = {"over": "g", "kind": kind, **contrast}
    p = procedure([measurand("m", "proportion", positive="1", contrast=over)])
    return measured(p, evidence() if table is None else table).results.results


def numbers(one: Result) -> tuple[float, float, float]:
    return float(one.value), float(one.lower), float(one.upper)


def test_worst_of_independent_shares() -> None:
    """Clopper & Pearson (1934) of each: the smallest lower limit as it is, the smallest upper one for three (Sidak)."""
    (one,) = results("worst")
    lower = min(stats.beta.ppf(0.025, x, n - x + 1) for x, n in EVENTS.values())
    tail = 1 - (1 - 0.025) ** (1 / 3)
    upper = min(stats.beta.ppf(1 - tail, x + 1, n - x) for x, n in EVENTS.values())
    value, low, high = numbers(one)
    assert low == pytest.approx(lower, rel=1e-9) and high == pytest.approx(upper, abs=4e-3)
    assert value == pytest.approx(0.6, abs=2e-3) and value >= 0.6
    assert one.items == 110 and one.bounds == ("0", "1") and one.direction == "higher"
    assert "a 0.60" in one.words and "3 values" in one.words
    assert float(one.u) == pytest.approx(np.sqrt(0.6 * 0.4 / 29), rel=1e-9)


def test_equal_groups_are_corrected_for_the_selection() -> None:
    """Two groups of 100 as far apart as chance alone puts them: E[min] = -u / sqrt(pi), their mean at the most."""
    u = np.sqrt(0.25 / 99)
    (one,) = results("worst", evidence({"a": (47, 100), "b": (53, 100)}))
    assert float(one.value) == pytest.approx(0.47 + u / np.sqrt(np.pi), abs=2e-3)
    (one,) = results("worst", evidence({"a": (50, 100), "b": (51, 100)}))
    assert float(one.value) == pytest.approx(0.505, abs=1e-4)


def test_gap_of_two_groups_holds_the_plain_difference() -> None:
    """A gap far from 0 is the difference, and its upper limit that of the one-sided test of each order."""
    two = evidence({"a": (18, 30), "b": (45, 50)})
    (one,), (plain,) = results("gap", two), results("difference", two, first="a", second="b")
    assert numbers(one)[0] == pytest.approx(0.3, abs=2e-3)
    assert float(one.upper) == pytest.approx(float(plain.upper), abs=1e-9)
    assert 0 <= float(one.lower) <= float(plain.lower)
    assert (one.direction, one.bounds, plain.bounds) == ("lower", ("0", "1"), ("-1", "1"))


def test_least_ratio_of_two_groups_holds_the_plain_ratio() -> None:
    two = evidence({"a": (18, 30), "b": (45, 50)})
    (one,), (plain,) = results("least_ratio", two), results("ratio", two, first="b", second="a")
    assert numbers(one)[0] == pytest.approx(18 / 30 / 0.9, abs=3e-3)
    assert float(one.lower) == pytest.approx(float(plain.lower), abs=1e-9)
    assert float(plain.upper) <= float(one.upper) <= 1
    assert (one.direction, one.unit) == ("higher", "1")


def test_each_against_the_first() -> None:
    """One result per other level; wider than one alone (Dunnett) and not wider than Bonferroni's."""
    several = results("difference", first="b")
    assert [r.level for r in several] == ["a", "c"]
    for one in several:
        pair = evidence({g: EVENTS[g] for g in (one.level, "b")})
        (alone,) = results("difference", pair, first="b", second=one.level)
        assert float(one.value) == pytest.approx(float(alone.value)) and one.u == alone.u
        assert float(one.lower) < float(alone.lower) and float(alone.upper) < float(one.upper)
        p = procedure(
            [measurand("m", "proportion", positive="1", contrast={"over": "g", "first": "b", "second": one.level})]
        )
        bonferroni = measured(p, pair).limits[0](1 - 0.05 / 2)
        assert bonferroni[0] <= float(one.lower) + 1e-3 and float(one.upper) <= bonferroni[1] + 1e-3


def test_each_system_against_the_first() -> None:
    value = [str(int(i % 10 < k)) for k in (5, 7, 8) for i in range(100)]
    table = columns(item=[*range(100)] * 3, value=value, system=[s for s in "abc" for _ in range(100)])
    contrast = {"over": "system", "first": "a"}
    p = procedure([measurand("m", "proportion", positive="1", contrast=contrast)], systems=("a", "b", "c"))
    whole = measured(p, table).results
    assert [(r.system, float(r.value)) for r in whole.results] == [
        ("b - a", pytest.approx(0.2)), ("c - a", pytest.approx(0.3)),
    ]  # fmt: skip
    assert len(whole.remarks) == 2 and all("McNemar" in r for r in whole.remarks)


def test_the_worst_error_is_the_largest() -> None:
    rng = np.random.default_rng(4)
    truth, spread = rng.normal(size=90), np.repeat([1.0, 3.0, 1.5], 30)
    table = columns(item=range(90), value=truth + rng.normal(size=90) * spread, reference=truth)
    table["column:g"] = np.repeat(np.array(["x", "y", "z"], object), 30)
    m = measurand("m", "mean_absolute_error", contrast={"over": "g", "kind": "worst"})
    (one,) = measured(procedure([m], reference={}), table).results.results
    error = np.abs(table["value"].astype(float) - truth)[30:60]
    assert float(one.value) == pytest.approx(error.mean(), rel=0.02)
    assert one.words.startswith("The largest of 3 values is that of g y") and one.direction == "lower"


def test_by_gives_one_worst_group_of_each_level() -> None:
    both = evidence({"a": (18, 30), "b": (27, 30), "c": (45, 50), "d": (10, 40)})
    both["column:site"] = np.repeat(np.array(["north", "south"], object), [60, 90])
    p = procedure([measurand("m", "proportion", positive="1", by="site", contrast={"over": "g", "kind": "worst"})])
    found = {r.level: r for r in measured(p, both).results.results}
    assert "of g a" in found["north"].words and "of g d" in found["south"].words
    assert float(found["north"].lower) < stats.beta.ppf(0.025, 18, 13)  # two levels hold together


def test_one_group_is_refused_by_name() -> None:
    with pytest.raises(DesignError, match="g has 1 level here \\(a\\)"):
        results("worst", evidence({"a": (18, 30)}))
    with pytest.raises(DesignError, match="g = z"):
        results("difference", first="z")


def test_a_group_that_supports_no_value_is_named() -> None:
    table = columns(item=range(18), value=list("110110" * 3), reference=list("110110" * 2 + "000000"))
    table["column:g"] = np.repeat(np.array(["x", "y", "z"], object), 6)
    for kind in ("worst", "gap"):
        m = measurand("m", "sensitivity", contrast={"over": "g", "kind": kind})
        with pytest.raises(DesignError, match="\\(g z\\)"):
            measured(procedure([m], reference={}), table)


def test_a_group_with_too_few_clusters_is_named() -> None:
    table = {
        **evidence({"a": (18, 30), "b": (20, 30)}),
        "cluster": np.repeat(np.array(list("abcdefgh"), object), [8, 7, 7, 4, 4, 10, 10, 10]),
    }
    table["cluster"][30:] = "z"
    p = procedure([measurand("m", "proportion", positive="1", contrast={"over": "g", "kind": "worst"})], cluster=True)
    with pytest.raises((RefusedError, DesignError), match="\\(g b\\)"):
        measured(p, table)


def test_a_ratio_with_a_group_at_zero_is_refused_by_name() -> None:
    with pytest.raises(RefusedError, match="g b"):
        results("least_ratio", evidence({"a": (18, 30), "b": (0, 30)}))


def test_perfect_groups_have_limits() -> None:
    (one,) = results("worst", evidence({"a": (30, 30), "b": (50, 50)}))
    assert numbers(one)[0] == 1 and numbers(one)[2] == 1
    assert numbers(one)[1] == pytest.approx(0.025 ** (1 / 30), rel=1e-9)
    (gap,) = results("gap", evidence({"a": (30, 30), "b": (50, 50)}))
    assert numbers(gap)[0] == 0 == numbers(gap)[1] < numbers(gap)[2] < 0.2


def test_a_difference_of_two_says_its_unit() -> None:
    rng = np.random.default_rng(7)
    table = columns(item=range(60), value=rng.normal(10, 1, 60))
    table["column:g"] = np.repeat(np.array(["x", "y"], object), 30)
    over = {"over": "g", "first": "x", "second": "y"}
    (one,) = measured(procedure([measurand("m", "mean", unit="mm", contrast=over)]), table).results.results
    assert "of g y less that of g x lies between" in one.words and one.words.endswith(" mm.")
    (of_model,) = measured(
        procedure([measurand("m", "mean", unit="um", model="1000 * value", contrast=over)]), table
    ).results.results
    assert of_model.words == ""


PROMPTS = {"plain": 0.7, "polite": 0.75, "terse": 0.6, "long": 0.72}


def prompted() -> dict[str, np.ndarray]:
    """60 items under each of four prompts."""
    rng, items = np.random.default_rng(20261123), 60
    hard = rng.normal(0, 1, items)
    value = np.concatenate([hard + rng.normal(0, 1, items) < 2.5 * (p - 0.5) for p in PROMPTS.values()])
    names = np.repeat(list(PROMPTS), items)
    return columns(item=list(range(items)) * len(PROMPTS), value=value.astype(int), factor__prompt=names)


@pytest.mark.parametrize("column", ["prompt", None], ids=["recorded", "asked for"])
@pytest.mark.parametrize("kind", ["worst", "gap", "least_ratio", "difference"])
def test_levels_of_a_random_factor_that_are_told_apart_are_these_levels(kind: str, column: str | None) -> None:
    """The worst of the prompts, beside a statement about all prompts in the same procedure."""
    contrast = {"over": "prompt", "kind": kind, **({"first": "plain"} if kind == "difference" else {})}
    asked = [measurand("all", "proportion"), measurand("m", "proportion", contrast=contrast)]
    asked.append(measurand("each", "proportion", by="prompt"))

    def found(effect: str) -> list[Result]:
        p = procedure(asked, factor=(Factor(id="prompt", column=column, effect=effect),))
        return list(measured(p, prompted()).results.results)

    fixed, random = found("fixed"), found("random")
    for one, other in zip(fixed[1:], random[1:], strict=True):
        assert (one.value, one.u, one.lower, one.upper) == (other.value, other.u, other.lower, other.upper)
    warned = {r.measurand for r in random if any("were observed" in w for w in r.warnings)}
    assert warned == {"m"}
    assert not any("were observed" in w for r in fixed for w in r.warnings)
    assert any("prompt" in line.line for line in random[0].budget if hasattr(line, "line"))
