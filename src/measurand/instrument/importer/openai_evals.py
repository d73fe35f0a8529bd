"""Records of OpenAI evals (``oaieval ... --record_path FILE.jsonl``): a line for each event. Events that match an
answer, or that hold metrics, are scores; an error of a sample is a failure, not a wrong answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
)
from measurand.message import say

MATCH, METRICS, ERROR = "match", "metrics", "error"
REPORTED = {MATCH: "accuracy"}
"""What the final report calls the share of matches."""


@dataclass(frozen=True)
class Run:
    """One record: its specification, its events by sample, and the final report."""

    file: str
    log: Log
    spec: Mapping[str, Any]
    events: Mapping[str, Sequence[tuple[int, str, Mapping[str, Any]]]]
    """Sample -> line, type and data of its events."""
    report: Mapping[str, Any]

    def metrics(self) -> Iterator[str]:
        """``match``, and the names of the metrics of single samples."""
        for _, kind, data in (event for events in self.events.values() for event in events):
            if kind == MATCH:
                yield MATCH
            elif kind == METRICS:
                yield from map(str, data)


def read(paths: Sequence[Path], asked: Asked) -> Reading:
    """The samples of one run or several. Raises TableError."""
    runs = [_opened(path) for path in found_in(paths, ("*.jsonl",), tool="OpenAI evals")]
    names = [name for run in runs for name in run.metrics()] or [""]
    metric = one_of(names, asked.metric, option="metric", file=runs[0].file, why="import.why_metric")
    rows = [row for run in runs for row in _rows(run, metric, _system(run, asked.system))]
    return Reading(
        tool="OpenAI evals",
        logs=[run.log for run in runs],
        rows=rows,
        read=len(rows),
        about=", ".join(dict.fromkeys(_task(run) for run in runs)),
        chosen={"metric": metric},
        systems={_system(run, asked.system): {} for run in runs},
        stated=[s for run in runs for s in _stated(run, metric, _system(run, asked.system))],
        remarks=[say("import.no_final_report", file=run.log.name) for run in runs if not run.report],
    )


def _opened(path: Path) -> Run:
    data, file = contents(path), str(path)
    spec: Mapping[str, Any] = {}
    report: Mapping[str, Any] = {}
    events: dict[str, list[tuple[int, str, Mapping[str, Any]]]] = {}
    for row, record in lines(data, file):
        if "spec" in record:
            if spec:
                raise refusal("M0478.specs", file=file, row=row, hint="M0478.hint")
            spec = mapping(record["spec"], file, "spec", row=row)
        elif "final_report" in record:
            report = mapping(record["final_report"], file, "final_report", row=row)
        elif record.get("sample_id") is not None:
            found = mapping(record.get("data") or {}, file, "data", row=row)
            events.setdefault(name_of(record["sample_id"]), []).append((row, str(record.get("type")), found))
    if not spec:
        raise refusal("M0470.other", file=file, hint="M0470.hint", tool="OpenAI evals", missing="spec")
    return Run(file, log_of(path, data), spec, events, report)


def _rows(run: Run, metric: str, system: str) -> Iterator[Row]:
    """One row for each sample; its items are named without the name of the eval."""
    prefix = f"{run.spec.get('base_eval', '')}.{run.spec.get('split', '')}."
    for sample, events in run.events.items():
        row = Row(system=system, item=sample.removeprefix(prefix), more={"task": _task(run)}, log=run.log.name)
        scores = [(at, data) for at, kind, data in events if kind == (MATCH if metric == MATCH else METRICS)]
        scores = [(at, data) for at, data in scores if metric == MATCH or metric in data]
        errors = [data for _, kind, data in events if kind == ERROR]
        if len(scores) > 1:
            raise refusal("M0478.events", file=run.file, row=scores[1][0], hint="M0482.hint", item=shown(sample))
        yield _judged(row, scores, errors, metric, run.file)


def _judged(
    row: Row,
    scores: Sequence[tuple[int, Mapping[str, Any]]],
    errors: Sequence[Mapping[str, Any]],
    metric: str,
    file: str,
) -> Row:
    """The row with status, reason and score."""
    if errors and not scores:
        return replace(row, status="failed", reason=cell(f"error: {errors[0].get('message', errors[0])}")[:200])
    if not scores:
        return replace(row, status="unscored", reason=say("import.no_score"))
    ((at, data),) = scores
    value = of(data, "correct", file, row=at) if metric == MATCH else data[metric]
    score = numeric(value)
    if score is None:
        told = shown(cell(value))
        raise refusal("M0482.value", file=file, row=at, hint="M0482.hint", metric=metric, item=row.item, value=told)
    return replace(row, score=score, output=cell(data.get("sampled")), truth=cell(data.get("expected")))


def _stated(run: Run, metric: str, system: str) -> Iterator[Stated]:
    name = REPORTED.get(metric, metric)
    value = run.report.get(name)
    if isinstance(value, (int, float)):
        yield Stated(name, float(value), {"system": system, "task": _task(run)})


def _task(run: Run) -> str:
    return name_of(of(run.spec, "eval_name", run.file))


def _system(run: Run, named: str) -> str:
    functions = run.spec.get("completion_fns") or []
    if not named and not functions:
        raise refusal("M0483.system", file=run.file, hint="M0483.hint")
    return named or "+".join(map(name_of, functions))
