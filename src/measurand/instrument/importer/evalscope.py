"""Logs of EvalScope: ``reviews/MODEL/DATASET_SUBSET.jsonl``, with the predictions and the report of the same run beside
them. An answer that was never reviewed has no score; it is not wrong."""

from __future__ import annotations

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

REVIEWS, PREDICTIONS, REPORTS = "reviews", "predictions", "reports"


@dataclass(frozen=True)
class Reviewed:
    """One file of reviews, with what stands beside it."""

    file: str
    logs: tuple[Log, ...]
    name: str
    system: str
    records: Sequence[tuple[int, Mapping[str, Any]]]
    predictions: Sequence[tuple[int, Mapping[str, Any]]]
    report: Mapping[str, Any]

    def metrics(self) -> list[str]:
        """Names of the scores in the order of the reviews."""
        several = [mapping(score.get("value"), self.file, "value", row=row) for row, _, _, score in self.scores()]
        return list(dict.fromkeys(str(name) for values in several for name in values)) or [""]

    def scores(self) -> Iterator[tuple[int, Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]]:
        """Line, record, ``sample_score`` and its ``score`` of every review."""
        for row, record in self.records:
            sample = mapping(record["sample_score"], self.file, "sample_score", row=row)
            yield row, record, sample, mapping(of(sample, "score", self.file, row=row), self.file, "score", row=row)


def read(paths: Sequence[Path], asked: Asked) -> Reading:
    """The reviews of one data set or several, of one model or several. Raises TableError."""
    files = [p for p in found_in(paths, ("*.jsonl",), tool="EvalScope") if _is_review(p, named=p in paths)]
    if not files:
        raise refusal("M0479.aggregate", file=str(paths[0]), hint="M0479.hint_evalscope")
    several = [_opened(path, asked.system) for path in files]
    names = [name for reviewed in several for name in reviewed.metrics()]
    metric = one_of(names or [""], asked.metric, option="metric", file=several[0].file, why="import.why_metric")
    for reviewed in several:
        one_of(reviewed.metrics(), metric, option="metric", file=reviewed.file, why="import.why_metric")
    rows = [row for reviewed in several for row in _rows(reviewed, metric)]
    absent = [row for reviewed in several for row in _absent(reviewed)]
    return Reading(
        tool="EvalScope",
        logs=list(dict.fromkeys(log for reviewed in several for log in reviewed.logs)),
        rows=[*rows, *absent],
        read=len(rows),
        about=", ".join(dict.fromkeys(reviewed.name for reviewed in several)),
        absent=len(absent),
        chosen={"metric": metric},
        systems={reviewed.system: {} for reviewed in several},
        stated=[stated for reviewed in several for stated in _stated(reviewed, metric)],
        remarks=[say("import.no_report", file=r.logs[0].name) for r in several if not r.report],
    )


def _is_review(path: Path, *, named: bool) -> bool:
    return path.suffix == ".jsonl" and (REVIEWS in path.parts or (named and PREDICTIONS not in path.parts))


def _opened(path: Path, named: str) -> Reviewed:
    data, file = contents(path), str(path)
    records = list(lines(data, file))
    for row, record in records:
        if "sample_score" not in record:
            raise refusal(
                "M0470.other", file=file, row=row, hint="M0470.hint", tool="EvalScope", missing="sample_score"
            )
    logs = [log_of(path, data)]
    system = path.parent.name if path.parent.parent.name == REVIEWS else ""
    predictions: list[tuple[int, Mapping[str, Any]]] = []
    report: Mapping[str, Any] = {}
    if system:
        root = path.parent.parent.parent
        beside = root / PREDICTIONS / system / path.name
        if beside.is_file():
            whole = contents(beside)
            predictions = list(lines(whole, str(beside)))
            logs.append(log_of(beside, whole))
        for candidate in sorted((root / REPORTS / system).glob("*.json")):
            if path.stem.startswith(f"{candidate.stem}_"):
                whole = contents(candidate)
                report = mapping(parsed(whole, str(candidate)), str(candidate))
                logs.append(log_of(candidate, whole))
    system = named or (name_of(report["model_name"]) if report.get("model_name") else system)
    if not system:
        raise refusal("M0483.system", file=file, hint="M0483.hint")
    found = Reviewed(file, tuple(logs), path.stem, system, records, predictions, report)
    _refuse_other_count(found)
    return found


def _rows(reviewed: Reviewed, metric: str) -> Iterator[Row]:
    repeat: Counter[str] = Counter()
    for row, record, sample, score in reviewed.scores():
        item = name_of(_first(sample.get("group_id"), sample.get("sample_id"), record.get("index")))
        repeat[item] += 1
        values = mapping(score.get("value"), reviewed.file, "value", row=row)
        value = values.get(metric)
        found = numeric(value)
        if found is None and value is not None:
            told = shown(cell(value))
            raise refusal(
                "M0482.value", file=reviewed.file, row=row, hint="M0482.hint", metric=metric, item=item, value=told
            )
        yield Row(
            system=reviewed.system,
            item=item,
            score=found or "",
            status="ok" if found else "unscored",
            reason="" if found else say("import.no_score"),
            repeat=str(repeat[item]),
            output=cell(score.get("extracted_prediction") or score.get("prediction")),
            truth=cell(record.get("target")),
            more={"task": reviewed.name, **scalars(sample.get("sample_metadata"), "metadata_")},
            log=reviewed.logs[0].name,
        )


def _first(*values: object) -> object:
    """The first that is there: EvalScope writes null for a group that it does not know."""
    return next((value for value in values if value is not None), None)


def _absent(reviewed: Reviewed) -> Iterator[Row]:
    """Answers that were never reviewed: the call failed, or the review was not run."""
    present = {name_of(record.get("index")) for _, record in reviewed.records}
    for _, record in reviewed.predictions:
        item = name_of(record.get("index"))
        if item not in present:
            error = (record.get("model_output") or {}).get("error")
            reason = cell(f"error: {error}")[:200] if error else say("import.no_review")
            yield Row(
                system=reviewed.system,
                item=item,
                status="failed" if error else "unscored",
                reason=reason,
                more={"task": reviewed.name},
                log=reviewed.logs[0].name,
            )


def _subsets(reviewed: Reviewed) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Metric and what the report says of the subset that the file of reviews is about."""
    dataset = str(reviewed.report.get("dataset_name", ""))
    for metric in reviewed.report.get("metrics") or []:
        for category in metric.get("categories") or []:
            for subset in category.get("subsets") or []:
                if reviewed.name == f"{dataset}_{subset.get('name')}":
                    yield str(metric.get("name", "")), subset


def _refuse_other_count(reviewed: Reviewed) -> None:
    for _, subset in _subsets(reviewed):
        expected = subset.get("num")
        if isinstance(expected, int) and expected != len(reviewed.records):
            raise refusal(
                "M0471.count",
                file=reviewed.file,
                hint="M0471.hint",
                found=len(reviewed.records),
                expected=expected,
                results=reviewed.logs[-1].name,
            )


def _stated(reviewed: Reviewed, metric: str) -> Iterator[Stated]:
    for name, subset in _subsets(reviewed):
        value = subset.get("score")
        if name in (f"mean_{metric}", metric) and isinstance(value, (int, float)):
            yield Stated(name, float(value), {"system": reviewed.system, "task": reviewed.name})
