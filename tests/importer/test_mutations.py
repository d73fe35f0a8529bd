"""Whatever stands in a log: an import, or an error about the log. Never an error of the program."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

SEEDS = range(12)
VALUES: tuple[Any, ...] = (None, [], {}, "", "x", -1, 10**400, 1e400, True, [None], {"x": None}, "\ud800", [[]])
CASES = [
    ("inspect", "inspect", "sums-shy.json", ()),
    ("lm-eval", "lm-eval/adder-small", "samples_sums_gen*.jsonl", ("--filter", "strict-match")),
    ("lm-eval", "lm-eval/adder-small", "results_*.json", ("--metric", "acc")),
    ("evalscope", "evalscope/qwen-plus", "reviews/*/*.jsonl", ("--metric", "prompt_level_strict")),
    ("evalscope", "evalscope/qwen-plus", "reports/*/*.json", ("--metric", "prompt_level_strict")),
    ("promptfoo", "promptfoo", "capitals.json", ()),
    ("deepeval", "deepeval", "test_run_sums.json", ("--metric", "Short", "--system", "s")),
    ("openai-evals", "openai-evals", "sums.jsonl", ()),
    ("helm", "helm/simple_mcqa", "per_instance_stats.json", ("--metric", "exact_match")),
    ("helm", "helm/simple_mcqa", "scenario_state.json", ("--metric", "exact_match")),
    ("helm", "helm/simple_mcqa", "stats.json", ("--metric", "exact_match")),
    ("every-eval-ever", "every-eval-ever", "dc*_samples.jsonl", ("--metric", "exact_match:strict-match")),
    ("every-eval-ever", "every-eval-ever", "dc*[0-9].json", ("--metric", "exact_match:strict-match")),
    ("mlflow", "mlflow/with-table", "artifacts/*.json", ()),
]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with every key or position in it."""
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


def mutated(value: Any, chance: random.Random) -> Any:
    """The value with up to three of its parts removed or replaced; the upper levels more often."""
    for _ in range(chance.randint(1, 3)):
        every = list(places(value))
        container, key = chance.choice(every[: chance.choice((5, 40, len(every)))] or [(value, None)])
        if key is None or (isinstance(container, list) and key >= len(container)):
            continue
        if chance.random() < 0.3:
            del container[key]
        else:
            container[key] = deepcopy(chance.choice(VALUES))
    return value


def changed(path: Path, chance: random.Random) -> None:
    """Change a file of JSON, or some lines of JSON lines."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        lines = text.splitlines()
        for n in {0, chance.randrange(len(lines))}:
            lines[n] = json.dumps(mutated(json.loads(lines[n]), chance))
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        path.write_text(json.dumps(mutated(json.loads(text), chance)), encoding="utf-8")


@pytest.mark.parametrize(("kind", "folder", "pattern", "options"), CASES, ids=[f"{c[0]}-{c[2]}" for c in CASES])
def test_a_changed_log_is_read_or_refused(
    kind: str, folder: str, pattern: str, options: tuple[str, ...], tmp_path: Path, imported: Callable[..., Ended]
) -> None:
    for seed in SEEDS:
        root = Path(shutil.copytree(LOGS / folder, tmp_path / f"log-{seed}"))
        (file,) = root.glob(pattern)
        changed(file, random.Random(seed))
        given = file if pattern.startswith(("samples_", "sums", "dc", "capitals", "test_run")) else root
        if pattern.startswith("results_"):
            given = next(root.glob("samples_sums_mc*"))
        if pattern == "dc*[0-9].json":
            given = file.with_name(f"{file.stem}_samples.jsonl")
        done = imported(kind, given, options=options, to=f"{seed}.csv")
        assert done.code in (0, 2), (seed, done.err)
        if done.code == 2:
            assert "error[M0" in done.err
