"""What an answer took and cost as measurands: by hand from the evidence, and what cannot be known."""

from __future__ import annotations

import csv
import json
import statistics
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytest.importorskip("aiohttp", reason="aiohttp is not installed")

from tests.live.test_kills import server

from measurand.cli import main

HOST = "127.0.0.1"
PROCEDURE = """\
schema    = "measurand/procedure/1"
system    = SYSTEM
reference = { file = "items.csv", item = "id", input = ["question"], value = "truth" }
design    = { concurrency = 4 }
scoring   = { kind = "normalised" }
sampling  = { population = "questions" }
status    = { unscored = "wrong" }
measurand = [
  { id = "right", quantity = "proportion" },
  MEASURANDS
]
"""
OF = """\
  { id = "typical", quantity = "quantile", of = "seconds", unit = "s", at = { q = 0.5 } },
  { id = "latency", quantity = "mean", of = "seconds", unit = "s" },
"""
COST = """\
  { id = "tokens", quantity = "mean", of = "tokens_in" },
  { id = "cost", quantity = "mean", of = "cost" },
"""
PROGRAM = """\
import json, sys, time
for line in sys.stdin:
    asked = json.loads(line)
    time.sleep(0.002 * (1 + int(asked["item"]) % 5))
    print(json.dumps({"output": "yes"}), flush=True)
"""


def measured(
    folder: Path, capsys: Any, system: str, measurands: str
) -> tuple[int, dict[str, Any], list[dict[str, Any]]]:
    with (folder / "items.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "question", "truth"), *((n, f"q {n}", "yes") for n in range(60))])
    text = PROCEDURE.replace("SYSTEM", system).replace("MEASURANDS", measurands)
    (folder / "p.measure.toml").write_text(text)
    code = main(["measure", str(folder / "p.measure.toml"), "--out", str(folder / "out"), "--json"])
    said = json.loads(capsys.readouterr().out)
    if code == 2:
        return code, said, []
    (record,) = [p for p in (folder / "out").iterdir() if not p.name.startswith(".")]
    found = duckdb.sql(f"select * from '{record / 'evidence.parquet'}'")
    return code, said, [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def test_seconds_tokens_and_cost_of_an_endpoint(tmp_path: Path, capsys: Any) -> None:
    price = 'price = { input = 2, output = 8, per = 1000, currency = "EUR" }'
    with server(tmp_path / "log") as port:
        system = f'{{ name = "m", access = "openai", url = "http://{HOST}:{port}/v1", model = "m", {price} }}'
        code, said, rows = measured(tmp_path, capsys, system, OF + COST)
    assert code == 0, said
    value = {r["id"]: float(r["value"]) for r in said["results"]}
    seconds = [row["seconds"] for row in rows]
    assert len(seconds) == 60 and all(0 < s < 30 for s in seconds)
    assert value["latency"] == pytest.approx(statistics.fmean(seconds), rel=1e-9)
    assert min(seconds) <= value["typical"] <= max(seconds)
    # the server states a token in for each letter of the question, and one out
    letters = statistics.fmean(len(f"q {n}") for n in range(60))
    assert value["tokens"] == pytest.approx(letters, rel=1e-9)
    assert value["cost"] == pytest.approx((letters * 2 + 8) / 1000, rel=1e-9)


def test_seconds_of_a_program(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "answer.py").write_text(PROGRAM)
    system = f'{{ name = "m", access = "command", target = "{sys.executable} answer.py" }}'
    code, said, rows = measured(tmp_path, capsys, system, OF)
    assert code == 0, said
    by_item = {row["item"]: row["seconds"] for row in rows}
    # it sleeps 2 to 10 ms, by the item
    assert all(by_item[str(n)] >= 0.002 * (1 + n % 5) for n in range(60))


def test_cost_of_an_endpoint_that_states_no_tokens(tmp_path: Path, capsys: Any) -> None:
    from measurand.document.live import Price
    from measurand.document.procedure import Measurand, Procedure, System
    from measurand.instrument.recorded import Observed
    from measurand.lab.live import with_cost

    price = Price(input="1", output="2", currency="EUR")
    procedure = Procedure(
        id="p", title="p", system=(System(id="m", access="openai", price=price),),
        measurand=(Measurand(id="c", quantity="mean", of="cost", estimand="generalised"),),
    )  # fmt: skip
    seen = Observed(["m"] * 2, ["1", "2"], {}, ["1"] * 2, ["ok"] * 2, [""] * 2, {"output": ["a", "b"]})
    assert with_cost(seen, procedure).output["cost"] == ["", ""]


def test_nothing_is_timed_where_nothing_is_asked_about_time(tmp_path: Path, capsys: Any) -> None:
    """The evidence of a run without such a measurand does not depend on the clock."""
    (tmp_path / "answer.py").write_text(PROGRAM)
    system = f'{{ name = "m", access = "command", target = "{sys.executable} answer.py" }}'
    code, _, rows = measured(tmp_path, capsys, system, "")
    assert code == 0 and "seconds" not in rows[0]


@pytest.mark.parametrize(
    ("system", "measurands", "says"),
    [
        ('{ name = "m", access = "python", target = "m:f" }', OF, "is known of each answer for access"),
        ('{ name = "m", access = "openai", url = "https://h/v1", model = "m" }', COST, "needs the price"),
        (
            '{ name = "m", access = "openai", url = "https://h/v1", model = "m" }',
            '  { id = "x", quantity = "proportion", of = "seconds" },',
            "is not of one number",
        ),
    ],
)
def test_bad_input(tmp_path: Path, capsys: Any, system: str, measurands: str, says: str) -> None:
    code, said, _ = measured(tmp_path, capsys, system, measurands)
    assert code == 2 and says in json.dumps(said), said
