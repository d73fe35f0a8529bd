"""Reports of rounds from tables: numbers of the literature, laws, and every bad input by name."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from tests.reference.case import near, read

from measurand.cli import main
from measurand.document.number import real
from measurand.document.round_report import QuantityReport, RoundReport
from measurand.lab.round_csv import from_table
from measurand.study.round import Asked, Excluded, reported

Capture = pytest.CaptureFixture[str]
KACKER = [
    ("A", 61.0, 0.45), ("B", 61.4, 1.1), ("C", 62.21, 0.3), ("D", 62.3, 0.45), ("E", 62.34, 0.62), ("F", 62.6, 0.75),
    ("G", 62.7, 0.26), ("H", 62.84, 0.15), ("I", 65.9, 1.35),
]  # fmt: skip
"""Kacker (2004, Metrologia 41, 132), table 1."""


def table(path: Path, rows: list[tuple[object, ...]], header: str = "Laboratory,MeasuredValues,StdUnc") -> Path:
    with path.open("w", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(header.split(","))
        out.writerows(rows)
    return path


def one(path: Path, **asked: object) -> QuantityReport:
    (found,) = reported(from_table(path), Asked(**asked)).quantities  # type: ignore[arg-type]
    return found


def test_methods_are_those_of_the_literature(tmp_path: Path) -> None:
    case = read("consensus-bcg")
    y, v = case["inputs"]["y"], case["inputs"]["v"]
    expected = {e["name"]: e for e in case["expected"]}
    rows = [(f"T{i}", a, b**0.5) for i, (a, b) in enumerate(zip(y, v, strict=True))]
    q = one(table(tmp_path / "bcg.csv", rows))
    names = {"DL": "dersimonian-laird", "PM": "mandel-paule", "REML": "reml", "ML": "ml", "FE": "fixed"}
    held = {m.name: m for m in q.methods}
    for short, name in names.items():
        assert near(real(held[name].value), expected[f"{short}.estimate"])
        assert near(real(held[name].u), expected[f"{short}.se"])
    assert q.agreement is not None and near(real(q.agreement.q), expected["Q"])
    q = one(table(tmp_path / "kacker.csv", KACKER))
    assert real({m.name: m for m in q.methods}["mandel-paule"].tau or "") == pytest.approx(0.8399, abs=5e-5)


def test_degrees_of_the_weighted_mean(tmp_path: Path) -> None:
    """Cox (2002): u^2(d_i) = u_i^2 - u^2(x_ref); pairs: u_i^2 + u_j^2."""
    q = one(table(tmp_path / "k.csv", KACKER), method="fixed")
    weights = [1 / u**2 for _, _, u in KACKER]
    mean = sum(w * x for w, (_, x, _) in zip(weights, KACKER, strict=True)) / sum(weights)
    for d, (name, x, u) in zip(q.degrees, KACKER, strict=True):
        assert d.laboratory == name and real(d.d) == pytest.approx(x - mean, abs=1e-12)
        assert real(d.u) == pytest.approx((u**2 - 1 / sum(weights)) ** 0.5, rel=1e-9)
        assert real(d.e_n) == pytest.approx(real(d.d) / (2 * real(d.u)), rel=1e-9)
    for i, (_, x, u) in enumerate(KACKER):
        for j, (_, other, v) in enumerate(KACKER):
            expected = 0.0 if i == j else (x - other) / (2 * (u**2 + v**2) ** 0.5)
            assert real(q.bilateral[i][j]) == pytest.approx(expected, abs=1e-12)


def test_a_reference_value_from_outside(tmp_path: Path) -> None:
    q = one(table(tmp_path / "k.csv", KACKER), reference=(62.5, 0.1))
    assert q.reference_from == "outside" and all(p.weight is None for p in q.participants)
    for d, (_, x, u) in zip(q.degrees, KACKER, strict=True):
        assert real(d.e_n) == pytest.approx((x - 62.5) / (2 * (u**2 + 0.01) ** 0.5), rel=1e-9)


def test_precision_of_the_glucose_round(tmp_path: Path) -> None:
    case = read("interlab-glucose-e691")
    expected = {e["name"]: e["value"] for e in case["expected"]}
    with (Path(__file__).parents[1] / "cases" / case["inputs"]["data"]).open(newline="") as stream:
        rows = [(r["lab"], r["material"], r["replicate"], r["glucose"]) for r in csv.DictReader(stream)]
    path = table(tmp_path / "g.csv", rows, "Laboratory,Material,Replicate,MeasuredValues")
    found = reported(from_table(path), Asked())
    for q in found.quantities:
        assert q.precision is not None and q.reference is None and q.warnings
        assert real(q.precision.s_r) == pytest.approx(expected[f"{q.material}.s_r"], rel=1e-6)
        for i in range(1, 9):
            assert real(q.precision.h[f"Lab{i}"]) == pytest.approx(expected[f"{q.material}.h.lab{i}"], rel=1e-6)
            assert real(q.precision.k[f"Lab{i}"]) == pytest.approx(expected[f"{q.material}.k.lab{i}"], rel=1e-6)
    assert set(found.relations) == {"value"} and len(found.quantities) == 5


def test_nobody_is_dropped_without_a_word(tmp_path: Path, capsys: Capture) -> None:
    rows = [*KACKER, ("J", 63, ""), ("K", 62.1, 0)]
    path, page, data = table(tmp_path / "k.csv", rows), tmp_path / "k.html", tmp_path / "k.json"
    arguments = ["round", "report", str(path), "--exclude", "A:another unit"]
    assert main([*arguments, "--out", str(page)]) == 0
    out = capsys.readouterr().out
    for name, reason in (("A", "another unit"), ("J", "no standard uncertainty"), ("K", "is 0, not above 0")):
        assert re.search(rf": {name}: [^:]*{reason}", re.sub(r"\s+", " ", out))
    assert max(map(len, out.splitlines())) <= 80
    text = page.read_text(encoding="utf-8")
    assert "another unit" in text and text.count("<svg") == 5 and "<script" not in text
    assert main([*arguments, "--out", str(data), "--json"]) == 0
    view = json.loads(capsys.readouterr().out)
    report = RoundReport.model_validate_json(data.read_bytes())
    (q,) = report.quantities
    assert [p.laboratory for p in q.participants] == [*"ABCDEFGHIJK"] and {o.laboratory for o in q.left_out} == set(
        "AJK"
    )
    without = one(table(tmp_path / "w.csv", KACKER[1:]))
    assert q.methods == without.methods and q.degrees == without.degrees
    assert view["quantities"][0]["degrees"][0]["e_n"] == real(q.degrees[0].e_n)


def test_a_left_out_laboratory_leaves_the_precision_too(tmp_path: Path) -> None:
    rows = [(lab, k, 10 + d + 0.1 * k) for lab, d in (("A", 0), ("B", 0.2), ("C", -0.1), ("D", 5)) for k in (1, 2)]
    path = table(tmp_path / "p.csv", rows, "Laboratory,Replicate,MeasuredValues")
    p = one(path, excluded=(Excluded("D", "spilt"),)).precision
    alone = one(table(tmp_path / "q.csv", rows[:-2], "Laboratory,Replicate,MeasuredValues")).precision
    assert p is not None and p.without is not None and alone is not None
    assert real(p.s_R) > 10 * real(p.without.s_R) and p.without.s_R == alone.s_R


def test_laboratories_that_disagree_are_said_to(tmp_path: Path) -> None:
    rows = [("A", 10.0, 0.1), ("B", 10.1, 0.1), ("C", 9.9, 0.1), ("D", 12.0, 0.1)]
    q = one(table(tmp_path / "d.csv", rows))
    assert [p.laboratory for p in q.participants if p.consistent is False] == ["D"]
    assert any("disagree" in w for w in q.warnings) and any("Hartung" in w for w in q.warnings)


BAD = {
    "decimal comma": ("A,\"1,5\",0.1\nB,1.4,0.1", "M0402", "1.5"), "no number": ("A,x,0.1\nB,1.4,0.1", "M0401", "'x'"),
    "no value": ("A,,0.1\nB,1.4,0.1", "M0404", "value"), "u no number": ("A,1.5,low\nB,1.4,0.1", "M0401", "'low'"),
    "two submissions": ("A,1.5,0.1\nA,1.6,0.1\nB,1.4,0.1", "M0893", "rows 2, 3"),
    "no degrees of freedom": ("A,1.5,0.1,0\nB,1.4,0.1,5", "M0891", "above 0"),
    "one laboratory": ("A,1.5,0.1", "M0896", "(A)"), "no name": (",1.5,0.1\nB,1.4,0.1", "M0891", "names no laboratory"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_tables(tmp_path: Path, capsys: Capture, name: str) -> None:
    text, code, said = BAD[name]
    header = "Laboratory,MeasuredValues,StdUnc,DegreesOfFreedom"
    rows = "\n".join(line + "," * (3 - line.replace('"1,5"', "1.5").count(",")) for line in text.splitlines())
    (tmp_path / "bad.csv").write_text(f"{header}\n{rows}\n")
    assert main(["round", "report", str(tmp_path / "bad.csv")]) == 2
    err = capsys.readouterr().err
    assert code in err and said in err


def test_units_and_exclusions(tmp_path: Path, capsys: Capture) -> None:
    units = table(
        tmp_path / "u.csv", [("A", 1, 0.1, "g"), ("B", 1, 0.1, "kg")], "Laboratory,MeasuredValues,StdUnc,Unit"
    )
    good = table(tmp_path / "k.csv", KACKER)
    other = table(tmp_path / "o.csv", [("A", 1)], "Laboratory,Wert")
    for arguments, said in (
        ([units], "g, kg"), ([good, "--exclude", "Z:gone"], "Z"), ([good, "--exclude", "A"], "LABORATORY:REASON"),
        ([good, "--reference", "1", "0"], "above 0"), ([good, "--reference", "nan", "1"], "a number"),
        ([good, "--method", "guess"], "mandel-paule"),
        ([other], "MeasuredValues"), ([tmp_path / "none.csv"], "none.csv"),
    ):  # fmt: skip
        assert main(["round", "report", *map(str, arguments)]) == 2
        assert said in capsys.readouterr().err


def test_scores_of_mercury_in_feed(tmp_path: Path) -> None:
    """ISO 13528, E.4, with the assigned value and sigma_pt of the example."""
    case = read("iso13528-e4-scores")
    given, expected = case["inputs"], {e["name"]: e for e in case["expected"]}
    rows = [(lab["code"], lab["x"], lab["U"] / lab["k"]) for lab in given["labs"]]
    sigma = given["sigma_pt"]
    path = table(tmp_path / "mercury.csv", rows)
    q = one(path, reference=(given["x_pt"], given["U_xpt"] / 2), sigma_pt=sigma, delta_e=3 * sigma)
    assert q.scored is not None and not q.scored.negligible and len(q.scored.rows) == len(rows)
    names = {"percent": "D_percent", "p_a": "PA_percent", "z": "z", "z_prime": "z_prime", "zeta": "zeta"}
    for row in q.scored.rows:
        for field, name in names.items():
            assert near(real(getattr(row, field)), expected[f"{row.laboratory}.{name}"]), (row.laboratory, name)
        size = abs(real(row.z_prime or ""))
        assert row.signal == ("acceptable" if size <= 2 else "warning" if size < 3 else "action")


def test_scores_without_a_stated_uncertainty_and_two_materials(tmp_path: Path, capsys: Capture) -> None:
    rows = [(f"L{i}", m, v + 0.1 * (i - 4) + (3 if i == 8 else 0), "" if i == 2 else 0.1)
            for i in range(9) for m, v in (("A", 10), ("B", 11 + 0.06 * (-1) ** (i // 2)))]  # fmt: skip
    path = table(tmp_path / "y.csv", rows, "Laboratory,Material,MeasuredValues,StdUnc")
    page = tmp_path / "y.html"
    assert main(["round", "report", str(path), "--sigma-pt", "0.4", "--out", str(page), "--json"]) == 0
    view = json.loads(capsys.readouterr().out)
    first = {r["laboratory"]: r for r in view["quantities"][0]["scored"]["rows"]}
    assert "zeta" not in first["L2"] and "z" in first["L2"] and first["L8"]["signal"] == "action"
    assert view["youden"][0]["outside"] == ["L8"] and view["quantities"][0]["density"]["modes"] == 2
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 2 * 6 + 1 and "not evaluated" in text


def test_the_report_as_a_dcc_holds_every_number(tmp_path: Path) -> None:
    path, out = table(tmp_path / "k.csv", [*KACKER, ("J", 63, "")]), tmp_path / "k.xml"
    assert main(["round", "report", str(path), "--out", str(out)]) == 0
    text, q = out.read_text(encoding="utf-8"), one(path)
    assert q.reference is not None and f">{q.reference.value}<" in text and f">{q.reference.upper}<" in text
    assert all(f">{d.d}<" in text and f">{d.expanded}<" in text for d in q.degrees)
    assert all(f">{p.value}<" in text for p in q.participants) and ">0.9545<" in text  # k = 2 of a normal distribution


def test_what_cannot_be_evaluated_is_said_with_its_reason(tmp_path: Path, capsys: Capture) -> None:
    """Two laboratories have no limits of h; one with replicates is left; equal results have no scores."""
    header = "Laboratory,Replicate,MeasuredValues,StdUnc"
    two = [("A", 1, 1.0, 0.1), ("A", 2, 1.1, 0.1), ("B", 1, 1.4, 0.1), ("B", 2, 1.2, 0.1)]
    page = tmp_path / "two.html"
    assert main(["round", "report", str(table(tmp_path / "two.csv", two, header)), "--out", str(page)]) == 0
    q = one(tmp_path / "two.csv")
    assert q.precision is not None and q.precision.h_limits is None and any("Grubbs" in w for w in q.warnings)
    assert {m.name for m in q.not_given} >= {"bayes-gaussian", "bayes-laplace"}
    several = [*two, ("C", 1, 1.3, 0.1), ("D", 1, 1.5, 0.1)]
    q = one(table(tmp_path / "ex.csv", several, header), excluded=(Excluded("B", "spilt"),))
    assert q.precision is not None and q.precision.without is None
    assert any("without those left out" in w for w in q.warnings)
    q = one(table(tmp_path / "same.csv", [(c, 1.0, 0.1) for c in "ABCD"]), sigma_pt=1.0)
    assert q.scored is None and any("scores are not evaluated" in w for w in q.warnings)
    capsys.readouterr()
    assert main(["round", "report", str(tmp_path / "same.csv"), "--sigma-pt", "1"]) == 0
    assert "scores are not evaluated" in capsys.readouterr().out


def test_an_exclusion_on_one_material_holds_there_only(tmp_path: Path) -> None:
    rows = [(f"L{i}", m, v + 0.1 * (i - 4) + 0.07 * (-1) ** (i // 2) * (m == "B"), 0.1)
            for i in range(9) for m, v in (("A", 10), ("B", 11))]  # fmt: skip
    path = table(tmp_path / "m.csv", rows, "Laboratory,Material,MeasuredValues,StdUnc")
    found = reported(from_table(path), Asked(excluded=(Excluded("L3", "spilt", "A"),)))
    out = {q.material: {o.laboratory for o in q.left_out} for q in found.quantities}
    assert out == {"A": {"L3"}, "B": set()}
    assert "L3" not in found.youden[0].laboratories and len(found.youden[0].laboratories) == 8
