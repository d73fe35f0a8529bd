"""``measurand archive``: a record as one file that verifies elsewhere, and never evidence that may not leave."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def issued(folder: Path, run: Run, disclosure: str) -> Path:
    """The folder of a record with its certificate."""
    text = (folder / "try.measure.toml").read_text(encoding="utf-8")
    report = f'report = {{ disclosure = "{disclosure}" }}\n'
    (folder / "try.measure.toml").write_text(text.replace("measurand = [", report + "measurand = ["), encoding="utf-8")
    assert run("measure", "try.measure.toml").code == 0
    assert run("key", "new", "lab").code == run("key", "trust", "lab.pub.pem").code == 0
    (found,) = (folder / "out").glob("TRY-01-*")
    assert run("certify", found, "--key", "lab.pem").code == 0
    return found


def test_there_and_back(folder: Path, run: Run, tmp_path: Path) -> None:
    record = issued(folder, run, "open")
    assert run("archive", record, "--out", "a.zip").code == 0
    shutil.move(record, record.parent / "elsewhere")
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(record.parent / "elsewhere" / "certificate.json", alone)
    assert run("verify", alone / "certificate.json").code == 3
    ended = run("verify", alone / "certificate.json", "--evidence", "a.zip")
    assert ended.code == 0, ended.out
    with zipfile.ZipFile("a.zip") as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "whole")
    assert names[-1] == f"{record.name}/certificate.json"
    assert run("verify", tmp_path / "whole" / names[-1]).code == 0


def test_equal_bytes(folder: Path, run: Run) -> None:
    record = issued(folder, run, "open")
    ended = run("archive", record, "--json")
    assert ended.code == 0
    first = Path(json.loads(ended.out)["file"])
    assert first == folder / "out" / f"{record.name}.zip"
    for file in record.iterdir():
        file.touch()
    assert run("archive", record, "--out", "second.zip").code == 0
    assert first.read_bytes() == Path("second.zip").read_bytes()
    assert run("archive", record).code != 0  # never written over


@pytest.mark.parametrize("disclosure", ["private", "digest"])
def test_what_may_not_leave(folder: Path, run: Run, disclosure: str) -> None:
    record = issued(folder, run, disclosure)
    ended = run("archive", record, "--out", "a.zip")
    assert ended.code == 4 and disclosure in ended.err
    assert not Path("a.zip").exists()


def test_changed_files(folder: Path, run: Run) -> None:
    record = issued(folder, run, "open")
    (record / "parts.json").write_bytes((record / "parts.json").read_bytes() + b" ")
    ended = run("archive", record, "--out", "a.zip")
    assert ended.code == 2 and "parts.json" in ended.err
    assert run("archive", folder / "lab.pem").code == 2
    assert not Path("a.zip").exists()
