"""Comparing records and certificates: the same numbers as from all items in one procedure, and nothing without them."""

from __future__ import annotations

import csv
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from tests.comparing.conftest import QUANTITIES, Measure, answer

from measurand.cli import main
from measurand.document.comparison import Comparisons
from measurand.document.number import real
from measurand.document.parts import Parts
from measurand.lab.comparing import comparisons
from measurand.quantity.estimate import covariance
from measurand.study.from_parts import estimates_from
from measurand.study.pairing import Asked

Capture = pytest.CaptureFixture[str]


def one(files: list[Path], measurand: str, **asked: Any) -> Any:
    same = asked.pop("same", ())
    found = comparisons([("", f) for f in files], Asked(**asked), trusted={}, measurand=measurand, same=same)
    (comparison,) = found.comparisons
    return comparison


def parts_of(folder: Path, *, same: tuple[str, ...] = ()) -> dict[str, Any]:
    parts = Parts.model_validate_json((folder / "parts.json").read_bytes())
    return dict(estimates_from(parts, own=folder.name, same=same))


@pytest.mark.parametrize("design", [
    {}, {"cluster": True}, {"error": True, "quantities": '{ id = "acc", quantity = "accuracy" }'},
    {"prompts": ("p0", "p1", "p2")}, {"prompts": ("p0", "p1", "p2"), "cluster": True},
])  # fmt: skip
def test_parts_of_two_records_give_the_covariance_of_all_items(measure: Measure, design: dict[str, Any]) -> None:
    """Measured one by one and in one procedure: every covariance equal to 1e-12."""
    both, a, b = measure("AB", **design), measure("A", **design), measure("B", **design)
    joint = parts_of(both)
    alone = {**parts_of(a, same=("prompt",)), **parts_of(b, same=("prompt",))}
    assert set(joint) == set(alone)
    for name in joint:
        for other in joint:
            expected = float(covariance(joint[name], joint[other])[0, 0])
            scale = math.sqrt(joint[name].variance[0] * joint[other].variance[0])
            assert abs(float(covariance(alone[name], alone[other])[0, 0]) - expected) <= 1e-12 * scale, (name, other)


@pytest.mark.parametrize("kind", ["difference", "ratio"])
@pytest.mark.parametrize("cluster", [False, True])
def test_a_contrast_in_one_procedure_is_the_comparison_of_two_records(
    measure: Measure, kind: str, cluster: bool
) -> None:  # fmt: skip
    over = f'contrast = {{ over = "system", first = "A", second = "B", kind = "{kind}" }}'
    asked = (
        f'{{ id = "acc", quantity = "accuracy", {over} }}, {{ id = "auc", quantity = "auc", positive = "yes", {over} }}'
    )
    folder = measure("AB", quantities=asked, cluster=cluster)
    results = json.loads((folder / "results.json").read_text())["results"]
    a, b = measure("A", cluster=cluster), measure("B", cluster=cluster)
    for result in results:
        (pair,) = one([a, b], result["measurand"], kind=kind).pairs
        for name in ("value", "u", "lower", "upper"):
            assert real(getattr(pair, name)) == pytest.approx(real(result[name]), rel=1e-6), (result["measurand"], name)


def test_pairs_of_shares_are_counted_item_by_item(measure: Measure, data: Path) -> None:
    with (data / "table.csv").open(newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if r["prompt"] == "p0"]
    right = {(r["system"], r["item"]): r["answer"] == r["truth"] for r in rows}
    items = sorted({r["item"] for r in rows})
    cells = [(right["A", i], right["B", i]) for i in items]
    (pair,) = one([measure("A"), measure("B")], "acc").pairs
    assert pair.counts is not None
    found = (pair.counts.both, pair.counts.first, pair.counts.second, pair.counts.neither)
    assert found == tuple(cells.count(c) for c in ((True, True), (True, False), (False, True), (False, False)))
    differ = {i for i, (x, y) in zip(items, cells, strict=True) if x != y}
    assert {d.item for d in pair.discordant} == differ and pair.discordant_items == len(differ)
    signs = {d.item: real(d.contribution) for d in pair.discordant}
    assert all((signs[i] > 0) == right["B", i] for i in differ)


def test_a_shared_label_error_leaves_the_difference(measure: Measure) -> None:
    """One rate e of wrong labels, corrected by (p - e) / (1 - 2 e): the slope by e is (2 p' - 1) / (1 - 2 e), so that
    of the difference 2 d / (1 - 2 e), far less than either."""
    quantities = '{ id = "acc", quantity = "accuracy" }'
    a, b = measure("A", error=True, quantities=quantities), measure("B", error=True, quantities=quantities)
    comparison = one([a, b], "acc")
    (pair,) = comparison.pairs
    (share,) = [s for s in pair.shares if s.component == "reference"]
    values = {c.name: real(c.value) for c in comparison.contenders}
    slopes = {name: (2 * v - 1) / (1 - 2 * 0.03) for name, v in values.items()}
    assert real(share.variance_first) == pytest.approx((slopes["A"] * 0.01) ** 2, rel=1e-9)
    assert real(share.variance) == pytest.approx(((slopes["B"] - slopes["A"]) * 0.01) ** 2, rel=1e-9)
    assert real(share.variance) < 0.1 * (real(share.variance_first) + real(share.variance_second))


def test_groups_ranks_and_floor(measure: Measure, capsys: Capture) -> None:
    files = [measure(s) for s in "ABCD"]
    comparison = one(files, "acc")
    by_name = {c.name: c for c in comparison.contenders}
    assert [c.name for c in comparison.contenders][-1] == "C" and by_name["C"].rank == (4, 4)
    for pair in comparison.pairs:
        joined = set(by_name[pair.first].group) & set(by_name[pair.second].group)
        assert pair.different == (not joined)
        outside = not real(pair.family_lower) <= 0 <= real(pair.family_upper)
        assert outside == pair.different
    assert real(comparison.family_floor) > real(comparison.floor) > 0
    code, out, _ = answer(capsys, *files)
    assert code == 0 and "cannot be told apart" in out and max(map(len, out.splitlines())) <= 80
    code, out, _ = answer(capsys, *files, "--json")
    view = json.loads(out)
    assert view["schema"] == "measurand/comparison/1"
    assert [p["u"] for p in view["comparisons"][0]["pairs"]] == [real(p.u) for p in comparison.pairs]


@pytest.mark.parametrize(("claim", "margin", "code"), [
    ("superiority", None, 3), ("non-inferiority", 0.3, 0), ("non-inferiority", 0.001, 3), ("equivalence", 0.3, 0),
    ("equivalence", 0.01, 3),
])  # fmt: skip
def test_claims(measure: Measure, capsys: Capture, claim: str, margin: float | None, code: int) -> None:
    files = [measure("A"), measure("B")]
    stated = [] if margin is None else ["--margin", margin]
    found, out, _ = answer(capsys, *files, "--measurand", "acc", "--claim", claim, *stated)
    assert found == code and ("was not shown" in out) == (code == 3)
    (pair,) = one(files, "acc", claim=claim, margin=margin).pairs
    size = margin or 0.0
    inside = {
        "superiority": real(pair.claim.lower) > 0.0,
        "non-inferiority": real(pair.claim.lower) > -size,
        "equivalence": -size < real(pair.claim.lower) and real(pair.claim.upper) < size,
    }  # fmt: skip
    assert pair.claim.shown == inside[claim]


def test_another_definition_is_refused_unless_declared(measure: Measure, capsys: Capture) -> None:
    a = measure("A", quantities='{ id = "sens", quantity = "sensitivity", positive = "yes", at = { score = 0.0 } }')
    b = measure("B", quantities='{ id = "sens", quantity = "sensitivity", positive = "yes", at = { score = 0.1 } }')
    code, _, err = answer(capsys, a, b)
    assert code == 2 and "M0852" in err and "0.1" in err and "--implementation" in err
    code, out, _ = answer(capsys, a, b, "--implementation", "0.05")
    assert code == 0 and "implementation" in out
    (plain,) = one([a, a.parent / b.name], "sens", implementation=1e-9).pairs
    (declared,) = one([a, b], "sens", implementation=0.05).pairs
    assert real(declared.u) == pytest.approx(math.hypot(real(plain.u), 0.05), rel=1e-6)
    assert {s.component: real(s.variance) for s in declared.shares}["implementation"] == pytest.approx(0.05**2)


def test_other_items_share_nothing(measure: Measure, data: Path) -> None:
    a = measure("A")
    text = (data / "table.csv").read_text().splitlines()
    (data / "table.csv").write_text("\n".join([text[0], *(line.replace(",0", ",9", 1) for line in text[1:])]) + "\n")
    comparison = one([a, measure("B")], "acc")
    assert not comparison.same_items and "reference set" in comparison.remarks[0]
    (pair,) = comparison.pairs
    assert real(pair.correlation) == 0.0 and real(pair.u) == pytest.approx(real(pair.u_if_independent), rel=1e-12)


def test_one_file_one_measurand_and_names(measure: Measure, capsys: Capture) -> None:
    a = measure("A")
    code, _, err = answer(capsys, a)
    assert code == 2 and "M0851" in err
    code, _, err = answer(capsys, a, measure("B"), "--measurand", "nothing")
    assert code == 2 and "acc" in err
    code, _, err = answer(capsys, a, measure("B", id="B2"), "--against", "Z", "--measurand", "acc")
    assert code == 2 and "A, B" in err
    code, out, _ = answer(capsys, f"old={a}", f"new={measure('B', id='B3')}", "--measurand", "acc")
    assert code == 0 and "new - old" in out


def test_equal_prompts_are_hinted_at_and_shared_when_declared(measure: Measure, capsys: Capture) -> None:
    files = [measure(s, prompts=("p0", "p1", "p2"), quantities='{ id = "acc", quantity = "accuracy" }') for s in "AB"]
    _, out, _ = answer(capsys, *files)
    assert "--same prompt" in out
    (alone,), (declared,) = one(files, "acc").pairs, one(files, "acc", same=("prompt",)).pairs
    assert "conditions" in declared.shared and "conditions" not in alone.shared
    assert real(declared.u) < real(alone.u)


def test_certificates_are_compared_and_tampered_ones_refused(measure: Measure, capsys: Capture, data: Path) -> None:
    assert main(["key", "new", "lab", "--dir", str(data)]) == 0
    folders = [measure("A", quantities=QUANTITIES), measure("B", quantities=QUANTITIES)]
    for folder in folders:
        assert main(["certify", str(folder), "--key", str(data / "lab.pem")]) == 0
    (expected,) = one(folders, "acc").pairs
    pages = [folder / "certificate.html" for folder in folders]
    (found,) = one(pages, "acc").pairs
    assert found == expected
    moved = []
    for k, page in enumerate(pages):  # alone: the parts are recomputed from the evidence inside
        (data / f"{k}.html").write_bytes(page.read_bytes())
        moved.append(data / f"{k}.html")
    (again,) = one(moved, "acc").pairs
    assert again == expected
    parts = folders[0] / "parts.json"
    parts.write_bytes(parts.read_bytes() + b"\n")
    code, _, err = answer(capsys, *pages)
    assert code == 1 and "M0855" in err
    alone = data / "alone"
    alone.mkdir()
    (alone / "certificate.json").write_bytes((folders[1] / "certificate.json").read_bytes())
    code, _, err = answer(capsys, pages[1], alone / "certificate.json")
    assert code == 2 and "M0856" in err
    damaged = pages[1].read_bytes().replace(b'"payload":"', b'"payload":"A', 1)
    (data / "damaged.html").write_bytes(damaged)
    code, _, err = answer(capsys, pages[1], data / "damaged.html")
    assert code in (1, 2) and "M0" in err


def test_the_page_holds_every_number_and_asks_nobody(measure: Measure, capsys: Capture, tmp_path: Path) -> None:
    files = [measure(s) for s in "ABC"]
    page, data = tmp_path / "c.html", tmp_path / "c.json"
    assert answer(capsys, *files, "--out", page)[0] == 0 and answer(capsys, *files, "--out", data)[0] == 0
    text = page.read_text(encoding="utf-8")
    found = Comparisons.model_validate_json(data.read_bytes())
    for comparison in found.comparisons:
        for shown in (*comparison.contenders, *comparison.pairs):
            assert shown.text in text
    assert "<script" not in text and not re.findall(r"https?://(?!www.w3.org/)", text)
    assert text.count("<svg") == 2 + 3  # groups of both measurands, and the pairs of the plain share
    code, _, err = answer(capsys, *files, "--out", page)
    assert code == 2 and "already there" in err


def test_systems_over_tasks_are_ranked_and_never_averaged(data: Path, capsys: Capture) -> None:
    """Four tasks with items of their own, three systems, always in the same order: Friedman's chi-square is its
    largest, N (k - 1) = 8, and of (3!)^4 equally likely orders 6 are as extreme: p = 6 / 1296."""
    files = []
    for task in range(4):
        for k, system in enumerate("ABC"):
            truth = [i // 30 for i in range(60)]
            rows = [f"t{task}-{i},{t if i % 10 < 9 - 2 * k else 1 - t},{t}" for i, t in enumerate(truth)]
            (data / f"{task}{system}.csv").write_text("item,answer,truth\n" + "\n".join(rows) + "\n")
            (data / f"{task}{system}.measure.toml").write_text(
                f'schema = "measurand/procedure/1"\nid = "T{task}{system}"\nsystem = {{ name = "{system}" }}\n'
                f'observations = {{ file = "{task}{system}.csv", item = "item", value = "answer" }}\n'
                f'reference = {{ file = "{task}{system}.csv", item = "item", value = "truth" }}\n'
                f'sampling = {{ population = "task {task}" }}\n'
                f'measurand = [ {{ id = "task{task}", quantity = "accuracy" }} ]\n'
            )
            assert main(["measure", str(data / f"{task}{system}.measure.toml"), "--out", str(data / "o"), "-q"]) == 0
    files = sorted(path for path in (data / "o").iterdir() if path.is_dir())
    across = comparisons([("", f) for f in files], Asked(), trusted={}).across
    assert across is not None and [s.name for s in across.systems] == ["A", "B", "C"]
    assert [real(s.rank) for s in across.systems] == [1.0, 2.0, 3.0] and len(across.tasks) == 4
    assert real(across.chi_square) == pytest.approx(8.0) and real(across.p) == pytest.approx(6 / 1296)
    assert real(across.critical_difference) == pytest.approx(
        2.343 * math.sqrt(3 * 4 / (6 * 4)), abs=1e-3
    )  # Demsar 2006
    assert [s.group for s in across.systems] == ["a", "ab", "b"]
    code, out, _ = answer(capsys, *files, "--out", data / "tasks.html")
    assert code == 0 and "Ranks over 4 tasks" in out.replace("\n      ", " ")
    assert "Ranks over 4 tasks" in (data / "tasks.html").read_text(encoding="utf-8")
    assert comparisons([("", f) for f in files[:6]], Asked(), trusted={}).across is None


def test_levels_of_fixed_factors_belong_to_the_definition(measure: Measure, capsys: Capture) -> None:
    """The same quantity averaged over other fixed prompts is another measurand."""
    quantities = '{ id = "acc", quantity = "accuracy" }'
    a = measure("A", prompts=("p0", "p1"), quantities=quantities, effect="fixed")
    b = measure("B", prompts=("p0", "p1"), quantities=quantities, effect="fixed")
    other = measure("B", prompts=("p1", "p2"), quantities=quantities, effect="fixed", id="B2")
    assert answer(capsys, a, b)[0] == 0
    code, _, err = answer(capsys, a, other)
    assert code == 2 and "fixed.conditions" in err
