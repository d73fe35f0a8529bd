"""The worked examples: what the program says is what their pages show, and the values are those of a plain count."""

from __future__ import annotations

import csv
import math
import re
import runpy
import shutil
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist, fmean, variance

import duckdb
import pytest

from measurand.cli import main

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"
EXIT = {"credit": 1, "carrot": 1, "mammography": 0, "steel": 0}
VALUE = re.compile(r"^ +(-?\d\S* (?:±|\[).*?\(.*?95 %\))", re.MULTILINE)
VERDICT = re.compile(r"^ +[●◆■] +(\S+ .*)$", re.MULTILINE)
CLOSING = re.compile(r"^\d requirements?: .*$", re.MULTILINE)


@dataclass(frozen=True)
class Told:
    """What an example's page shows, and what the program printed."""

    page: str
    printed: str
    code: int


@pytest.fixture(params=sorted(EXIT))
def told(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    folder = shutil.copytree(EXAMPLES / request.param, tmp_path / request.param)
    code = main(["measure", str(folder / f"{request.param}.measure.toml"), "--out", str(tmp_path / "out")])
    assert code == EXIT[request.param]
    return Told((folder / "README.md").read_text(encoding="utf-8"), capsys.readouterr().out, code)


@pytest.mark.parametrize("what", [VALUE, VERDICT, CLOSING], ids=["values", "verdicts", "closing line"])
def test_the_page_shows_what_the_program_prints(told: Told, what: re.Pattern[str]) -> None:
    printed = what.findall(told.printed)
    assert printed
    assert what.findall(told.page) == printed


def test_the_page_shows_the_exit_code(told: Told) -> None:
    assert f"$ echo $?\n{told.code}\n" in told.page


def table(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def auc(positive: Iterable[float], negative: Iterable[float]) -> float:
    """Share of pairs in the right order, ties half."""
    pairs = [(p, n) for n in list(negative) for p in list(positive)]
    return sum(1.0 if p > n else 0.5 if p == n else 0.0 for p, n in pairs) / len(pairs)


def shown(name: str) -> list[str]:
    """The values on an example's page, in order."""
    return [text.split()[0] for text in VALUE.findall((EXAMPLES / name / "README.md").read_text(encoding="utf-8"))]


def test_credit_by_plain_count() -> None:
    rows = table("credit/predictions.csv")
    bad = [float(row["p_bad"]) for row in rows if row["outcome"] == "bad"]
    good = [float(row["p_bad"]) for row in rows if row["outcome"] == "good"]
    brier = (sum((1 - p) ** 2 for p in bad) + sum(p**2 for p in good)) / len(rows)
    caught = sum(p >= 0.1667 for p in bad) / len(bad)
    granted = {
        group: [float(row["p_bad"]) < 0.1667 for row in rows if row["age_group"] == group]
        for group in ("25 and under", "over 25")
    }
    young, old = (sum(found) / len(found) for found in granted.values())
    groups = [
        [float(row["p_bad"]) >= 0.1667 for row in rows if row["outcome"] == "bad" and row["age_group"] == group]
        for group in granted
    ]
    expected = [f"{auc(bad, good):.3f}", f"{brier:.4f}", f"{caught:.3f}", f"{young / old:.3f}"]
    assert shown("credit") == [*expected, f"{smaller(*groups):.3f}"]


def smaller(first: list[bool], second: list[bool]) -> float:
    """The smaller of two shares less its selection bias: expected smaller of two normal values (Clark 1961), at values
    drawn together until their variance is that which the errors leave."""
    a, b = (sum(found) / len(found) for found in (first, second))
    error = sum(p * (1 - p) / (len(found) - 1) for p, found in ((a, first), (b, second)))
    apart = abs(a - b) * math.sqrt(max(0.0, 1 - error / (a - b) ** 2))
    at = NormalDist(0, math.sqrt(error))
    expected = (apart * at.cdf(-apart)) - error * at.pdf(apart)  # of the smaller, less the smaller of the values
    return min(a, b) - expected


def test_carrot_by_plain_count() -> None:
    outcomes = defaultdict(list)
    for row in table("carrot/episodes.csv"):
        outcomes[row["system"]].append(int(row["success"]))
    plain, filtered = (sum(found) / len(found) for found in (outcomes["pi0"], outcomes["pi0+cgvd"]))
    assert shown("carrot") == [f"{plain:.3f}", f"{filtered:.3f}", f"{filtered - plain:.3f}"]


def test_mammography_by_plain_count() -> None:
    scores: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: {"1": [], "0": []})
    for row in table("mammography/viperObs.csv"):
        if row["subStudyLabel"] == "screeningMedP":
            scores[row["modalityID"], row["readerID"]][row["cancerStatus455"]].append(float(row["score"]))
    areas = defaultdict(list)
    for (modality, _), found in sorted(scores.items()):
        areas[modality].append(auc(found["1"], found["0"]))
    digital, film = (sum(areas[name]) / len(areas[name]) for name in ("FFDM", "SFM"))
    assert shown("mammography") == [f"{digital:.3f}", f"{film:.3f}", f"{digital - film:.3f}"]


def test_steel_by_plain_count() -> None:
    rows = table("steel/predictions.csv")
    faults = sorted({row["truth"] for row in rows})
    hits = [row["truth"] == row["predicted"] for row in rows]
    recall = [
        sum(row["predicted"] == fault for row in rows if row["truth"] == fault)
        / sum(row["truth"] == fault for row in rows)
        for fault in faults
    ]
    places = [sorted(faults, key=lambda f: -float(row[f"p_{f}"])).index(row["truth"]) for row in rows]
    share = {
        f: sum(r["truth"] == f for r in rows) * sum(r["predicted"] == f for r in rows) / len(rows) ** 2 for f in faults
    }
    accuracy, chance = sum(hits) / len(rows), sum(share.values())
    areas = [
        auc(
            [float(r[f"p_{f}"]) for r in rows if r["truth"] == f], [float(r[f"p_{f}"]) for r in rows if r["truth"] != f]
        )
        for f in faults
    ]
    score = -sum(math.log(float(r[f"p_{r['truth']}"]) / sum(float(r[f"p_{f}"]) for f in faults)) for r in rows)
    gaps: dict[int, float] = defaultdict(float)
    for r in rows:
        gaps[min(int(float(r["p_Bumps"]) * 10), 9)] += (r["truth"] == "Bumps") - float(r["p_Bumps"])
    expected = [
        accuracy, sum(recall) / len(recall), sum(p < 2 for p in places) / len(rows), (accuracy - chance) / (1 - chance),
        sum(areas) / len(areas), score / len(rows), sum(map(abs, gaps.values())) / len(rows),
    ]  # fmt: skip
    for text, value in zip(shown("steel"), expected, strict=True):
        assert text == f"{value:.{len(text.split('.')[1])}f}"


def test_the_predictions_are_those_of_the_script(tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLES / "credit", tmp_path / "credit")
    runpy.run_path(str(folder / "score.py"), run_name="__main__")
    again = (folder / "predictions.csv").read_text(encoding="utf-8").splitlines()
    kept = (EXAMPLES / "credit" / "predictions.csv").read_text(encoding="utf-8").splitlines()
    assert len(again) == len(kept) == 1001
    for made, row in zip(csv.reader(again[1:]), csv.reader(kept[1:]), strict=True):
        assert made[0] == row[0]
        assert made[2:] == row[2:]
        assert float(made[1]) == pytest.approx(float(row[1]), abs=2e-6)


def test_smollm_from_its_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The record is computed again without the model; page, printed values and a plain count agree."""
    (record,) = (EXAMPLES / "smollm").glob("SMOLLM2-SENTIMENT-*")
    folder = shutil.copytree(record, tmp_path / record.name)
    assert main(["evaluate", str(folder)]) == 1
    printed, page = capsys.readouterr().out, (EXAMPLES / "smollm" / "README.md").read_text(encoding="utf-8")
    for what in (VALUE, VERDICT, CLOSING):
        assert what.findall(printed) and what.findall(printed) == what.findall(page)
    rows = duckdb.sql(f"select value, reference from '{folder / 'evidence.parquet'}'").fetchall()
    assert len(rows) == 540
    assert shown("smollm") == [f"{sum(value == truth for value, truth in rows) / 540:.3f}"]
    assert main(["study", str(folder), "--calls", "1000"]) == 0
    assert capsys.readouterr().out.strip() in page


HARNESS = ("vanilla", "vanilla_norules", "cot", "metrics", "reference", "metrics_reference", "swap", "rating")
SHORT = {"vanilla_norules": "norules", "metrics_reference": "both"}


def test_harness_round(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report of the page is what the program prints, and the scores are plain counts."""
    folder = shutil.copytree(EXAMPLES / "harness", tmp_path / "harness")
    files = []
    for name in HARNESS:
        assert main(["measure", str(folder / f"{name}.measure.toml"), "--out", str(tmp_path / name), "-q"]) == 0
        (record,) = (path for path in (tmp_path / name).iterdir() if path.is_dir())
        files.append(f"{SHORT.get(name, name)}={record}")
    capsys.readouterr()
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert main(["round", "report", *files]) == 0
    assert capsys.readouterr().out.rstrip() in page
    assert main(["compare", *files]) == 0
    head, _, _ = capsys.readouterr().out.partition("\n\n    ")
    assert head in page
    label = {row["instance"]: row["label"] for row in table("harness/labels.csv")}
    for name in HARNESS:
        rows = table(f"harness/{name}.csv")
        share = sum(row["winner"] == label[row["instance"]] for row in rows) / len(rows)
        assert re.search(rf"^ +{SHORT.get(name, name)} +{share:.3f} ", page, re.MULTILINE)


LIVE = ("base", "backend", "completion", "greedy", "short")


def test_live_harness_round_from_its_records(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the page shows is what the program prints; s_r and s_R by the formulas of ISO 5725-2 from plain counts."""
    monkeypatch.chdir(EXAMPLES / "harness_live")
    page = Path("README.md").read_text(encoding="utf-8")
    record = {name: next(Path().glob(f"HARNESS-{name.upper()}-2*")) for name in (*LIVE, "shots")}
    files = [f"{name}={record[name]}" for name in LIVE]
    assert main(["round", "report", *files]) == 0
    printed = capsys.readouterr().out
    assert printed.rstrip() in page
    assert main(["compare", *files, "--against", "base"]) == 0
    assert capsys.readouterr().out.rstrip() in page
    assert main(["compare", f"base={record['base']}", f"shots={record['shots']}"]) == 2
    assert capsys.readouterr().err.rstrip() in page
    cells = []
    for name in LIVE:
        rows = duckdb.sql(f"select repeat, value, reference from '{record[name] / 'evidence.parquet'}'").fetchall()
        runs = sorted({repeat for repeat, _, _ in rows})
        cells.append([sum(v == t for r, v, t in rows if r == run) / 60 for run in runs])
        assert re.search(rf"^ +{name} +{fmean(cells[-1]):.3f} ", printed, re.MULTILINE)
    s_r = math.sqrt(fmean(variance(runs) for runs in cells))
    s_L = math.sqrt(variance(map(fmean, cells)) - s_r**2 / 3)
    assert f"s_r   {s_r:.2g} " in printed and f"s_R   {math.hypot(s_r, s_L):.2g} " in printed


def test_pythia_round(capsys: pytest.CaptureFixture[str]) -> None:
    """Cochran's Q of the page, by its formula from the table, and as the program prints it."""
    page = (EXAMPLES / "harness" / "README.md").read_text(encoding="utf-8")
    assert main(["round", "report", str(EXAMPLES / "harness" / "pythia.csv")]) == 0
    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("value") or "Q = " in line]
    assert "\n".join(printed) in page
    by_task: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in table("harness/pythia.csv"):
        by_task[row["Material"]].append((float(row["MeasuredValues"]), float(row["StdUnc"]) ** -2))
    for task, held in by_task.items():
        mean = sum(w * x for x, w in held) / sum(w for _, w in held)
        q = sum(w * (x - mean) ** 2 for x, w in held)
        assert re.search(rf"value  {task}\n +Q = {q:.3g} \(3 degrees", page)
