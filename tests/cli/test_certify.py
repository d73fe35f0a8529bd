"""What a person may leave out when signing: the ending of a key file, the laboratory's name; pages too large."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from measurand.lab import sign

Run = Callable[..., Any]


@pytest.fixture
def record(run: Run, folder: Path) -> Path:
    run("measure", folder / "try.measure.toml", "--out", folder / "out")
    return next(path for path in (folder / "out").iterdir() if path.is_dir())


@pytest.mark.parametrize("name", ["lab", "lab.key", "lab.pem"])
@pytest.mark.parametrize("given", ["as made", "as file"])
def test_a_key_is_found_by_its_name_and_by_its_file(run: Run, record: Path, tmp_path: Path, name: str, given: str):
    assert run("key", "new", name, "--dir", tmp_path / "keys").code == 0
    stem = name.removesuffix(".pem")
    private, public = (stem, stem) if given == "as made" else (f"{stem}.pem", f"{stem}.pub.pem")
    assert {path.name for path in (tmp_path / "keys").iterdir()} == {f"{stem}.pem", f"{stem}.pub.pem"}
    assert run("certify", record, "--key", tmp_path / "keys" / private).code == 0
    assert run("verify", record / "certificate.html", "--key", tmp_path / "keys" / public).code == 0


def test_a_certificate_without_the_name_of_the_laboratory_is_warned_of(run: Run, record: Path, tmp_path: Path):
    run("key", "new", "lab", "--dir", tmp_path)
    warned = run("certify", record, "--key", tmp_path / "lab.pem")
    assert warned.code == 0
    assert "names no laboratory" in warned.err
    assert str(record.parent / "lab.toml") in warned.err


def test_no_warning_once_the_laboratory_has_a_name(run: Run, record: Path, tmp_path: Path):
    (record.parent / "lab.toml").write_text('name = "Laboratory Seven"\n', encoding="utf-8")
    run("key", "new", "lab", "--dir", tmp_path)
    ended = run("certify", record, "--key", tmp_path / "lab")
    assert (ended.code, ended.err) == (0, "")
    assert "Laboratory Seven" in (record / "certificate.html").read_text(encoding="utf-8")


def test_a_page_that_is_too_large_goes_without_its_evidence(
    run: Run, record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("measurand.cli.issuing.LARGEST", 1_000)
    assert sign.LARGEST == 400_000
    run("key", "new", "lab", "--dir", tmp_path)
    run("certify", record, "--key", tmp_path / "lab")
    assert 'id="evidence">' not in (record / "certificate.html").read_text(encoding="utf-8")
    assert run("verify", record / "certificate.html", "--key", tmp_path / "lab").code == 0
