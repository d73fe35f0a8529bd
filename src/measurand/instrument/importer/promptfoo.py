"""Results of promptfoo (``promptfoo eval -o FILE.json``): a test case is an item, equal cases are repeats, a prompt is
a condition. A call that failed is not an assertion that failed."""

from __future__ import annotations

import hashlib
import json
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
    listing,
    log_of,
    mapping,
    name_of,
    numeric,
    parsed,
    scalars,
)

VERSIONS = (3,)
ERROR = 2
"""``failureReason`` of a call that failed: 1 is an assertion."""
PASS, SCORE = "pass", "score"


@dataclass(frozen=True)
class Results:
    """One file of results."""

    file: str
    log: Log
    version: str
    results: Mapping[str, Any]
    several: Sequence[Mapping[str, Any]]


def read(paths: Sequence[Path], asked: Asked) -> Reading:
    """The results of one evaluation or several. Raises TableError."""
    opened = [_opened(path) for path in found_in(paths, ("*.json",), tool="promptfoo")]
    names = [name for results in opened for name in _metrics(results)]
    metric = one_of(names, asked.metric, option="metric", file=opened[0].file, why="import.why_metric")
    rows = [row for results in opened for row in _rows(results, metric, asked.system)]
    versions = sorted({results.version for results in opened} - {""})
    return Reading(
        tool=" ".join(["promptfoo", ", ".join(versions)]).strip(),
        logs=[results.log for results in opened],
        rows=rows,
        read=len(rows),
        about=", ".join(dict.fromkeys(_about(results) for results in opened)),
        chosen={"metric": metric},
        conditions=["prompt"] if len({row.more["prompt"] for row in rows}) > 1 else [],
        stated=[s for results in opened for s in _stated(results, asked.system)] if metric == PASS else [],
    )


def _opened(path: Path) -> Results:
    data, file = contents(path), str(path)
    head = mapping(parsed(data, file), file)
    if not isinstance(head.get("results"), dict):
        raise refusal("M0470.other", file=file, hint="M0470.hint", tool="promptfoo", missing="results")
    results = head["results"]
    if results.get("version") not in VERSIONS:
        version = shown(str(results.get("version")))
        raise refusal("M0475.version", file=file, hint="M0475.hint", tool="promptfoo", found=version, known="3")
    several = [mapping(r, file, "results") for r in listing(results.get("results"), file, "results")]
    stats = results.get("stats") or {}
    expected = sum(stats.get(name) or 0 for name in ("successes", "failures", "errors"))
    if expected != len(several):
        raise refusal(
            "M0471.count", file=file, hint="M0471.hint", found=len(several), expected=expected, results="stats"
        )
    version = str((head.get("metadata") or {}).get("promptfooVersion", ""))
    about = {"description": (head.get("config") or {}).get("description")}
    return Results(file, log_of(path, data), version, {**results, **about}, several)


def _about(results: Results) -> str:
    return name_of(results.results.get("description") or results.log.name)


def _metrics(results: Results) -> Iterator[str]:
    """``pass``; ``score`` where it says more; and the named ones."""
    yield PASS
    if any(r.get("failureReason") != ERROR and r.get("score") not in (0, 1) for r in results.several):
        yield SCORE
    for result in results.several:
        yield from (result.get("namedScores") or {})


def _rows(results: Results, metric: str, named: str) -> Iterator[Row]:
    repeat: Counter[tuple[str, str, str]] = Counter()
    places = _places(results.several, named)
    for result in results.several:
        case = mapping(result.get("testCase") or {}, results.file, "testCase")
        system, prompt, item = _system(result, named), _prompt(result), _item(case, result)
        if len(places[system, prompt]) > 1:
            prompt = f"{prompt} #{result.get('promptIdx')}"
        repeat[system, prompt, item] += 1
        failed = result.get("failureReason") == ERROR
        value = {PASS: result.get("success"), SCORE: result.get("score")}.get(
            metric, (result.get("namedScores") or {}).get(metric)
        )
        score = None if failed else numeric(value)
        if score is None and not failed and value is not None:
            told = shown(cell(value))
            raise refusal("M0482.value", file=results.file, hint="M0482.hint", metric=metric, item=item, value=told)
        yield Row(
            system=system,
            item=item,
            score=score or "",
            status="failed" if failed else "ok" if score else "unscored",
            reason=cell(result.get("error"))[:200] if failed else "",
            repeat=str(repeat[system, prompt, item]),
            output=cell((result.get("response") or {}).get("output")),
            more={"prompt": prompt, **scalars(result.get("vars"), "var_"), **_costs(result)},
            log=results.log.name,
        )


def _places(several: Sequence[Mapping[str, Any]], named: str) -> Mapping[tuple[str, str], set[str]]:
    """System and prompt -> the columns of promptfoo's table that bear these names: two are no repeats of each other."""
    found: dict[tuple[str, str], set[str]] = {}
    for result in several:
        found.setdefault((_system(result, named), _prompt(result)), set()).add(str(result.get("promptIdx")))
    return found


def _item(case: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """A name that follows from the test case itself: its number would name another case in another file."""
    same = {key: case.get(key) for key in ("description", "assert")} | {"vars": result.get("vars")}
    digest = hashlib.sha256(json.dumps(same, sort_keys=True).encode("utf-8", "replace")).hexdigest()
    return digest[:12]


def _prompt(result: Mapping[str, Any]) -> str:
    label = name_of((result.get("prompt") or {}).get("label") or "")
    return label if 0 < len(label) <= 200 else str(result.get("promptId") or result.get("promptIdx", ""))[:12]


def _system(result: Mapping[str, Any], named: str) -> str:
    provider = result.get("provider") or {}
    return named or name_of(provider.get("label") or provider.get("id") or "provider")


def _costs(result: Mapping[str, Any]) -> dict[str, str]:
    """Tokens, cost and milliseconds of a call."""
    usage = result.get("tokenUsage") or {}
    found = {"input_tokens": usage.get("prompt"), "output_tokens": usage.get("completion")}
    found |= {"cost": result.get("cost"), "milliseconds": result.get("latencyMs")}
    return {name: text for name, value in found.items() if (text := numeric(value)) is not None}


def _stated(results: Results, named: str) -> Iterator[Stated]:
    """Share of passed cases among those that were called without error, by prompt and provider."""
    for prompt in results.results.get("prompts") or []:
        metrics = prompt.get("metrics") or {}
        passed, failed = metrics.get("testPassCount", 0), metrics.get("testFailCount", 0)
        label = _prompt({"prompt": prompt, "promptId": prompt.get("id")})
        system = named or name_of(prompt.get("provider") or "provider")
        if passed + failed:
            yield Stated("pass rate", passed / (passed + failed), {"system": system, "prompt": label})
