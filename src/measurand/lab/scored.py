"""Texts become values: every observation's output is scored, once the scorer has proved itself on known texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from measurand.document.label import label
from measurand.document.observation import Status
from measurand.document.procedure import Procedure
from measurand.instrument import cells
from measurand.instrument.recorded import Observed
from measurand.instrument.scoring.contract import Scored
from measurand.instrument.scoring.registry import check, identity, scorer
from measurand.lab.held import Held
from measurand.lab.sources import Sources

LONGEST = 1_000_000
"""Characters of a text that are scored, from its end."""


def scored(procedure: Procedure, seen: Observed, items: Held, sources: Sources) -> tuple[Observed, Mapping[str, str]]:
    """The observations with their values, and the identity of the scorer. A text that cannot be scored makes the
    observation ``unscored``, with the reason: what that counts for is said in ``[status]``.

    Raises RunError when a known text comes out otherwise than it must.
    """
    if procedure.scoring is None:
        return seen, {}
    held = _references(procedure, items, sources)
    one, close = scorer(procedure.scoring, sorted({label(cell) for cell in held.values()}))
    status: list[Status] = list(seen.status)
    reason, values = list(seen.reason), [""] * len(seen.item)
    memory: dict[tuple[str, str], Scored] = {}
    try:
        known = check(one, kind=procedure.scoring.kind)
        for i, text in enumerate(seen.output.get("output", [""] * len(seen.item))):
            if status[i] != "ok":
                continue
            question = text[-LONGEST:], held.get(seen.item[i], "")
            if question not in memory:  # the same text and reference give the same value
                memory[question] = one.score(*question)
            found = memory[question]
            values[i] = label(found.value)
            if not found.value:
                status[i], reason[i] = "unscored", found.reason
    finally:
        close()
    output = {**seen.output, "value": values}
    return replace(seen, status=status, reason=reason, output=output), identity(procedure.scoring, one, known)


def _references(procedure: Procedure, items: Held, sources: Sources) -> dict[str, str]:
    """Item -> reference value as it is written."""
    reference = procedure.reference
    if reference is None or reference.value is None or sources.reference is None:
        return {}
    return dict(zip(items.rows, cells.column(sources.reference, reference.value), strict=True))
