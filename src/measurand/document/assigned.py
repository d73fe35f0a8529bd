"""What participants of a proficiency test are compared with: assigned value, its criterion, and the checked items."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from measurand.document.canonical import Document
from measurand.document.number import Number

Consensus = Literal["algorithm-a", "q-hampel", "median-niqr", "median-made"]
"""Robust consensus of one result of each laboratory."""


class Formulated(Document):
    """A mixture of known parts: amounts and contents, all independent."""

    by: Literal["formulation"]
    amounts: tuple[Number, ...]
    contents: tuple[Number, ...]
    u_amounts: tuple[Number, ...]
    u_contents: tuple[Number, ...]


class Certified(Document):
    """The certified value of the items, with its expanded uncertainty."""

    by: Literal["certificate"]
    value: Number
    expanded: Number
    factor: Number = "2"


class ComparedByOne(Document):
    """One laboratory measured the items against a certified reference: item minus reference of each comparison."""

    by: Literal["one-laboratory"]
    certified: Number
    u_certified: Number
    differences: tuple[Number, ...]


class ByExperts(Document):
    """Results of expert laboratories with their standard uncertainties."""

    by: Literal["experts"]
    values: tuple[Number, ...]
    u: tuple[Number, ...]
    method: Consensus = "algorithm-a"


class ByParticipants(Document):
    """Robust consensus of the participants."""

    by: Literal["participants"]
    method: Consensus = "algorithm-a"


Assigned = Annotated[
    Formulated | Certified | ComparedByOne | ByExperts | ByParticipants, Field(discriminator="by")
]  # fmt: skip


class SigmaOfDeviation(Document):
    """A third of the largest permitted deviation ``delta_e``."""

    by: Literal["delta_e"]


class SigmaOfPrecision(Document):
    """From a precision experiment, for the mean of as many replicates as are asked for."""

    by: Literal["precision"]
    s_R: Number  # noqa: N815 - symbols of ISO 5725
    s_r: Number


class SigmaOfFunction(Document):
    """A general function of the mass fraction (Horwitz 1982, Thompson 2000)."""

    by: Literal["horwitz", "thompson"]
    one_unit: Number
    """Mass fraction of one unit: 1e-6 for mg/kg."""


class SigmaOfRound(Document):
    """The robust standard deviation of the round itself, within bounds."""

    by: Literal["participants"]
    method: Consensus = "algorithm-a"
    floor: Number = "0"
    ceiling: Number = "infinite"


Sigma = Annotated[
    SigmaOfDeviation | SigmaOfPrecision | SigmaOfFunction | SigmaOfRound, Field(discriminator="by")
]  # fmt: skip


class CheckedItem(Document):
    """One of the items (samples, shards of a data set) that participants get, measured by the coordinator."""

    item: str
    time: Literal["before", "after"] = "before"
    """Of what the participants do."""
    portions: tuple[Number, ...] = Field(min_length=1)
    """Results on it under repeatability."""


class CheckedMaterial(Document):
    """The checked items of one measurand and material."""

    measurand: str
    material: str = ""
    items: tuple[CheckedItem, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> CheckedMaterial:
        named = [(one.item, one.time) for one in self.items]
        if len(set(named)) < len(named):
            raise ValueError("an item is there twice at the same time")
        return self
