"""The seal: procedure, requirements, decision rule and reference data, fixed and signed before any observation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from measurand.document.canonical import Address, Document, Time
from measurand.document.procedure import Procedure
from measurand.document.statement import Laboratory, SignedStatement


class SealPredicate(Document):
    """What a seal states."""

    schema_: Literal["measurand/seal/1"] = Field(default="measurand/seal/1", alias="schema")
    procedure_id: str
    procedure_at: Address
    """Address of the procedure as written: its measurands, requirements and decision rule."""
    procedure_text: str
    """The procedure file verbatim."""
    procedure: Procedure
    """As written; what follows from the observations is resolved when they are there."""
    reference: Mapping[str, Address]
    """Address of the contents of each table of reference data, by its name in the procedure (as ``sources`` of the
    evidence manifest)."""
    sealed: Time
    """UTC time of sealing."""
    laboratory: Laboratory
    demonstration: bool = False
    program: Mapping[str, str]


class SealStatement(SignedStatement):
    """in-toto Statement v1 of a seal; its subjects are the procedure file and the reference data files."""

    predicateType: Literal["https://measurand.dev/seal/v1"] = "https://measurand.dev/seal/v1"  # noqa: N815
    predicate: SealPredicate
