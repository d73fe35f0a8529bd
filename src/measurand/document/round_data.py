"""What the laboratories of a round submitted, before anything is computed (``measurand/round-data/1``)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document
from measurand.document.number import Number


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
    certificate: str = ""
    """Number of the certificate that states it."""


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
    correlation: tuple[tuple[Number, ...], ...] = ()
    """Correlation coefficients of the results, in the order of ``submitted``, where they are known: of laboratories
    that measured the same items. Absent: independent."""


class RoundData(Document):
    """All results of a round."""

    schema_: Literal["measurand/round-data/1"] = Field(default="measurand/round-data/1", alias="schema")
    title: str
    quantities: tuple[Quantity, ...]
    remarks: tuple[str, ...] = ()
