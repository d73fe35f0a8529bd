"""A record: the documents that one measurement leaves, as one value (what exports render)."""

from __future__ import annotations

from dataclasses import dataclass

from measurand.document.decision import Decisions
from measurand.document.evidence import Evidence
from measurand.document.parts import Parts
from measurand.document.procedure import Procedure
from measurand.document.result import Results


@dataclass(frozen=True)
class Record:
    """CONTRACTS section 6. ``name`` is the name of the folder, ``measured`` the UTC time at which observing ended."""

    name: str
    measured: str
    procedure_text: bytes
    procedure: Procedure
    evidence: Evidence | None
    results: Results
    decisions: Decisions
    parts: Parts
    seal: bytes | None = None
    """The seal under which was measured, as signed."""
