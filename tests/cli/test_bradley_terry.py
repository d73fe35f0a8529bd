"""Comparisons of named systems on the command line: from a table as arenas write it to a verified certificate."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from measurand import cli

PROCEDURE = """
schema = "measurand/procedure/1"
id = "ARENA"
system = { name = "three systems" }

[observations]
file = "arena.csv"
item = "id"
first = "model_a"
second = "model_b"
value = "winner"

[sampling]
population = "prompts of users"
cluster = ["prompt"]

[[measurand]]
id = "chance"
quantity = "bradley_terry_win_probability"
at = { system = "beta", opponent = "alpha", second = "model_b", first = "model_a", tie = "tie|tie (bothbad)" }

[[measurand]]
id = "odds"
quantity = "bradley_terry_strength"
at = { system = "beta", baseline = "alpha", second = "model_b", first = "model_a", tie = "tie|tie (bothbad)" }

[[requirement]]
measurand = "chance"
lower_limit = 0.5
"""


@pytest.fixture
def arena(tmp_path: Path) -> Path:
    rng, names = np.random.default_rng(20261123), np.array(["alpha", "beta", "gamma"])
    said = np.array(["model_a", "model_b", "tie", "tie (bothbad)"])
    with (tmp_path / "arena.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["id", "prompt", "model_a", "model_b", "winner"])
        for k in range(120):
            a, b = rng.permutation(3)[:2]
            p = 0.8 / (1 + np.exp(0.5 * (b - a)))
            table.writerow([k, f"p{k // 4}", names[a], names[b], rng.choice(said, p=[p, 0.8 - p, 0.1, 0.1])])
    (tmp_path / "arena.measure.toml").write_text(PROCEDURE, encoding="utf-8")
    return tmp_path


def test_the_certificate_is_recomputed(arena: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The parameters stand in another order than that of the canonical procedure."""
    assert cli.main(["measure", str(arena / "arena.measure.toml"), "--out", str(arena / "out"), "--json"]) in (0, 1, 3)
    results = {r["id"]: r for r in json.loads(capsys.readouterr().out)["results"]}
    value = {name: float(r["value"]) for name, r in results.items()}
    assert value["odds"] == pytest.approx(np.log(value["chance"] / (1 - value["chance"])), rel=1e-9)
    assert cli.main(["key", "new", "lab", "--dir", str(arena)]) == 0
    (record,) = (path for path in (arena / "out").iterdir() if path.is_dir())
    assert cli.main(["certify", str(record), "--key", str(arena / "lab")]) == 0
    capsys.readouterr()
    code = cli.main(["verify", str(record / "certificate.html"), "--key", str(arena / "lab.pub.pem")])
    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('opponent = "alpha"', 'opponent = "delta"', "there is no comparison of 'delta'"),
        ('opponent = "alpha"', 'opponent = "beta"', "'beta' is not allowed"),
        ('tie = "tie|tie (bothbad)"', 'tie = "tie"', "'tie (bothbad)' is neither of the two systems"),
        ('first = "model_a"\nsecond', "second", "first"),
        ('first = "model_a"\n', 'first = "model"\n', "no column `model`"),
    ],
)
def test_what_is_wrong_is_said(
    arena: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, sentence: str
) -> None:
    file = arena / "arena.measure.toml"
    file.write_text(PROCEDURE.replace(old, new), encoding="utf-8")
    assert cli.main(["measure", str(file), "--out", str(arena / "out")]) == 2
    assert sentence in capsys.readouterr().err
