"""Runs of HELM: ``per_instance_stats.json`` with ``run_spec.json``, ``scenario_state.json``, ``stats.json`` beside it.
A perturbed copy of an instance is the same item under another condition; train trials are repeats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand.instrument.fault import refusal
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
)
from measurand.message import say

STATS, SPEC, STATE, SUMMARY = "per_instance_stats.json", "run_spec.json", "scenario_state.json", "stats.json"
SETTINGS = ("temperature", "max_tokens", "max_train_instances", "num_train_trials", "method", "model_deployment")
UNPERTURBED = "none"
_BOOKKEEPING = re.compile(
    r"(num_|training_|inference_|finish_reason_|batch_size\Z|prompt_truncated\Z|max_prob\Z|logprob\Z|estimated_|bits_per)"
)
"""Statistics of the request, which are not offered as scores; one that is asked for by name is taken all the same."""
Key = tuple[str, int, str]


@dataclass(frozen=True)
class Run:
    """One run: statistics by instance, what it says of itself, and the requests by instance, trial and perturbation."""

    file: str
    logs: tuple[Log, ...]
    spec: Mapping[str, Any]
    records: Sequence[Mapping[str, Any]]
    states: Mapping[Key, Sequence[Mapping[str, Any]]]
    summary: Sequence[Mapping[str, Any]]

    @property
    def task(self) -> str:
        """Name of the run without the model."""
        name = re.sub(r"(?<=[:,])model=[^,]*,?", "", name_of(of(self.spec, "name", self.file)))
        return name.rstrip(":,")

    @property
    def model(self) -> str:
        """The model as the adapter names it."""
        return name_of((self.spec.get("adapter_spec") or {}).get("model") or "")


def read(paths: Sequence[Path], asked: Asked) -> Reading:
    """The instances of one run or several. ``asked.filter`` is the split. Raises TableError."""
    runs = [_opened(path) for path in found_in(paths, (STATS,), tool="HELM")]
    every = list(dict.fromkeys(str(s["name"].get("name")) for run in runs for s in _stats(run)))
    offered = every if asked.metric in every else [name for name in every if not _BOOKKEEPING.match(name)]
    metric = one_of(offered or [""], asked.metric, option="metric", file=runs[0].file, why="import.why_metric")
    splits = sorted({str(s["name"].get("split", "")) for run in runs for s in _stats(run)})
    split = one_of(splits, asked.filter, option="filter", file=runs[0].file, why="import.why_split")
    rows: list[Row] = []
    absent: list[Row] = []
    dropped: Counter[str] = Counter()
    for run in runs:
        system = asked.system or run.model
        if not system:
            raise refusal("M0483.system", file=run.file, hint="M0483.hint")
        inside = [record for record in run.records if _split(run, record) in (split, "")]
        others = [name for record in run.records if (name := _split(run, record)) not in (split, "")]
        dropped.update(say("import.other_split", name=name) for name in others)
        rows += [_row(run, record, metric, system) for record in inside]
        absent += _absent(run, split, system)
    levels = {row.more["perturbation"] for row in rows}
    return Reading(
        tool="HELM",
        logs=[log for run in runs for log in run.logs],
        rows=[*rows, *absent],
        read=sum(len(run.records) for run in runs),
        about=", ".join(dict.fromkeys(run.task for run in runs)),
        dropped=dict(dropped),
        absent=len(absent),
        chosen={"metric": metric, "filter": split},
        systems={asked.system or run.model: _settings(run) for run in runs},
        conditions=["perturbation"] if len(levels) > 1 else [],
        stated=[s for run in runs for s in _stated(run, metric, split, asked.system or run.model)],
    )


def _opened(path: Path) -> Run:
    data, file = contents(path), str(path)
    records = [mapping(r, file, "instance") for r in listing(parsed(data, file), file, "instances")]
    for record in records:
        if "instance_id" not in record or "stats" not in record:
            raise refusal("M0470.other", file=file, hint="M0470.hint", tool="HELM", missing="instance_id")
    logs, found = [log_of(path, data)], {}
    for name in (SPEC, STATE, SUMMARY):
        beside = path.with_name(name)
        if beside.is_file():
            whole = contents(beside)
            found[name] = parsed(whole, str(beside))
            logs.append(log_of(beside, whole))
    if SPEC not in found:
        raise refusal("M0470.beside", file=file, missing=SPEC)
    states: dict[Key, list[Mapping[str, Any]]] = {}
    for state in (found.get(STATE) or {}).get("request_states") or []:
        instance = state.get("instance") or {}
        key = (name_of(instance.get("id")), int(state.get("train_trial_index") or 0), _perturbation(instance))
        states.setdefault(key, []).append(state)
    return Run(file, tuple(logs), mapping(found[SPEC], file), records, states, found.get(SUMMARY) or [])


def _stats(run: Run) -> Iterator[Mapping[str, Any]]:
    return (stat for record in run.records for stat in record["stats"])


def _split(run: Run, record: Mapping[str, Any]) -> str:
    """The split: as its statistics say it; of an instance that has none, as its request does."""
    for stat in record["stats"]:
        return str(stat["name"].get("split", ""))
    states = run.states.get(_key(record), ())
    return str((states[0].get("instance") or {}).get("split", "")) if states else ""


def _perturbation(record: Mapping[str, Any]) -> str:
    return name_of((record.get("perturbation") or {}).get("name") or UNPERTURBED)


def _key(record: Mapping[str, Any]) -> Key:
    return name_of(record["instance_id"]), int(record.get("train_trial_index") or 0), _perturbation(record)


def _row(run: Run, record: Mapping[str, Any], metric: str, system: str) -> Row:
    key = _key(record)
    several = [s for s in record["stats"] if s["name"].get("name") == metric and s.get("count")]
    score = numeric(sum(s["sum"] for s in several) / sum(s["count"] for s in several)) if several else None
    states = run.states.get(key, ())
    broken = [s for s in states if not (s.get("result") or {}).get("success", True)]
    if broken:
        reason = cell(f"error: {(broken[0].get('result') or {}).get('error', '')}")[:200]
    else:
        reason = "" if score is not None else say("import.no_score")
    return Row(
        system=system,
        item=key[0],
        score="" if broken or score is None else score,
        status="failed" if broken else "unscored" if score is None else "ok",
        reason=reason,
        repeat=str(key[1] + 1),
        output=_output(states),
        truth=_truth(states),
        more={"task": run.task, "perturbation": key[2]},
        log=run.logs[0].name,
    )


def _absent(run: Run, split: str, system: str) -> Iterator[Row]:
    """Instances that were asked and have no statistics."""
    present = {_key(record) for record in run.records}
    for key, states in run.states.items():
        if key not in present and str((states[0].get("instance") or {}).get("split", "")) == split:
            yield Row(
                system=system,
                item=key[0],
                status="unscored",
                reason=say("import.no_score"),
                repeat=str(key[1] + 1),
                more={"task": run.task, "perturbation": key[2]},
                log=run.logs[0].name,
            )


def _output(states: Sequence[Mapping[str, Any]]) -> str:
    """The text of the only request; choices that were asked one by one have no single text."""
    if len(states) != 1:
        return ""
    completions = (states[0].get("result") or {}).get("completions") or [{}]
    text = str(completions[0].get("text", ""))
    return cell((states[0].get("output_mapping") or {}).get(text.strip(), text.strip()))


def _truth(states: Sequence[Mapping[str, Any]]) -> str:
    references = (states[0].get("instance") or {}).get("references") or [] if states else []
    right = [str((r.get("output") or {}).get("text", "")) for r in references if "correct" in (r.get("tags") or [])]
    return cell("|".join(right))


def _settings(run: Run) -> Mapping[str, str]:
    adapter = run.spec.get("adapter_spec") or {}
    return {key: cell(adapter[key]) for key in SETTINGS if adapter.get(key) not in (None, "")}


def _stated(run: Run, metric: str, split: str, system: str) -> Iterator[Stated]:
    """Means of ``stats.json``, plain and by perturbation; those of the worst of several copies are other quantities."""
    for stat in run.summary:
        name = stat.get("name") or {}
        perturbation = name.get("perturbation") or {}
        plain = not perturbation or perturbation.get("computed_on") == "perturbed"
        if name.get("name") == metric and name.get("split", "") == split and plain and "sub_split" not in name:
            where = {"system": system, "task": run.task, "perturbation": _perturbation(name)}
            if isinstance(stat.get("mean"), (int, float)):
                yield Stated(metric, float(stat["mean"]), where)
