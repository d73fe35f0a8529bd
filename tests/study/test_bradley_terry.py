"""Comparisons in clusters, from cells to limits: the win rate of two systems, and prompts that stand twice."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.document.number import real
from measurand.document.procedure import Factor, Observations, Procedure
from measurand.errors import DesignError

from .build import columns, measurand, measured, procedure

AT = {"system": "A", "opponent": "B"}
ODDS = {"system": "A", "baseline": "B"}


def asked(*measurands, **more) -> Procedure:
    p = procedure(measurands, cluster=True, **more)
    seen = {"file": ("x.csv",), "format": "csv", "item": ("item",), "value": "v", "first": "f", "second": "g"}
    return p.model_copy(update={"observations": Observations.model_validate(seen)})


def compared(seed: int, *, systems: str, prompts: int = 30, each: int = 4, tie: float = 0.2):
    """Comparisons in random order of two of the systems, ``each`` for a prompt; prompts differ in what they favour."""
    rng = np.random.default_rng([20261123, seed])
    prompt = np.repeat(np.arange(prompts), each)
    level = rng.normal(0, 0.7, (prompts, len(systems)))[prompt] + 0.4 * np.arange(len(systems))
    pair = np.array([rng.permutation(len(systems))[:2] for _ in prompt])
    d = np.diff(np.take_along_axis(level, pair, axis=1), axis=1)[:, 0]
    won = rng.random(len(prompt)) > 1 / (1 + np.exp(-d))
    names = np.array(list(systems))[pair]
    result = np.where(rng.random(len(prompt)) < tie, "tie", np.where(won, names[:, 0], names[:, 1]))
    return {
        "item": [f"{i:04d}" for i in range(len(prompt))], "cluster": [f"p{i:03d}" for i in prompt],
        "first": names[:, 0], "second": names[:, 1], "value": result,
    }  # fmt: skip


def limits(result) -> list[float]:
    return [real(x) for x in (result.value, result.u, result.lower, result.upper)]


def test_two_systems_have_the_limits_of_their_win_rate() -> None:
    """The odds have the log odds of its limits, and its u by the delta method."""
    table = columns(**compared(1, systems="AB"))
    rate = measurand("rate", "win_rate", at={"win": "A", "loss": "B"})
    chance, odds = (
        measurand("p", "bradley_terry_win_probability", at=AT), measurand("b", "bradley_terry_strength", at=ODDS)
    )  # fmt: skip
    found = measured(asked(rate, chance, odds), table).results.results
    (p, u, low, high), one, log = (limits(r) for r in found)
    assert one == pytest.approx([p, u, low, high], rel=1e-10)
    expected = [np.log(x / (1 - x)) for x in (p, low, high)]
    assert [log[0], log[2], log[3]] == pytest.approx(expected, rel=1e-9)
    assert log[1] == pytest.approx(u / (p * (1 - p)), rel=1e-10)


@pytest.mark.parametrize("ties", ["half", "davidson"])
def test_every_row_twice_in_the_same_prompts_says_nothing_new(ties: str) -> None:
    once = compared(2, systems="ABCD")
    twice = {name: np.concatenate([cells, cells]) for name, cells in once.items()}
    twice["item"] = [f"{i:04d}" for i in range(len(twice["item"]))]
    p = asked(measurand("b", "bradley_terry_strength", at={**ODDS, "ties": ties}))
    (a,), (b,) = (measured(p, columns(**t)).results.results for t in (once, twice))
    assert limits(a)[:2] == pytest.approx(limits(b)[:2], rel=1e-9)


def test_every_prompt_twice_is_half_the_variance() -> None:
    once = compared(3, systems="ABC")
    twice = {name: np.concatenate([cells, cells]) for name, cells in once.items()}
    twice["item"] = [f"{i:04d}" for i in range(len(twice["item"]))]
    twice["cluster"] = np.concatenate([once["cluster"], [f"q{c}" for c in once["cluster"]]])
    p = asked(measurand("b", "bradley_terry_strength", at=ODDS))
    (a,), (b,) = (measured(p, columns(**t)).results.results for t in (once, twice))
    clusters = len(set(once["cluster"]))
    ratio = (clusters / (clusters - 1)) / (2 * clusters / (2 * clusters - 1)) * 2
    assert limits(a)[1] ** 2 / limits(b)[1] ** 2 == pytest.approx(ratio, rel=1e-9)


def test_judges_are_a_random_factor_beside_the_prompts() -> None:
    """Every judge sees every comparison: what judges differ by is a line of its own, and u is larger."""
    seen, rng = compared(4, systems="ABC", prompts=40, each=3), np.random.default_rng(20261123)
    judges, rows = 5, len(seen["item"])
    table = {name: np.tile(np.asarray(cells), judges) for name, cells in seen.items()}
    judge = np.repeat([f"j{k}" for k in range(judges)], rows)
    for k in range(judges):  # a judge of his own mind now and then: the first place, or the second
        mine = (judge == f"j{k}") & (rng.random(len(judge)) < 0.5)
        table["value"] = np.where(mine, np.where(table["first"] == "A", "A", table["second"]), table["value"])
        if k % 2:
            table["value"] = np.where(
                mine, np.where(table["first"] == "A", table["second"], table["first"]), table["value"]
            )
    with_judge = columns(**table, factor__judge=judge)
    factor = Factor(id="judge", column="j", effect="random", component="judge")
    p = asked(measurand("b", "bradley_terry_strength", at=ODDS), factor=(factor,))
    (result,) = measured(p, with_judge).results.results
    lines = {line.component: real(line.u) for line in result.budget if hasattr(line, "u")}
    assert {"sampling", "judge"} <= set(lines)
    assert result.method == "first-order"
    assert limits(result)[1] > lines["sampling"]


def test_separation_is_said_by_name() -> None:
    table = columns(**{**compared(5, systems="AB", tie=0.0), "value": ["A"] * 120})
    with pytest.raises(DesignError, match="A never lost to B"):
        measured(asked(measurand("p", "bradley_terry_win_probability", at=AT)), table)


def test_a_comparison_that_failed_is_nobodys_loss() -> None:
    cells = compared(6, systems="AB")
    status = ["failed"] + ["ok"] * (len(cells["item"]) - 1)
    p = asked(measurand("p", "bradley_terry_win_probability", at=AT), status={"failed": "wrong"})
    with pytest.raises(DesignError, match="not right or wrong"):
        measured(p, columns(**cells, status=status))
