"""Files of logs that are cut off, have flipped bits, or are those of another tool: an import, or an error that says so,
and never a long wait."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.importer.sample import LOGS, Ended

LONGEST = 5.0
"""Seconds."""


@dataclass(frozen=True)
class Case:
    """An import: the folder below ``logs/``, the file in it that is damaged, and what is given to the command."""

    kind: str
    folder: str
    damaged: str
    given: str = ""
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the test is called."""
        return f"{self.kind}-{Path(self.damaged).name[:24]}"


CASES = [
    Case("inspect", "inspect", "popularity.eval"),
    Case("inspect", "inspect", "sums.eval"),
    Case("inspect", "inspect", "sums-shy.json"),
    Case("lm-eval", "lm-eval/adder-small", "samples_sums_gen_2026-11-23T14-29-32.958786.jsonl",
         options=("--filter", "strict-match")),
    Case("lm-eval", "lm-eval/adder-small", "results_2026-11-23T14-29-32.958786.json",
         "samples_sums_gen_2026-11-23T14-29-32.958786.jsonl", ("--filter", "strict-match")),
    Case("evalscope", "evalscope/qwen-plus", "reviews/qwen-plus/ifeval_default.jsonl",
         options=("--metric", "prompt_level_strict")),
    Case("evalscope", "evalscope/qwen-plus", "predictions/qwen-plus/ifeval_default.jsonl",
         "reviews/qwen-plus/ifeval_default.jsonl", ("--metric", "prompt_level_strict")),
    Case("opencompass", "opencompass", "results/adder-small/sums_gen_3.json"),
    Case("opencompass", "opencompass", "predictions/adder-small/sums_gen_3.json",
         "results/adder-small/sums_gen_3.json"),
    Case("lighteval", "lighteval", "details/adder/2026-11-23T14-48-12.020883/"
         "details_sums_gen-0_2026-11-23T14-48-12.020883.parquet"),
    Case("promptfoo", "promptfoo", "capitals.json"),
    Case("deepeval", "deepeval", "test_run_sums.json", options=("--metric", "Short", "--system", "s")),
    Case("openai-evals", "openai-evals", "sums.jsonl"),
    Case("helm", "helm/simple_mcqa", "per_instance_stats.json", options=("--metric", "exact_match")),
    Case("helm", "helm/simple_mcqa", "scenario_state.json", "per_instance_stats.json", ("--metric", "exact_match")),
    Case("every-eval-ever", "every-eval-ever", "dc17c0f1-9abb-49fd-911f-c46709829738_samples.jsonl",
         options=("--metric", "exact_match:strict-match")),
    Case("mlflow", "mlflow/with-table", "artifacts/eval_results_table.json"),
    Case("coco", "coco", "results.json", ".", ("--system", "s")),
    Case("coco", "coco", "instances.json", ".", ("--system", "s")),
    Case("csv", "coco", "results.json"),
    Case("jsonl", "lm-eval/adder-small", "samples_sums_gen_2026-11-23T14-29-32.958786.jsonl"),
    Case("parquet", "lighteval", "details/adder/2026-11-23T14-48-12.020883/"
         "details_sums_gen-0_2026-11-23T14-48-12.020883.parquet"),
    Case("datasets", "datasets/plain", "state.json", "."),
    Case("datasets", "datasets/plain", "dataset_info.json", "."),
    Case("datasets", "datasets/plain", "data-00000-of-00002.arrow", "."),
]  # fmt: skip


def cut(data: bytes, chance: random.Random) -> bytes:
    """The beginning."""
    return data[: chance.randrange(len(data))]


def flipped(data: bytes, chance: random.Random) -> bytes:
    """With one to eight bits flipped."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def moved(data: bytes, chance: random.Random) -> bytes:
    """With two pieces exchanged."""
    first, second, third = sorted(chance.sample(range(len(data)), 3))
    return data[:first] + data[second:third] + data[first:second] + data[third:]


def overwritten(data: bytes, chance: random.Random) -> bytes:
    """With a piece of zeros, as a disk leaves behind that was full."""
    at = chance.randrange(len(data))
    piece = min(chance.choice((1, 16, 512)), len(data) - at)
    return data[:at] + bytes(piece) + data[at + piece :]


DAMAGES = (cut, flipped, moved, overwritten)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_damaged_log_is_read_or_refused(case: Case, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    whole = (LOGS / case.folder / case.damaged).read_bytes()
    root = Path(shutil.copytree(LOGS / case.folder, tmp_path / "log"))
    for seed in range(4):
        for damage in DAMAGES:
            (root / case.damaged).write_bytes(damage(whole, random.Random(f"{case.name} {seed}")))
            answers(imported, case, root, f"{damage.__name__}-{seed}.csv")


FILES = sorted({(case.folder, case.damaged) for case in CASES})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_log_of_another_tool_is_read_or_refused(case: Case, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    root = Path(shutil.copytree(LOGS / case.folder, tmp_path / "log"))
    for n, (folder, file) in enumerate(random.Random(case.name).sample(FILES, 6)):
        (root / case.damaged).write_bytes((LOGS / folder / file).read_bytes())
        answers(imported, case, root, f"{n}.csv")


def answers(imported: Callable[..., Ended], case: Case, root: Path, to: str) -> None:
    """The command ends in time: with three files, or with an error of ours and none."""
    began = time.perf_counter()
    done = imported(case.kind, root / (case.given or case.damaged), options=case.options, to=to)
    assert time.perf_counter() - began < LONGEST
    if done.code == 0:
        assert done.record["read"] == done.record["kept"] + sum(done.record["dropped"].values())
        assert len(done.rows) == done.record["kept"] + done.record["absent"] == sum(done.record["counts"].values())
    else:
        assert done.code == 2 and "error[M0" in done.err, done.err
        assert not done.table.exists()
