"""The Python interface gives what the command line gives, and refuses what would hide an uncertainty."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import measurand as ms
from measurand.api.toml import written
from measurand.cli import main

SAMPLING = {"population": "drawn cases", "cluster": "patient"}


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    draw = random.Random(2)
    with (tmp_path / "table.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["case", "patient", "truth", "score", "other"])
        for n in range(160):
            truth = draw.random() < 0.5
            score = draw.gauss(0.7 if truth else 0.3, 0.2)
            rows.writerow([f"c{n:03d}", f"p{n // 2}", "yes" if truth else "no", score, score + draw.gauss(0, 0.05)])
    return "table.csv"


def measured(table: str, score: str = "score", **more: object) -> ms.Result:
    found: ms.Result = ms.measure(
        ms.sensitivity(positive="yes", at=0.5),
        ms.read(table, item="case", score=score),
        ms.reference(table, item="case", value="truth"),
        sampling=SAMPLING,
        **more,
    )
    return found


def test_the_same_numbers_as_the_command_line(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = measured(table)
    Path("same.measure.toml").write_text(result.source.procedure_text, encoding="utf-8")
    assert main(["measure", "same.measure.toml", "--json"]) == 0
    view = json.loads(capsys.readouterr().out)["results"][0]
    assert (view["value"], view["u"], view["text"]) == (result.value, result.u, result.text)
    assert tuple(view["interval"]) == result.interval


def test_a_result_is_never_a_naked_number(table: str) -> None:
    result = measured(table)
    assert f"{result}" == str(result) == result.text
    assert repr(result) == f"sensitivity: {result.text}"
    with pytest.raises(TypeError, match=r"r\.value"):
        float(result)
    with pytest.raises(TypeError, match="digits"):
        f"{result:.2f}"
    with pytest.raises(TypeError, match="truth value"):
        bool(result)
    if "±" not in result.text:
        with pytest.raises(ms.MeasurandError, match=r"r\.interval"):
            _ = result.U
    else:
        assert result.k * result.u == pytest.approx(result.U)
    assert result.words
    assert "<script" not in result._repr_html_()
    assert len(result._repr_html_()) < 15_000
    assert sum(line["share"] for line in result.budget.records() if "share" in line) == pytest.approx(1)


def test_decisions(table: str) -> None:
    before = measured(table, requirement=ms.at_least(0.5))
    (stated,) = before.decisions
    assert stated.conforms
    assert stated.document.stated == "before"
    after = before.decide(ms.at_least(0.5))
    assert after.verdict is ms.Verdict.CONFORMING
    assert after.p_conformity == stated.p_conformity
    assert after.document.stated == "after"
    assert before.decide(ms.at_most("30 %")).verdict is ms.Verdict.NON_CONFORMING
    middle = before.decide(ms.between(before.value, 1.0, max_false_accept_risk=0.01))
    assert middle.verdict is ms.Verdict.INCONCLUSIVE
    assert middle.what_now
    with pytest.raises(TypeError, match=r"d\.conforms"):
        bool(middle)
    with pytest.raises(ms.MeasurandError):
        before.decide(ms.at_least(1.5))


def test_a_difference_has_the_covariance_of_what_is_shared(table: str) -> None:
    a, b = measured(table), measured(table, "other")
    difference = a - b
    assert difference.value == pytest.approx(a.value - b.value)
    assert difference.u**2 == pytest.approx(a.u**2 + b.u**2 - 2 * difference.covariance)
    assert difference.covariance > 0
    assert difference.u < a.u
    assert str(difference) == difference.text
    contrast = ms.measure(
        [ms.sensitivity("sens", positive="yes", at=0.5), ms.sensitivity("half", positive="yes", at=0.55)],
        ms.read(table, item="case", score="score"),
        ms.reference(table, item="case", value="truth"),
        sampling=SAMPLING,
    )
    within = contrast[0] - contrast[1]
    correlation = float(contrast.documents.results.correlation[0][1])
    assert within.covariance == pytest.approx(correlation * contrast[0].u * contrast[1].u)


def test_arrays_are_a_table(table: str) -> None:
    with Path(table).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    truth = np.array([row["truth"] for row in rows])
    score = np.array([float(row["score"]) for row in rows])
    columns = {"item": [row["case"] for row in rows], "patient": [row["patient"] for row in rows]}
    quantity = ms.sensitivity(positive="yes", at=0.5)
    arrays = ms.measure(quantity, y_true=truth, y_score=score, columns=columns, sampling=SAMPLING)
    assert (arrays.value, arrays.u, arrays.interval) == (
        measured(table).value,
        measured(table).u,
        measured(table).interval,
    )
    unnamed = ms.measure(quantity, y_true=truth, y_score=score, sampling={"population": "drawn cases"})
    assert "order" in unnamed.source.remarks[0]
    with pytest.raises(ms.MeasurandError, match="160"):
        ms.measure(quantity, y_true=truth[:-1], y_score=score)
    with pytest.raises(ms.MeasurandError, match="not both"):
        ms.measure(quantity, ms.read(table, item="case"), y_true=truth)


def test_certify_and_verify(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["key", "new", "lab"])
    result = measured(table, system={"name": "try", "version": "1"}, requirement=ms.at_least(0.5))
    certificate = ms.certify(result.decisions, key="lab.pem")
    page = certificate.folder / "certificate.html"
    assert ms.verify(page, key="lab.pub.pem").ok
    assert not ms.verify(page).ok
    main(["withdraw", str(page), "--key", "lab.pem", "--reason", "wrong labels"])
    withdrawn = ms.verify(page, key="lab.pub.pem")
    assert withdrawn.exit_code == 1 and "wrong labels" in repr(withdrawn)
    news = (certificate.folder / "certificate.status.json").rename("news.status.json")
    assert ms.verify(page, key="lab.pub.pem").ok
    assert not ms.verify(page, key="lab.pub.pem", status=[news]).ok
    page.write_bytes(page.read_bytes().replace(b"CONFORMING", b"CONFIRMING"))
    assert ms.verify(page, key="lab.pub.pem").exit_code == 1
    with pytest.raises(ms.MeasurandError, match="after"):
        ms.certify([result.decide(ms.at_least(0.6))], key="lab.pem")


def test_pictures(table: str) -> None:
    result = measured(table, requirement=ms.at_least(0.5))
    decision = result.decide(ms.at_least(0.6))
    for drawing in (result.plot.interval(), decision.plot.interval(), result.plot.budget(), result.plot.items()):
        ElementTree.fromstring(drawing.svg)
    result.plot.interval().save("interval.svg")
    assert Path("interval.svg").read_text(encoding="utf-8").startswith("<svg")
    with pytest.raises(ms.MeasurandError, match="no repeated values"):
        result.plot.repeatability()


def test_what_is_wrong_is_said(table: str) -> None:
    with pytest.raises(ms.MeasurandError, match="cluter"):
        ms.measure(
            ms.sensitivity(positive="yes", at=0.5),
            ms.read(table, item="case", score="score"),
            ms.reference(table, item="case", value="truth"),
            sampling={"cluter": "patient"},
        )
    with pytest.raises(AttributeError, match="sensitivity"):
        _ = ms.sensitivty


def test_every_served_quantity_is_a_function() -> None:
    assert {"accuracy", "auc", "sensitivity", "mean"} <= set(dir(ms))
    assert "sensitivity" in (ms.sensitivity.__doc__ or "")


def test_what_is_written_reads_back() -> None:
    tables = {
        "schema": "measurand/procedure/1",
        "title": 'quotes " and \\ and é and \x7f and\nlines',
        "observations": {"file": "t.csv", "item": ["a", "b"], "value": "v"},
        "reference": {"value": "w"},
        "measurand": [{"id": "acc", "quantity": "accuracy", "where": {"a b": ["x", 1]}}],
    }
    assert tomllib.loads(written(tables)) == tables


def test_import_is_light() -> None:
    words = (
        "import measurand, sys; print(sorted({'numpy', 'scipy', 'pydantic', 'duckdb', 'jinja2'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
