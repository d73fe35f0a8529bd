"""The precision of a record's results, computed from its stored evidence; nothing is observed or written."""

from __future__ import annotations

from pathlib import Path

from measurand.document.canonical import address_of, canonical
from measurand.document.number import real
from measurand.document.precision import Study
from measurand.errors import Finding, StoreError
from measurand.lab import store
from measurand.lab.job import Phase, computed
from measurand.lab.pack import definitions
from measurand.message import say
from measurand.study.precision import precisions


def studied(folder: Path, *, calls: int, item_cost: float, phase: Phase | None = None) -> Study:
    """Precision of every result of the record in ``folder``, and where to spend ``calls`` further calls.

    Raises StoreError: its files are not what they were, or nothing was observed more than once under anything.
    """
    record = store.load(folder)
    if record.evidence is None:
        raise StoreError(Finding("M0737", "", say("M0737.budget"), say("M0737.hint"), str(folder)))
    table = store.load_evidence(folder, record.evidence)
    measured = computed(record.procedure, table, record.evidence, phase=phase).measured
    known = definitions()
    several = [
        (o, known[o.measurand.quantity or ""], real(r.u))
        for o, r in zip(measured.outcomes, measured.results.results, strict=True)
        if o.measurand.quantity is not None
    ]
    key = address_of(canonical(record.procedure))
    found = precisions(several, record.procedure, calls=calls, item_cost=item_cost, key=key)
    if not found:
        raise StoreError(Finding("M0737", "", say("M0737.nothing"), say("M0737.hint"), str(folder)))
    return Study(record=folder.name, calls=calls, result=found)
