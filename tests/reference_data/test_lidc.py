"""The worked example of lung nodules: its page shows what the program prints, and plain counts give the same."""

from __future__ import annotations

import csv
import shutil
from collections import Counter, defaultdict
from math import comb, sqrt
from pathlib import Path
from statistics import variance

import pytest

from measurand import cli
from measurand.document.number import real
from measurand.document.reference_certificate import ClassLabels, NumberLabels
from measurand.lab.reference_certify import opened

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "docs" / "examples" / "lidc"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("example") / "lidc")
    assert cli.main(["key", "new", "lab", "--dir", str(place)]) == 0
    assert cli.main(["reference", "certify", str(place / "lidc.toml"), "--key", str(place / "lab.pem")]) == 0
    return place


def readings() -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = defaultdict(list)
    with (EXAMPLE / "readings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert (row["label"] == "suspicious") == (int(row["malignancy"]) >= 4)
            found[row["nodule"]].append(row["label"] == "suspicious")
    return found


def test_agreement_and_error_of_a_vote_by_plain_count(folder: Path) -> None:
    labels = opened(folder / "lidc.reference.json").statement.predicate.found.labels
    assert isinstance(labels, ClassLabels)
    votes = readings()
    pairs = sum(comb(len(v), 2) for v in votes.values())
    agreeing = sum(comb(sum(v), 2) + comb(len(v) - sum(v), 2) for v in votes.values())
    assert (len(votes), pairs, agreeing) == (1386, 6852, 4789)
    assert real(labels.agreement.observed) == pytest.approx(agreeing / pairs, abs=1e-12)
    share = sum(map(sum, votes.values())) / sum(map(len, votes.values()))
    chance = share**2 + (1 - share) ** 2
    assert real(labels.agreement.kappa) == pytest.approx((agreeing / pairs - chance) / (1 - chance), abs=1e-12)
    e = (1 - sqrt(1 - 2 * (1 - agreeing / pairs))) / 2
    assert real(labels.vote.value) == pytest.approx(e, abs=1e-12)


def test_values_are_those_of_most_votes_and_wrong_by_the_rule_of_bayes(folder: Path) -> None:
    votes = readings()
    share = sum(map(sum, votes.values())) / sum(map(len, votes.values()))
    pairs = sum(comb(len(v), 2) for v in votes.values())
    e = (1 - sqrt(1 - 2 * (1 - sum(comb(sum(v), 2) + comb(len(v) - sum(v), 2) for v in votes.values()) / pairs))) / 2
    prior = (share - e) / (1 - 2 * e)
    total = 0.0
    with (folder / "lidc.items.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            mine = votes[row["item"]]
            k, m = sum(mine), len(mine)
            yes, no = prior * (1 - e) ** k * e ** (m - k), (1 - prior) * e**k * (1 - e) ** (m - k)
            said = row["value"] == "suspicious"
            assert said == (2 * k > m or (2 * k == m and yes > no))
            wrong = (no if said else yes) / (yes + no)
            assert float(row["probability_wrong"]) == pytest.approx(wrong, rel=1e-5)
            total += wrong
    stated = opened(folder / "lidc.reference.json").statement.predicate.uncertainty
    assert stated is not None
    assert real(stated.combined.value) == pytest.approx(total / 1386, abs=1e-12)


def test_the_votes_that_the_page_names(folder: Path) -> None:
    seen = Counter((len(v), sum(v)) for v in readings().values())
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert f"{seen[4, 1]} have one vote for suspicious" in page
    assert f"{seen[4, 2]} have two" in page
    assert sum(n for (m, _), n in seen.items() if m == 4) == 898


def test_the_page_shows_what_the_program_prints(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert cli.main(["reference", "show", str(folder / "lidc.reference.json")]) == 0
    assert capsys.readouterr().out in page
    out = folder / "out"
    assert cli.main(["measure", str(folder / "lidc.measure.toml"), "--out", str(out)]) == 3
    printed = capsys.readouterr().out
    assert printed[printed.index("sens  ") : printed.index("spec  ")].rstrip() in page
    assert "$ echo $?\n3\n" in page


def test_volumes_by_plain_count(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "volume.toml"
    assert cli.main(["reference", "certify", str(path), "--key", str(folder / "lab.pem")]) == 0
    capsys.readouterr()
    assert cli.main(["reference", "show", str(folder / "volume.reference.json")]) == 0
    assert capsys.readouterr().out in (folder / "README.md").read_text(encoding="utf-8")
    labels = opened(folder / "volume.reference.json").statement.predicate.found.labels
    assert isinstance(labels, NumberLabels)
    volumes: dict[str, list[float]] = defaultdict(list)
    with (EXAMPLE / "readings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            volumes[row["nodule"]].append(float(row["volume_mm3"]))
    squares = sum(variance(v) * (len(v) - 1) for v in volumes.values())
    assert real(labels.sd.value) == pytest.approx(sqrt(squares / (5056 - 1386)), rel=1e-9)
    with (EXAMPLE / "nodules.csv").open(encoding="utf-8", newline="") as file:
        small = [row["nodule"] for row in csv.DictReader(file) if row["size"] == "under 6 mm"]
    own = sum(variance(volumes[n]) * (len(volumes[n]) - 1) for n in small)
    sd = sqrt(own / sum(len(volumes[n]) - 1 for n in small))
    assert real(labels.by_stratum["under 6 mm"].sd or "0") == pytest.approx(sd, rel=1e-9)


def test_the_certificate_verifies(folder: Path) -> None:
    verify = ["reference", "verify", str(folder / "lidc.reference.json"), "--key", str(folder / "lab.pub.pem")]
    assert cli.main(verify) == 0
