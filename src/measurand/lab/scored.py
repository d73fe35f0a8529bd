"""Texts become values: every observation's output is scored, once the scorer has proved itself on known texts."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from measurand.document.label import label
from measurand.document.live import Scoring
from measurand.document.observation import Status
from measurand.document.procedure import Procedure
from measurand.instrument import cells
from measurand.instrument.recorded import Observed
from measurand.instrument.scoring.contract import Scored
from measurand.instrument.scoring.registry import COUNTS, check, identity, scorer
from measurand.lab.held import Held
from measurand.lab.sources import Sources
from measurand.message import say

Shown = Callable[[int, int, str], None]
"""Called with the texts that are scored, how many there are, and what is done."""
LONGEST = 1_000_000
"""Characters of a text that are scored, from its end."""


def scored(
    procedure: Procedure,
    seen: Observed,
    items: Held,
    sources: Sources,
    *,
    folder: Path,
    read: Container[str] = (),
    progress: Shown | None = None,
) -> tuple[Observed, Mapping[str, str]]:
    """The observations with their values, and the identity of the scorer. A text that cannot be scored makes the
    observation ``unscored``, with the reason: what that counts for is said in ``[status]``.

    ``read`` are the outputs that the measurands read: ``scores`` of the classes, the ``score`` of the positive one and
    ``members`` (counts of a text) are made where they are among them.

    Raises RunError when a known text comes out otherwise than it must.
    """
    if procedure.scoring is None:
        return seen, {}
    held = _references(procedure, items, sources)
    texts = text_column(procedure.scoring, seen.output) or [""] * len(seen.item)
    rows = [i for i, status in enumerate(seen.status) if status == "ok"]
    found, whose = values(
        procedure.scoring, [texts[i] for i in rows], [held.get(seen.item[i], "") for i in rows],
        _classes(procedure, held), folder, progress,
    )  # fmt: skip
    status: list[Status] = list(seen.status)
    reason, value, exposure = list(seen.reason), [""] * len(seen.item), [""] * len(seen.item)
    with_scores = procedure.scoring.by is not None and ("scores" in read or "score" in read)
    for i, one in zip(rows, found, strict=True):
        value[i], exposure[i] = one.value, one.exposure
        if not one.value or (with_scores and not one.scores):
            status[i], value[i], reason[i] = "unscored", "", one.reason or say("scoring.not_all_listed")
    output = {**seen.output, "value": value} | ({"exposure": exposure} if procedure.scoring.kind in COUNTS else {})
    if with_scores:
        output |= _scores(procedure, found, rows, len(value), read)
    if "members" in read:
        output |= _members(found, rows, len(value))
    return replace(seen, status=status, reason=reason, output=output), whose


def text_column(scoring: Scoring, columns: Mapping[str, Sequence[str]]) -> Sequence[str] | None:
    """The texts that are scored; of an endpoint those of the log-probabilities, where these are asked for."""
    own = columns.get("logprobs") if scoring.by is not None else None
    return own if own is not None else columns.get("output")


def _members(found: Sequence[Scored], rows: Sequence[int], length: int) -> dict[str, list[str]]:
    """Columns of the counts of each text."""
    width = max((len(one.members) for one in found), default=0)
    columns = {f"member:{k:04d}": [""] * length for k in range(width)}
    for i, one in zip(rows, found, strict=True):
        for name, count in zip(columns, one.members, strict=False):
            columns[name][i] = count
    return columns


def _scores(
    procedure: Procedure, found: Sequence[Scored], rows: Sequence[int], length: int, read: Container[str]
) -> dict[str, list[str]]:
    """Columns of the probabilities that the texts state: of each class, and of the positive one."""
    classes = sorted({name for one in found for name in one.scores})
    positive = {label(m.positive) for m in procedure.measurand if m.positive is not None}
    wanted = {f"score:{name}": name for name in classes if "scores" in read}
    if "score" in read and len(positive) == 1:
        wanted["score"] = positive.pop()
    columns = {role: [""] * length for role in wanted}
    for i, one in zip(rows, found, strict=True):
        of_class = {label(name): score for name, score in one.scores.items()}
        for role, name in wanted.items():
            columns[role][i] = of_class.get(label(name), "")
    return columns


def proved(procedure: Procedure, items: Held, sources: Sources, *, folder: Path) -> None:
    """Score the known texts before anything is asked. Raises RunError, ProcedureError: no such scorer here, or it is
    wrong."""
    if procedure.scoring is not None and procedure.scoring.kind != "judge":
        values(procedure.scoring, (), (), _classes(procedure, _references(procedure, items, sources)), folder)


def _classes(procedure: Procedure, held: Mapping[str, str]) -> Sequence[str]:
    declared = procedure.reference.classes if procedure.reference is not None else None
    return declared or tuple(sorted({label(cell) for cell in held.values()}))


def values(
    scoring: Scoring,
    texts: Sequence[str],
    references: Sequence[str],
    classes: Sequence[str],
    folder: Path,
    progress: Shown | None = None,
) -> tuple[list[Scored], Mapping[str, str]]:
    """What each text gives beside its reference value, and the identity of the scorer, which was checked before.

    Raises RunError when a known text comes out otherwise than it must.
    """
    one, close = scorer(scoring, classes, folder)
    memory: dict[tuple[str, str], Scored] = {}
    found = []
    try:
        known = check(one, kind=scoring.kind)
        for count, (text, reference) in enumerate(zip(texts, references, strict=True)):
            if progress is not None:
                progress(count, len(texts), say("run.scoring"))
            question = text[-LONGEST:], reference
            if question not in memory:  # the same text and reference give the same value
                first = one.score(*question)
                memory[question] = replace(first, value=label(first.value))
            found.append(memory[question])
    finally:
        close()
    return found, identity(scoring, one, known)


def _references(procedure: Procedure, items: Held, sources: Sources) -> dict[str, str]:
    """Item -> reference value as it is written."""
    reference = procedure.reference
    if reference is None or reference.value is None or sources.reference is None:
        return {}
    return dict(zip(items.rows, cells.column(sources.reference, reference.value), strict=True))
