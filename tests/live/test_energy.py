"""Energy of answers from counters in a folder that stands for that of Linux: sums, wrap-around, and what is refused."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from measurand.cli import main
from measurand.document.observation import Observation, Task
from measurand.errors import ProcedureError, RunError
from measurand.instrument import energy
from measurand.instrument.energy import Counter, Reading, UnknownEnergyError, counters, joules, reading
from measurand.lab.meter import Meter

LARGEST = 262_143_328_850
"""Microjoules, as many processors state it."""


def powercap(folder: Path, **domains: tuple[str, int]) -> Path:
    """As Linux lays it out: a folder for each domain with its name, its counter and where that begins again."""
    for place, (name, microjoules) in domains.items():
        domain = folder / place.replace("_", ":").replace("rapl", "intel-rapl", 1)
        domain.mkdir(parents=True)
        (domain / "name").write_text(f"{name}\n")
        (domain / "energy_uj").write_text(f"{microjoules}\n")
        (domain / "max_energy_range_uj").write_text(f"{LARGEST}\n")
    return folder


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    return powercap(
        tmp_path / "powercap", rapl_0=("package-0", 5_000_000), rapl_0_0=("core", 1), rapl_0_1=("dram", 2),
        rapl_1=("package-1", 100), rapl_2=("psys", 3),
    )  # fmt: skip


def test_packages_are_counted_once(machine: Path) -> None:
    """Parts of a package are in it; psys is the whole board."""
    found = counters(machine)
    assert [(one.name, one.largest) for one in found] == [("package-0", LARGEST), ("package-1", LARGEST)]
    before = reading(found)
    (machine / "intel-rapl:0" / "energy_uj").write_text("7500000\n")
    (machine / "intel-rapl:1" / "energy_uj").write_text("250100\n")
    assert joules(before, reading(found), found) == pytest.approx(2.5 + 0.25, abs=1e-12)


@pytest.mark.parametrize(
    ("before", "after", "seconds", "expected"),
    [
        (1_000_000, 3_000_000, 1.0, 2.0),
        (LARGEST - 1_500_000, 500_000, 1.0, 2.0),  # it began again at 0
        (5, 5, 1.0, 0.0),
        (0, 1_000_000, 262.0, 1.0),
    ],
)
def test_joules(before: int, after: int, seconds: float, expected: float) -> None:
    one = [Counter("package-0", Path(), LARGEST)]
    assert joules(Reading(10.0, (before,)), Reading(10.0 + seconds, (after,)), one) == pytest.approx(expected, abs=1e-9)


def test_a_counter_that_may_have_begun_anew_twice() -> None:
    one = [Counter("package-0", Path(), LARGEST)]
    with pytest.raises(UnknownEnergyError, match="package-0"):
        joules(Reading(0.0, (0,)), Reading(263.0, (1_000_000,)), one)  # 1 kW would take 263 kJ


def test_a_machine_without_counters(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none", powercap(tmp_path / "board", rapl_0=("psys", 1))):
        with pytest.raises(ProcedureError, match="does not report the energy"):
            counters(folder)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [("energy_uj", None, "No such file"), ("max_energy_range_uj", "many", "invalid literal")],
)
def test_a_counter_that_cannot_be_read(machine: Path, name: str, content: str | None, says: str) -> None:
    file = machine / "intel-rapl:1" / name
    file.unlink()
    if content is not None:
        file.write_text(content)
    with pytest.raises(ProcedureError, match=f"intel-rapl:1 cannot be read: {says}") as found:
        counters(machine)
    assert "chmod a+r" in found.value.findings[0].hint


class Working:
    """Each batch takes 3 J of one package and 1 J of the other."""

    batch = 4

    def __init__(self, machine: Path) -> None:
        self.files = [machine / f"intel-rapl:{n}" / "energy_uj" for n in (0, 1)]

    def identity(self) -> dict[str, str]:
        return {}

    def observe(self, tasks: Any) -> Any:
        for file, microjoules in zip(self.files, (3_000_000, 1_000_000), strict=True):
            file.write_text(str(int(file.read_text()) + microjoules))
        return (Observation(t.system, t.item, {}, 1, "ok", {"value": "1"}) for t in tasks)

    def close(self) -> None:
        """Nothing is held."""


def test_tasks_of_a_batch_share_equally(machine: Path) -> None:
    tasks = [Task("s", str(n), {}, 1) for n in range(4)]
    found = Meter(counters=counters(machine)).observed(Working(machine), tasks)
    assert [one.output for one in found] == [{"value": "1", "energy": "1.000000000"}] * 4
    assert [one.output for one in Meter().observed(Working(machine), tasks)] == [{"value": "1"}] * 4


def test_what_is_not_known_is_absent(machine: Path) -> None:
    few = [Counter(one.name, one.file, 1) for one in counters(machine)]
    found = Meter(counters=few).observed(Working(machine), [Task("s", "1", {}, 1)])
    assert [one.output for one in found] == [{"value": "1"}]


def test_a_counter_that_is_gone(machine: Path) -> None:
    found = counters(machine)
    (machine / "intel-rapl:0" / "energy_uj").unlink()
    with pytest.raises(RunError, match="cannot be read any more"):
        Meter(counters=found).observed(Working(machine), [Task("s", "1", {}, 1)])


PROCEDURE = """\
schema    = "measurand/procedure/1"
system    = { name = "m", access = "command", target = "PYTHON answer.py" }
reference = { file = "items.csv", item = "id", input = ["question"], value = "truth" }
sampling  = { population = "questions" }
measurand = [
  { id = "right", quantity = "accuracy" },
  { id = "energy", quantity = "mean", of = "energy", unit = "J" },
]
"""
PROGRAM = """\
import json, sys
from pathlib import Path
counter = Path("powercap/intel-rapl:0/energy_uj")
for line in sys.stdin:
    asked = json.loads(line)
    taken = int(counter.read_text()) + 1000 * (1 + int(asked["item"]))
    counter.write_text(str(taken % LARGEST))
    print(json.dumps({"value": "yes"}), flush=True)
"""


def measured(folder: Path, capsys: Any, text: str) -> tuple[int, str]:
    with (folder / "items.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "question", "truth"), *((n, f"q {n}", "yes") for n in range(40))])
    (folder / "answer.py").write_text(PROGRAM.replace("LARGEST", str(LARGEST)))
    (folder / "p.measure.toml").write_text(text.replace("PYTHON", sys.executable))
    code = main(["measure", str(folder / "p.measure.toml"), "--out", str(folder / "out"), "--json"])
    return code, capsys.readouterr().out


def test_the_whole_way(machine: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Item n takes 1 + n mJ, by the counter that the program itself moves on over its end: 20.5 mJ in the mean."""
    monkeypatch.setattr(energy, "FOLDER", machine)
    (machine / "intel-rapl:0" / "energy_uj").write_text(str(LARGEST - 300_000))
    code, said = measured(machine.parent, capsys, PROCEDURE)
    assert code == 0, said
    value = {one["id"]: float(one["value"]) for one in json.loads(said)["results"]}
    assert value["energy"] == pytest.approx(0.0205, abs=1e-9)
    assert int((machine / "intel-rapl:0" / "energy_uj").read_text()) == 820_000 - 300_000
    (record,) = [p for p in (machine.parent / "out").iterdir() if not p.name.startswith(".")]
    rows = duckdb.sql(f"select item, energy from '{record / 'evidence.parquet'}'").fetchall()
    assert {int(item): joule for item, joule in rows} == pytest.approx({n: (1 + n) / 1000 for n in range(40)})
    assert json.loads((record / "evidence.json").read_text())["instrument"]["energy"] == "powercap package-0, package-1"


def test_without_a_counter_nothing_is_asked(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(energy, "FOLDER", tmp_path / "none")
    code, said = measured(tmp_path, capsys, PROCEDURE)
    assert code == 2 and "M0634" in said and "does not report the energy" in said
    assert not list((tmp_path / "out").glob("**/*.jsonl"))


@pytest.mark.parametrize("access", ["openai", "kserve"])
def test_the_energy_of_an_endpoint_is_not_known(machine: Path, capsys: Any, access: str) -> None:
    system = f'access = "{access}", url = "https://models.example.org", model = "m" }}'
    text = PROCEDURE.replace('access = "command", target = "PYTHON answer.py" }', system)
    code, said = measured(machine.parent, capsys, text)
    assert code == 2 and "energy is known of each answer for access python, command, gguf, onnx, skops only" in said
