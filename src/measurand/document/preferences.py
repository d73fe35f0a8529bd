"""Systems by preferences between two of them (``measurand/preferences/1``)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document
from measurand.document.number import Number


class Preference(Document):
    """One comparison of two systems."""

    first: str
    second: str
    outcome: Literal["first", "second", "tie"]
    count: Number = "1"
    unit: str = ""
    """Voter, prompt or judge; empty: not stated."""


class PreferenceData(Document):
    """All preferences of a table."""

    title: str
    preferences: tuple[Preference, ...] = Field(min_length=1)
    has_units: bool


class Preferred(Document):
    """One system."""

    name: str
    strength: Number
    """Log strength; all add up to 0."""
    u: Number
    lower: Number
    upper: Number
    share: Number
    """Expected share of preferences against all others in equal numbers, a tie as one half."""
    share_u: Number
    wins: Number
    losses: Number
    ties: Number
    group: str
    """Letters: two systems with a letter in common cannot be told apart."""
    rank: tuple[int, int]
    """Ranks that are compatible with the preferences, 1 the best; they hold for all systems together."""


class PreferredPair(Document):
    """Second against first, in log odds."""

    first: str
    second: str
    value: Number
    u: Number
    lower: Number
    upper: Number
    family_lower: Number
    """Interval that holds together with those of all other pairs."""
    family_upper: Number
    p: Number
    p_adjusted: Number
    different: bool
    probability: tuple[Number, Number, Number]
    """That the second is preferred where neither ties, with the limits of this pair alone."""
    compared: Number
    """How often the two were compared."""


class Advantage(Document):
    """A parameter of all comparisons, with its limits."""

    value: Number
    u: Number
    lower: Number
    upper: Number


class PreferenceFit(Document):
    """Pearson's chi-square of the counts of each pair, comparisons taken as independent."""

    statistic: Number
    df: int
    p: Number
    few: bool
    """Whether many expected counts are below 5: then p is rough."""


class PreferenceComparison(Document):
    """All systems."""

    schema_: Literal["measurand/preferences/1"] = Field(default="measurand/preferences/1", alias="schema")
    title: str
    comparisons: Number
    units: int | None = None
    """Voters, prompts or judges; absent: each comparison is taken as independent."""
    coverage_probability: Number
    systems: tuple[Preferred, ...]
    """The strongest first."""
    pairs: tuple[PreferredPair, ...]
    order: Advantage | None = None
    """Log odds in favour of the system that is shown first."""
    tie: Advantage | None = None
    """Log nu of Davidson; absent: no ties."""
    equal_p: Number
    """That all are equally strong (likelihood ratio, comparisons taken as independent)."""
    fit: PreferenceFit | None = None
    floor: Number
    """Half width of a typical interval of one pair: smaller differences cannot be told apart."""
    family_floor: Number
    remarks: tuple[str, ...] = ()
