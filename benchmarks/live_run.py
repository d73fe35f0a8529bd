"""What a live run costs: observations per second of a callable, and requests per second of an endpoint on this machine.

    python benchmarks/live_run.py [OBSERVATIONS]

Beside it the mock model of inspect-ai, where MEASURAND_INSPECT names a Python that has it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

CALLABLE = 'def answer(inputs):\n    return [{"value": "1" if one["seed"] % 4 else "0"} for one in inputs]\n'
PROCEDURE = """\
schema    = "measurand/procedure/1"
id        = "LIVE"
system    = {system}
reference = {{ file = "items.csv", item = "id", input = ["question"], value = "truth" }}
design    = {{ repeats = {repeats}, concurrency = 100 }}
sampling  = {{ population = "questions" }}
measurand = [ {{ id = "right", quantity = "proportion" }} ]
{more}"""
TIMED = """\
import resource, sys, time
from measurand.cli import main
from measurand.lab import job, live
asked, run = live.asked, job.run
def timed(*given, **named):
    wall, cpu = time.perf_counter(), time.process_time()
    asked(*given, **named)
    print(time.perf_counter() - wall, time.process_time() - cpu, file=sys.stderr)
def weighed(*given, **named):
    found = run(*given, **named)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
    return found
live.asked, job.run = timed, weighed
main(["measure", "p.measure.toml", "-q"])
"""
"""Measures, and says how long the asking alone took (seconds on the wall, and of processor time), and the peak memory
when the evidence was written."""
HOST = "127.0.0.1"
SCALE = 1e6 if sys.platform == "darwin" else 1e3
INSPECT = """\
import sys
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.scorer import match
from inspect_ai.solver import generate
samples = [Sample(input=f"question {n}", target="yes", id=n) for n in range(int(sys.argv[1]))]
eval(Task(dataset=samples, solver=generate(), scorer=match()), model="mockllm/model", display="none", log_dir="logs")
"""


@dataclass(frozen=True)
class Took:
    """Seconds on the wall and of processor time of this program alone, of all and of the asking; peak memory in MB, of
    all and until the evidence was written."""

    wall: float
    cpu: float
    asking: float
    asking_cpu: float
    memory: float
    observing: float


def measured(folder: Path) -> Took:
    """One measurement, from its start to its record."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", TIMED], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    said = child.stderr.read().decode() if child.stderr else ""
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(said or "failed")
    *_, times, peak = said.splitlines()
    asking, asking_cpu = map(float, times.split())
    return Took(wall, usage.ru_utime + usage.ru_stime, asking, asking_cpu, usage.ru_maxrss / SCALE, float(peak) / SCALE)


def items(folder: Path, count: int) -> None:
    """The table of the items."""
    rows = "\n".join(f"q{n:07d},question {n:07d},yes" for n in range(count))
    (folder / "items.csv").write_text(f"id,question,truth\n{rows}\n")


def callable_run(count: int) -> Took:
    """``count`` observations of a callable that answers at once, ten repeats of each item."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        items(folder, count // 10)
        (folder / "callee.py").write_text(CALLABLE)
        system = '{ name = "m", access = "python", target = "callee:answer" }'
        (folder / "p.measure.toml").write_text(PROCEDURE.format(system=system, repeats=10, more=""))
        return measured(folder)


def endpoint_run(count: int) -> Took:
    """``count`` requests to an endpoint that answers at once, 100 at a time."""
    program = Path(__file__).resolve().parent.parent / "tests" / "live" / "answering_server.py"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        items(folder, count)
        command = [sys.executable, str(program), str(folder / "log"), "600", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
            port = int(server.stdout.readline()) if server.stdout else 0
            system = f'{{ name = "m", access = "openai", url = "http://{HOST}:{port}/v1", model = "m" }}'
            more = 'scoring = { kind = "normalised" }\n'
            (folder / "p.measure.toml").write_text(PROCEDURE.format(system=system, repeats=1, more=more))
            try:
                return measured(folder)
            finally:
                server.kill()


def inspect_run(count: int) -> float | None:
    """Seconds of inspect-ai's mock model on as many samples; None where it is not installed."""
    python = os.environ.get("MEASURAND_INSPECT")
    if python is None:
        return None
    with tempfile.TemporaryDirectory() as place:
        began = time.perf_counter()
        subprocess.run([python, "-c", INSPECT, str(count)], cwd=place, check=True, capture_output=True)
        return time.perf_counter() - began


def main() -> int:
    """Run all and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for words, run, number in (("callable", callable_run, count), ("endpoint, 100 connections", endpoint_run, 20_000)):
        took = run(number)
        for of, wall, cpu in (("all", took.wall, took.cpu), ("asking alone", took.asking, took.asking_cpu)):
            rate, each = number / wall, 1000 * cpu / number
            print(f"{words}, {of}: {number:,} observations, {rate:,.0f}/s, {each:.2f} ms CPU each")
        print(
            f"{words}: {took.observing:.0f} MB until the evidence was written, {took.memory:.0f} MB with the evaluation"
        )
    few = 2_000
    if (seconds := inspect_run(few)) is None:
        print("inspect-ai, mock model: not installed (MEASURAND_INSPECT names no Python that has it)")
    else:
        print(f"inspect-ai, mock model: {few:,} samples, {few / seconds:,.0f}/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
