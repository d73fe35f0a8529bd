"""The worst items, counted by hand: always and sometimes wrong, errors, contributions, several systems."""

from __future__ import annotations

import time

import numpy as np
import pytest

from measurand.document.definition import Definition
from measurand.document.procedure import Factor
from measurand.errors import DesignError
from measurand.lab.pack import definitions
from measurand.study.worst_items import worst_items

from .build import columns, measurand, procedure
from .test_every_quantity import DEFINITIONS, asked, table

ACCURACY = measurand("acc", "accuracy")


def test_always_and_sometimes_wrong_in_each_condition_and_repeat() -> None:
    site = ["a", "a", "b", "b"]
    repeat = ["1", "2", "1", "2"]
    given = {"i1": "0000", "i2": "1001", "i3": "1111", "i4": "1110"}
    cells = columns(
        item=[i for i in given for _ in site], repeat=repeat * 4, factor__site=site * 4, reference=["1"] * 16,
        value=[v for values in given.values() for v in values],
    )  # fmt: skip
    asked = procedure([ACCURACY], reference={}, factor=[Factor(id="site", effect="fixed")])
    (found,), together = worst_items(asked, definitions(), cells)
    assert (found.kind, found.items, found.always, found.sometimes) == ("wrong", 4, 1, 2)
    assert [(w.item, w.rows, w.wrong) for w in found.worst] == [("i1", 4, 1.0), ("i2", 4, 0.5), ("i4", 4, 0.25)]
    assert found.worst[1].levels == ("site a / 2", "site b / 1")
    assert found.worst[2].levels == ("site b / 2",)
    assert together == ()


def test_only_the_items_on_which_the_value_depends_enter() -> None:
    cells = columns(item=range(6), value=list("101010"), reference=list("111000"))
    asked = [measurand("sens", "sensitivity"), measurand("fpr", "false_positive_rate")]
    (sens, fpr), _ = worst_items(procedure(asked, reference={}), definitions(), cells)
    assert (sens.items, sens.always, [w.item for w in sens.worst]) == (3, 1, ["1"])
    assert (fpr.items, fpr.always, [w.item for w in fpr.worst]) == (3, 1, ["4"])


def test_the_largest_errors_of_numbers_with_their_sign() -> None:
    cells = columns(item=list("abcd"), value=["1", "2", "9", "-4"], reference=["1", "2.5", "4", "5"])
    (found,), _ = worst_items(procedure([measurand("mae", "mean_absolute_error")], reference={}), definitions(), cells)
    assert found.kind == "error"
    assert [(w.item, w.error) for w in found.worst] == [("d", -9.0), ("c", 5.0), ("b", -0.5)]


def test_contributions_where_nothing_is_right_or_wrong() -> None:
    """AUC: the positive that scores below most negatives lowers it most; contributions of all items sum to 0."""
    cells = columns(item=range(6), score=[0.9, 0.8, 0.1, 0.2, 0.3, 0.85], reference=list("111000"))
    (found,), _ = worst_items(procedure([measurand("auc", "auc")], reference={}), definitions(), cells, most=6)
    assert found.kind == "pull"
    assert [w.item for w in found.worst[:2]] == ["2", "5"]
    assert all(w.pull < 0 for w in found.worst)


def test_what_two_systems_get_wrong_alike() -> None:
    truth = list("11110000")
    one, other = list("01110001"), list("00110000")
    cells = columns(
        item=[*range(8), *range(8)], system=["a"] * 8 + ["b"] * 8, value=one + other, reference=truth * 2
    )  # fmt: skip
    contrast = measurand("gain", "accuracy", contrast={"over": "system", "first": "a", "second": "b"})
    asked = procedure([ACCURACY, contrast], reference={}, systems=("a", "b"))
    found, (together,) = worst_items(asked, definitions(), cells)
    assert [(w.measurand, w.system) for w in found] == [("acc", "a"), ("acc", "b")]
    assert (together.items, together.everywhere) == (8, ("0",))
    assert dict(together.only) == {"a": ("7",), "b": ("1",)}


def test_the_sides_of_a_contrast_inside_of_a_system() -> None:
    cells = columns(
        item=range(8), value=list("10101010"), reference=["1"] * 8, column__age=["old"] * 4 + ["young"] * 4
    )  # fmt: skip
    contrast = measurand("gap", "accuracy", contrast={"over": "age", "first": "old", "second": "young"})
    found, together = worst_items(procedure([contrast], reference={}), definitions(), cells)
    assert [(w.level, w.items, w.always) for w in found] == [("age old", 4, 2), ("age young", 4, 2)]
    assert together == ()


def test_nothing_wrong_gives_no_items() -> None:
    cells = columns(item=range(5), value=["1"] * 5, reference=["1"] * 5)
    (found,), _ = worst_items(procedure([ACCURACY], reference={}), definitions(), cells)
    assert (found.items, found.always, found.sometimes, found.worst) == (5, 0, 0, ())


def test_no_rows_are_refused_as_in_the_measurement() -> None:
    cells = columns(item=["a"], value=["1"], reference=["1"], column__k=["x"])
    asked = measurand("acc", "accuracy", where={"k": ("y",)})
    with pytest.raises(DesignError):
        worst_items(procedure([asked], reference={}), definitions(), cells)


def test_a_hundred_thousand_rows() -> None:
    rng = np.random.default_rng(5)
    n, repeats = 20_000, 5
    wrong = (rng.random(n)[:, None] < 0.02) | (rng.random((n, repeats)) < 0.01)
    cells = columns(
        item=np.repeat([f"{i:05d}" for i in range(n)], repeats), repeat=np.tile(list("12345"), n),
        value=np.where(wrong, "0", "1").reshape(-1), reference=["1"] * (n * repeats),
    )  # fmt: skip
    start = time.perf_counter()
    (found,), _ = worst_items(procedure([ACCURACY], reference={}), definitions(), cells, most=50)
    assert time.perf_counter() - start < 10.0
    assert found.always == int(wrong.all(axis=1).sum())
    assert found.sometimes == int((wrong.any(axis=1) & ~wrong.all(axis=1)).sum())
    assert len(found.worst) == 50


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.id)
def test_every_quantity_has_worst_items_inside_of_its_items(definition: Definition) -> None:
    rng = np.random.default_rng(3)
    cells = table(definition, rng, raters=3 if definition.pooled else 1)
    (found,), _ = worst_items(asked(definition), definitions(), cells, most=5)
    assert 0 < found.items <= len(set(cells["item"]))
    assert found.always + found.sometimes <= found.items
    assert len(found.worst) <= 5 and {w.item for w in found.worst} <= set(cells["item"])
    assert all(np.isfinite(w.pull) for w in found.worst)


def test_labels_of_annotators_count_by_their_majority() -> None:
    votes = {"i1": "111", "i2": "110", "i3": "000", "i4": "010", "i5": "111", "i6": "000"}
    given = dict(zip(votes, "110000", strict=True))
    annotators = {f"annotator__{k}": [v[k] for v in votes.values()] for k in range(3)}
    cells = columns(item=list(votes), value=list(given.values()), **annotators)
    (found,), _ = worst_items(
        procedure([ACCURACY], reference={"value": None, "annotators": ("0", "1", "2")}), definitions(), cells
    )
    assert (found.items, found.always, [w.item for w in found.worst]) == (6, 1, ["i5"])
