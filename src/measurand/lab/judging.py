"""Ask a judge about answers: each answer in each order as often as the procedure says, in a journal of its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from measurand.document.canonical import address_of, canonical
from measurand.document.evidence import join_key
from measurand.document.judge import Judge
from measurand.document.number import number
from measurand.document.observation import Observation, Status, Task
from measurand.document.procedure import Procedure, System
from measurand.document.table import Table
from measurand.errors import ProcedureError
from measurand.instrument import cells
from measurand.instrument.contract import Instrument
from measurand.instrument.fault import fault
from measurand.instrument.recorded import Observed
from measurand.instrument.registry import by_name
from measurand.instrument.scoring.registry import check
from measurand.instrument.scoring.verdict import Verdict
from measurand.lab.held import Held
from measurand.lab.journal import Journal
from measurand.lab.live import Start, asked
from measurand.lab.prompts import filled
from measurand.lab.sources import Sources
from measurand.lab.tasks import Listed, settings_of_judge
from measurand.message import say

GIVEN, SWAPPED = "given", "swapped"
"""Orders in which the two answers of a pair are shown."""


@dataclass(frozen=True)
class Question:
    """One answer to be judged."""

    key: str
    inputs: Mapping[str, str]
    """Columns of the item by name, with its reference value as ``reference``."""
    answer: str
    other: str = ""
    """The other answer of a pair."""
    settings: Mapping[str, JsonValue] = field(default_factory=dict)
    """What the judge is asked with."""


@dataclass(frozen=True)
class Found:
    """What a judge said of one answer."""

    value: str
    """Mean verdict; empty where one is missing."""
    reason: str
    replies: tuple[str, ...]
    each: Mapping[tuple[str, int], str]
    """Order and repeat -> verdict, said of the answer whatever its place."""


def judging(
    procedure: Procedure, seen: Observed, items: Held, sources: Sources, start: Start
) -> tuple[Observed, Mapping[str, str], Mapping[str, Sequence[str]] | None]:
    """The observations with the judge's verdicts as values, the judge's identity, and what it said of the calibration.

    ``start.path`` is that of the judge's own journal. Raises RunError, ProcedureError, TableError; what was said stays
    in the journal.
    """
    judge = procedure.judge
    if judge is None:
        raise ProcedureError("no judge is named")
    said = judge.calibration
    of_rows = _of_rows(procedure, seen, items, sources)
    table = sources.calibration if said is not None and said.judged is None else None
    rubric = sources.prompts[judge.rubric or ""]
    of_people = _of_people(procedure, judge, table, rubric) if table is not None else []
    found, identity = _ask(procedure, judge, [*of_rows.values(), *of_people], rubric, start)
    status: list[Status] = list(seen.status)
    reason, value, replies = list(seen.reason), [""] * len(seen.item), [""] * len(seen.item)
    for i, question in of_rows.items():
        one = found[question.key]
        value[i], replies[i] = one.value, json.dumps(one.replies, ensure_ascii=False)
        if not one.value:
            status[i], reason[i] = "unscored", one.reason
    output = {**seen.output, "value": value, "judge": replies}
    marks = _marks(judge, [found[question.key] for question in of_people]) if of_people else None
    return replace(seen, status=status, reason=reason, output=output), identity, marks


def _marks(judge: Judge, found: Sequence[Found]) -> dict[str, list[str]]:
    marks = {"judged": [one.value for one in found], "first": [one.each.get((GIVEN, 1), "") for one in found]}
    if judge.swap:
        marks["swapped"] = [one.each.get((SWAPPED, 1), "") for one in found]
    if judge.repeats > 1:
        marks["again"] = [one.each.get((GIVEN, 2), "") for one in found]
    return marks


def _of_rows(procedure: Procedure, seen: Observed, items: Held, sources: Sources) -> dict[int, Question]:
    """Row -> what is asked about its answer, of the rows that have one."""
    judge, reference = procedure.judge, procedure.reference
    inputs: dict[str, dict[str, str]] = {item: {} for item in items.items}
    against = judge.against if judge is not None else None
    if reference is not None and sources.reference is not None:
        names = {name: name for name in reference.input or ()}
        names |= {"reference": reference.value} if reference.value is not None else {}
        names |= {against: against} if against is not None else {}
        for place, name in names.items():
            for item, cell in zip(items.rows, cells.column(sources.reference, name), strict=True):
                inputs[item][place] = cell
    texts = seen.output.get("output", [""] * len(seen.item))
    out = {}
    for i, state in enumerate(seen.status):
        if state == "ok":
            levels = [f"{name}={levels[i]}" for name, levels in sorted(seen.condition.items())]
            key = join_key((seen.system[i], seen.item[i], *levels, seen.repeat[i]))
            of_item = inputs[seen.item[i]]
            own = settings_of_judge(procedure, {name: levels[i] for name, levels in seen.condition.items()})
            out[i] = Question(key, of_item, texts[i], of_item.get(against or "", ""), own)
    return out


def _of_people(procedure: Procedure, judge: Judge, table: Table, rubric: str) -> list[Question]:
    """What is asked about the answers that people scored. Raises TableError: a column of the rubric is absent."""
    said, reference = judge.calibration, procedure.reference
    if said is None or said.answer is None:
        raise ProcedureError(fault("M0576.columns", file="", hint="M0576.columns_hint", columns="answer"))
    names: dict[str, str] = {}
    if reference is not None:
        names = {name: name for name in reference.input or ()}
        names |= {"reference": reference.value} if reference.value is not None else {}
    # what the rubric does not show need not be there
    names = {place: name for place, name in names.items() if f"{{{place}}}" in rubric}
    if judge.against is not None:
        names[judge.against] = judge.against
    columns = {place: cells.column(table, name) for place, name in names.items()}
    inputs = [{place: column[row] for place, column in columns.items()} for row in range(len(table))]
    answers = cells.column(table, said.answer)
    return [
        Question(f"calibration/{row}", of_row, answer, of_row.get(judge.against or "", ""))
        for row, (answer, of_row) in enumerate(zip(answers, inputs, strict=True), start=1)
    ]


def _ask(
    procedure: Procedure,
    judge: Judge,
    questions: Sequence[Question],
    rubric: str,
    start: Start,
) -> tuple[dict[str, Found], Mapping[str, str]]:
    """What the judge says of each question, and its identity."""
    verdict = Verdict(judge.values or {}, judge.after)
    known = check(verdict, kind="judge")
    procedure_at = address_of(canonical(procedure))
    tasks = {q.key: _tasks(q, judge, rubric, procedure_at) for q in questions}
    system = System(
        id="judge", access=judge.access, url=judge.url, model=judge.model, target=judge.target, settings=judge.settings
    )
    instrument = by_name(judge.access).of(system, start.folder, connections=procedure.design.concurrency)
    try:
        identity = {
            **instrument.identity(),
            "verdict": f"verdict {verdict.version}, {known} of {known} check standards",
        }
        plan = Listed(task for each in tasks.values() for task in each)
        with Journal(
            start.path, procedure_at=procedure_at, instrument=identity, tasks=plan, fresh=start.fresh,
            extend=start.extend,
        ) as journal:  # fmt: skip
            asked(procedure, {"judge": instrument}, plan, journal, start.progress)
            several = list(map(journal.observation, range(len(plan))))
    finally:
        if isinstance(instrument, Instrument):
            instrument.close()
    replies = iter(several)
    found = {key: _said([next(replies) for _ in each], verdict) for key, each in tasks.items()}
    named = {f"judge {key}": text for key, text in identity.items()}
    return found, {**named, "judge rubric": hashlib.sha256(rubric.encode()).hexdigest()}


def _tasks(question: Question, judge: Judge, rubric: str, procedure_at: str) -> list[Task]:
    """Every order and repeat of a question. The digest of the prompt is part of the key: another answer is another
    question."""
    out = []
    for order in (GIVEN, SWAPPED) if judge.swap else (GIVEN,):
        pair = (question.answer, question.other) if order == GIVEN else (question.other, question.answer)
        places = {**question.inputs, "answer": question.answer}
        places |= {"first": pair[0], "second": pair[1]} if judge.against is not None else {}
        prompt = filled(rubric, places)
        digest = hashlib.sha256(prompt.encode()).hexdigest()
        for repeat in range(1, judge.repeats + 1):
            seed = hashlib.sha256(join_key((procedure_at, "judge", question.key, order, str(repeat))).encode()).digest()
            out.append(
                Task(
                    system="judge", item=question.key, condition={"order": order, "prompt": digest}, repeat=repeat,
                    input=places, seed=int.from_bytes(seed[:4], "big"), prompt=prompt, settings=question.settings,
                )
            )  # fmt: skip
    return out


def _said(replies: Sequence[Observation], verdict: Verdict) -> Found:
    each, texts, reasons = {}, [], []
    for one in replies:
        text = one.output.get("output", "")
        texts.append(text)
        order = one.condition["order"]
        if one.status != "ok":
            reasons.append(say("judge.failed", reason=one.reason or one.status))
            continue
        scored = verdict.score(text, "")
        if not scored.value:
            reasons.append(scored.reason)
            continue
        value = float(scored.value)
        each[order, one.repeat] = number(value if order == GIVEN else 1.0 - value)
    if reasons:
        return Found("", reasons[0], tuple(texts), each)
    mean = sum(map(float, each.values())) / len(each)
    return Found(number(mean), "", tuple(texts), each)
