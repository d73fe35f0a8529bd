"""Every Eval Ever: ``UUID_samples.jsonl`` with its ``UUID.json``. A sample has a line for each of its scores: one score
is taken."""

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
)
from measurand.message import say

VERSIONS = ("0.3.",)
"""Versions of the schema by their beginning."""


@dataclass(frozen=True)
class Samples:
    """One file of samples with the document that it belongs to."""

    file: str
    logs: tuple[Log, ...]
    records: Sequence[tuple[int, Mapping[str, Any]]]
    head: Mapping[str, Any]

    @property
    def metrics(self) -> list[str]:
        """Names of the scores in the order of the file."""
        return list(dict.fromkeys(_metric(record) for _, record in self.records))


def read(paths: Sequence[Path], asked: Asked) -> Reading:
    """The samples of one evaluation or several. Raises TableError."""
    files = [p for p in found_in(paths, ("*_samples.jsonl",), tool="Every Eval Ever") if p.suffix == ".jsonl"]
    if not files:
        raise refusal("M0479.aggregate", file=str(paths[0]), hint="M0479.hint_every_eval_ever")
    several = [_opened(path) for path in files]
    names = [name for samples in several for name in samples.metrics] or [""]
    metric = one_of(names, asked.metric, option="metric", file=several[0].file, why="import.why_metric")
    for samples in several:
        one_of(samples.metrics or [""], metric, option="metric", file=samples.file, why="import.why_metric")
    rows = [row for samples in several for row in _rows(samples, metric, asked.system)]
    others = Counter(name for s in several for _, r in s.records if (name := _metric(r)) != metric)
    return Reading(
        tool=_tool(several),
        logs=[log for samples in several for log in samples.logs],
        rows=rows,
        read=sum(len(samples.records) for samples in several),
        about=", ".join(dict.fromkeys(row.more["task"] for row in rows)),
        dropped={say("import.other_score", name=name): count for name, count in others.items()},
        chosen={"metric": metric},
        stated=[stated for samples in several for stated in _stated(samples, metric, asked.system)],
        remarks=[say("import.no_head", file=s.logs[0].name) for s in several if not s.head],
    )


def _opened(path: Path) -> Samples:
    data, file = contents(path), str(path)
    records = list(lines(data, file))
    for row, record in records:
        if "schema_version" not in record:
            raise refusal(
                "M0470.other", file=file, row=row, hint="M0470.hint", tool="Every Eval Ever", missing="schema_version"
            )
        if not str(record["schema_version"]).startswith(VERSIONS):
            version = shown(str(record["schema_version"]))
            known = ", ".join(f"{v}x" for v in VERSIONS)
            raise refusal(
                "M0475.version",
                file=file,
                row=row,
                hint="M0475.hint",
                tool="Every Eval Ever",
                found=version,
                known=known,
            )
    logs, head = [log_of(path, data)], {}
    beside = path.with_name(path.name.replace("_samples.jsonl", ".json"))
    if beside.is_file():
        whole = contents(beside)
        head = dict(mapping(parsed(whole, str(beside)), str(beside)))
        logs.append(log_of(beside, whole))
        _refuse_other(head.get("detailed_evaluation_results") or {}, logs, len(records), file)
    return Samples(file, tuple(logs), records, head)


def _refuse_other(stated: Mapping[str, Any], logs: Sequence[Log], found: int, file: str) -> None:
    """The document names the number of the lines and their digest."""
    expected = stated.get("total_rows")
    if isinstance(expected, int) and expected != found:
        name = logs[1].name
        raise refusal("M0471.count", file=file, hint="M0471.hint", found=found, expected=expected, results=name)
    if stated.get("hash_algorithm") == "sha256" and stated.get("checksum") not in (None, logs[0].sha256):
        raise refusal("M0471.digest", file=file, hint="M0471.hint", results=logs[1].name)


def _metric(record: Mapping[str, Any]) -> str:
    return name_of(record.get("evaluation_result_id") or record.get("evaluation_name") or "score")


def _rows(samples: Samples, metric: str, named: str) -> Iterator[Row]:
    for row, record in samples.records:
        if _metric(record) != metric:
            continue
        scores = mapping(of(record, "evaluation", samples.file, row=row), samples.file, "evaluation", row=row)
        score, error = numeric(scores.get("score")), record.get("error")
        given, output = record.get("input") or {}, record.get("output") or {}
        raw = output.get("raw")
        yield Row(
            system=named or name_of(of(record, "model_id", samples.file, row=row)),
            item=name_of(of(record, "sample_id", samples.file, row=row)),
            score="" if error or score is None else score,
            status="failed" if error else "unscored" if score is None else "ok",
            reason=cell(f"error: {error}")[:200] if error else say("import.no_score") if score is None else "",
            output=cell(raw[0] if isinstance(raw, list) and len(raw) == 1 else raw),
            truth=cell("|".join(map(str, given.get("reference") or []))),
            more={"task": name_of(record.get("evaluation_name") or "")},
            log=samples.logs[0].name,
        )


def _stated(samples: Samples, metric: str, named: str) -> Iterator[Stated]:
    for result in samples.head.get("evaluation_results") or []:
        value = (result.get("score_details") or {}).get("score")
        if result.get("evaluation_result_id") == metric and isinstance(value, (int, float)):
            system = named or name_of((samples.head.get("model_info") or {}).get("id") or "")
            yield Stated(metric, float(value), {"system": system, "task": name_of(result.get("evaluation_name") or "")})


def _tool(several: Sequence[Samples]) -> str:
    libraries = [samples.head.get("eval_library") or {} for samples in several]
    told = {f"{x.get('name', '')} {x.get('version', '')}".strip() for x in libraries} - {""}
    return f"Every Eval Ever ({', '.join(sorted(told))})" if told else "Every Eval Ever"
