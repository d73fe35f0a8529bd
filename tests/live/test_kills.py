"""A run is killed at random moments, again and again, and gives the record of the unbroken one.

``make kills`` does it 100 times with 10,000 items, and prints what it found.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("aiohttp", reason="aiohttp is not installed")

KILLS = int(os.environ.get("MEASURAND_KILLS", "3"))
ITEMS = 10_000 if KILLS > 10 else 1_000
EACH, CONCURRENCY = 3, 50
"""Kills of one run, and requests under way at once."""
FILES = ("evidence.parquet", "evidence.json", "results.json", "decisions.json", "parts.json")

PROCEDURE = """\
schema    = "measurand/procedure/1"
id        = "KILLS"
system    = {{ name = "m", access = "openai", url = "http://{host}:{port}/v1", model = "m" }}
reference = {{ file = "items.csv", item = "id", input = ["question"], value = "truth" }}
design    = {{ concurrency = {concurrency} }}
scoring   = {{ kind = "normalised" }}
sampling  = {{ population = "questions" }}
measurand = [ {{ id = "right", quantity = "proportion" }} ]
"""


@contextmanager
def server(log: Path) -> Iterator[int]:
    program = str(Path(__file__).with_name("answering_server.py"))
    process = subprocess.Popen([sys.executable, program, str(log), "7200", "0.04"], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def written(folder: Path, port: int) -> Path:
    folder.mkdir()
    rows = "\n".join(f"q{n:05d},question {n:05d},yes" for n in range(ITEMS))
    (folder / "items.csv").write_text(f"id,question,truth\n{rows}\n")
    (folder / "p.measure.toml").write_text(PROCEDURE.format(host="127.0.0.1", port=port, concurrency=CONCURRENCY))
    return folder


def measured(folder: Path, *, most: float | None = None) -> bool:
    """Whether the measurement ended before it was killed."""
    command = [sys.executable, "-m", "measurand", "measure", "p.measure.toml", "-q"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, said = process.communicate(timeout=most)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return False
    assert process.returncode == 0, said.decode()
    return True


def record(folder: Path) -> dict[str, bytes]:
    (found,) = (folder / "out").glob("KILLS-*")
    return {name: (found / name).read_bytes() for name in FILES}


def observed(folder: Path) -> set[str]:
    """The questions whose answers the journal holds (whole lines)."""
    found: set[str] = set()
    for journal in (folder / "out" / ".unfinished").glob("*.jsonl"):
        for line in journal.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n") and b'"output"' in line:
                found.add("question " + json.loads(line)["item"][1:])
    return found


def stored(folder: Path) -> bool:
    return bool(list((folder / "out").glob("KILLS-*")))


def test_a_run_killed_at_random_moments_is_the_unbroken_one(tmp_path: Path) -> None:
    chance = random.Random(20261123)
    log = tmp_path / "log"
    kills = runs = repeated = most = within = 0
    with server(log) as port:
        plain = written(tmp_path / "plain", port)
        began = time.monotonic()
        assert measured(plain)
        lasts, expected = time.monotonic() - began, record(plain)
        assert len(log.read_text().splitlines()) == ITEMS
        while kills < KILLS:
            runs += 1
            folder, start = written(tmp_path / f"run{runs}", port), len(log.read_text().splitlines())
            held: list[tuple[set[str], int]] = []
            while not stored(folder):
                killing = len(held) < min(EACH, KILLS - kills)
                if not measured(folder, most=chance.uniform(0.5, lasts) if killing else None):
                    held.append((observed(folder), len(log.read_text().splitlines())))
            asked = log.read_text().splitlines()
            for observations, at in held:
                assert not observations.intersection(asked[at:])  # no completed item is lost
            more = len(asked) - start - ITEMS
            assert 0 <= more <= len(held) * CONCURRENCY
            assert record(folder) == expected
            within += sum(0 < len(observations) < ITEMS for observations, _ in held)
            kills, repeated, most = kills + len(held), repeated + more, max(most, more)
    print(f"{ITEMS} items, {kills} kills in {runs} runs ({within} between answers), concurrency {CONCURRENCY}:")
    print(f"records identical, nothing lost, {repeated} calls repeated (at most {most} in a run)")
