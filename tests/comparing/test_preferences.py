"""A table of preferences: published strengths, groups and ranks, order, and bad input by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.comparing.conftest import answer
from tests.quantity.test_preferences import BASEBALL, CITATIONS

Capture = pytest.CaptureFixture[str]
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
JOURNALS = ("Biometrika", "Comm Statist", "JASA", "JRSS-B")


def table(place: Path, names: Sequence[str], wins: Sequence[Sequence[int]]) -> Path:
    rows = [f"{a},{b},{a},{wins[i][j]}" for i, a in enumerate(names) for j, b in enumerate(names) if wins[i][j]]
    path = place / "p.csv"
    path.write_text("First,Second,Winner,Count\n" + "\n".join(rows) + "\n")
    return path


def test_baseball_is_the_published_table(tmp_path: Path, capsys: Capture) -> None:
    """BradleyTerry2: Milwaukee - Baltimore 1.5814; 6 of 7 teams win 1.58 ... 0.68 above Baltimore."""
    path = table(tmp_path, TEAMS, BASEBALL)
    code, out, _ = answer(capsys, path, "--json")
    assert code == 0
    found = json.loads(out)
    pairs = {(p["second"], p["first"]): p for p in found["pairs"]}
    assert pairs["Milwaukee", "Baltimore"]["value"] == pytest.approx(1.5814, abs=6e-5)
    assert pairs["Milwaukee", "Baltimore"]["u"] == pytest.approx(0.3433, abs=6e-5)
    assert [s["name"] for s in found["systems"]] == list(TEAMS) and found["comparisons"] == sum(map(sum, BASEBALL))
    groups = {s["name"]: s["group"] for s in found["systems"]}
    assert set(groups["Milwaukee"]) & set(groups["Boston"]) and not set(groups["Milwaukee"]) & set(groups["Baltimore"])
    assert found["fit"]["df"] == 15 and found["fit"]["p"] > 0.05
    code, out, _ = answer(capsys, path, "--out", tmp_path / "p.html")
    assert code == 0 and "explains the preferences" in out
    assert "Milwaukee" in (tmp_path / "p.html").read_text(encoding="utf-8")


def test_journals_are_told_apart(tmp_path: Path, capsys: Capture) -> None:
    code, out, _ = answer(capsys, table(tmp_path, JOURNALS, CITATIONS), "--json")
    found = json.loads(out)
    assert code == 0 and [s["rank"] for s in found["systems"]] == [[1, 1], [2, 2], [3, 3], [4, 4]]
    assert found["systems"][0]["name"] == "JRSS-B" and found["equal_p"] < 1e-10


def test_votes_of_one_voter_are_no_independent_evidence(tmp_path: Path, capsys: Capture) -> None:
    """Each of 60 voters says the same four times: u is that of 60 votes (times 60/59), not of 240."""
    rng = np.random.default_rng(3)
    says = ["x" if rng.random() < 0.7 else "y" for _ in range(60)]
    rows = "".join(f"x,y,{who},v{k}\n" * 4 for k, who in enumerate(says))
    (tmp_path / "v.csv").write_text("First,Second,Winner,Unit\n" + rows)
    (tmp_path / "w.csv").write_text("First,Second,Winner\n" + "".join(f"x,y,{who}\n" for who in says))
    u = []
    for name in ("v.csv", "w.csv"):
        code, out, _ = answer(capsys, tmp_path / name, "--json")
        assert code == 0
        u.append(json.loads(out)["pairs"][0]["u"])
    assert u[0] == pytest.approx(u[1] * (60 / 59) ** 0.5, rel=1e-6)


def test_order_and_words(tmp_path: Path, capsys: Capture) -> None:
    """What is shown first wins 3 times of 4 whoever it is: all of it is the order, log 3."""
    rows = "x,y,first,30\nx,y,second,10\ny,x,model_a,30\ny,x,b,10\n"
    (tmp_path / "o.csv").write_text("model_a,model_b,winner,count\n" + rows)
    code, out, _ = answer(capsys, tmp_path / "o.csv", "--order", "--json")
    found = json.loads(out)
    assert code == 0 and found["order"]["value"] == pytest.approx(np.log(3.0), rel=1e-6)
    assert found["pairs"][0]["value"] == pytest.approx(0.0, abs=1e-6) and not found["pairs"][0]["different"]


@pytest.mark.parametrize(
    "text, said",
    [
        ("First,Second\na,b\n", "no column Winner"), ("First,Second,Winner\na,a,a\n", "two different systems"),
        ("First,Second,Winner\na,b,c\n", "neither"), ("First,Second,Winner,Count\na,b,a,-1\n", "above 0"),
        ("First,Second,Winner,Count\na,b,a,nan\n", "above 0"),
        ("First,Second,Winner\na,b,a\nb,c,b\n", "finite strength"),
        ("First,Second,Winner\n,b,b\n", "two different systems"),
    ],
)  # fmt: skip
def test_tables_that_are_none(tmp_path: Path, capsys: Capture, text: str, said: str) -> None:
    (tmp_path / "p.csv").write_text(text)
    code, _, err = answer(capsys, tmp_path / "p.csv")
    assert code == 2 and said in " ".join(err.split())


def test_the_order_is_for_tables(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "a").mkdir()
    code, _, err = answer(capsys, tmp_path / "a", tmp_path / "a", "--order")
    assert code == 2 and "--order" in err
