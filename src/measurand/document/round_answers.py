"""Qualitative and ordinal answers of a round: what is asked, what was answered, what is right."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from measurand.document.canonical import Document
from measurand.document.number import Number, real

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Scheme(Document):
    """Categories of the answers, and what is judged by."""

    measurand: str
    scale: tuple[str, ...] = Field(min_length=2)
    """Categories; in rising order where ``ordered``."""
    ordered: bool = False
    positive: str = ""
    """Of two categories the one that means that the property is there: asks for sensitivity and specificity."""
    needed: Number = "0.8"
    """Share of the participants that must agree on an item for their majority to be its assigned category."""
    least_right: Number | None = None
    """Share of right answers that is asked of a participant."""
    assigned_at: Digest | None = None
    """SHA-256 of the assigned answers, which are shown at the closing; absent: the majority of the participants."""

    @model_validator(mode="after")
    def _possible(self) -> Scheme:
        if len(set(self.scale)) < len(self.scale) or not all(self.scale):
            raise ValueError("the categories of a scale have different names")
        if self.positive and (len(self.scale) != 2 or self.positive not in self.scale):
            raise ValueError("positive is one of two categories")
        if not 0.5 < real(self.needed) <= 1.0:
            raise ValueError("needed is above 0.5 and at most 1: two categories could have less")
        if self.least_right is not None and not 0.0 < real(self.least_right) <= 1.0:
            raise ValueError("least_right is a share above 0")
        return self


class AssignedAnswers(Document):
    """The right answers, sealed by the salt until the closing shows them."""

    schema_: Literal["measurand/round-assigned/1"] = Field(default="measurand/round-assigned/1", alias="schema")
    measurand: str
    salt: Digest
    answers: dict[str, str]
    """Item -> category."""


class Answers(Document):
    """Of one participant: item -> category."""

    laboratory: str
    answers: dict[str, str]


class Answered(Document):
    """One measurand with the answers of all participants."""

    scheme: Scheme
    submitted: tuple[Answers, ...]
    assigned: dict[str, str] = Field(default_factory=dict)
    """Item -> category; empty: the majority of the participants."""


class Share(Document):
    """Events among trials, with exact limits."""

    events: int
    trials: int
    share: Number
    lower: Number
    upper: Number


class AnswersRow(Document):
    """One participant against the assigned categories."""

    laboratory: str
    right: Share | None = None
    """Absent: it answered no item that has an assigned category."""
    missing: int
    """Items with an assigned category that it did not answer."""
    sensitivity: Share | None = None
    specificity: Share | None = None
    adjacent: Share | None = None
    """Answers at most one step away."""
    higher: int | None = None
    lower: int | None = None
    signal: Literal["acceptable", "action", "not evaluated"] = "not evaluated"
    """By ``least_right``."""
    shown: bool = False
    """Whether the interval lies on one side of ``least_right``: else these items are too few to tell."""


class Disputed(Document):
    """An item without an assigned category, and the answers to it."""

    item: str
    counts: dict[str, int]


class AnswersReport(Document):
    """One measurand."""

    measurand: str
    scale: tuple[str, ...]
    ordered: bool
    assigned_from: Literal["coordinator", "majority"]
    needed: Number | None = None
    """Of the majority."""
    least_right: Number | None = None
    items: int
    """With an assigned category."""
    rows: tuple[AnswersRow, ...]
    disputed: tuple[Disputed, ...] = ()
    """Items that do not count: no majority, or not among the assigned answers."""
    hard: tuple[Disputed, ...] = ()
    """Items that at most half of the participants got right, with the assigned category first."""
