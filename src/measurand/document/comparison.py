"""A comparison of systems (``comparison.json``): differences with what is shared, groups, ranks and claims."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from measurand.document.abilities import Abilities
from measurand.document.canonical import Address, Document
from measurand.document.number import Number

Kind = Literal["difference", "ratio"]
Claim = Literal["superiority", "non-inferiority", "equivalence"]
Adjustment = Literal["simultaneous", "holm", "benjamini-hochberg", "none"]


class Contender(Document):
    """One system, as its record or certificate states it."""

    name: str
    system: str
    level: str = ""
    measurand: str
    """Id in its procedure."""
    source: str
    """Name of the record, or number of the certificate."""
    evidence: Literal["record", "certificate"]
    value: Number
    u: Number
    lower: Number
    upper: Number
    text: str
    items: int
    units: int
    group: str = ""
    """Letters: two systems with a letter in common cannot be told apart."""
    rank: tuple[int, int] | None = None
    """Ranks that are compatible with the results, 1 the best; they hold for all systems together. Absent: the quantity
    has no direction, or only differences to one system were asked for."""


class Share(Document):
    """What one component contributes to the variance of a difference."""

    component: str
    variance_first: Number
    """Variance of the first result from it, in units of the difference."""
    variance_second: Number
    covariance: Number
    """What both have in common: it leaves the difference twice."""
    variance: Number
    """``variance_first + variance_second - 2 covariance``."""


class Counts(Document):
    """Items by the outcome of two systems."""

    both: int
    first: int
    second: int
    neither: int


class Discordant(Document):
    """An item (or cluster) on which the two differ, and what it adds to the difference."""

    item: str
    """Its id where the evidence is at hand, else its hashed id."""
    contribution: Number


class Shown(Document):
    """A claim that was asked for, with its margin, and whether it was shown."""

    claim: Claim
    margin: Number | None = None
    """Absent for superiority."""
    coverage_probability: Number
    """Of the interval that must lie inside: ``1 - 2 alpha``."""
    lower: Number
    upper: Number
    p: Number
    p_adjusted: Number
    shown: bool
    text: str


class Pair(Document):
    """Second against first."""

    first: str
    second: str
    value: Number
    u: Number
    df: Number
    lower: Number
    """Coverage interval of this pair alone."""
    upper: Number
    family_lower: Number | None = None
    """Interval that holds together with those of all other pairs."""
    family_upper: Number | None = None
    text: str
    correlation: Number
    """Of the two results, from the sources that they share."""
    u_if_independent: Number
    """What u would be if nothing were shared."""
    shared: tuple[str, ...] = ()
    """Components that both have in common."""
    p: Number
    p_adjusted: Number
    test: str
    different: bool
    identical: bool = False
    """Equal on every item."""
    counts: Counts | None = None
    discordant: tuple[Discordant, ...] = ()
    discordant_items: int | None = None
    """How many there are in all."""
    claim: Shown | None = None
    shares: tuple[Share, ...] = ()


class Comparison(Document):
    """Systems against each other in one measurand."""

    title: str
    quantity: str
    unit: str
    direction: Literal["higher", "lower", "target"]
    definition_at: Address
    """Address of the measurand's definition; equal in all, or ``implementation`` says what the difference may be."""
    definition_differs: tuple[str, ...] = ()
    implementation: Number | None = None
    """Standard uncertainty declared for differing definitions."""
    same_items: bool
    reference: str = ""
    """Address of the reference set on which all were measured; empty where they were not."""
    kind: Kind
    coverage_probability: Number
    adjustment: Adjustment
    contenders: tuple[Contender, ...]
    """By value, the best first."""
    pairs: tuple[Pair, ...]
    floor: Number
    """Half width of a typical interval of one pair: smaller differences cannot be told apart on these items."""
    family_floor: Number
    """The same for all pairs together."""
    abilities: Abilities | None = None
    """Where they were asked for and can be evaluated."""
    remarks: tuple[str, ...] = ()


class MeanRank(Document):
    """The mean rank of one system over tasks, 1 the best."""

    name: str
    rank: Number
    group: str
    """Letters: systems with one in common cannot be told apart (Nemenyi)."""


class OverTasks(Document):
    """The expected difference of two systems on tasks like these: second minus first."""

    first: str
    second: str
    value: Number
    u: Number
    lower: Number
    upper: Number
    new_lower: Number
    """Limits of the true difference on one more task like these."""
    new_upper: Number
    tau: Number
    """Standard deviation of the true difference between tasks."""
    p: Number
    """Adjusted for all pairs (Holm)."""
    text: str


class Across(Document):
    """Ranks of the systems over several tasks: no value is averaged, only which is better."""

    systems: tuple[MeanRank, ...]
    """The best first."""
    tasks: tuple[str, ...]
    chi_square: Number
    """Friedman's."""
    p: Number
    """That no system is better than another on any task, over the orders that are equally likely then."""
    p_u: Number
    """Its standard uncertainty from the draws; 0 where all orders were counted."""
    critical_difference: Number
    """Mean ranks further apart differ (Nemenyi)."""
    coverage_probability: Number
    scale: str = ""
    """The common scale of the tasks, as it was stated."""
    means: tuple[OverTasks, ...] = ()
    """Where a common scale was stated."""


class Comparisons(Document):
    """All measurands that the systems have in common. No number is averaged over them."""

    schema_: Literal["measurand/comparison/1"] = Field(default="measurand/comparison/1", alias="schema")
    comparisons: tuple[Comparison, ...]
    across: Across | None = None
    """Where at least three tasks have reference sets of their own."""
    remarks: tuple[str, ...] = ()
