"""Details of LightEval: ``details/MODEL/TIME/details_TASK_TIME.parquet`` (``--save-details``), with the results file of
the same run."""

from __future__ import annotations

import re
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
    log_of,
    mapping,
    name_of,
    numeric,
    parsed,
    scalars,
)
from measurand.message import say

COLUMNS = ("doc", "metric", "model_response")
"""Columns of the details since LightEval 0.10; ``original_query`` and what else there is stays in the log."""
DETAILS, RESULTS = "details", "results"


@dataclass(frozen=True)
class Details:
    """One file of details with the results of its run, where they are."""

    file: str
    logs: tuple[Log, ...]
    records: Sequence[tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]]
    """``doc``, ``metric`` and ``model_response`` of each sample."""
    results: Mapping[str, Any]
    model: str

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics."""
        return list(dict.fromkeys(name for _, metric, _ in self.records for name in metric))

    @property
    def task(self) -> str:
        """Name of the task."""
        return name_of(self.records[0][0].get("task_name") or self.file)


def read(paths: Sequence[Path], asked: Asked) -> Reading:
    """The details of one task or several, of one model or several. Raises TableError."""
    files = [p for p in found_in(paths, ("details_*.parquet",), tool="LightEval") if p.suffix == ".parquet"]
    if not files:
        raise refusal("M0479.aggregate", file=str(paths[0]), hint="M0479.hint_lighteval")
    several = [_opened(path) for path in files]
    names = [name for details in several for name in details.metrics] or [""]
    metric = one_of(names, asked.metric, option="metric", file=several[0].file, why="import.why_metric")
    for details in several:
        one_of(details.metrics or [""], metric, option="metric", file=details.file, why="import.why_metric")
        _refuse_other_count(details)
    rows = [row for details in several for row in _rows(details, metric, _system(details, asked.system))]
    return Reading(
        tool="LightEval",
        logs=list(dict.fromkeys(log for details in several for log in details.logs)),
        rows=rows,
        read=len(rows),
        about=", ".join(dict.fromkeys(details.task for details in several)),
        chosen={"metric": metric},
        systems={_system(details, asked.system): {} for details in several},
        stated=[s for details in several for s in _stated(details, metric, _system(details, asked.system))],
        remarks=[say("import.no_results", file=d.logs[0].name) for d in several if not d.results],
    )


def _opened(path: Path) -> Details:
    data, file = contents(path), str(path)
    records = _records(path, file)
    if not records:
        raise refusal("M0480.empty", file=file, hint="M0480.hint")
    logs, results, model = [log_of(path, data)], {}, ""
    parts = path.absolute().parts
    if DETAILS in parts[:-3]:
        at = len(parts) - 1 - parts[::-1].index(DETAILS)
        model = "/".join(parts[at + 1 : -2])
        beside = Path(*parts[:at], RESULTS, *parts[at + 1 : -2], f"results_{parts[-2]}.json")
        if beside.is_file():
            whole = contents(beside)
            results = dict(mapping(parsed(whole, str(beside)), str(beside)))
            logs.append(log_of(beside, whole))
    return Details(file, tuple(logs), records, results, model)


def _records(path: Path, file: str) -> list[tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]]:
    import duckdb  # deferred: it is slow to load

    literal = re.sub(r"([*?\[])", r"[\1]", str(path))  # the path goes through a glob
    offline: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with duckdb.connect(config=offline) as connection:
        try:
            found = connection.execute("select name from parquet_schema(?)", [literal]).fetchall()
            missing = set(COLUMNS) - {str(name) for (name,) in found}
            if missing:
                raise refusal("M0475.columns", file=file, hint="M0475.hint", missing=", ".join(sorted(missing)))
            rows = connection.execute(
                "select doc, metric, model_response from read_parquet(?, hive_partitioning = false)", [literal]
            ).fetchall()
        except duckdb.Error as error:
            raise refusal("M0435.parquet", file=file, hint="M0435.hint", reason=str(error).splitlines()[0]) from None
    return [
        (mapping(doc, file, "doc", row=n), mapping(metric, file, "metric", row=n), mapping(answer or {}, file))
        for n, (doc, metric, answer) in enumerate(rows, start=1)
    ]


def _rows(details: Details, metric: str, system: str) -> Iterator[Row]:
    for n, (doc, scores, answer) in enumerate(details.records, start=1):
        item, value = name_of(doc.get("id")), scores.get(metric)
        score = numeric(value)
        if score is None and value is not None:
            told = shown(cell(value))
            raise refusal(
                "M0482.value", file=details.file, row=n, hint="M0482.hint", metric=metric, item=item, value=told
            )
        yield Row(
            system=system,
            item=item,
            score=score or "",
            status="ok" if score else "unscored",
            reason="" if score else say("import.no_score"),
            output=_output(answer),
            truth=_truth(doc),
            more={"task": details.task, **scalars(doc.get("specific"), "doc_")},
            log=details.logs[0].name,
        )


def _output(answer: Mapping[str, Any]) -> str:
    """The answer: the text; of choices with log-probabilities the number of the most probable."""
    texts, logs = answer.get("text_post_processed") or answer.get("text"), answer.get("logprobs")
    if texts:
        return cell(texts[0] if len(texts) == 1 else texts)
    if isinstance(logs, list) and len(logs) > 1 and all(isinstance(x, float) for x in logs):
        return str(logs.index(max(logs)))
    return ""


def _truth(doc: Mapping[str, Any]) -> str:
    """The correct answer: for several choices its number, as in the output."""
    gold, choices = doc.get("gold_index"), doc.get("choices") or []
    return cell(choices[0]) if len(choices) == 1 and gold in (0, [0]) else cell(gold)


def _refuse_other_count(details: Details) -> None:
    own = (details.results.get("config_tasks") or {}).get(details.task) or {}
    expected = own.get("effective_num_docs")
    if isinstance(expected, int) and 0 < expected != len(details.records):
        raise refusal(
            "M0471.count",
            file=details.file,
            hint="M0471.hint",
            found=len(details.records),
            expected=expected,
            results=details.logs[-1].name,
        )


def _stated(details: Details, metric: str, system: str) -> Iterator[Stated]:
    value = ((details.results.get("results") or {}).get(details.task) or {}).get(metric)
    if isinstance(value, (int, float)):
        yield Stated(metric, float(value), {"system": system, "task": details.task})


def _system(details: Details, named: str) -> str:
    general = details.results.get("config_general") or {}
    stated = (general.get("model_config") or {}).get("model_name") or general.get("model_name") or details.model
    if not named and not stated:
        raise refusal("M0483.system", file=details.file, hint="M0483.hint")
    return named or name_of(stated)
