"""The list of quantities: all of them, those that a word is about, and the nearest where it is about none."""

from __future__ import annotations

import json

import pytest

from measurand.cli import main
from measurand.lab.pack import definitions

Capture = pytest.CaptureFixture[str]


def listed(capsys: Capture, *words: str) -> list[str]:
    assert main(["list", *words, "--json"]) == 0
    return [row["id"] for row in json.loads(capsys.readouterr().out)["quantities"]]


def test_all_quantities_once(capsys: Capture) -> None:
    assert sorted(listed(capsys)) == sorted(definitions())
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in definitions()) and max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(("word", "ids"), [
    ("calibration", {"calibration_slope", "calibration_intercept", "expected_calibration_error"}),
    ("recall", {"recall", "recall_at_k", "sensitivity"}), ("AUROC", {"auc"}), ("kappa", {"kappa", "fleiss_kappa"}),
])  # fmt: skip
def test_a_word_finds_names_synonyms_and_themes(capsys: Capture, word: str, ids: set[str]) -> None:
    assert ids <= set(listed(capsys, word)) < set(definitions())


def test_a_word_about_nothing_names_the_nearest(capsys: Capture) -> None:
    assert main(["list", "senstivity"]) == 2
    assert "sensitivity" in capsys.readouterr().err
    assert main(["list", "qqqq"]) == 2 and "all quantities are listed" in capsys.readouterr().err
