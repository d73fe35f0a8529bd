"""Differences of systems at the same prompts: what the prompts add is of the difference, not of each system."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.comparing.conftest import Measure
from tests.comparing.test_compare import one

from measurand.cli import main
from measurand.document.number import real
from measurand.document.result import Result
from measurand.lab.comparing import contenders
from measurand.lab.stated import stated
from measurand.study.pairing import Asked, made

PROMPTS = ("p0", "p1", "p2")
SHARE, AREA = '{ id = "acc", quantity = "accuracy"', '{ id = "auc", quantity = "auc", positive = "yes"'


def results_of(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "results.json").read_text())["results"]
    return found


@pytest.mark.parametrize("kind", ["difference", "ratio"])
@pytest.mark.parametrize("cluster", [False, True])
def test_a_contrast_at_the_same_prompts_is_the_comparison_of_two_records(
    measure: Measure, kind: str, cluster: bool
) -> None:  # fmt: skip
    more = f', contrast = {{ over = "system", first = "A", second = "B", kind = "{kind}" }} }}'
    design: dict[str, Any] = {"prompts": PROMPTS, "cluster": cluster}
    together = measure("AB", quantities=f"{SHARE}{more}, {AREA}{more}", **design)
    alone = [measure(s, **design) for s in "AB"]
    for result in results_of(together):
        (pair,) = one(alone, result["measurand"], kind=kind, same=("prompt",)).pairs
        for name in ("value", "lower", "upper"):
            assert real(getattr(pair, name)) == pytest.approx(real(result[name]), rel=1e-9), (result["measurand"], name)
        assert real(pair.u) == pytest.approx(real(result["u"]), rel=1e-6)


def test_two_systems_of_one_record_share_their_prompts(measure: Measure) -> None:
    """Nothing has to be declared: the levels of one record are its own."""
    quantities = f"{SHARE} }}, {AREA} }}"
    together = measure("AB", prompts=PROMPTS, quantities=quantities)
    alone = [measure(s, prompts=PROMPTS, quantities=quantities) for s in "AB"]
    for name in ("acc", "auc"):
        (of_one,), (of_two,) = one([together], name).pairs, one(alone, name, same=("prompt",)).pairs
        for field in ("value", "u", "lower", "upper"):
            assert real(getattr(of_one, field)) == pytest.approx(real(getattr(of_two, field)), rel=1e-9)


def test_parts_in_cells_share_their_prompts_too(measure: Measure, data: Path) -> None:
    """Private evidence leaves as sums over cells of items: the same difference, and prompts that leave it."""
    assert main(["key", "new", "lab", "--dir", str(data)]) == 0
    private, files = '[report]\ndisclosure = "private"\ncell = 5\n', []
    for system in "AB":
        folder = measure(system, prompts=PROMPTS, quantities=SHARE + " }", extra=private)
        assert main(["certify", str(folder), "--key", str(data / "lab.pem")]) == 0
        files.append(folder / "certificate.json")
    (apart,), (shared,) = one(files, "acc").pairs, one(files, "acc", same=("prompt",)).pairs
    items = [measure(s, prompts=PROMPTS, quantities=SHARE + " }", id=f"{s}-open") for s in "AB"]
    (known,) = one(items, "acc", same=("prompt",)).pairs
    assert real(shared.value) == pytest.approx(real(known.value), rel=1e-9)
    assert real(shared.u) < real(apart.u) and real(shared.upper) < real(apart.upper)
    # the covariance is that of random groups of items: of 24 cells, a standard deviation is known to some 15 %
    assert real(shared.u) == pytest.approx(real(known.u), rel=0.45)


def test_prompts_that_are_common_leave_the_interval(measure: Measure) -> None:
    files = [measure(s, prompts=PROMPTS, quantities=SHARE + " }") for s in "AB"]
    (apart,), (shared,) = one(files, "acc").pairs, one(files, "acc", same=("prompt",)).pairs
    width = [real(p.upper) - real(p.lower) for p in (apart, shared)]
    assert width[1] < 0.8 * width[0]
    for file in files:
        (result,) = results_of(file)
        levels = result["at_levels"]
        assert real(levels["u"]) < real(result["u"])
        at = levels["distribution"]["level"].index("0.95")
        assert real(levels["distribution"]["lower"][at]) > real(result["lower"])


def test_a_result_of_an_earlier_program_is_composed_as_before(measure: Measure) -> None:
    """It does not state its limits at these prompts: they cannot be told from the rest."""
    files = [measure(s, prompts=PROMPTS, quantities=SHARE + " }") for s in "AB"]
    found = []
    for file in files:
        seen = stated(file, trusted={})
        (new,) = contenders([("", seen)], same=("prompt",))["acc", ""]
        earlier = replace(seen, results=tuple(r.model_copy(update={"at_levels": None}) for r in seen.results))
        found += [new, *contenders([("", earlier)], same=("prompt",))["acc", ""]]
    after, before = (made(found[i], found[i + 2], Asked()).limits for i in (0, 1))
    mixed = made(found[0], found[3], Asked()).limits
    assert before.value == after.value and before(0.95)[1] > after(0.95)[1]
    assert mixed(0.95) == before(0.95)


def test_without_factors_nothing_is_stated(measure: Measure) -> None:
    (result,) = results_of(measure("A", quantities=SHARE + " }"))
    assert "at_levels" not in result and Result.model_validate(result).at_levels is None


def table(folder: Path, value: np.ndarray) -> Path:
    """A procedure of the difference of two means of numbers; ``value`` has shape (systems, items, prompts)."""
    with (folder / "numbers.csv").open("w", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["system", "item", "prompt", "seconds"])
        for s, i, p in np.ndindex(*value.shape):
            out.writerow(["AB"[s], f"i{i}", f"p{p}", repr(float(value[s, i, p]))])
    path = folder / "numbers.measure.toml"
    path.write_text(
        'schema = "measurand/procedure/1"\nid = "numbers"\n'
        'system = [ { id = "A", name = "A" }, { id = "B", name = "B" } ]\n'
        'observations = { file = "numbers.csv", item = "item", value = "seconds", system = "system" }\n'
        'sampling = { population = "invented" }\nfactor = [ { id = "prompt", column = "prompt", effect = "random" } ]\n'
        'measurand = [ { id = "t", quantity = "mean", unit = "s", contrast = { over = "system", first = "A",'
        ' second = "B" } } ]\n'
    )
    return path


def measured(folder: Path, value: np.ndarray) -> dict[str, Any]:
    assert main(["measure", str(table(folder, value)), "--out", str(folder / "out"), "-q"]) == 0
    (record,) = (folder / "out").iterdir()
    (result,) = results_of(record)
    return result


def test_units_that_are_equal_at_these_levels_are_composed_as_before(tmp_path: Path) -> None:
    """Each prompt gives one number for all items: nothing is left at these prompts, and the result is measured."""
    value = np.broadcast_to(np.random.default_rng(5).normal(size=(2, 1, 4)), (2, 20, 4))
    result = measured(tmp_path, value)
    expected = stats.ttest_rel(value[1, 0], value[0, 0]).confidence_interval(0.95)
    assert real(result["lower"]) <= expected.low + 1e-9 and real(result["upper"]) >= expected.high - 1e-9


def test_only_prompts_differ_is_the_paired_t_test_of_prompts(tmp_path: Path) -> None:
    """Systems whose answers to all items move together with the prompt: scipy's paired interval of prompt means."""
    rng = np.random.default_rng(3)
    of_item, of_prompt = rng.normal(size=(1, 40, 1)), rng.normal(size=(2, 1, 4))
    value = 5.0 + of_item + of_prompt
    result = measured(tmp_path, value)
    means = value.mean(axis=1)
    expected = stats.ttest_rel(means[1], means[0]).confidence_interval(0.95)
    assert real(result["lower"]) == pytest.approx(expected.low, rel=1e-6)
    assert real(result["upper"]) == pytest.approx(expected.high, rel=1e-6)


def test_u_is_that_of_the_two_way_analysis_of_the_differences(tmp_path: Path) -> None:
    """``(MS_items + MS_prompts - MS_rest) / (items prompts)`` of the differences (two-way analysis of variance)."""
    rng = np.random.default_rng(4)
    n, k = 30, 4
    value = rng.normal(size=(1, n, 1)) + rng.normal(size=(2, 1, k)) + rng.normal(size=(2, n, k))
    result = measured(tmp_path, value)
    d = value[1] - value[0]
    item, prompt = d.mean(axis=1, keepdims=True), d.mean(axis=0, keepdims=True)
    ms = [
        k * np.sum((item - d.mean()) ** 2) / (n - 1),
        n * np.sum((prompt - d.mean()) ** 2) / (k - 1),
        np.sum((d - item - prompt + d.mean()) ** 2) / ((n - 1) * (k - 1)),
    ]
    assert real(result["value"]) == pytest.approx(d.mean(), rel=1e-9)
    assert real(result["u"]) == pytest.approx(np.sqrt((ms[0] + ms[1] - ms[2]) / (n * k)), rel=1e-6)
    half = (real(result["upper"]) - real(result["lower"])) / 2.0
    squares = [
        stats.t.isf(0.025, df) ** 2 * m / (n * k) for m, df in zip(ms, (n - 1, k - 1, (n - 1) * (k - 1)), strict=True)
    ]
    # the items' part is composed of limits of each mean with their skewness: not quite Student's of the differences
    assert half == pytest.approx(np.sqrt(squares[0] + squares[1] - squares[2]), rel=0.03)
