"""What continuous integration reads: JUnit report, job summary, badges, and the plugin of pytest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from measurand.cli import main
from measurand.export.job_summary import escaped

PROCEDURE = """\
schema = "measurand/procedure/1"
id     = "GATE-01"
system = { name = "a|b <img src=x>", version = "1" }
observations = { file = "table.csv", item = "case", value = "predicted" }
reference    = { file = "table.csv", value = "truth" }
sampling     = { population = "drawn cases" }
measurand = [
  { id = "acc", quantity = "accuracy" },
  { id = "sens", quantity = "sensitivity", positive = "yes" },
  { id = "spec", quantity = "specificity", positive = "yes" },
]
requirement = [
  { id = "met", measurand = "acc", lower_limit = 0.5 },
  { id = "missed", measurand = "sens", lower_limit = 0.99 },
  { id = "open", measurand = "acc", lower_limit = 0.8 },
]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """200 cases, 160 right: 100 of 200 are positive, 80 of those found."""
    rows = [f"{n},{'yes' if n < 100 else 'no'},{'yes' if n < 80 or n >= 180 else 'no'}" for n in range(200)]
    (tmp_path / "table.csv").write_text("case,truth,predicted\n" + "\n".join(rows) + "\n")
    (tmp_path / "gate.measure.toml").write_text(PROCEDURE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_reports(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "summary.md").write_text("of another step\n")
    wanted = ["--junit", "j.xml", "--summary", "summary.md", "--badge", "badges", "-q"]
    assert main(["measure", "gate.measure.toml", *wanted]) == 1
    printed = dict(re.findall(r"^(acc|sens|spec) .*\n +(0\.\d+ \[.*?\] \(95 %\))", capsys.readouterr().out, re.M))
    assert set(printed) == {"acc", "sens", "spec"}

    suite = ET.parse(folder / "j.xml").getroot()[0]
    assert {k: suite.get(k) for k in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4", "failures": "2", "errors": "0", "skipped": "1",
    }  # fmt: skip
    failures = {c.get("name", "")[:4]: f.get("type") for c in suite for f in c.findall("failure")}
    assert failures == {"miss": "NON-CONFORMING", "open": "INCONCLUSIVE"}
    assert all(
        printed["sens"] in (f.get("message") or "") for f in suite.findall("testcase/failure[@type='NON-CONFORMING']")
    )

    summary = (folder / "summary.md").read_text()
    assert summary.startswith("of another step\n")
    assert "<img" not in summary and "a\\|b" in summary
    assert summary.count("**NON\\-CONFORMING**") + summary.count("**NON-CONFORMING**") == 1

    badges = sorted(p.name for p in (folder / "badges").iterdir())
    assert len(badges) == 3
    for file in (folder / "badges").iterdir():
        title = ET.parse(file).getroot().findtext("{http://www.w3.org/2000/svg}title") or ""
        assert re.search(r"\[.*\] \(95 %\)|±", title), "a number is never shown without its uncertainty"
    sens = next(file for file in (folder / "badges").iterdir() if "sens" in file.name).read_text()
    assert "NON-CONFORMING" in sens and "■" in sens


def test_an_invalid_result_has_no_number_on_its_badge(folder: Path) -> None:
    text = PROCEDURE + 'uncertainty = { required = ["reference"] }\n'
    (folder / "gate.measure.toml").write_text(text)
    assert main(["measure", "gate.measure.toml", "--badge", "badges", "--junit", "j.xml", "-q"]) == 4
    badge = next(file for file in (folder / "badges").iterdir() if "acc" in file.name).read_text()
    assert "INVALID" in badge and not re.search(r"0\.\d", re.sub(r"<[^>]*>", "", badge))
    assert ET.parse(folder / "j.xml").getroot()[0].get("errors") == "3"


@pytest.mark.parametrize("text", ["| a", "[x](y)", "<b>", "`x`", "# x", "a\nb", "![i](u)", "@someone", "&lt;"])
def test_text_of_data_is_no_markup(text: str) -> None:
    assert not re.search(r"(?<!\\)[|\[\]()`#!@<>\n]", escaped(text))


def ran(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "measurand.pytest_plugin", "-p", "no:cacheprovider", *words]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # named here, wherever it is installed
    return subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=False)


def test_plugin(folder: Path) -> None:
    ended = ran(folder, "--measurand", "--measurand-out", "records", "-rA")
    assert ended.returncode == 1
    assert "2 failed, 1 passed" in ended.stdout
    assert re.search(r"PASSED .*met", ended.stdout) and re.search(r"FAILED .*missed", ended.stdout)
    assert "NON-CONFORMING" in ended.stdout and "INCONCLUSIVE" in ended.stdout and "Traceback" not in ended.stdout
    assert len(list((folder / "records").glob("GATE-01-*"))) == 1  # measured once for all of its requirements


def test_plugin_without_its_option_collects_nothing(folder: Path) -> None:
    assert ran(folder).returncode == 5


def test_plugin_names_the_place_of_a_fault(folder: Path) -> None:
    (folder / "gate.measure.toml").write_text(PROCEDURE.replace("specificity", "specifisity"))
    ended = ran(folder, "--measurand")
    assert ended.returncode != 0 and "specificity" in ended.stdout


def test_plugin_refuses_a_second_try(folder: Path) -> None:
    (folder / "conftest.py").write_text(
        "def pytest_runtest_protocol(item, nextitem):\n"
        "    from _pytest.runner import runtestprotocol\n"
        "    runtestprotocol(item, nextitem=nextitem, log=False)\n"  # as plugins do that try again
        "    for report in runtestprotocol(item, nextitem=nextitem, log=False):\n"
        "        item.ihook.pytest_runtest_logreport(report=report)\n"
        "    return True\n"
    )
    ended = ran(folder, "--measurand")
    assert ended.returncode == 1 and "not repeated until it passes" in ended.stdout


def test_plugin_refuses_reruns(folder: Path) -> None:
    option = "def pytest_addoption(parser):\n    parser.addoption('--reruns', type=int, default=0)\n"
    (folder / "again.py").write_text(option)
    ended = ran(folder, "-p", "again", "--measurand", "--reruns", "2")
    assert ended.returncode == 4 and "not repeated until it passes" in ended.stderr
