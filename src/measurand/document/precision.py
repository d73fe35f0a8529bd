"""What a study of precision finds: standard deviations of a result from run to run, and what makes them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document
from measurand.document.number import Number


class Spread(Document):
    """A standard deviation with its limits, in the unit of the measurand."""

    name: str
    """``repeatability``, ``intermediate``, ``reproducibility``; of a component ``items``, a factor, or ``a x b``."""
    s: Number
    lower: Number
    upper: Number
    df: Number | None = None
    """Effective degrees of freedom (Satterthwaite); absent where the estimate is 0."""
    levels: int | None = None
    """Of a component: how many levels were observed."""
    share: Number | None = None
    """Of a component: its part of the variance of this result."""
    negative: bool = False
    """The estimate was negative, and stands as 0."""


class Absent(Document):
    """A standard deviation that the data do not show."""

    name: str
    needs: str


class Plan(Document):
    """A design, and the standard uncertainty that it would give."""

    way: Literal["present", "items", "levels", "repeats", "best", "anew"]
    factor: str = ""
    """Of ``levels``: whose."""
    units: int
    """Items, or clusters."""
    levels: dict[str, int]
    """Random factor -> number of levels."""
    repeats: int
    calls: int
    """Observations in all, those at hand included (of ``anew``: without them)."""
    u: Number


class Precision(Document):
    """Precision of one result (after ISO 5725: the items are the identical test items of every run)."""

    measurand: str
    system: str
    level: str = ""
    title: str
    unit: str
    value: Number
    u: Number
    coverage_probability: Number
    items: int
    counted: str
    """What is drawn independently: ``items``, or the name of the cluster."""
    runs: int
    """Combinations of condition and repeat; one run gives one value of the measurand on all items."""
    spread: tuple[Spread | Absent, ...]
    """Repeatability, intermediate precision, reproducibility: of the result of one run."""
    component: tuple[Spread, ...]
    """Of one level each: one item, one prompt, one observation."""
    plan: tuple[Plan, ...] = ()
    """Where to spend further calls."""
    no_plan: str = ""
    """Why there is none."""


class Study(Document):
    """``measurand study``: the precision of every result of a record."""

    schema_: Literal["measurand/study/1"] = Field(default="measurand/study/1", alias="schema")
    record: str
    calls: int
    """Further calls that were asked about."""
    result: tuple[Precision, ...]
