"""Designs of live runs: levels inside of levels, orthogonal fractions, and some of the conditions for each item."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations as pairs
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from measurand.cli import main
from measurand.lab.job import opened, resolved
from measurand.lab.tasks import Plan
from measurand.study.orthogonal import fraction_of, orthogonal_array

MIXED = '{ id = "two", effect = "fixed", levels = ["a", "b"] }, ' + ", ".join(
    f'{{ id = "three{k}", effect = "fixed", levels = ["{k}x", "{k}y", "{k}z"] }}' for k in range(3)
)
AT = "sha256:" + "0" * 64
CALLEE = """\
import hashlib, math

def normal(*names):
    u = [int.from_bytes(hashlib.sha256(repr((names, k)).encode()).digest()[:6], "big") / 2**48 + 1e-15 for k in (0, 1)]
    return math.sqrt(-2 * math.log(u[0])) * math.cos(2 * math.pi * u[1])

def answer(inputs):
    def value(one):
        item, condition = one["item"], one["condition"]
        effects = sum(normal(name, level) * 0.5 for name, level in condition.items() if name != "language")
        language = {"en": 0.0, "zh": 8.0}.get(condition.get("language"), 0.0)
        rest = normal(item, tuple(sorted(condition.items())), one["repeat"])
        return repr(5.0 + normal("item", item) + effects + language + 0.7 * rest)
    return [{"value": value(one)} for one in inputs]
"""
PROCEDURE = """\
schema    = "measurand/procedure/1"
id        = "DESIGN"
system    = {{ name = "m", access = "python", target = "callee:answer" }}
reference = {{ file = "items.csv", item = "id", input = ["id"], value = "none" }}
factor    = [{factors}]
design    = {{ {design} }}
sampling  = {{ population = "items" }}
measurand = [ {{ id = "mean", quantity = "mean" }} ]
"""
PROMPTS = '{ id = "prompt", effect = "random", levels = ["a", "b", "c", "d", "e"] }'
LANGUAGES = '{ id = "language", effect = "fixed", levels = ["en", "zh"] }'
INSIDE = (
    f'{LANGUAGES}, {{ id = "prompt", effect = "random", within = "language", '
    'levels = { en = ["e1", "e2", "e3", "e4"], zh = ["z1", "z2", "z3"] } }'
)
FOUR_LEVELS = ", ".join(f'{{ id = "f{k}", effect = "fixed", levels = ["a", "b", "c", "d"] }}' for k in range(3))
SEVEN = ", ".join(f'{{ id = "f{k}", effect = "fixed", levels = ["{k}-", "{k}+"] }}' for k in range(7))


def written(folder: Path, factors: str, design: str, *, items: int = 30) -> str:
    (folder / "callee.py").write_text(CALLEE)
    (folder / "items.csv").write_text("id,none\n" + "".join(f"i{n:03d},0\n" for n in range(items)))
    path = folder / "p.measure.toml"
    path.write_text(PROCEDURE.format(factors=factors, design=design))
    return str(path)


def measured(folder: Path) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """The result, and item, levels of the factors and value of each observation."""
    assert main(["measure", str(folder / "p.measure.toml"), "--out", str(folder / "out"), "-q"]) == 0
    record = next((folder / "out").glob("DESIGN-*"))
    (result,) = json.loads((record / "results.json").read_text())["results"]
    rows = duckdb.sql(f"select item, columns('factor:.*'), value::double from '{record}/evidence.parquet'").fetchall()
    return result, rows


@pytest.mark.parametrize(("levels", "runs", "factors"), [
    (2, 4, 3), (2, 8, 7), (2, 16, 15), (3, 9, 4), (3, 27, 13), (5, 25, 6), (7, 49, 8),
])  # fmt: skip
def test_the_fractions_have_the_sizes_of_taguchi_s_arrays_and_strength_two(
    levels: int, runs: int, factors: int
) -> None:
    """L4, L8, L16, L9, L27, L25 and L49 are saturated: as many factors as there can be."""
    found = orthogonal_array(levels, factors)
    assert found.shape == (runs, factors)
    for a, b in pairs(range(factors), 2):
        assert set(Counter(zip(found[:, a], found[:, b], strict=True)).values()) == {runs // levels**2}
        assert len(set(zip(found[:, a], found[:, b], strict=True))) == levels**2
    assert len(orthogonal_array(levels, factors - 1)) == runs


@pytest.mark.parametrize("levels", [[2, 3, 3, 3, 3, 3, 3, 3], [3, 3, 2], [3, 2, 3, 3, 3]])
def test_one_factor_of_two_levels_and_several_of_three_take_18_combinations(levels: list[int]) -> None:
    found = fraction_of(levels)
    assert len(found) == 18 and [len(set(column)) for column in found.T] == levels
    for a, b in pairs(range(len(levels)), 2):
        count = Counter(zip(found[:, a], found[:, b], strict=True))
        assert set(count.values()) == {18 // (levels[a] * levels[b])} and len(count) == levels[a] * levels[b]


def test_main_effects_of_a_mixed_fraction_are_estimated_apart(tmp_path: Path) -> None:
    """Each item meets all 18: the mean over the fraction is the mean over the levels of each factor."""
    written(tmp_path, MIXED, 'fraction = "orthogonal"', items=8)
    result, rows = measured(tmp_path)
    assert len(rows) == 18 * 8 and len({row[1:-1] for row in rows}) == 18
    for k in range(1, 5):
        means = [np.mean([row[-1] for row in rows if row[k] == level]) for level in sorted({row[k] for row in rows})]
        assert float(result["value"]) == pytest.approx(np.mean(means), abs=1e-12)


def test_an_orthogonal_fraction_observes_eight_of_128_combinations(tmp_path: Path) -> None:
    written(tmp_path, SEVEN, 'fraction = "orthogonal"')
    result, rows = measured(tmp_path)
    assert len(rows) == 8 * 30 and len({row[1:-1] for row in rows}) == 8
    assert float(result["value"]) == pytest.approx(np.mean([row[-1] for row in rows]), abs=1e-12)


def test_each_item_under_some_of_the_conditions(tmp_path: Path) -> None:
    written(tmp_path, PROMPTS, "each = 2, repeats = 2", items=35)
    result, rows = measured(tmp_path)
    of_item: dict[str, set[str]] = {}
    for item, prompt, _ in rows:
        of_item.setdefault(item, set()).add(prompt)
    assert {len(found) for found in of_item.values()} == {2} and len(rows) == 35 * 2 * 2
    assert set(Counter(prompt for _, prompt, _ in rows).values()) == {28}  # 140 observations under 5 prompts
    assert len({frozenset(found) for found in of_item.values()}) > 5  # not the same pairs again and again
    by_prompt = {p: np.mean([v for _, q, v in rows if q == p]) for p in "abcde"}
    assert float(result["value"]) == pytest.approx(np.mean(list(by_prompt.values())), abs=1e-12)


def test_levels_inside_of_levels(tmp_path: Path) -> None:
    """Languages count equally, whatever the number of their prompts; prompts differ inside of their language only."""
    written(tmp_path, INSIDE, "repeats = 1")
    result, rows = measured(tmp_path)
    assert len(rows) == 30 * 7 and {row[1:3] for row in rows} == {
        *(("en", f"e{k}") for k in range(1, 5)), *(("zh", f"z{k}") for k in range(1, 4))
    }  # fmt: skip
    mean = {language: np.mean([row[-1] for row in rows if row[1] == language]) for language in ("en", "zh")}
    assert float(result["value"]) == pytest.approx((mean["en"] + mean["zh"]) / 2, abs=1e-12)
    assert mean["zh"] - mean["en"] > 6.0  # the languages are far apart
    of_prompt = {p: np.mean([row[-1] for row in rows if row[2] == p]) for p in {row[2] for row in rows}}
    en, zh = ([v for p, v in of_prompt.items() if p[0] == first] for first in "ez")
    between = (np.var(en, ddof=1) / 4 + np.var(zh, ddof=1) / 3) / 4  # of the mean of two means of prompts
    of_item = [np.mean([np.mean([r[-1] for r in rows if r[0] == i and r[1] == g]) for g in ("en", "zh")])
               for i in sorted({row[0] for row in rows})]  # fmt: skip
    items = np.var(of_item, ddof=1) / 30
    assert 0.5 * (between + items) < float(result["u"]) ** 2 < between + items  # less their interaction, twice counted


@pytest.mark.parametrize(("factors", "design"), [
    (PROMPTS, "each = 3, repeats = 2"), (SEVEN, 'fraction = "orthogonal", each = 3'), (INSIDE, "repeats = 3"),
    (PROMPTS, "repeats = 2"),
])  # fmt: skip
def test_a_task_is_found_again_by_what_was_observed(tmp_path: Path, factors: str, design: str) -> None:
    """A run that goes on asks for what is missing, and for nothing else."""
    procedure = resolved(opened(Path(written(tmp_path, factors, design))))
    items = [f"i{n}" for n in range(23)]
    plan = Plan(procedure, AT, items, {item: {} for item in items})
    assert sorted(plan.order) == list(range(len(plan)))
    tasks = [plan.task(number) for number in range(len(plan))]
    assert [plan.number(task) for task in tasks] == list(range(len(plan)))
    assert len({(t.item, *sorted(t.condition.items()), t.repeat) for t in tasks}) == len(plan)
    again = Plan(procedure, AT, items[::-1], {item: {} for item in items})
    assert np.array_equal(plan.order, again.order) and plan.task(5) == again.task(5)


@pytest.mark.parametrize(("factors", "design", "words"), [
    (PROMPTS, "each = 2, repeats = 3", "1 x 30 items x 2 of 5 conditions x 3 = 180 observations"),
    (SEVEN, 'fraction = "orthogonal"', "8 of 128 combinations of the levels; main effects are not aliased with each"),
    (MIXED, 'fraction = "orthogonal", each = 6', "6 of 18 conditions x 1 = 180 observations"),
    (INSIDE, "repeats = 2", "7 conditions x 2 = 420 obs"),
])  # fmt: skip
def test_check_says_what_will_be_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], factors: str, design: str, words: str
) -> None:
    assert main(["check", written(tmp_path, factors, design)]) == 0
    assert words in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(("factors", "design", "words"), [
    (PROMPTS, 'fraction = "orthogonal"', "three or more factors"),
    (SEVEN.replace('levels = ["0-", "0+"]', 'levels = ["0-", "0", "0+"]'), 'fraction = "orthogonal"', "same number"),
    (FOUR_LEVELS, 'fraction = "orthogonal"', "same number"),
    (PROMPTS, "each = 5", "all 5 combinations"), (PROMPTS, "each = 0", "each"),
    (f'{PROMPTS}, {{ id = "site", effect = "random", levels = ["x", "y"] }}', "each = 2", "one random factor"),
    (INSIDE, 'fraction = "orthogonal"', "inside of levels"),
    (INSIDE.replace(', within = "language"', ""), "repeats = 1", "of which factor"),
    (INSIDE.replace('within = "language"', 'within = "tongue"'), "repeats = 1", "no factor above"),
    (INSIDE.replace("zh = [", "fr = ["), "repeats = 1", "same levels"),
    (INSIDE.replace('"z1"', '"e1"'), "repeats = 1", "two levels"),
    (INSIDE[: INSIDE.index("{ en")] + '["a", "b"] }', "repeats = 1", "en = ["),
])  # fmt: skip
def test_designs_that_cannot_be_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], factors: str, design: str, words: str
) -> None:
    assert main(["check", written(tmp_path, factors, design)]) == 2
    assert words in capsys.readouterr().err


DIES = """\
import os
from pathlib import Path

CALLS = [0]

def dies(inputs):
    CALLS[0] += 1
    if CALLS[0] == 2 and Path(__file__).with_name("die").exists():
        Path(__file__).with_name("die").unlink()
        os._exit(3)
    return answer(inputs)
"""
FILES = ("evidence.parquet", "evidence.json", "results.json", "parts.json")


@pytest.mark.parametrize(("factors", "design"), [
    (PROMPTS, "each = 3, repeats = 2, seed = 4"), (SEVEN, 'fraction = "orthogonal"'), (INSIDE, "seed = 4"),
])  # fmt: skip
def test_a_run_that_goes_on_gives_the_bytes_of_an_unbroken_one(tmp_path: Path, factors: str, design: str) -> None:
    """The callable's process ends in its second batch, and the measurement is begun again."""
    for name in ("unbroken", "broken"):
        (tmp_path / name).mkdir()
        path = Path(written(tmp_path / name, factors, design))
        path.write_text(path.read_text().replace("callee:answer", "callee:dies"))
        (tmp_path / name / "callee.py").write_text(CALLEE + DIES)
    command = ["measure", str(tmp_path / "broken" / "p.measure.toml"), "--out", str(tmp_path / "broken" / "out"), "-q"]
    (tmp_path / "broken" / "die").touch()
    assert main(command) != 0 and not (tmp_path / "broken" / "die").exists()
    assert not list((tmp_path / "broken" / "out").glob("DESIGN-*"))
    (journal,) = (tmp_path / "broken" / "out" / ".unfinished").glob("*.jsonl")
    assert journal.read_text().count('"output"') == 64  # the first batch
    measured(tmp_path / "broken")
    measured(tmp_path / "unbroken")
    one, other = (next((tmp_path / name / "out").glob("DESIGN-*")) for name in ("unbroken", "broken"))
    assert [(one / name).read_bytes() for name in FILES] == [(other / name).read_bytes() for name in FILES]
