"""Many requests at once against a server that fails in all its ways."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("aiohttp", reason="aiohttp is not installed")

from measurand.document.live import Limit
from measurand.document.observation import Observation, Task
from measurand.errors import RunError
from measurand.instrument.openai import OpenAIChat
from measurand.lab.asking import Pace, ask_all
from measurand.lab.journal import Journal

SERVER = Path(__file__).with_name("flaky_openai_server.py")
AT = "sha256:" + "0" * 64


@contextmanager
def server(*words: object) -> Iterator[str]:
    command = [sys.executable, str(SERVER), "--max-seconds", "120", *map(str, words)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().decode().split()[1]
    finally:
        process.kill()
        process.communicate()


def stats(url: str) -> dict[str, int]:
    with urllib.request.urlopen(url.removesuffix("/v1") + "/_stats") as answer:
        found: dict[str, int] = json.load(answer)
    return found


class Questions(list[Task]):
    """Tasks in the order of their numbers."""

    def number(self, entry: Task | Observation, /) -> int:
        return int(entry.item[1:])


def tasks(count: int) -> Questions:
    return Questions(
        Task("s", f"i{n}", {}, 1, {"q": f"LABELS: a|b|c\nTRUTH: a\nquestion {n}"}, seed=n) for n in range(count)
    )


def observed(url: str, folder: Path, count: int, most: int | None = None) -> dict[str, str]:
    settled = Pace(concurrency=16, limit=Limit(requests=most))
    instrument = OpenAIChat(url, "m", settings={"temperature": 0}, connections=settled.concurrency, seconds=1.0)

    wanted = tasks(count)

    async def all_of_them(journal: Journal) -> None:
        try:
            await ask_all({"s": instrument}, wanted, journal, pace=settled, count=count)
        finally:
            await instrument.close()

    with Journal(folder / "j.jsonl", procedure_at=AT, instrument=instrument.identity(), tasks=wanted) as journal:
        asyncio.run(all_of_them(journal))
        return {o.item: f"{o.status} {o.output.get('output')}" for o in map(journal.observation, range(count))}


def test_faults_change_nothing(tmp_path: Path) -> None:
    with server("--seed", 7) as url:
        plain = observed(url, tmp_path / "plain", 150)
    with server("--seed", 7, "--fail-rate", 0.3, "--hang-s", 2, "--retry-after", 1) as url:
        faulty = observed(url, tmp_path / "faulty", 150)
        found = stats(url)
    assert faulty == plain and len(plain) == 150
    assert found["early_retries"] == 0
    assert found["max_in_flight"] <= 16


PASSING = (
    "500", "502", "503", "429", "timeout", "slow", "reset", "truncate", "garbage", "html", "empty", "wrongjson", "nan",
    "dupkeys", "deepjson",
)  # fmt: skip
"""Faults after which the same question is answered well: all but errors that stay, and answers that are others."""


@pytest.mark.parametrize("date", [False, True])
def test_faults_of_all_ways_change_nothing(tmp_path: Path, date: bool) -> None:
    more = ("--retry-after-date",) if date else ()
    with server("--seed", 7) as url:
        plain = observed(url, tmp_path / "plain", 200)
    faulty = (
        "--fail-rate",
        0.3,
        "--hang-s",
        2,
        "--slow-s",
        2,
        "--retry-after",
        2,
        "--faults",
        ",".join(PASSING),
        *more,
    )
    with server("--seed", 7, *faulty) as url:
        assert observed(url, tmp_path / "faulty", 200) == plain
        found = stats(url)
    assert found["early_retries"] == 0
    assert set(found["faults"]) == set(PASSING) and all(text.startswith("ok ") for text in plain.values())  # type: ignore[call-overload]


def test_permanent_errors_are_asked_twice(tmp_path: Path) -> None:
    with server("--fail-prompts", "question", "--faults", "400,404") as url:
        found = observed(url, tmp_path, 10)
        assert all(text.startswith("failed") for text in found.values())
        assert stats(url)["max_attempts_for_one_prompt"] == 2


@pytest.mark.parametrize("kind", ["401", "redirect"])
def test_a_run_that_is_refused_stops(tmp_path: Path, kind: str) -> None:
    with server("--fail-first", 1, "--faults", kind) as url, pytest.raises(RunError, match="refuses"):
        observed(url, tmp_path, 10)


def test_a_limit_stops_and_what_was_observed_is_kept(tmp_path: Path) -> None:
    with server() as url:
        with pytest.raises(RunError, match="limit of 20"):
            observed(url, tmp_path, 50, most=20)
        again = observed(url, tmp_path, 50)
        assert len(again) == 50
        assert stats(url)["requests"] == 50
