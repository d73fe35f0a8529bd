"""Private and digest-only evidence through the command line: nothing of an item leaves, and asked items are opened."""

from __future__ import annotations

import base64
import json
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AUC = '  { id = "auc", quantity = "auc", positive = "yes" },'
Run = Callable[..., Any]
SECRET = "disclosure.secret.json"
ID = re.compile(r"\b[cp]\d{2,3}\b")
"""An item or a patient of the table."""


@pytest.fixture
def certified(folder: Path, run: Run) -> Path:
    return issued(folder, run, "private")


def procedure(folder: Path, disclosure: str) -> str:
    """The procedure of the folder, with a disclosure and the area under the ROC, whose curve is made of scores."""
    text = (folder / "try.measure.toml").read_text(encoding="utf-8")
    if "disclosure" in text:
        return re.sub(r'disclosure = "\w+"', f'disclosure = "{disclosure}"', text)
    return text.replace("measurand = [", f'report = {{ disclosure = "{disclosure}" }}\nmeasurand = [\n{AUC}')


def issued(folder: Path, run: Run, disclosure: str, out: str = "out") -> Path:
    """The folder of a record with its certificate."""
    text = procedure(folder, disclosure)
    (folder / "try.measure.toml").write_text(text, encoding="utf-8")
    assert run("measure", "try.measure.toml", "--out", out).code == 0
    if not (folder / "lab.pem").exists():
        assert run("key", "new", "lab").code == 0
        assert run("key", "trust", "lab.pub.pem").code == 0
    (found,) = (folder / out).glob("TRY-01-*")
    ended = run("certify", found, "--key", "lab.pem")
    assert ended.code == 0, ended.err
    return found


def payload(record: Path) -> str:
    envelope = json.loads((record / "certificate.json").read_bytes())
    return base64.b64decode(envelope["payload"]).decode()


def predicate(record: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(payload(record))["predicate"]
    return found


def checks(ended: Any) -> dict[str, str]:
    return {check["name"]: check["state"] for check in json.loads(ended.out)["checks"]}


def test_nothing_of_an_item_is_in_the_certificate(certified: Path, run: Run) -> None:
    assert ID.findall(payload(certified)) == []
    page = (certified / "certificate.html").read_text(encoding="utf-8")
    # digests hold any letters: those of the policy, and fingerprints in groups of four
    head = re.sub(r"sha256-[\w+/=]+|(?:\b[0-9a-f]{4}\b\s?){4,}", "", page.split('id="certificate">')[0])
    assert ID.findall(head) == []
    assert 'id="evidence">' not in page
    assert ID.findall((certified / "results.json").read_text()) == []
    stated = predicate(certified)["disclosure"]
    assert (stated["kind"], stated["items"]) == ("private", 120)
    results = predicate(certified)["results"]
    assert all("item_map" not in result for result in results)
    scores = {row["score"] for row in csv_rows(certified.parent.parent / "table.csv")}
    held = {str(x) for r in results for curve in r["curves"] for column in curve["columns"].values() for x in column}
    assert {float(x) for x in scores} & {float(x) for x in held if re.fullmatch(r"0\.\d{2,3}", x)} == set()


def csv_rows(path: Path) -> list[dict[str, str]]:
    header, *lines = path.read_text().splitlines()
    return [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]


def test_no_score_is_in_the_certificate(folder: Path, run: Run) -> None:
    """Every score has nine digits of its own: none of them is found in anything that is issued."""
    draw = random.Random(4)
    lines = [f"c{n:03d},p{n // 2:02d},{draw.choice(('yes', 'no'))},{draw.uniform(0.01, 0.99):.9f}" for n in range(150)]
    (folder / "table.csv").write_text("\n".join(["case,patient,truth,score", *lines]))
    several = [
        "auc",
        "brier_score",
        "log_score",
        "calibration_slope",
        "average_precision",
        "expected_calibration_error",
    ]
    head = procedure(folder, "private").split("measurand = [")[0].replace('value = "predicted", ', "")
    tables = [f"[[measurand]]\nid = 'm{i}'\nquantity = '{name}'\npositive = 'yes'" for i, name in enumerate(several)]
    (folder / "try.measure.toml").write_text("\n".join([head, *tables]), encoding="utf-8")
    ended = run("measure", "try.measure.toml")
    assert ended.code == 0, ended.err
    (record,) = (folder / "out").glob("TRY-01-*")
    assert run("key", "new", "lab").code == 0
    assert run("certify", record, "--key", "lab.pem").code == 0
    issued = payload(record) + (record / "certificate.html").read_text(encoding="utf-8")
    assert [line for line in lines if line[-9:] in issued or line[-11:-3] in issued] == []
    assert ID.findall(payload(record)) == []


def test_the_secret_stays(certified: Path) -> None:
    assert (certified / SECRET).stat().st_mode & 0o777 == 0o600
    assert json.loads((certified / SECRET).read_text())["secret"] not in payload(certified)
    assert SECRET not in payload(certified) + (certified / "SHA256SUMS").read_text()


def test_the_numbers_are_those_of_open_evidence(certified: Path, folder: Path, run: Run) -> None:
    other = issued(folder, run, "open", out="open")
    assert "disclosure" not in predicate(other)
    assert predicate(other)["results"][1]["item_map"]
    digits = [
        [{key: result[key] for key in ("measurand", "value", "u", "lower", "upper", "text")} for result in p["results"]]
        for p in (predicate(certified), predicate(other))
    ]
    assert digits[0] == digits[1]
    assert 'id="evidence">' in (other / "certificate.html").read_text(encoding="utf-8")


def test_verify_in_the_laboratory_and_outside(certified: Path, tmp_path: Path, run: Run) -> None:
    inside = run("verify", certified / "certificate.html", "--json")
    assert inside.code == 0, inside.out
    assert checks(inside)["disclosure"] == checks(inside)["recomputation"] == "passed"
    (tmp_path / "away").mkdir()
    away = Path(shutil.copy(certified / "certificate.html", tmp_path / "away"))
    outside = run("verify", away, "--out", tmp_path / "none", "--json")
    assert outside.code == 3
    assert checks(outside)["disclosure"] == checks(outside)["recomputation"] == "not checked"


def test_items_are_opened(certified: Path, tmp_path: Path, run: Run) -> None:
    ended = run("disclose", certified, "--items", "c017", "c081", "--items", "c003", "--out", "opened.json", "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["count"] == 3
    opened = json.loads(Path("opened.json").read_text())
    assert [one["item"] for one in opened["opened"]] == ["c003", "c017", "c081"]
    table = {row["case"]: row for row in csv_rows(tmp_path / "table.csv")}
    for one in opened["opened"]:
        (row,) = one["rows"]
        held = table[one["item"]]
        assert (row["value"], row["reference"], row["cluster"]) == (held["predicted"], held["truth"], held["patient"])
        assert float(row["score"]) == float(held["score"])
    text = Path("opened.json").read_text()
    assert set(ID.findall(text)) == {"c003", "c017", "c081", "p01", "p08", "p40"}
    verified = run("verify", certified / "certificate.json", "--disclosed", "opened.json", "--json")
    assert (verified.code, checks(verified)["items"]) == (0, "passed")
    Path("opened.json").write_text(text.replace('"value":"yes"', '"value":"no"').replace('"score":"0.', '"score":"0.1'))
    altered = run("verify", certified / "certificate.json", "--disclosed", "opened.json")
    assert altered.code == 1
    assert "nothing failed but the opened items" in altered.out
    assert run("disclose", certified, "--items", "c017", "--out", "opened.json").code == 2  # never written over


def test_a_challenge_and_its_answer(certified: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "auditor").mkdir()
    page = Path(shutil.copy(certified / "certificate.html", tmp_path / "auditor"))
    asked = run("disclose", page, "--ask", 30, "--out", "challenge.json")
    assert asked.code == 0, asked.err
    assert run("disclose", certified, "--challenge", "challenge.json", "--out", "opened.json").code == 0
    words = ("verify", certified / "certificate.html", "--disclosed", "opened.json")
    found = run(*words, "--challenge", "challenge.json", "--json")
    assert (found.code, checks(found)["challenge"]) == (0, "passed")
    # 0.05 is reached at 10 of 120: C(110, 30) / C(120, 30) = 0.0494...; at 9 it is 0.0675...
    assert "at most 9 of 120 items" in found.out
    seed = json.loads(Path("challenge.json").read_text())["asked"]["seed"]
    assert run("disclose", certified, "--random", 30, "--seed", seed, "--out", "again.json").code == 0
    assert Path("again.json").read_bytes() == Path("opened.json").read_bytes()
    left = json.loads(Path("opened.json").read_text())
    gone = left["opened"].pop(3)
    Path("left.json").write_text(json.dumps(left))
    short = run("verify", page, "--disclosed", "left.json", "--challenge", "challenge.json")
    assert short.code == 1
    assert f"missing are the positions {gone['position']} of the tree" in short.out
    assert run("disclose", page, "--ask", 30, "--out", "other.json").code == 0
    assert run("disclose", certified, "--challenge", "other.json", "--out", "o.json").code == 0
    assert run("verify", page, "--disclosed", "o.json", "--challenge", "challenge.json").code == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "in one way"),
        (("--items", "c001", "--ask", "3"), "in one way"),
        (("--random", "3"), "in one way"),
        (("--seed", "a", "--items", "c001"), "in one way"),
        (("c001",), "in one way"),
        (("--items", "c999"), "not in the evidence"),
        (("--random", "121", "--seed", "a"), "the certificate has 120"),
        (("--ask", "121"), "the certificate has 120"),
        (("--challenge", "table.csv"), "no challenge for this certificate"),
        (("--challenge", "nowhere.json"), "nowhere.json"),
    ],
)
def test_what_cannot_be_asked(words: tuple[str, ...], says: str, certified: Path, run: Run) -> None:
    ended = run("disclose", certified, *words)
    assert ended.code == 2
    assert says in ended.err
    assert not list(Path().glob("opened.json")) + list(Path().glob("challenge.json"))


def test_digest_only(folder: Path, run: Run) -> None:
    record = issued(folder, run, "digest")
    assert predicate(record)["disclosure"] == {"kind": "digest", "items": 120}
    assert ID.findall(payload(record)) == []
    assert not (record / SECRET).exists()
    ended = run("disclose", record, "--items", "c001")
    assert ended.code == 2
    assert "commits to none" in ended.err
    assert run("verify", record / "certificate.html").code == 0
    (folder / "o.json").write_text("{}")
    assert run("verify", record / "certificate.html", "--disclosed", "o.json").code == 1


def test_only_private_evidence_has_a_secret(folder: Path, run: Run) -> None:
    record = issued(folder, run, "open")
    assert not (record / SECRET).exists()
    assert "commits to none" in run("disclose", record, "--ask", 3).err


def test_help_shows_examples(run: Run) -> None:
    text = run("disclose", "--help").out
    assert text.count("measurand disclose") >= 4
