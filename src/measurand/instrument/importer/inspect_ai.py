"""Logs of Inspect (inspect-ai): ``.eval`` archives and ``.json``. An errored sample failed, it is not wrong; epochs are
repeats; a sample that the log announces and does not hold is a failed observation too."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from measurand.instrument.fault import refusal, shown
from measurand.instrument.importer.archive import Archive
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
    of,
    parsed,
    scalars,
)
from measurand.message import say

VERSIONS = (2,)
MARKS = {"C": "1", "P": "0.5", "I": "0"}
WORDS = {"yes": "1", "true": "1", "no": "0", "false": "0"}
"""Inspect's marks, and words in any case, as it counts them itself (``value_to_float``); ``N`` is no answer."""
MOST_ABSENT = 1_000_000
"""Observations that a log may announce and not hold: more, and what it announces is no plan of a run."""
USED = ("id", "epoch", "target", "scores", "error", "invalidation", "limit", "output", "model_usage", "working_time",
        "metadata")  # fmt: skip
"""What is kept of a sample: its events and messages are most of a log."""
NO_ANSWER = "N"
SETTINGS = ("temperature", "top_p", "max_tokens", "seed", "reasoning_effort", "num_choices")


@dataclass(frozen=True)
class Run:
    """One log: what it says of the run, and its samples in order."""

    file: str
    log: Log
    head: Mapping[str, Any]
    samples: Sequence[Mapping[str, Any]]

    @property
    def eval(self) -> Mapping[str, Any]:
        """What was evaluated: task, model, data set, configuration."""
        return mapping(of(self.head, "eval", self.file), self.file, "eval")


def read(paths: Sequence[Path], asked: Asked) -> Reading:
    """The samples of one log or several: of several models, or of several tasks. Raises TableError."""
    runs = [_opened(path) for path in found_in(paths, ("*.eval", "*.json"), tool="Inspect")]
    names = [name for run in runs for name in _scores_of(run)]
    metric = one_of(names or [""], asked.metric, option="metric", file=runs[0].file, why="import.why_metric")
    rows = [row for run in runs for row in _rows(run, metric, asked.system)]
    absent = [row for run in runs for row in _absent(run, asked.system)]
    if any(row.score not in ("", "0", "1") for row in rows):  # a mean has no place for refusals: Inspect counts 0
        rows = [replace(row, status="ok", score="0") if row.status == "refused" else row for row in rows]
    return Reading(
        tool=_tool(runs),
        logs=[run.log for run in runs],
        rows=[*rows, *absent],
        read=len(rows),
        about=", ".join(dict.fromkeys(_task(run) for run in runs)),
        absent=len(absent),
        chosen={"metric": metric} if metric else {},
        systems={_system(run, asked.system): _settings(run) for run in runs},
        stated=[stated for run in runs for stated in _stated(run, metric, asked.system)],
        remarks=list(dict.fromkeys(remark for run in runs for remark in _remarks(run))),
    )


def _opened(path: Path) -> Run:
    data, file = contents(path), str(path)
    if data[:2] == b"PK" or path.suffix == ".eval":
        archive = Archive(data, file)
        samples = sorted(archive.names("samples/"))
        head_name = "header.json" if "header.json" in archive.entries else "_journal/start.json"
        if head_name not in archive.entries:
            raise refusal("M0470.other", file=file, hint="M0470.hint", tool="Inspect", missing="header.json")
        ((_, raw),) = archive.read([head_name])
        head = mapping(parsed(raw, f"{file}: {head_name}"), file)
        found = [
            _used(parsed(raw, place), place) for name, raw in archive.read(samples) if (place := f"{file}: {name}")
        ]
    else:
        head = mapping(parsed(data, file), file)
        found = [_used(s, file) for s in listing(head.get("samples") or [], file, "samples")]
        if "eval" not in head:
            raise refusal("M0470.other", file=file, hint="M0470.hint", tool="Inspect", missing="eval")
    if head.get("version") not in VERSIONS:
        version = shown(str(head.get("version")))
        raise refusal("M0475.version", file=file, hint="M0475.hint", tool="Inspect", found=version, known="2")
    ordered = sorted(found, key=lambda s: (str(s.get("id")).zfill(12), _epoch(s)))
    return Run(file, log_of(path, data), head, ordered)


def _used(sample: object, file: str) -> Mapping[str, Any]:
    """What is read of a sample."""
    whole = mapping(sample, file, "samples")
    return {key: whole[key] for key in USED if key in whole}


def _epoch(sample: Mapping[str, Any]) -> int:
    epoch = sample.get("epoch", 1)
    return epoch if isinstance(epoch, int) else 1


def _scores_of(run: Run) -> Iterator[str]:
    """Names of the scores: of the scorer, or ``scorer.part`` where a scorer gives several numbers."""
    for sample in run.samples:
        for name, score in (sample.get("scores") or {}).items():
            value = score.get("value") if isinstance(score, dict) else None
            if isinstance(value, dict):
                yield from (f"{name}.{part}" for part in value)
            else:
                yield name


def _rows(run: Run, metric: str, system: str) -> Iterator[Row]:
    task, model = _task(run), _system(run, system)
    for sample in run.samples:
        item = name_of(of(sample, "id", run.file))
        row = Row(
            system=model,
            item=item,
            repeat=str(_epoch(sample)),
            output=cell(_output(sample)),
            truth=cell(sample.get("target")),
            more={"task": task, **_costs(sample), **scalars(sample.get("metadata"), "metadata_")},
            log=run.log.name,
        )
        yield _judged(row, sample, metric, run.file)


def _judged(row: Row, sample: Mapping[str, Any], metric: str, file: str) -> Row:
    """The row with status, reason and score."""
    error, invalid = sample.get("error"), sample.get("invalidation")
    if error:
        text = error.get("message") if isinstance(error, dict) else error
        return replace(row, status="failed", reason=cell(f"error: {text}")[:200])
    if invalid:
        text = invalid.get("reason") if isinstance(invalid, dict) else invalid
        return replace(row, status="failed", reason=cell(f"invalidated: {text}")[:200])
    value = _value(sample.get("scores") or {}, metric)
    limit = sample.get("limit")
    kind = limit.get("type", "") if isinstance(limit, dict) else ""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        late = kind in ("time", "working")
        reason = f"limit: {kind}" if kind else say("import.no_score")
        return replace(row, status="timeout" if late else "unscored", reason=reason)
    if value == NO_ANSWER:
        return replace(row, status="refused", reason=say("import.no_answer"))
    score = _counted(value) if isinstance(value, str) else numeric(value)
    if score is None:
        told = shown(str(value))
        raise refusal("M0482.value", file=file, hint="M0482.hint", metric=metric, item=shown(row.item), value=told)
    return replace(row, score=score, reason=f"limit: {kind}" if kind else "")


def _value(scores: Mapping[str, Any], metric: str) -> object:
    """The value of the scorer of this name, or of a part of it: ``scorer.part``, in which both may have dots."""
    for name, score in scores.items():
        value = score.get("value") if isinstance(score, dict) else None
        if name == metric and not isinstance(value, dict):
            return value
        if isinstance(value, dict) and metric.startswith(f"{name}.") and metric.removeprefix(f"{name}.") in value:
            return value[metric.removeprefix(f"{name}.")]
    return None


def _counted(value: str) -> str | None:
    """The number that Inspect counts for a text: its marks, words for true and false, and decimal numbers."""
    try:
        return MARKS.get(value) or WORDS.get(value.lower()) or numeric(float(value))
    except ValueError:
        return None


def _absent(run: Run, system: str) -> Iterator[Row]:
    """Items that the log announces and holds no sample of: the run was stopped, or ended in an error."""
    data = run.eval.get("dataset") or {}
    ids = [name_of(i) for i in data.get("sample_ids") or []]
    epochs = int((run.eval.get("config") or {}).get("epochs") or 1)
    if epochs * len(ids) - len(run.samples) > MOST_ABSENT:
        raise refusal("M0471.announced", file=run.file, hint="M0471.hint", count=len(run.samples), items=len(ids),
                      epochs=shown(str(epochs)))  # fmt: skip
    present = {(name_of(s.get("id")), _epoch(s)) for s in run.samples}
    for item in ids:
        for epoch in range(1, epochs + 1):
            if (item, epoch) not in present:
                reason = say("import.not_run", status=str(run.head.get("status", "")))
                more = {"task": _task(run)}
                name = _system(run, system)
                yield Row(name, item, "", "failed", reason, str(epoch), more=more, log=run.log.name)


def _stated(run: Run, metric: str, system: str) -> Iterator[Stated]:
    """The run's own mean of the score, where epochs were reduced by their mean."""
    if ((run.eval.get("config") or {}).get("epochs_reducer") or ["mean"]) != ["mean"]:
        return
    for score in (run.head.get("results") or {}).get("scores") or []:
        if metric not in (score.get("name"), f"{score.get('scorer')}.{score.get('name')}"):
            continue
        for name in ("accuracy", "mean"):
            value = ((score.get("metrics") or {}).get(name) or {}).get("value")
            if isinstance(value, (int, float)):
                where = {"system": _system(run, system), "task": _task(run)}
                yield Stated(f"{metric} {name}", float(value), where)
                break


def _remarks(run: Run) -> Iterator[str]:
    status = run.head.get("status")
    if status != "success":
        yield say("import.status", file=run.log.name, status=str(status))
    if run.head.get("invalidated"):
        yield say("import.invalidated", file=run.log.name)
    reducer = (run.eval.get("config") or {}).get("epochs_reducer") or ["mean"]
    if reducer != ["mean"]:
        yield say("import.reducer", file=run.log.name, reducer=", ".join(map(str, reducer)))


def _task(run: Run) -> str:
    return name_of(of(run.eval, "task", run.file))


def _system(run: Run, named: str) -> str:
    return named or name_of(of(run.eval, "model", run.file))


def _settings(run: Run) -> Mapping[str, str]:
    plan = (run.head.get("plan") or {}).get("config") or {}
    whole = {**plan, **(run.eval.get("model_generate_config") or {})}
    return {key: cell(whole[key]) for key in SETTINGS if whole.get(key) is not None}


def _output(sample: Mapping[str, Any]) -> object:
    output = sample.get("output") or {}
    if output.get("completion"):
        return output["completion"]
    choices = output.get("choices") or []
    message = (choices[0].get("message") or {}) if choices else {}
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content


def _costs(sample: Mapping[str, Any]) -> dict[str, str]:
    """Tokens of all models, and seconds."""
    usage = [u for u in (sample.get("model_usage") or {}).values() if isinstance(u, dict)]
    found = {name: sum(u.get(name) or 0 for u in usage) for name in ("input_tokens", "output_tokens")}
    costs = {name: str(n) for name, n in found.items()} if usage else {}
    seconds = numeric(sample.get("working_time"))
    return costs | ({"seconds": seconds} if seconds else {})


def _tool(runs: Sequence[Run]) -> str:
    versions = {str((run.eval.get("packages") or {}).get("inspect_ai", "")) for run in runs}
    return " ".join(["Inspect", ", ".join(sorted(versions))]).strip()
