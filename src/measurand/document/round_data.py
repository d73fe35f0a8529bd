"""What the laboratories of a round submitted, before anything is computed (``measurand/round-data/1``)."""

from __future__ import annotations

from math import inf
from typing import Literal

from pydantic import Field, model_validator

from measurand.document.assigned import Assigned, CheckedItem, Sigma
from measurand.document.canonical import Document
from measurand.document.number import Number, real
from measurand.document.round_answers import Answered


class Submitted(Document):
    """The result of one laboratory for one measurand and material."""

    laboratory: str
    value: Number
    """Of several replicates their mean."""
    u: Number | None = None
    """Standard uncertainty as stated; absent: the laboratory states none."""
    df: Number | None = None
    """Degrees of freedom of u; absent: not stated, taken as known."""
    replicates: tuple[Number, ...] = ()
    conditions: tuple[tuple[str, ...], ...] = ()
    """Of each replicate the levels of the conditions that ``nested`` names, the outermost first."""
    certificate: str = ""
    """Number of the certificate that states it."""

    @model_validator(mode="after")
    def _measured(self) -> Submitted:
        if any(real(x) == inf for x in (self.value, *self.replicates)):
            raise ValueError("a result is a finite number")
        if self.u is not None and not 0.0 < real(self.u) < inf:
            raise ValueError("a standard uncertainty is a finite number above 0")
        if self.df is not None and not real(self.df) > 0.0:
            raise ValueError("degrees of freedom are above 0")
        if self.conditions and len(self.conditions) != len(self.replicates):
            raise ValueError("conditions are stated of each replicate, or of none")
        return self


class LeftOut(Document):
    """A result that does not enter, and why: it is shown all the same."""

    laboratory: str
    reason: str


class Quantity(Document):
    """One measurand on one material."""

    measurand: str
    material: str = ""
    unit: str = "1"
    submitted: tuple[Submitted, ...]
    left_out: tuple[LeftOut, ...] = ()
    """Of those submitted, who does not enter the consensus."""
    reference: Number | None = None
    """Reference value that the protocol states, with ``reference_u``."""
    reference_u: Number | None = None
    sigma_pt: Number | None = None
    """Standard deviation for proficiency assessment of the protocol."""
    delta_e: Number | None = None
    """Largest permitted deviation of the protocol."""
    assigned: Assigned | None = None
    """How the assigned value is found, where there is no reference value."""
    sigma: Sigma | None = None
    """How sigma_pt is found, where it is not stated."""
    nested: tuple[str, ...] = ()
    """Names of the conditions of the replicates, the outermost first."""
    items: tuple[CheckedItem, ...] = ()
    """The coordinator's check of the items that participants got."""
    correlation: tuple[tuple[Number, ...], ...] = ()
    """Correlation coefficients of the results, in the order of ``submitted``, where they are known: of laboratories
    that measured the same items. Absent: independent."""


class RoundData(Document):
    """All results of a round."""

    schema_: Literal["measurand/round-data/1"] = Field(default="measurand/round-data/1", alias="schema")
    title: str
    method: str = ""
    """Of the reference value, as the protocol fixes it; empty: nothing was fixed."""
    quantities: tuple[Quantity, ...]
    answered: tuple[Answered, ...] = ()
    remarks: tuple[str, ...] = ()
