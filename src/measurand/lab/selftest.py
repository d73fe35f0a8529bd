"""Reference problems with known answers, asked of the installed program or of another one."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from io import StringIO
from pathlib import Path

from measurand.document.canonical import address_of, canonical
from measurand.document.decision import Decision
from measurand.document.number import real
from measurand.document.result import Result
from measurand.document.selftest import Asked, Outcome, Problem
from measurand.errors import MeasurandError
from measurand.lab import job
from measurand.lab.atomic import refusal
from measurand.lab.sources import sources
from measurand.lab.store import Measurement, parsed
from measurand.message import say

FOLDER = "selftest"
"""Of the package: the problems, one JSON file each."""
RESULT = ("value", "u", "lower", "upper", "df")
Answers = Mapping[str, str]
"""Name -> decimal string or verdict."""
Answer = Callable[[Problem], Answers]
"""Solves a problem. Raises MeasurandError when it cannot."""


@cache
def problems() -> tuple[Problem, ...]:
    """The set of problems, by id."""
    folder = resources.files("measurand") / FOLDER
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    return tuple(parsed(file.read_bytes(), Problem, file=file.name) for file in files)


def chosen(ids: Iterable[str]) -> tuple[Problem, ...]:
    """Problems by id, all when none is named. Raises StoreError for an unknown one."""
    wanted = tuple(ids)
    known = {problem.id: problem for problem in problems()}
    for id in wanted:
        if id not in known:
            raise refusal("M0751.problem", id, names=", ".join(known))
    return tuple(known[id] for id in dict.fromkeys(wanted)) if wanted else problems()


def outcomes(several: Iterable[Problem], answer: Answer, *, done: Callable[[], None] | None = None) -> list[Outcome]:
    """Ask every problem. A problem that cannot be solved has outcomes without answers; nothing stops the others."""
    found: list[Outcome] = []
    for problem in several:
        try:
            got, reason = answer(problem), ""
        except MeasurandError as error:
            got, reason = {}, str(error)
        found += [_outcome(problem, asked, got.get(asked.name, ""), reason) for asked in problem.asked]
        if done is not None:
            done()
    return found


def _outcome(problem: Problem, asked: Asked, got: str, reason: str) -> Outcome:
    reason = reason or ("" if got else say("selftest.no_answer"))
    passed = agrees(got, asked.expected, asked.tolerance)
    return Outcome(
        problem=problem.id, problem_at=address_of(canonical(problem)), name=asked.name, expected=asked.expected,
        tolerance=asked.tolerance, got=got, passed=passed, reason=reason,
    )  # fmt: skip


def agrees(got: str, expected: str, tolerance: str | None) -> bool:
    """``|got - expected| <= tolerance``; without a tolerance they must be equal. What is no number agrees with none.

    >>> agrees("0.1001", "0.1", "0.001"), agrees("0.102", "0.1", "0.001"), agrees("", "0.1", "0.001")
    (True, False, False)
    """
    if tolerance is None:
        return got == expected
    try:
        return abs(real(got) - real(expected)) <= real(tolerance)
    except ValueError:
        return False


def own_answer(problem: Problem) -> dict[str, str]:
    """The installed program's answers: the problem is measured as any procedure is, from its files.

    Raises MeasurandError.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, columns in problem.tables.items():
            (folder / Path(file).name).write_bytes(_csv(columns))
        path = folder / "problem.measure.toml"
        path.write_text(problem.procedure, encoding="utf-8")
        written = job.opened(path)
        tables = sources(written.procedure, folder)
        procedure = job.resolved(written, tables)
        seen = job.observed(written, procedure, folder / "laboratory", tables=tables)
        table, evidence = (seen.table, seen.evidence) if seen else (None, None)
        found = job.evaluated(written.text, procedure, table, evidence, None)
    return {asked.name: _field(found, asked) for asked in problem.asked}


def _csv(columns: Mapping[str, tuple[str, ...]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue().encode()


def _field(found: Measurement, asked: Asked) -> str:
    """The number that is asked for; empty when there is none."""
    if asked.requirement is not None:
        decision = next((d for d in found.decisions.decisions if _is(d, asked)), None)
        return "" if decision is None else _of_decision(decision, asked.field)
    result = next((r for r in found.results.results if _is(r, asked)), None)
    return "" if result is None or asked.field not in RESULT else str(getattr(result, asked.field))


def _is(one: Result | Decision, asked: Asked) -> bool:
    if isinstance(one, Decision) and one.requirement.id != asked.requirement:
        return False
    return one.measurand == asked.measurand and asked.system in ("", one.system) and one.level == asked.level


def _of_decision(decision: Decision, field: str) -> str:
    if field == "verdict":
        return decision.verdict.value
    if field == "p_conformity":
        return decision.p_conformity
    return getattr(decision.risks, field, None) or ""
