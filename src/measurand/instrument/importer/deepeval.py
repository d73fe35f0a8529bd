"""Test runs of DeepEval (``.deepeval/.latest_run_full.json``, ``.latest_test_run.json``): a test case is an item, equal
cases are repeats. A metric that raised an error gave no score; it is not a failed test."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand.instrument.fault import refusal
from measurand.instrument.importer.choice import one_of
from measurand.instrument.importer.contract import Asked, Log, Reading, Row, Stated
from measurand.instrument.importer.source import cell, contents, found_in, listing, log_of, mapping, name_of, numeric
from measurand.instrument.importer.source import parsed as parsed_json
from measurand.message import say

_NUMBERED = re.compile(r"(conversational_)?test_case_\d+\Z")
"""Names that DeepEval gives to test cases without one: their places in the run."""
PATTERNS = (".latest_run_full.json", "test_run_*.json")


@dataclass(frozen=True)
class Run:
    """One test run."""

    file: str
    log: Log
    head: Mapping[str, Any]
    cases: Sequence[Mapping[str, Any]]

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics in the order of the cases."""
        return list(dict.fromkeys(name_of(m.get("name")) for case in self.cases for m in _data(case, self.file)))


def read(paths: Sequence[Path], asked: Asked) -> Reading:
    """The test cases of one run or several. Raises TableError."""
    runs = [_opened(path) for path in found_in(paths, PATTERNS, tool="DeepEval")]
    names = [name for run in runs for name in run.metrics] or [""]
    metric = one_of(names, asked.metric, option="metric", file=runs[0].file, why="import.why_metric")
    if not asked.system:
        raise refusal("M0483.system", file=runs[0].file, hint="M0483.hint")
    rows = [row for run in runs for row in _rows(run, metric, asked.system)]
    talks = sum(len(run.head.get("conversationalTestCases") or []) for run in runs)
    return Reading(
        tool="DeepEval",
        logs=[run.log for run in runs],
        rows=rows,
        read=len(rows) + talks,
        about=", ".join(dict.fromkeys(run.log.name for run in runs)),
        dropped={say("import.conversation"): talks} if talks else {},
        chosen={"metric": metric},
        stated=[stated for run in runs for stated in _stated(run, metric)] if len(runs) == 1 else [],
    )


def _opened(path: Path) -> Run:
    data, file = contents(path), str(path)
    head = mapping(parsed_json(data, file), file)
    head = mapping(head.get("testRunData", head), file, "testRunData")
    if "testCases" not in head:
        raise refusal("M0470.other", file=file, hint="M0470.hint", tool="DeepEval", missing="testCases")
    cases = [mapping(case, file, "testCases") for case in listing(head["testCases"], file, "testCases")]
    counts = [n for name in ("testPassed", "testFailed") if isinstance(n := head.get(name), int)]
    found = len(cases) + len(head.get("conversationalTestCases") or [])
    if len(counts) == 2 and sum(counts) != found:
        raise refusal(
            "M0471.count", file=file, hint="M0471.hint", found=found, expected=sum(counts), results="testPassed"
        )
    return Run(file, log_of(path, data), head, cases)


def _data(case: Mapping[str, Any], file: str) -> Sequence[Mapping[str, Any]]:
    return [mapping(m, file, "metricsData") for m in case.get("metricsData") or []]


def _rows(run: Run, metric: str, system: str) -> Iterator[Row]:
    repeat: Counter[str] = Counter()
    names = Counter(name_of(case.get("name") or "") for case in run.cases)
    for case in run.cases:
        own = name_of(case.get("name") or "")
        item = own if own and not _NUMBERED.match(own) and names[own] == 1 else _digest(case)
        repeat[item] += 1
        found = next((m for m in _data(case, run.file) if name_of(m.get("name")) == metric), {})
        score, error = numeric(found.get("score")), found.get("error")
        yield Row(
            system=system,
            item=item,
            score="" if error or score is None else score,
            status="failed" if error else "unscored" if score is None else "ok",
            reason=cell(f"error: {error}")[:200] if error else say("import.no_score") if score is None else "",
            repeat=str(repeat[item]),
            output=cell(case.get("actualOutput")),
            truth=cell(case.get("expectedOutput")),
            more={"success": cell(found.get("success")), "threshold": cell(found.get("threshold"))},
            log=run.log.name,
        )


def _digest(case: Mapping[str, Any]) -> str:
    """A name that follows from the test case itself: its number would name another case in another run."""
    same = {key: case.get(key) for key in ("input", "expectedOutput", "context")}
    return hashlib.sha256(json.dumps(same, sort_keys=True).encode("utf-8", "replace")).hexdigest()[:12]


def _stated(run: Run, metric: str) -> Iterator[Stated]:
    """The mean of the scores that DeepEval keeps of the metric."""
    for entry in run.head.get("metricsScores") or []:
        scores = [float(s) for s in entry.get("scores") or [] if isinstance(s, (int, float))]
        if name_of(entry.get("metric")) == metric and scores:
            yield Stated(f"{metric} mean", sum(scores) / len(scores))
