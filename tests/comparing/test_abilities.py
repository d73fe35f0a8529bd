"""Abilities of compared systems and mean differences over tasks: laws, counts by hand, and what is not evaluated."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.comparing.conftest import Measure, answer

from measurand.cli import main
from measurand.document.comparison import Comparison, Comparisons
from measurand.document.number import real
from measurand.lab.comparing import comparisons
from measurand.study.pairing import Asked

Capture = pytest.CaptureFixture[str]


def measured(place: Path, name: str, right: Sequence[bool], *, task: str = "t", quantity: str = "accuracy") -> Path:
    """The record of a system of which these answers are right."""
    with (place / f"{task}-{name}.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("item", "answer", "truth")])
        csv.writer(stream).writerows((f"{task}{i}", "y" if ok == (i % 2 == 0) else "n", "y" if i % 2 == 0 else "n")
                                     for i, ok in enumerate(right))  # fmt: skip
    extra = ', positive = "y"' if quantity == "sensitivity" else ""
    (place / f"{task}-{name}.measure.toml").write_text(
        f'schema = "measurand/procedure/1"\nid = "{task}-{name}"\nsystem = {{ name = "{name}" }}\n'
        f'observations = {{ file = "{task}-{name}.csv", item = "item", value = "answer" }}\n'
        f'reference = {{ file = "{task}-{name}.csv", item = "item", value = "truth", classes = ["n", "y"] }}\n'
        f'sampling = {{ population = "{task}" }}\n'
        f'measurand = [ {{ id = "{task}", quantity = "{quantity}"{extra} }} ]\n'
    )
    assert main(["measure", str(place / f"{task}-{name}.measure.toml"), "--out", str(place / "out"), "-q"]) == 0
    (folder,) = (place / "out").glob(f"{task}-{name}-2*")
    return folder


def compared(files: Sequence[Path], **asked: object) -> Comparisons:
    return comparisons([("", f) for f in files], Asked(**asked), trusted={})  # type: ignore[arg-type]


def only(found: Comparisons) -> Comparison:
    (one,) = found.comparisons
    return one


def test_two_systems_differ_by_the_logarithm_of_mcnemars_odds(tmp_path: Path, capsys: Capture) -> None:
    """30 items only A got right, 10 only B: log 3, u^2 = 1/30 + 1/10, whatever the other items are."""
    a = [True] * 30 + [False] * 10 + [True] * 20 + [False] * 15
    b = [False] * 30 + [True] * 10 + [True] * 20 + [False] * 15
    files = [measured(tmp_path, "A", a), measured(tmp_path, "B", b)]
    assert only(compared(files)).abilities is None
    found = only(compared(files, abilities=True)).abilities
    assert found is not None
    (pair,) = found.pairs
    assert (pair.first, pair.second) == ("A", "B")
    assert real(pair.conditional or "") == pytest.approx(-math.log(3.0), abs=1e-9)
    assert real(pair.conditional_u or "") == pytest.approx(math.sqrt(1 / 30 + 1 / 10), rel=1e-9)
    assert [s.name for s in found.systems] == ["A", "B"] and found.of_items is None
    assert any("no sample of systems" in text for text in found.remarks)
    code, out, _ = answer(capsys, *files, "--abilities", "--out", tmp_path / "c.html")
    assert code == 0 and "Abilities in logits" in out
    assert "Abilities in logits" in (tmp_path / "c.html").read_text(encoding="utf-8")


def test_a_marginal_model_finds_the_abilities_that_were_drawn(tmp_path: Path) -> None:
    """Simulated: 4 systems of abilities 1.5, 0.5, 0, -1 on 800 items of standard deviation 1.2."""
    rng, skill = np.random.default_rng(5), {"A": 1.5, "B": 0.5, "C": 0.0, "D": -1.0}
    hard = rng.normal(scale=1.2, size=800)
    files = [measured(tmp_path, name, rng.random(800) < 1 / (1 + np.exp(-(t - hard)))) for name, t in skill.items()]
    found = only(compared(files, abilities=True)).abilities
    assert found is not None and real(found.spread) == pytest.approx(1.2, abs=0.25)
    for s in found.systems:
        assert abs(real(s.value) - skill[s.name]) < 4.0 * real(s.u) and 0.8 < real(s.infit or "") < 1.2
    for pair in found.pairs:
        assert abs(real(pair.value) - (skill[pair.second] - skill[pair.first])) < 4.0 * real(pair.u)


def test_a_system_with_another_order_of_difficulty_stands_out(tmp_path: Path) -> None:
    """Simulated: X finds easy what is hard for the rest; its infit is the largest and is named."""
    rng = np.random.default_rng(6)
    hard = rng.normal(scale=2.0, size=600)
    files = []
    for name, sign in (("A", 1.0), ("B", 1.0), ("C", 1.0), ("X", -1.0)):
        files.append(measured(tmp_path, name, rng.random(600) < 1 / (1 + np.exp(-(0.3 - sign * hard)))))
    found = only(compared(files, abilities=True)).abilities
    assert found is not None
    infit = {s.name: real(s.infit or "") for s in found.systems}
    assert max(infit, key=infit.__getitem__) == "X" and infit["X"] > 1.3


def test_items_that_do_not_fit_are_found_with_many_systems(tmp_path: Path, capsys: Capture) -> None:
    """Simulated: 40 systems, 15 items, of one the label is wrong: the abler the system, the likelier it fails."""
    rng = np.random.default_rng(7)
    skill, hard = rng.normal(size=40), np.linspace(-1.5, 1.5, 15)
    right = rng.random((40, 15)) < 1 / (1 + np.exp(-1.5 * (skill[:, None] - hard)))
    right[:, 7] = rng.random(40) < 1 / (1 + np.exp(3.0 * skill))
    files = [measured(tmp_path, f"S{k:02d}", row) for k, row in enumerate(right)]
    found = only(compared(files, abilities=True)).abilities
    assert found is not None and found.of_items is not None
    items = {one.item: one for one in found.of_items.items}
    assert real(max(items.values(), key=lambda one: real(one.infit)).infit) == real(items["t7"].infit) or (
        real(items["t7"].discrimination) < 0.0  # the two-parameter model takes it in
    )
    order = [f"t{k}" for k in (0, 3, 11, 14)]
    assert [real(items[name].difficulty) for name in order] == sorted(real(items[name].difficulty) for name in order)


def test_abilities_that_are_not_evaluated_say_why(tmp_path: Path, measure: Measure) -> None:
    with_prompts = [measure(name, prompts=("p0", "p1", "p2")) for name in "AB"]
    acc = [one for one in compared(with_prompts, abilities=True).comparisons if one.quantity == "accuracy"]
    assert acc[0].abilities is None and any("plain share" in text for text in acc[0].remarks)
    everything = [measured(tmp_path, f"{name}2", [True] * 40) for name in "AB"]
    one = only(compared(everything, abilities=True))
    assert one.abilities is None and any("abilities are not evaluated" in text for text in one.remarks)


def tasks(place: Path, shares: Sequence[tuple[float, float]], quantity: str = "accuracy") -> list[Path]:
    rng = np.random.default_rng(9)
    return [
        measured(place, name, rng.permutation(200) < 200 * p, task=f"k{t}", quantity=quantity)
        for t, pair in enumerate(shares)
        for name, p in zip("AB", pair, strict=True)
    ]


def test_mean_difference_over_tasks_solves_its_equations(tmp_path: Path, capsys: Capture) -> None:
    """REML: tau^2 = sum w^2 ((d - m)^2 - u^2) / sum w^2 + 1 / sum w; Hartung & Knapp (2001) for u, t(3) for limits."""
    files = tasks(tmp_path, [(0.9, 0.8), (0.7, 0.66), (0.8, 0.55), (0.6, 0.57)])
    plain = compared(files)
    assert plain.across is not None and not plain.across.means
    found = compared(files, scale="share of right answers")
    assert found.across is not None and found.across.scale == "share of right answers"
    (mean,) = found.across.means
    pairs = [p for one in found.comparisons for p in one.pairs]
    d = np.array([real(p.value) if p.first == mean.first else -real(p.value) for p in pairs])
    u2, tau2 = np.array([real(p.u) ** 2 for p in pairs]), real(mean.tau) ** 2
    w = 1.0 / (u2 + tau2)
    m = float(w @ d / w.sum())
    assert real(mean.value) == pytest.approx(m, rel=1e-6) and tau2 > 0.0
    assert tau2 == pytest.approx(float(w**2 @ ((d - m) ** 2 - u2) / (w @ w) + 1.0 / w.sum()), rel=1e-5)
    u = math.sqrt(max(float(w @ (d - m) ** 2) / (3.0 * w.sum()), 1.0 / w.sum()))
    assert real(mean.u) == pytest.approx(u, rel=1e-6)
    assert real(mean.upper) - real(mean.lower) == pytest.approx(2.0 * 3.182446 * u, rel=1e-5)  # t(3), 97.5 %
    half = 3.182446 * math.hypot(u, math.sqrt(tau2))
    assert real(mean.new_upper) - real(mean.new_lower) == pytest.approx(2.0 * half, rel=1e-5)
    code, out, _ = answer(capsys, *files, "--scale", "share of right answers", "--out", tmp_path / "t.html")
    assert code == 0 and "on one more such task" in out
    assert "on one more such task" in (tmp_path / "t.html").read_text(encoding="utf-8")


def test_tasks_without_a_common_scale_are_not_averaged(tmp_path: Path) -> None:
    files = tasks(tmp_path, [(0.9, 0.8), (0.7, 0.6), (0.8, 0.6)])
    other = [
        measured(tmp_path, name, [i % 9 > 1 for i in range(60)], task="z", quantity="sensitivity") for name in "AB"
    ]
    found = compared([*files, *other], scale="share")
    assert found.across is not None and not found.across.means
    assert any("not of one kind" in text for text in found.remarks)
    assert any("are needed" in text for text in compared(files[:4], scale="share").remarks)
    against = compared(files, scale="share", kind="ratio")
    assert any("ratios were asked for" in text for text in against.remarks)
