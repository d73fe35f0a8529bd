"""Prints what the program costs: a start, a refusal, and seconds and memory for a table of 100,000 rows.

    python benchmarks/bench.py

A number over its limit is marked; the exit code is then 1.
"""

from __future__ import annotations

import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import wide

ROWS = 100_000
CLUSTERS = 2_000
WIDE_CLUSTERS = 1_000
WIDE_SECONDS = 15
"""For 30 quantities of one table."""
SCALE = 1e6 if sys.platform == "darwin" else 1e3  # ru_maxrss per MB: bytes there, kilobytes elsewhere

PROCEDURE = """\
schema = "measurand/procedure/1"
id     = "BENCH-100K"
system = { name = "bench", version = "1" }
observations = { file = "table.csv", item = "item", value = "predicted", score = "score" }
reference    = { file = "table.csv", item = "item", value = "truth" }
sampling     = { population = "drawn rows in clusters", cluster = "cluster" }
measurand = [
  { id = "accuracy", quantity = "accuracy" },
  { id = "sensitivity", quantity = "sensitivity", positive = "yes" },
  { id = "specificity", quantity = "specificity", positive = "yes" },
  { id = "precision", quantity = "precision", positive = "yes" },
  { id = "f1", quantity = "f_score", positive = "yes" },
  { id = "auc", quantity = "auc", positive = "yes" },
  { id = "brier", quantity = "brier_score", positive = "yes" },
  { id = "positive_rate", quantity = "positive_rate", positive = "yes", at = { score = 0.5 } },
  { id = "sensitivity_high", quantity = "sensitivity", positive = "yes", at = { score = 0.7 } },
  { id = "specificity_low", quantity = "specificity", positive = "yes", at = { score = 0.3 } },
]
requirement = [ { measurand = "accuracy", lower_limit = 0.7 } ]
"""


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    exit_code: int
    cpu: float
    wall: float
    memory: float
    output: str


def cost(arguments: list[str], folder: Path) -> Cost:
    """Runs ``python ARGUMENTS`` and waits for it alone, so that CPU time and peak memory are its own."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        started = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, *arguments], cwd=folder, stdout=output, stderr=subprocess.STDOUT, env=dict(os.environ)
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return Cost(
            exit_code=child.returncode,
            cpu=usage.ru_utime + usage.ru_stime,
            wall=wall,
            memory=usage.ru_maxrss / SCALE,
            output=output.read(),
        )


def table(path: Path) -> None:
    """100,000 drawn rows in clusters of unequal size; the same bytes every time."""
    rng = random.Random(20261122)
    level = [rng.gauss(0, 0.5) for _ in range(CLUSTERS)]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("item,cluster,truth,predicted,score\n")
        for i in range(ROWS):
            cluster = min(int(rng.expovariate(1) * CLUSTERS / 4), CLUSTERS - 1)
            positive = rng.random() < 0.4
            score = min(max(0.5 + (0.15 if positive else -0.15) + 0.1 * level[cluster] + rng.gauss(0, 0.15), 0), 1)
            words = ("yes" if positive else "no", "yes" if score >= 0.5 else "no")
            file.write(f"i{i:06d},c{cluster:04d},{words[0]},{words[1]},{score:.4f}\n")


def line(name: str, number: float, limit: float | None, unit: str) -> bool:
    """Prints one number beside its limit, if it has one; true when it is within."""
    good = limit is None or number <= limit
    shown = "" if limit is None else f"limit {limit:6.1f}  {'ok' if good else 'OVER THE LIMIT'}"
    print(f"{name:<52}{number:9.2f} {unit:<6} {shown}".rstrip())
    return good


def refused(folder: Path) -> tuple[str, float]:
    """The broken certificate of the test vectors whose refusal takes longest, and its seconds."""
    vectors = Path(__file__).resolve().parent.parent / "tests" / "vectors"
    listed = json.loads((vectors / "index.json").read_text(encoding="utf-8"))["vectors"]
    broken = [one for one in listed if one["exit"]["measurand"] in (1, 2) and not one.get("given")]
    walls = {}
    for one in broken:
        key = ["--key", str(vectors / one["key"])] if "key" in one else []
        run = cost(["-m", "measurand", "verify", str(vectors / one["file"]), *key, "--out", "none"], folder)
        if run.exit_code not in (1, 2, 3):  # 3: it is its files beside that are broken, and they are not given here
            raise SystemExit(f"{one['file']}: {run.output}")
        walls[one["file"]] = run.wall
    return max(walls.items(), key=lambda item: item[1])


def main() -> int:
    """Runs all and prints; 1 when a number is over its limit or a run failed."""
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} CPUs")
    good = True
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for words, arguments, limit in (
            ("measurand --help, CPU (median of 5)", ["-m", "measurand", "--help"], 0.5),
            ("import measurand, CPU (median of 5)", ["-c", "import measurand"], 0.6),
        ):
            runs = [cost(arguments, folder) for _ in range(5)]
            if any(run.exit_code for run in runs):
                print(runs[0].output, file=sys.stderr)
                return 1
            good &= line(words, statistics.median(run.cpu for run in runs), limit, "s")

        name, seconds = refused(folder)
        good &= line("verify refuses a broken certificate, slowest of all", seconds, 1, "s")
        print(f"  {name}")

        table(folder / "table.csv")
        (folder / "bench.measure.toml").write_text(PROCEDURE, encoding="utf-8")
        run = cost(["-m", "measurand", "measure", "bench.measure.toml", "--out", "out"], folder)
        if run.exit_code not in (0, 1, 3):  # a verdict
            print(run.output, file=sys.stderr)
            return 1
        good &= line("measure, 100,000 rows, 10 measurands, clusters", run.wall, 10, "s")
        good &= line("  peak resident memory", run.memory, 600, "MB")

        for procedure in wide.write(folder, ROWS, WIDE_CLUSTERS):
            run = cost(["-m", "measurand", "measure", procedure, "--out", "out"], folder)
            if run.exit_code:
                print(run.output, file=sys.stderr)
                return 1
            count = len(wide.PROCEDURES[procedure.partition(".")[0]][1])
            what = f"measure, 100,000 rows, {count} quantities, 1,000 clusters"
            good &= line(what, run.wall, WIDE_SECONDS if count >= 30 else None, "s")
            print(f"  {procedure}: CPU {run.cpu:.2f} s, {run.memory:.0f} MB")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
