"""Laboratories with data of their own, standardised: a law, direct standardisation by hand, and bad input."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from measurand.cli import main
from measurand.document.number import real
from measurand.lab.round_strata import strata_from
from measurand.study.round import Asked, reported
from measurand.study.standardised import standardised

Capture = pytest.CaptureFixture[str]
POPULATION = "Stratum,Weight\nday,0.6\nnight,0.4\n"
HEADER = "Laboratory,Stratum,MeasuredValues,StdUnc,Count\n"


def written(place: Path, rows: str, population: str = POPULATION) -> tuple[Path, Path]:
    table, weights = place / "t.csv", place / "w.csv"
    table.write_text(HEADER + rows)
    weights.write_text(population)
    return table, weights


def test_equal_strata_agree_whatever_the_mix(tmp_path: Path) -> None:
    """0.9 by day and 0.5 by night in each laboratory: as measured 0.86 to 0.54, standardised 0.74 in all."""
    rows = "".join(f"L{k},day,0.9,0.01,{n}\nL{k},night,0.5,0.02,{100 - n}\n" for k, n in enumerate((90, 60, 30, 10)))
    data = standardised(strata_from(*written(tmp_path, rows)))
    raw, done = data.quantities
    assert [real(s.value) for s in raw.submitted] == pytest.approx([0.86, 0.74, 0.62, 0.54], rel=1e-12)
    assert [real(s.value) for s in done.submitted] == pytest.approx([0.74] * 4, rel=1e-12)
    assert [real(s.u or "") for s in done.submitted] == pytest.approx([math.hypot(0.006, 0.008)] * 4, rel=1e-12)
    before, after = reported(data, Asked()).quantities
    assert before.agreement is not None and real(before.agreement.p) < 1e-6
    assert after.agreement is not None and real(after.agreement.q) == pytest.approx(0.0, abs=1e-9)


def test_directly_standardised_rates_by_hand(tmp_path: Path) -> None:
    """d / n in three strata, u = sqrt(d) / n: sum w d/n, and sum w^2 d / n^2 (Breslow & Day 1987)."""
    deaths, persons, w = (4, 30, 90), (1000, 2000, 1500), (0.5, 0.3, 0.2)
    rows = "".join(
        f"{lab},s{k},{d / n!r},{math.sqrt(d) / n!r},{n}\n"
        for lab in "AB" for k, (d, n) in enumerate(zip(deaths, persons, strict=True))
    )  # fmt: skip
    population = "Stratum,Weight\n" + "".join(f"s{k},{x}\n" for k, x in enumerate(w))
    done = standardised(strata_from(*written(tmp_path, rows, population))).quantities[1].submitted[0]
    assert real(done.value) == pytest.approx(0.5 * 0.004 + 0.3 * 0.015 + 0.2 * 0.06, rel=1e-12)
    variance = sum(x * x * d / n**2 for x, d, n in zip(w, deaths, persons, strict=True))
    assert real(done.u or "") == pytest.approx(math.sqrt(variance), rel=1e-12)


def test_what_lacks_a_stratum_is_named_and_never_zero(tmp_path: Path, capsys: Capture) -> None:
    rows = "A,day,0.9,0.01,50\nA,night,0.5,0.02,50\nB,day,0.9,0.01,50\nB,night,0.6,0.02,3\nC,day,0.8,0.01,50\n"
    rows += "D,day,0.85,0.01,50\nD,night,0.55,0.02,50\nD,dusk,0.7,0.02,50\n"
    table, weights = written(tmp_path, rows)
    data = standardised(strata_from(table, weights, least=10))
    assert [s.laboratory for s in data.quantities[1].submitted] == ["A", "D"]
    text = " ".join(data.remarks)
    assert "B is not standardised: night" in text and "C is not standardised: night" in text and "dusk" in text
    verb = ["round", "report", str(table), "--standardise", str(weights), "--least-items", "10"]
    assert main([*verb, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [q["material"] for q in found["quantities"]] == ["as measured", "standardised"]
    assert main([*verb, "--nested", "Day"]) == 2 and "by stratum" in capsys.readouterr().err


@pytest.mark.parametrize(
    "rows, population, said",
    [
        ("A,day,0.9,0.01,1\n", "Stratum,Weight\nday,0.6\n", "not to 1"),
        ("A,day,0.9,0.01,1\n", "Stratum\nday\n", "no column Weight"),
        ("A,day,0.9,0.01,1\n", "Stratum,Weight\nday,0.5\nday,0.5\n", "one weight"),
        ("A,day,0.9,0,1\n", POPULATION, "above 0"), ("A,,0.9,0.1,1\n", POPULATION, "stratum"),
        ("A,day,x,0.1,1\n", POPULATION, "x"), ("A,day,0.9,0.1,-3\n", POPULATION, "above 0"),
        ("A,day,0.9,0.1,1\nA,day,0.8,0.1,1\n", POPULATION, "twice"),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, capsys: Capture, rows: str, population: str, said: str) -> None:
    table, weights = written(tmp_path, rows, population)
    assert main(["round", "report", str(table), "--standardise", str(weights)]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
