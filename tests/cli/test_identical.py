"""The same measurement gives the same bytes: shuffled rows, another hash seed, locale, time zone, and a killed run."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .conftest import write
from .test_exit_codes import LIVE, SLOW


def measured(folder: Path, out: str, procedure: str, **environment: str) -> dict[str, bytes]:
    """Files of the record that a process of its own leaves."""
    words = [sys.executable, "-m", "measurand", "measure", procedure, "--out", out]
    ended = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False, timeout=60, env=os.environ | environment
    )
    assert ended.returncode in (0, 3), ended.stderr
    (record,) = (path for path in (folder / out).iterdir() if (path / "results.json").exists())
    return {path.name: path.read_bytes() for path in sorted(record.iterdir())}


def test_shuffled_rows_hash_seed_locale_and_time_zone(folder: Path, rows: Any) -> None:
    first = measured(folder, "one", "try.measure.toml", PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    random.Random(3).shuffle(rows)
    write(folder / "table.csv", rows)
    second = measured(folder, "two", "try.measure.toml", PYTHONHASHSEED="77", TZ="Asia/Tokyo", LC_ALL="C.UTF-8")
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} == set()


def test_killed_and_resumed(folder: Path) -> None:
    (folder / "slow.py").write_text(SLOW.replace("0.2", "0.05"), encoding="utf-8")
    (folder / "live.measure.toml").write_text(LIVE.replace("20", "8"), encoding="utf-8")
    words = [sys.executable, "-m", "measurand", "measure", "live.measure.toml", "--out", "killed"]
    started = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(400):
        time.sleep(0.02)
        if any(p.read_bytes().count(b"\n") > 100 for p in folder.glob("killed/.unfinished/*.jsonl")):
            break
    started.kill()
    assert started.wait(timeout=30) == -9
    assert list(folder.glob("killed/.unfinished/*.jsonl"))
    shutil.copytree(folder / "killed", folder / "resumed")
    assert measured(folder, "resumed", "live.measure.toml") == measured(folder, "unbroken", "live.measure.toml")
