"""The judge: an instrument that says how good an answer is, and what people said of the same answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from measurand.document.canonical import Address, Document
from measurand.document.number import Number

Key = tuple[str, ...]
MARKS = ("judged", "first", "swapped", "again", "longer", "own")
"""Columns of a calibration table beside ``human``, all on the scale of the verdicts; ``first`` is one verdict alone,
where ``judged`` is the mean of several."""


class Calibration(Document):
    """Answers that people scored, one row each, independent of each other."""

    file: tuple[str, ...]
    format: Literal["csv", "parquet", "jsonl"]
    random: bool = False
    """The answers were drawn at random from what the measured ones are drawn from (absent: they may hold another share
    of right ones)."""
    human: str
    """Column of what people say: what is held to be true."""
    judged: str | None = None
    """Column of the judge's verdict; absent: the judge is asked (live)."""
    swapped: str | None = None
    """Column of the judge's verdict with the two answers shown in the other order, as said of the answers."""
    again: str | None = None
    """Column of a second verdict under the same conditions."""
    longer: str | None = None
    """Column of the verdict that the longer answer is the better one."""
    own: str | None = None
    """Column of the verdict that the answer of the judge's own kind is the better one."""
    answer: str | None = None
    """Column of the answer that people scored, where the judge is asked."""


class Judge(Document):
    """How verdicts come about, and what they are compared with."""

    name: str | None = None
    values: dict[str, Number] | None = None
    """Word -> its value on the scale from 0 to 1; absent: the verdicts are numbers."""
    calibration: Calibration | None = None
    access: Literal["recorded", "openai", "command", "python"] = "recorded"
    url: str | None = None
    model: str | None = None
    target: str | None = None
    settings: dict[str, JsonValue] = Field(default_factory=dict)
    rubric: str | None = None
    """File of the prompt, with places for the item's columns and for ``{answer}``."""
    rubric_at: Address | None = None
    """Its contents."""
    after: str | None = None
    """The verdict is the last word of ``values`` behind the last such mark."""
    against: str | None = None
    """Column of the item with the other answer of a pair; the rubric has places ``{first}`` and ``{second}``."""
    swap: bool = False
    """Ask a second time with the two answers in the other order, and take the mean."""
    repeats: int = 1
    """Verdicts of each answer, of which the mean is taken."""

    @property
    def is_plain(self) -> bool:
        """Whether every verdict is 0 or 1: one of each answer, of such a worth."""
        return not self.swap and self.repeats == 1 and {float(v) for v in (self.values or {}).values()} <= {0.0, 1.0}


class Calibrated(Document):
    """What the calibration showed: the distinct rows of its table, and how often each occurs."""

    at: Address
    """Of the contents of the calibration table."""
    random: bool
    """The answers were drawn at random from those that are measured."""
    columns: tuple[str, ...]
    """``human`` and those of ``MARKS`` that the table has."""
    row: tuple[tuple[Number | Literal[""], ...], ...]
    """Sorted; empty: no verdict."""
    count: tuple[int, ...]


class JudgeLimits(Document):
    """What a judge must reach in its calibration; the figures themselves are compared, with their intervals beside."""

    min_sensitivity: Number | None = None
    min_specificity: Number | None = None
    min_kappa: Number | None = None
    min_repeatability: Number | None = None
    max_position_bias: Number | None = None
    max_length_bias: Number | None = None
    max_self_bias: Number | None = None


class Figure(Document):
    """One property of the judge with its uncertainty."""

    name: str
    title: str
    value: Number
    u: Number
    lower: Number
    upper: Number
    """Coverage interval, alone for this figure."""
    count: int
    """Answers that it rests on."""
    text: str


class Judged(Document):
    """A result before what is known about the judge was taken into account."""

    value: Number
    lower: Number | None = None
    upper: Number | None = None
    """Absent where nothing but the judge's errors is uncertain: without them no uncertainty was evaluated."""
    method: Literal["two rates", "prediction-powered"]
