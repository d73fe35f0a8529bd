"""Totals over participants of a round that show nobody's own counts: what is asked, what is sent, what comes out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from measurand.document.canonical import Document, Time
from measurand.document.number import Number, real
from measurand.document.round_answers import Digest

MODULUS = 1 << 128
"""Numbers are sent modulo this."""
MOST_PARTICIPANTS = 1000
LEAST_PARTICIPANTS = 3
"""With two, each finds the other's numbers by taking its own off the total."""
STATISTICS = {"share": ("items", "events"), "mean": ("items", "sum", "squares")}
"""What is added up, in the order in which it is sent."""
Word = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""A number modulo 2^128."""


class Total(Document):
    """One total that each participant adds to: the items of a share, or of a mean."""

    measurand: str
    kind: Literal["share", "mean"]
    unit: str = "1"
    largest: int = Field(ge=1, le=1_000_000_000)
    """Items of one participant at most: what is sent beyond is no count but a fault."""
    least: int = Field(default=10, ge=2)
    """Items of all participants below which the total is not shown."""
    range: tuple[Number, Number] | None = None
    """Of a mean: smallest and largest value of one item."""
    decimals: int = Field(default=6, ge=0, le=9)
    """Of a mean: decimals to which the value of an item is rounded before it is added."""

    @model_validator(mode="after")
    def _possible(self) -> Total:
        if (self.kind == "mean") != (self.range is not None):
            raise ValueError("a mean states the range of its values, a share has none")
        if self.range is not None and not real(self.range[0]) < real(self.range[1]):
            raise ValueError("range: the smallest value, then a larger one")
        if self.largest * self.steps**2 * MOST_PARTICIPANTS >= MODULUS:
            raise ValueError("the sum of squares could become too large: take a smaller range, largest, or decimals")
        return self

    @property
    def steps(self) -> int:
        """Largest number that one item can add to ``sum``."""
        if self.range is None:
            return 1
        low, high = map(real, self.range)
        return round((high - low) * float(10**self.decimals))


class Members(Document):
    """Who takes part in the totals: from now on every one of them is needed."""

    kind: Literal["members"] = "members"
    protocol: Digest
    attempt: int = Field(ge=1)
    """1, and one more where somebody never sent and the others begin again."""
    participants: tuple[Digest, ...] = Field(min_length=LEAST_PARTICIPANTS, max_length=MOST_PARTICIPANTS)
    """SHA-256 of each file of a participation, in the order of the codes."""
    codes: tuple[str, ...]
    at: Time


class Masked(Document):
    """A participant's numbers with a mask for each other participant; alone they tell nothing."""

    kind: Literal["masked"] = "masked"
    protocol: Digest
    members: Digest
    """SHA-256 of the file of the members."""
    code: Annotated[str, StringConstraints(pattern=r"^P-[0-9A-F]{8}$")]
    values: tuple[Word, ...]
    at: Time


class Pooled(Document):
    """One total, and the quantity that follows from it."""

    measurand: str
    kind: Literal["share", "mean"]
    unit: str
    statistics: dict[str, str]
    """items, events; or items, sum, squares (of the values less the lower end of the range, in steps of the last
    decimal). Empty where the total is not shown."""
    value: Number | None = None
    u: Number | None = None
    df: Number | None = None
    lower: Number | None = None
    upper: Number | None = None
    text: str
    """The result as printed, or why there is none."""


class RoundTotal(Document):
    """What all participants together counted."""

    schema_: Literal["measurand/round-total/1"] = Field(default="measurand/round-total/1", alias="schema")
    id: str
    title: str
    protocol: Digest
    attempt: int
    participants: tuple[str, ...]
    """Codes."""
    coverage_probability: Number
    totals: tuple[Pooled, ...]
    remarks: tuple[str, ...]
