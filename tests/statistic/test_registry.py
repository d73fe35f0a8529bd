"""The registry: names, nearest names, parameters, and entry points of other packages."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import numpy as np
import pytest

from measurand.errors import StatisticError
from measurand.statistic import registry
from measurand.statistic.registry import by_name, names

from .case import rows_of


@pytest.fixture
def installed(monkeypatch):
    """Pretend that packages give entry points."""

    def install(**entries):
        found = [SimpleNamespace(name=n, load=load, dist=SimpleNamespace(name="other")) for n, load in entries.items()]
        monkeypatch.setattr(registry, "entry_points", lambda group: found)
        registry._installed.cache_clear()

    yield install
    registry._installed.cache_clear()


REQUIRED = {"competitors": ("A", "B"), "prevalence": 0.1, "k": 2, "level": 0.9, "q": 0.5, "fpr": 0.2, "recall": 0.8} | {
    "coverage": 0.7, "system": "A", "baseline": "B", "opponent": "B",
}  # fmt: skip
"""Parameters that have no default, wherever they occur."""


def test_every_name_gives_the_statistic_of_that_name():
    for name in names():
        allowed = inspect.signature(registry._maker(name)).parameters.values()
        needed = {p.name: REQUIRED[p.name] for p in allowed if p.default is p.empty}
        assert by_name(name, needed).name == name


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(StatisticError, match="sensitivity"):
        by_name("sensitvity")
    with pytest.raises(StatisticError) as caught:
        by_name("zzz")
    assert "auc" in caught.value.findings[0].hint


def test_an_unknown_parameter_is_named():
    with pytest.raises(StatisticError, match="betta") as caught:
        by_name("f_score", {"betta": 1.0})
    assert "beta" in caught.value.findings[0].hint


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("f_score", {"beta": 0.0}),
        ("f_score", {"beta": float("nan")}),
        ("f_score", {"average": "mean"}),
        ("mean", {"lower": 1.0, "upper": 0.0}),
    ],
)
def test_a_value_that_is_not_allowed_is_refused(name, parameters):
    with pytest.raises(StatisticError, match="not allowed"):
        by_name(name, parameters)


def test_a_class_that_must_enter_must_occur():
    rows = rows_of([0, 1], truth=[0, 1], predicted=[0, 1])
    with pytest.raises(StatisticError, match="class number 2"):
        by_name("f_score", {"average": "macro", "number_of_classes": 3}).value(rows, np.ones(2))


def test_entry_points_add_names(installed):
    installed(own_mean=lambda: lambda: by_name("mean"))
    assert "own_mean" in names()
    assert by_name("own_mean").name == "mean"


def test_an_entry_point_cannot_replace_ours_nor_fail_in_silence(installed):
    installed(auc=lambda: lambda: by_name("mean"))
    with pytest.raises(StatisticError, match="taken"):
        names()

    def broken():
        raise ImportError("no module")

    installed(other=broken)
    with pytest.raises(StatisticError, match="no module"):
        names()
