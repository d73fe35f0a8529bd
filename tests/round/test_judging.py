"""What participants of a round are compared with: assigned value, sigma_pt, checked items, conditions, bias."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.quantity.test_collaborative_intermediate import Y

from measurand.cli import main
from measurand.document.number import real
from measurand.document.round_report import QuantityReport
from measurand.errors import DesignError, MeasurandError
from measurand.lab import keys
from measurand.lab.round_csv import from_table
from measurand.lab.round_folder import begin, close, commit, drafted, join, prepare, protocol_of, reveal
from measurand.lab.round_gathered import as_asked, round_data, with_items
from measurand.lab.round_items import items_from
from measurand.quantity.assigned_value import by_participants
from measurand.study.round import Asked, reported

Capture = pytest.CaptureFixture[str]
PAIRS = [
    (0.185, 0.194), (0.187, 0.189), (0.182, 0.186), (0.188, 0.196), (0.191, 0.181),
    (0.188, 0.180), (0.187, 0.196), (0.177, 0.186), (0.179, 0.187), (0.188, 0.196),
]  # fmt: skip
"""ISO 13528, E.2: ten items, two portions each."""
HEAD = """\
id = "P"
title = "a round"
coordinator = "NMI"
deadline = 2026-12-31T12:00:00Z
"""
QUANTITY = '[[quantity]]\nmeasurand = "c"\nunit = "mg/kg"\n'
RESULTS = [("A", 0.190, 0.004), ("B", 0.201, 0.005), ("C", 0.180, 0.003), ("D", 0.189, 0.030), ("E", 0.187, 0.004)]


def table(path: Path, header: str, rows: Sequence[tuple[object, ...]]) -> Path:
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([tuple(header.split(",")), *rows])
    return path


def checked(path: Path, shift: float = 0.0, time: str = "before") -> Path:
    rows = [(f"i{k}", x + shift, "c", time) for k, pair in enumerate(PAIRS) for x in pair]
    return table(path, "Item,MeasuredValues,Measurand,Time", rows)


def results(place: Path) -> Path:
    return table(
        place / "labs.csv",
        "Laboratory,MeasuredValues,StdUnc,Measurand,Unit",
        [(lab, x, u, "c", "mg/kg") for lab, x, u in RESULTS],
    )


def judged(place: Path, extra: str, head: str = "") -> QuantityReport:
    (place / "p.toml").write_text(HEAD + head + QUANTITY + extra)
    (found,) = reported(as_asked(from_table(results(place)), drafted(place / "p.toml")), Asked()).quantities
    return found


def test_homogeneity_is_that_of_the_standard(tmp_path: Path) -> None:
    """ISO 13528, E.2: mean 0.18715, s_w 0.00556, s_s 0.0006."""
    checked(tmp_path / "i.csv")
    q = judged(tmp_path, "sigma_pt = 0.01\n", 'items = "i.csv"\n')
    h = q.homogeneity
    assert h is not None and h.items == 10 and h.portions == 2 and h.check is not None
    assert [round(real(x), n) for x, n in ((h.mean, 5), (h.s_w, 5), (h.s_s, 4))] == [0.18715, 0.00556, 0.0006]
    assert h.check.verdict == "adequate" and real(h.u_added) == 0.0 and real(h.check.limit) == pytest.approx(0.003)


def test_items_that_differ_enter_the_uncertainty_of_the_assigned_value(tmp_path: Path) -> None:
    rows = [(k, 0.1 + 0.02 * k + e, "c", t) for t in ("before", "after") for k in range(6) for e in (0.0, 0.0005)]
    rows += [(k, 0.3, "c", "after") for k in range(6, 8)]
    table(tmp_path / "i.csv", "Item,MeasuredValues,Measurand,Time", rows)
    extra = 'sigma_pt = 0.004\nassigned = {by = "certificate", value = 0.187, expanded = 0.004}\n'
    q = judged(tmp_path, extra, 'items = "i.csv"\n')
    before = [0.1 + 0.02 * k + 0.00025 for k in range(6)]
    s_s = math.sqrt(np.var(before, ddof=1) - 0.0005**2 / 2 / 2)
    shift = np.mean([*before, 0.3, 0.3]) - np.mean(before)
    assert q.scored is not None and q.homogeneity is not None and q.stability is not None
    assert real(q.homogeneity.s_s) == pytest.approx(s_s, rel=1e-9)
    assert q.homogeneity.check is not None and q.homogeneity.check.verdict == "not adequate"
    wanted = math.hypot(0.002, s_s, *([shift / math.sqrt(3)] if real(q.stability.u_added) else []))
    assert real(q.scored.u) == pytest.approx(wanted, rel=1e-9)
    assert q.reference is not None and real(q.reference.u) == pytest.approx(wanted, rel=1e-9)
    assert all(r.judged_by == "z'" for r in q.scored.rows)


def test_stability_by_hand(tmp_path: Path) -> None:
    """The same ten items, all 0.002 higher: difference 0.002, u = s_x sqrt(2 / 10) with s_x = 0.00398."""
    (tmp_path / "p.toml").write_text(HEAD + QUANTITY + "sigma_pt = 0.01\n")
    data = as_asked(from_table(results(tmp_path)), drafted(tmp_path / "p.toml"))
    for name, shift, time in (("a.csv", 0.0, "before"), ("b.csv", 0.002, "after")):
        data = with_items(data, items_from(checked(tmp_path / name, shift, time)))
    (q,) = reported(data, Asked()).quantities
    assert q.stability is not None and q.stability.check is not None
    assert real(q.stability.difference) == pytest.approx(0.002, rel=1e-9)
    s_x = float(np.std([np.mean(pair) for pair in PAIRS], ddof=1))
    assert real(q.stability.u) == pytest.approx(s_x * math.sqrt(0.2), rel=1e-9)
    assert q.stability.check.verdict == "adequate"


def test_assigned_values_of_the_standard(tmp_path: Path) -> None:
    """ISO 13528, E.5: 23.35 (0.35); a mixture, a certificate and experts by hand."""
    d = "2.00, 1.05, 0.50, 1.10, 1.75, 2.70, -0.60, -0.35, 2.50, 0.95, 3.10, 1.50, 2.00, 1.05, 2.30, 2.05, 2.80, 3.00"
    one = f'assigned = {{by = "one-laboratory", certified = 21.62, u_certified = 0.26, differences = [{d}, 2.15, 3]}}\n'
    mixture = (
        'assigned = {by = "formulation", amounts = [1, 3], contents = [8, 0], u_amounts = [0, 0],'
        " u_contents = [0.4, 0]}\n"
    )
    experts = 'assigned = {by = "experts", values = [0.2, 0.2, 0.2], u = [0.01, 0.02, 0.02]}\n'
    certificate = 'assigned = {by = "certificate", value = 0.19, expanded = 0.006, factor = 3}\n'
    for extra, value, u, digits in (
        (one, 23.35, 0.35, 2), (mixture, 2.0, 0.1, 9), (experts, 0.2, 1.25 * 0.03 / 3, 9),
        (certificate, 0.19, 0.002, 9),
    ):  # fmt: skip
        q = judged(tmp_path, "sigma_pt = 0.01\n" + extra)
        assert q.scored is not None and q.reference is not None and q.reference_from == "outside"
        assert (round(real(q.scored.assigned), digits), round(real(q.scored.u), digits)) == pytest.approx((value, u))
        assert real(q.reference.value) == real(q.scored.assigned)
        z = {r.laboratory: real(r.z or "") for r in q.scored.rows}
        assert z["B"] == pytest.approx((0.201 - real(q.scored.assigned)) / 0.01)
        assert q.scored.agrees is (extra in (experts, certificate))


def test_robust_consensus_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    x = [value for _, value, _ in RESULTS]
    for name in ("q-hampel", "median-made", "median-niqr", "algorithm-a"):
        q = judged(tmp_path, f'sigma_pt = 0.01\nassigned = {{by = "participants", method = "{name}"}}\n')
        assert q.scored is not None and q.scored.method == name and q.reference_from == "consensus"
        assert real(q.scored.assigned) == pytest.approx(by_participants(x, method=name).value, rel=1e-12)
        assert q.scored.agrees is None
    stated = {r.laboratory: r.stated_u for r in q.scored.rows}
    assert stated["D"] == "warning" and stated["B"] == "acceptable"  # u 0.030, the robust deviation is about 0.008


@pytest.mark.parametrize(
    "sigma, wanted, digits",
    [
        ('{by = "delta_e"}', 0.01, 9),
        ('{by = "precision", s_R = 23.2, s_r = 14.3}', 23.2, 9),
        ('{by = "thompson", one_unit = 1e-6}', 0.186, 3),  # ISO 13528, E.9, at 1.195 mg/kg
        ('{by = "horwitz", one_unit = 1e-6}', 0.02 * (1.195e-6) ** 0.8495 * 1e6, 9),
        ('{by = "participants", floor = 0.5}', 0.5, 9),
    ],
)
def test_sigma_is_found_as_asked(tmp_path: Path, sigma: str, wanted: float, digits: int) -> None:
    extra = f'delta_e = 0.03\nassigned = {{by = "certificate", value = 1.195, expanded = 0.01}}\nsigma = {sigma}\n'
    q = judged(tmp_path, extra)
    assert q.scored is not None and q.scored.sigma_pt is not None and q.scored.sigma_from in sigma
    assert round(real(q.scored.sigma_pt), digits) == pytest.approx(wanted)


def test_components_are_what_r_finds(tmp_path: Path) -> None:
    """4 laboratories x 3 days x 2 runs x 2 replicates: components of R 4.2.2 (see tests/quantity)."""
    grid = [(a, d, r, e) for a in range(4) for d in range(3) for r in range(2) for e in range(2)]
    rows = [(f"L{a}", y, d, r, k) for k, ((a, d, r, _), y) in enumerate(zip(grid, Y, strict=True))]
    path = table(tmp_path / "n.csv", "Laboratory,MeasuredValues,Day,Run,Replicate", rows)
    (q,) = reported(from_table(path, nested=["Day", "Run"]), Asked(reference=(10.0, 0.1))).quantities
    assert q.precision is not None
    found = {c.factor: real(c.s) ** 2 for c in q.precision.components}
    wanted = {"laboratory": 0.47205439814815, "Day": 0.0, "Run": 0.025625, "repeatability": 0.082083333333333}
    assert found == pytest.approx(wanted, rel=1e-9)
    assert [c.negative for c in q.precision.components] == [False, True, False, False]
    assert q.precision.intermediate[-1].differs == ("Run", "Day", "laboratory")
    means = np.array(Y).reshape(4, 12).mean(axis=1)
    assert q.precision.bias is not None and real(q.precision.bias.value) == pytest.approx(np.mean(Y) - 10.0)
    u = math.hypot(float(np.std(means, ddof=1)) / 2.0, 0.1)  # the t interval of the laboratory means, and the reference
    assert real(q.precision.bias.u) == pytest.approx(u, rel=1e-9)
    assert [r.method for r in q.precision.robust] == ["algorithm-a", "q-hampel"]


def test_signals_are_counted_over_materials(tmp_path: Path) -> None:
    rows = [(lab, x + (0.05 if lab == "B" else 0.0), u, m) for m in ("m1", "m2", "m3") for lab, x, u in RESULTS]
    path = table(tmp_path / "m.csv", "Laboratory,MeasuredValues,StdUnc,Material", rows)
    found = reported(from_table(path), Asked(sigma_pt=0.01))
    counts = {p.laboratory: (p.acceptable, p.warning, p.action, p.not_evaluated) for p in found.performance}
    assert counts["B"] == (0, 0, 3, 0) and counts["A"] == (3, 0, 0, 0)
    assert not reported(from_table(path), Asked()).performance


def test_a_round_by_mail_with_checked_items(tmp_path: Path) -> None:
    checked(tmp_path / "i.csv")
    keys.new(tmp_path, "k")
    key, folder, now = keys.private_key(tmp_path / "k"), tmp_path / "r", datetime(2027, 1, 2, tzinfo=UTC)
    (tmp_path / "p.toml").write_text(HEAD + 'items = "i.csv"\n' + QUANTITY + "sigma_pt = 0.01\n")
    begin(folder, tmp_path / "p.toml", key)
    for lab, x, u in RESULTS:
        join(folder, tmp_path / lab, now=now)
        path = table(tmp_path / f"{lab}.csv", "Laboratory,MeasuredValues,StdUnc,Measurand,Unit",
                     [(lab, x, u, "c", "mg/kg")])  # fmt: skip
        commit(folder, tmp_path / lab, prepare(folder, tmp_path / lab, from_table(path)), now=now)
    close(folder, key, now=now, items=checked(tmp_path / "after.csv", 0.002, "after"))
    for lab, _, _ in RESULTS:
        reveal(folder, tmp_path / lab)
    (q,) = reported(round_data(folder), Asked()).quantities
    assert q.homogeneity is not None and round(real(q.homogeneity.s_s), 4) == 0.0006
    assert q.stability is not None and real(q.stability.difference) == pytest.approx(0.002, rel=1e-9)
    assert len(protocol_of(folder).quantity[0].items) == 10  # signed with the protocol


@pytest.mark.parametrize(
    "text, said",
    [
        ("Item,Value\n1,2\n", "no column MeasuredValues"),
        ("Item,MeasuredValues\n1,\"0,2\"\n", "decimal comma|0,2"),
        ("Item,MeasuredValues\n,0.2\n", "names no item"),
        ("Item,MeasuredValues,Time\n1,0.2,later\n", "later"),
        ("Item,MeasuredValues\n1,nan\n", "nan"),
        ("Item,MeasuredValues,Measurand\n1,0.2,d\n", "does not ask for"),
    ],
)  # fmt: skip
def test_items_that_are_none(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "i.csv").write_text(text)
    (tmp_path / "p.toml").write_text(HEAD + 'items = "i.csv"\n' + QUANTITY)
    with pytest.raises(MeasurandError, match=said):
        drafted(tmp_path / "p.toml")


def test_what_cannot_be_evaluated_says_why(tmp_path: Path, capsys: Capture) -> None:
    table(tmp_path / "i.csv", "Item,MeasuredValues,Measurand", [(1, 0.2, "c"), (1, 0.3, "c"), (2, 0.2, "c")])
    q = judged(tmp_path, "", 'items = "i.csv"\n')
    assert q.homogeneity is None and any("different numbers of portions" in text for text in q.warnings)
    q = judged(tmp_path, 'sigma = {by = "thompson", one_unit = 10}\n')
    assert q.scored is None and any("sigma_pt is not evaluated" in text for text in q.warnings)
    with pytest.raises(DesignError):  # an assigned value that cannot be is an error of the protocol, not a gap
        judged(tmp_path, 'assigned = {by = "experts", values = [1, 2], u = [0.1]}\n')
    path = table(tmp_path / "n.csv", "Laboratory,MeasuredValues,Day,Replicate",
                 [("A", 1.0, "m", 1), ("A", 1.1, "m", 2), ("B", 1.2, "m", 1), ("B", 1.4, "m", 2)])  # fmt: skip
    assert main(["round", "report", str(path), "--nested", "Day"]) == 0
    assert "intermediate precision is not" in " ".join(capsys.readouterr().out.split())
    assert main(["round", "report", str(path), "--nested", "Hour"]) == 2
    assert "Hour" in capsys.readouterr().err


@pytest.mark.parametrize(
    "extra",
    [
        'reference = 1\nreference_u = 0.1\nassigned = {by = "participants"}\n', 'sigma = {by = "delta_e"}\n',
        'sigma_pt = 1\nsigma = {by = "horwitz", one_unit = 1}\n', 'assigned = {by = "guess"}\n',
        'assigned = {by = "certificate", value = "x", expanded = 1}\n',
    ],
)  # fmt: skip
def test_protocols_that_contradict_themselves(tmp_path: Path, extra: str) -> None:
    (tmp_path / "p.toml").write_text(HEAD + QUANTITY + extra)
    with pytest.raises(MeasurandError, match="protocol"):
        drafted(tmp_path / "p.toml")


def test_by_the_command_line(tmp_path: Path, capsys: Capture) -> None:
    checked(tmp_path / "i.csv")
    (tmp_path / "p.toml").write_text(HEAD + 'items = "i.csv"\n' + QUANTITY + "sigma_pt = 0.01\n")
    labs, page = results(tmp_path), tmp_path / "r.html"
    assert main(["round", "report", str(labs), "--protocol", str(tmp_path / "p.toml"), "--out", str(page)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "homogeneity: 10 items, 2 portions each" in out and "which is not signed" in out
    assert "homogeneity: 10 items" in page.read_text()
    arguments = ["round", "report", str(labs), "--items", str(tmp_path / "i.csv"), "--sigma-pt", "0.01", "--json"]
    assert main([*arguments, "--assigned", "median-made"]) == 0
    (q,) = json.loads(capsys.readouterr().out)["quantities"]
    assert q["homogeneity"]["s_s"] == pytest.approx(0.0006, abs=5e-6) and q["scored"]["method"] == "median-made"
    assert main(["round", "report", str(tmp_path / "r.html"), "--assigned", "guess"]) == 2
