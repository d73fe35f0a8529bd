"""Six situations of the coverage study with few replicates: do the intervals hold the truth often enough?

The whole study is ``make coverage``; its situations stand in ``benchmarks/known_truth``.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest
from scipy.special import bdtr

from measurand.lab.pack import definitions

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
REPLICATES = 60
CHOSEN = (
    ("Independent items/p = 0.99, n = 30", 0.93),
    ("Equal clusters of 10 items, p = 0.8/20 clusters, icc 0.2", 0.93),
    ("Items x prompts x repeats, accuracy/60 items, 5 prompts, 3 repeats", 0.93),
    ("Wrong labels, rate known/5 % wrong, known exactly, n = 300, p = 0.9", 0.93),
    ("Imbalanced AUROC/50 v 50, AUROC 0.8", 0.93),
    ("Items x prompts x repeats, AUROC/30 v 30 items, 3 prompts, 2 repeats", 0.90),
)


@pytest.fixture(scope="module")
def study() -> Any:
    """The study's module; the folder is not a package that is installed."""
    if not BENCHMARKS.is_dir():
        pytest.skip("the folder benchmarks is not part of this copy")
    sys.path.append(str(BENCHMARKS))
    yield importlib.import_module("known_truth.study")
    sys.path.remove(str(BENCHMARKS))


def test_every_quantity_has_a_situation(study: Any) -> None:
    """Nothing is served whose interval was never tried."""
    tried = {m.quantity for situation in study.situations() for m in situation.procedure.measurand}
    assert set(definitions()) <= tried


@pytest.mark.parametrize(("key", "asked"), CHOSEN, ids=[key for key, _ in CHOSEN])
def test_intervals_hold_the_truth(study: Any, key: str, asked: float) -> None:
    """Fewer hits than this happen in one of 1,000 runs if the coverage is just what is asked."""
    (row,) = study.run(REPLICATES, only=key)
    hits = round(row.coverage * REPLICATES)
    assert bdtr(hits, REPLICATES, asked) > 1e-3
    assert (row.refused, row.unsound) == (0, 0)
    assert row.width_ratio is None or row.width_ratio < 1.3


def test_usual_interval_fails_in_clusters(study: Any) -> None:
    """100 items that count as few: 1.96 standard errors over rows are too short (design effect 1 + 9 * 0.5)."""
    (row,) = study.run(REPLICATES, only="p = 0.8/20 clusters, icc 0.5")
    assert bdtr(round(row.usual_coverage * REPLICATES), REPLICATES, 0.93) < 1e-3


def test_checks_of_a_measurement_leave_plain_intervals_alone(study: Any) -> None:
    (row,) = study.run(3, checked=3, only="Independent items/p = 0.9, n = 30")
    assert (row.checked, row.changed) == (3, 0)
    assert row.coverage_of_checked == row.coverage_of_changed


def test_processes_do_not_change_the_result(study: Any) -> None:
    only = "Paired difference/mean score"
    assert study.run(60, only=only, workers=1) == study.run(60, only=only, workers=2)


def test_refusals_are_counted_apart(study: Any) -> None:
    """6 clusters of very unequal size: some replicates count as fewer than 3 clusters."""
    (row,) = study.run(REPLICATES, only="/6 clusters of 1 to 80")
    assert 0 < row.refused < REPLICATES
    assert "'benchmark'" in row.reason


def test_every_situation_has_its_own_name_and_a_possible_truth(study: Any) -> None:
    assert len({s.key for s in study.situations()}) == len(study.situations())
    for s in study.situations():
        assert abs(s.truth) < 1e6  # finite: ratios and numbers have no narrower range
