"""Logs of lm-evaluation-harness: ``samples_TASK_TIME.jsonl`` and the ``results_TIME.json`` beside them. A task with
two filters writes every item twice: one filter is taken, never both."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand.instrument.fault import refusal, shown
from measurand.instrument.importer.choice import one_of
from measurand.instrument.importer.contract import Asked, Log, Reading, Row, Stated
from measurand.instrument.importer.source import (
    cell,
    contents,
    found_in,
    lines,
    log_of,
    mapping,
    name_of,
    numeric,
    of,
    parsed,
    scalars,
)
from measurand.message import say

_NAME = re.compile(r"samples_(?P<task>.+?)_(?P<time>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d[\d.]*)\.jsonl\Z")
FIXED = frozenset(
    {"doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics", "doc_hash", "prompt_hash",
     "target_hash"}
)  # fmt: skip
"""Keys of a record that are no metric."""
SETTINGS = (
    "model_args",
    "gen_kwargs",
    "num_fewshot",
    "limit",
    "random_seed",
    "system_instruction",
    "chat_template_sha",
)


@dataclass(frozen=True)
class Samples:
    """One file of samples with the results file of its run, where there is one."""

    file: str
    logs: tuple[Log, ...]
    task: str
    records: Sequence[tuple[int, Mapping[str, Any]]]
    results: Mapping[str, Any]

    def filters(self) -> list[str]:
        """Filters in the order of the file."""
        return list(dict.fromkeys(name_of(r.get("filter", "none")) for _, r in self.records))

    def metrics(self) -> list[str]:
        """Metrics in the order of the records."""
        several: dict[str, None] = {}
        for _, record in self.records:
            names = record.get("metrics")
            several.update(dict.fromkeys(names if isinstance(names, list) else [k for k in record if k not in FIXED]))
        return [str(name) for name in several]


def read(paths: Sequence[Path], asked: Asked) -> Reading:
    """The samples of one task or several, of one model or several. Raises TableError."""
    files = found_in(paths, ("samples_*.jsonl", "results_*.json"), tool="lm-evaluation-harness")
    given = [path for path in files if path.suffix == ".jsonl"]
    if not given:
        raise refusal("M0479.aggregate", file=str(files[0]), hint="M0479.hint_lm_eval", tool="lm-evaluation-harness")
    several = [_opened(path, files) for path in given]
    names = [name for samples in several for name in samples.metrics()]
    metric = one_of(names or [""], asked.metric, option="metric", file=several[0].file, why="import.why_metric")
    rows: list[Row] = []
    stated: list[Stated] = []
    dropped: Counter[str] = Counter()
    chosen: dict[str, None] = {}
    for samples in several:
        one_of(samples.metrics(), metric, option="metric", file=samples.file, why="import.why_metric")
        kept = one_of(samples.filters(), asked.filter, option="filter", file=samples.file, why="import.why_filter")
        own = list(_rows(samples, metric, kept, _system(samples, asked.system)))
        dropped.update(say("import.other_filter", name=name) for name in _others(samples, kept))
        _refuse_other_count(samples, own)
        stated += _stated(samples, metric, kept, _system(samples, asked.system))
        rows += own
        chosen[kept] = None
    return Reading(
        tool=_tool(several),
        logs=list(dict.fromkeys(log for samples in several for log in samples.logs)),
        rows=rows,
        read=sum(len(samples.records) for samples in several),
        about=", ".join(dict.fromkeys(samples.task for samples in several)),
        dropped=dict(dropped),
        chosen={"metric": metric, "filter": ", ".join(chosen)},
        systems={_system(s, asked.system): _settings(s) for s in several},
        stated=stated,
        remarks=[say("import.no_results", file=s.logs[0].name) for s in several if not s.results],
    )


def _opened(path: Path, files: Sequence[Path]) -> Samples:
    data, file = contents(path), str(path)
    match = _NAME.match(path.name)
    task = match["task"] if match else path.stem.removeprefix("samples_")
    records = list(lines(data, file))
    for row, record in records:
        if "doc_id" not in record:
            fields = {"tool": "lm-evaluation-harness", "missing": "doc_id"}
            raise refusal("M0470.other", file=file, row=row, hint="M0470.hint", **fields)
    beside = path.with_name(f"results_{match['time']}.json") if match else None
    if beside is None or not beside.is_file():
        named = [p for p in files if p.suffix == ".json"]
        beside = named[0] if len(named) == 1 and len([p for p in files if p.suffix == ".jsonl"]) == 1 else None
    logs, results = [log_of(path, data)], {}
    if beside is not None:
        whole = contents(beside)
        results = dict(mapping(parsed(whole, str(beside)), str(beside)))
        if task not in (results.get("results") or {}):
            raise refusal("M0478.results", file=str(beside), hint="M0478.hint", task=shown(task), samples=path.name)
        logs.append(log_of(beside, whole))
    return Samples(file, tuple(logs), task, records, results)


def _rows(samples: Samples, metric: str, kept: str, system: str) -> Iterator[Row]:
    for row, record in samples.records:
        if name_of(record.get("filter", "none")) != kept:
            continue
        value = of(record, metric, samples.file, row=row) if metric else None
        score = numeric(value)
        if score is None:
            fields = {"metric": metric, "item": name_of(record["doc_id"]), "value": shown(cell(value))}
            raise refusal("M0482.value", file=samples.file, row=row, hint="M0482.hint_lm_eval", **fields)
        yield Row(
            system=system,
            item=name_of(record["doc_id"]),
            score=score,
            output=_output(record),
            truth=cell(record.get("target")),
            more={"task": samples.task, **scalars(record.get("doc"), "doc_")},
            log=samples.logs[0].name,
        )


def _others(samples: Samples, kept: str) -> Iterator[str]:
    return (name for _, r in samples.records if (name := name_of(r.get("filter", "none"))) != kept)


def _output(record: Mapping[str, Any]) -> str:
    """The answer: the text after the filter; of choices with log-probabilities the number of the most probable."""
    answers = record.get("filtered_resps")
    if not isinstance(answers, list) or not answers:
        return cell(answers)
    pairs = [a for a in answers if isinstance(a, list) and len(a) == 2]
    if len(pairs) == len(answers):
        try:
            logs = [float(a[0]) for a in pairs]
        except (TypeError, ValueError):
            return cell(answers)
        return str(logs.index(max(logs))) if len(logs) > 1 else cell(pairs[0][1])
    return cell(answers[0] if len(answers) == 1 else answers)


def _refuse_other_count(samples: Samples, rows: Sequence[Row]) -> None:
    """A file that was cut at the end of a line is complete JSON: only the results know how many there were."""
    counts = (samples.results.get("n-samples") or {}).get(samples.task) or {}
    expected = counts.get("effective")
    if isinstance(expected, int) and expected != len(rows):
        raise refusal(
            "M0471.count",
            file=samples.file,
            hint="M0471.hint",
            found=len(rows),
            expected=expected,
            results=samples.logs[-1].name,
        )


def _stated(samples: Samples, metric: str, kept: str, system: str) -> Iterator[Stated]:
    own = (samples.results.get("results") or {}).get(samples.task) or {}
    value = own.get(f"{metric},{kept}", own.get(metric))
    if isinstance(value, (int, float)):
        yield Stated(f"{metric},{kept}", float(value), {"system": system, "task": samples.task})


def _system(samples: Samples, named: str) -> str:
    """The model: as named, as the results say, or the folder that the harness names after it."""
    if named:
        return named
    name = samples.results.get("model_name") or (samples.results.get("config") or {}).get("model")
    if not name:
        raise refusal("M0483.system", file=samples.file, hint="M0483.hint", tool="lm-evaluation-harness")
    return name_of(name)


def _settings(samples: Samples) -> Mapping[str, str]:
    own = (samples.results.get("configs") or {}).get(samples.task) or {}
    whole = {**own, **(samples.results.get("config") or {}), **samples.results}
    return {key: cell(whole[key])[:200] for key in SETTINGS if whole.get(key) not in (None, {}, "")}


def _tool(several: Sequence[Samples]) -> str:
    versions = {str(s.results.get("lm_eval_version", "")) for s in several} - {""}
    return " ".join(["lm-evaluation-harness", ", ".join(sorted(versions))]).strip()
