"""Results of OpenCompass: ``results/MODEL/DATASET.json`` with details, and ``predictions/MODEL/DATASET.json`` of that
run. A prompt is an item, replicas (``n`` of a data set) are repeats."""

from __future__ import annotations

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
    listing,
    log_of,
    mapping,
    name_of,
    numeric,
    parsed,
)
from measurand.message import say

RESULTS, PREDICTIONS = "results", "predictions"
CORRECT = ("correct", "is_correct", "cascade_correct")
"""Names of a sample's mark, in the order in which OpenCompass itself looks for them."""
ANSWER = ("pred", "predictions", "prediction", "extracted_answer")
TRUTH = ("answer", "answers", "references", "ref", "gold")


@dataclass(frozen=True)
class Replica:
    """One sample of one replica of a data set."""

    item: str
    repeat: int
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Results:
    """One file of results, and how many predictions it was evaluated from."""

    file: str
    logs: tuple[Log, ...]
    task: str
    system: str
    totals: Mapping[str, Any]
    replicas: Sequence[Replica]
    empty: int
    """Predictions without a text."""

    def metrics(self) -> list[str]:
        """Names of what the details hold a number of; the mark of the sample alone where there is one."""
        names = list(dict.fromkeys(n for r in self.replicas for n, v in r.detail.items() if numeric(v) is not None))
        return [name for name in CORRECT if name in names][:1] or names


def read(paths: Sequence[Path], asked: Asked) -> Reading:
    """The details of one data set or several, of one model or several. Raises TableError."""
    files = found_in(paths, ("*.json",), tool="OpenCompass")
    files = [path for path in files if path.parent.parent.name == RESULTS or path in paths]
    several = [_opened(path, asked.system) for path in files]
    if not several:
        raise refusal("M0479.aggregate", file=str(paths[0]), hint="M0479.hint_opencompass")
    every = {name for results in several for r in results.replicas for name in r.detail}
    offered = [name for results in several for name in results.metrics()]
    names = [asked.metric, *offered] if asked.metric in every else offered
    metric = one_of(names, asked.metric, option="metric", file=several[0].file, why="import.why_metric")
    rows = [row for results in several for row in _rows(results, metric)]
    return Reading(
        tool="OpenCompass",
        logs=[log for results in several for log in results.logs],
        rows=rows,
        read=len(rows),
        about=", ".join(dict.fromkeys(results.task for results in several)),
        chosen={"metric": metric},
        systems={results.system: {} for results in several},
        stated=[stated for results in several for stated in _stated(results, rows)],
        remarks=[say("import.empty", file=r.logs[-1].name, count=r.empty, system=r.system) for r in several if r.empty],
    )


def _opened(path: Path, named: str) -> Results:
    data, file = contents(path), str(path)
    whole = mapping(parsed(data, file), file)
    replicas = list(_replicas(whole.get("details"), file))
    if not any(numeric(value) is not None for r in replicas for value in r.detail.values()):
        raise refusal("M0479.aggregate", file=file, hint="M0479.hint_opencompass")
    inside = path.parent.parent.name == RESULTS
    system = named or (path.parent.name if inside else "")
    if not system:
        raise refusal("M0483.system", file=file, hint="M0483.hint")
    logs, empty = [log_of(path, data)], 0
    beside = list(_beside(path)) if inside else []
    if beside:
        held = [(place, contents(place)) for place in beside]
        answers = [a for place, raw in held for a in mapping(parsed(raw, str(place)), str(place)).values()]
        logs += [log_of(place, raw) for place, raw in held]
        if len(answers) != len(replicas):
            raise refusal("M0471.count", file=file, hint="M0471.hint", found=len(replicas), expected=len(answers),
                          results=logs[1].name)  # fmt: skip
        empty = sum(isinstance(a, dict) and a.get("prediction") in ("", None, []) for a in answers if "prediction" in a)
    return Results(file, tuple(logs), path.stem, system, whole, replicas, empty)


def _beside(path: Path) -> Iterator[Path]:
    """The predictions: one file, or parts with numbers (OpenCompass reads the one file when it is there)."""
    folder = path.parent.parent.parent / PREDICTIONS / path.parent.name
    if (folder / path.name).is_file():
        yield folder / path.name
        return
    number = 0
    while (part := folder / f"{path.stem}_{number}.json").is_file():
        yield part
        number += 1


def _replicas(details: object, file: str) -> Iterator[Replica]:
    """The samples: a list, where each field has a value for each replica; or an object by number."""
    if isinstance(details, dict):
        for number, detail in details.items():
            if number != "type":
                yield Replica(name_of(number), 1, mapping(detail, file, "details"))
        return
    for n, found in enumerate(listing([] if details is None else details, file, "details"), start=1):
        detail = mapping(found, file, "details", row=n)
        if "example_abbr" not in detail:
            yield Replica(name_of(n - 1), 1, detail)
            continue
        fields = {name: values for name, values in detail.items() if isinstance(values, list)}
        width = {len(values) for values in fields.values()}
        if len(width) != 1:
            raise refusal("M0481.width", file=file, row=n, hint="M0471.hint", found=max(width, default=0),
                          expected=min(width, default=1))  # fmt: skip
        for i in range(width.pop()):
            yield Replica(name_of(detail["example_abbr"]), i + 1, {k: values[i] for k, values in fields.items()})


def _rows(results: Results, metric: str) -> Iterator[Row]:
    for n, replica in enumerate(results.replicas, start=1):
        value = replica.detail.get(metric)
        score = numeric(value)
        if score is None and value is not None:
            told = {"metric": metric, "item": shown(replica.item), "value": shown(cell(value))}
            raise refusal("M0482.value", file=results.file, row=n, hint="M0482.hint", **told)
        yield Row(
            system=results.system,
            item=replica.item,
            score=score or "",
            status="ok" if score else "unscored",
            reason="" if score else say("import.no_score"),
            repeat=str(replica.repeat),
            output=_first(replica.detail, ANSWER),
            truth=_first(replica.detail, TRUTH),
            more={"task": results.task},
            log=results.logs[0].name,
        )


def _first(detail: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((cell(detail[name]) for name in names if detail.get(name) is not None), "")


def _stated(results: Results, rows: Sequence[Row]) -> Iterator[Stated]:
    """The share of right answers, which OpenCompass states in per cent; graded scores have scales of their own."""
    if any(row.score not in ("", "0", "1") for row in rows if row.log == results.logs[0].name):
        return
    for name, value in results.totals.items():
        known = name.split(" (")[0] in ("accuracy", "score") and (" (" not in name or name.endswith("runs average)"))
        if known and isinstance(value, (int, float)):
            yield Stated(f"{name} / 100", float(value) / 100, {"system": results.system, "task": results.task})
