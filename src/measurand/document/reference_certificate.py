"""The certificate of reference data: what a set of items with reference values is, and how surely the values hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from measurand.document.canonical import Address, Document, Time
from measurand.document.number import Number
from measurand.document.statement import Laboratory, SignedStatement
from measurand.message import say

PREDICATE_TYPE = "https://measurand.dev/reference/v1"
Tier = Literal["highest", "standard", "test"]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
"""Days are UTC, and compared as text."""
RANK: Mapping[str, int] = {"highest": 3, "standard": 2, "test": 1}
"""Highest metrological characteristics, standard reference, test: what is assigned stands below what assigns."""


class Uncertain(Document):
    """A value with its standard uncertainty."""

    value: Number
    u: Number


class Agreement(Document):
    """How far annotators agree, with no model of them; standard uncertainties of items (clusters) as sampled, for these
    annotators. What is absent was not evaluated: the votes are those of one cluster, which shows no spread."""

    pairs: int
    """Pairs of votes for one item."""
    observed: Number | None = None
    """Share of the pairs that agree."""
    u_observed: Number | None = None
    kappa: Number | None = None
    """Fleiss' kappa: agreement beyond chance; absent: all votes are for one class."""
    u_kappa: Number | None = None
    specific: Mapping[str, Number]
    """By class: ``sum n_c (n_c - 1) / sum n_c (m - 1)``, the share of second votes that agree with a vote for it."""
    u_specific: Mapping[str, Number] = Field(default_factory=dict)


class Confusion(Document):
    """Probability of each reference value (columns) for each true class (rows), classes in the same order."""

    classes: tuple[str, ...]
    rows: tuple[tuple[Uncertain, ...], ...]

    @model_validator(mode="after")
    def _square(self) -> Self:
        if [len(row) for row in self.rows] != [len(self.classes)] * len(self.classes):
            raise ValueError(say("reference.not_square"))
        return self


class Fit(Document):
    """Whether the votes look as the model of one error rate has them (chi-squared, approximate)."""

    chi_squared: Number
    df: int
    p: Number


class Part(Document):
    """The labels of one class or one stratum."""

    items: int
    votes: int
    agreement: Number | None = None
    """Share of the pairs of votes that agree; for a class its specific agreement. Absent: not evaluated, fewer than
    two clusters have an item with two votes."""
    u_agreement: Number | None = None
    error: Number | None = None
    """Mean probability that the reference value of an item is wrong, given its votes."""
    u_error: Number | None = None


class Adjudication(Document):
    """Items whose reference value an adjudicator decided."""

    items: int
    overruled: int
    """Items whose value is not that of most votes."""
    error: Uncertain | None = None
    """Probability that an adjudicated value is wrong, as stated; absent: not known."""


class ClassLabels(Document):
    """Uncertainty of reference values that are classes."""

    kind: Literal["class"] = "class"
    model: Literal["common", "individual"]
    """One error rate for all annotators, or rates of each annotator's own (Dawid and Skene 1979)."""
    classes: tuple[str, ...]
    votes: int
    agreement: Agreement
    vote: Uncertain
    """Probability that one vote is wrong."""
    error: Uncertain | None = None
    """Share of the items whose reference value is wrong; absent: adjudicated values of unknown error."""
    confusion: Confusion | None = None
    fit: Fit | None = None
    """Model ``common``; absent: nothing is left to test it with."""
    annotators: Mapping[str, tuple[Uncertain, ...]] = Field(default_factory=dict)
    """Model ``individual``: probability of a right vote, for each class (more than two classes: for all)."""
    by_class: Mapping[str, Part]
    by_stratum: Mapping[str, Part] = Field(default_factory=dict)
    adjudication: Adjudication | None = None


class NumberPart(Document):
    """Numeric reference values of one stratum."""

    items: int
    votes: int
    sd: Number | None = None
    u_sd: Number | None = None
    u: Number | None = None
    df: Number | None = None
    """Effective degrees of freedom of ``u`` and of ``sd``."""


class NumberLabels(Document):
    """Uncertainty of reference values that are numbers: means of several annotators."""

    kind: Literal["number"] = "number"
    votes: int
    sd: Uncertain
    """Standard deviation of one annotator's value about the item's own mean."""
    df: int
    u: Number
    """Standard uncertainty of an item's reference value, root mean square over the items."""
    u_df: Number | None = None
    """Effective degrees of freedom of ``u``: it is known to ``u / sqrt(2 df)`` (JCGM 100 E.4.3)."""
    by_stratum: Mapping[str, NumberPart] = Field(default_factory=dict)


class Stated(Document):
    """Label uncertainty that the describing file states."""

    kind: Literal["class", "number"]
    error: Uncertain | None = None
    u: Number | None = None
    source: str


class Homogeneity(Document):
    """One-way analysis of variance between units (ISO 13528 Annex B, ISO 33405).

    ``mean``, ``u_floor``, ``f`` and ``p`` are numbers of this analysis, not estimates of something else.
    """

    of: str
    """``agreement``, or the column whose values were compared."""
    between: str
    """Column of the units."""
    units: int
    rows: int
    clusters: int | None = None
    """The means of so many clusters were compared, since rows of one cluster belong together; absent: the rows."""
    mean: Number
    s_within: Number
    u_s_within: Number | None = None
    s_between: Number
    """``sqrt(max(0, (MS_between - MS_within) / n0))``."""
    u_s_between: Number | None = None
    """``sqrt(s_between^2 + v) - s_between``, v the standard uncertainty of ``s_between^2``."""
    u_floor: Number
    """Inhomogeneity that repeatability can hide: ``sqrt(MS_within / n0) (2 / df_within)^(1/4)``."""
    u: Number
    """The larger of the two."""
    f: Number
    p: Number
    limit: Number | None = None
    adequate: bool
    """With a limit: ``s_between <= limit``; without: no difference between units was detected (p >= 0.05)."""


class Stability(Document):
    """Values obtained again later: straight line over time, and its test (ISO 33405)."""

    of: str
    """``agreement`` with the reference value, or ``value``."""
    dates: tuple[str, ...]
    items: int
    rows: int
    slope: Uncertain
    """Change per year."""
    df: int
    p: Number
    change: Number
    """``slope`` times the time between the first and the last date."""
    u_change: Number | None = None
    u_to_expiry: Number
    """``u(slope)`` times the time from the last date to the expiry."""
    limit: Number | None = None
    adequate: bool
    """With a limit: ``|change| <= limit``; without: no trend was detected (p >= 0.05)."""


class Pair(Document):
    """Two items of like content."""

    item: str
    other: str
    similarity: Number
    """1: the same; text: Jaccard similarity of the shingles; image: share of equal bits."""


class Likeness(Document):
    """Duplicates and near duplicates of one kind of content, inside the set or against another one."""

    content: Literal["text", "image", "columns"]
    against: str = ""
    """Name of the other set; empty: inside this one."""
    others: Address | None = None
    """Address of the contents of the other set's table."""
    compared: int
    exact: int
    """Items that have the same content as another one (SHA-256 of the normalised content)."""
    near: int | None = None
    """Items that have nearly the same content as another one and not the same; absent: not evaluated."""
    threshold: Number | None = None
    conflicting: int = 0
    """Items of the same content with another reference value."""
    pairs: tuple[Pair, ...] = ()
    """The first pairs, the likest first."""
    not_evaluated: str = ""


class Found(Document):
    """All that follows from the data."""

    items: int
    clusters: int | None = None
    votes: int = 0
    data: Mapping[str, Address]
    """File as the describing file names it -> address of its contents, equal for any order of rows or columns."""
    reference_at: Address
    """Address of the items with their reference values, as in an evidence manifest."""
    composition: Mapping[str, Mapping[str, int]]
    """Column -> level -> items; an empty cell is the level ``""``."""
    labels: ClassLabels | NumberLabels | None = Field(default=None, discriminator="kind")
    homogeneity: Homogeneity | None = None
    stability: Stability | None = None
    likeness: tuple[Likeness, ...] = ()
    items_at: Address | None = None
    """Address of the contents of the table of values and label uncertainty by item."""


class Higher(Document):
    """The certificate of reference data from which the values were assigned."""

    id: str
    sha256: str
    """Digest of its bytes."""
    keyid: str
    tier: Tier
    expires: Day


class Characteristic(Document):
    """Label uncertainty that a measurement with these data takes over, carried down the chain."""

    kind: Literal["error", "standard_uncertainty"]
    assignment: Uncertain
    """Of assigning the values of this set. ``standard_uncertainty``: ``value`` is 0."""
    higher: Uncertain | None = None
    """Of the set from which they were assigned; absent: nothing stands above."""
    combined: Uncertain
    confusion: Confusion | None = None
    """Combined, where errors differ by class; absent: all errors of a class are alike."""


class ReferencePredicate(Document):
    """What the certificate states."""

    schema_: Literal["measurand/reference/1"] = Field(default="measurand/reference/1", alias="schema")
    id: str
    title: str
    tier: Tier
    intended_use: str
    not_for: str = ""
    provenance: str
    licence: str
    issued: Time
    expires: Day
    """Last day on which the statements hold (UTC)."""
    minimum_sample: int = 1
    """Smallest number of items for which the statements hold."""
    laboratory: Laboratory
    demonstration: bool = False
    program: Mapping[str, str]
    text: str
    """The describing file verbatim."""
    found: Found
    stated: Stated | None = None
    higher: Higher | None = None
    uncertainty: Characteristic | None = None
    """Absent: label uncertainty was not evaluated."""
    not_evaluated: tuple[str, ...] = ()


class ReferenceStatement(SignedStatement):
    """in-toto Statement v1 of a certificate of reference data; its subjects are the files of the set."""

    predicateType: Literal["https://measurand.dev/reference/v1"] = "https://measurand.dev/reference/v1"  # noqa: N815
    predicate: ReferencePredicate


class Certified(Document):
    """What a measurement keeps of the certificate of its reference data, in the evidence manifest."""

    id: str
    sha256: str
    keyid: str
    tier: Tier
    issued: Time
    expires: Day
    minimum_sample: int
    data: Mapping[str, Address]
    reference_at: Address
    observed: Time
    """UTC time at which the certificate was read for this measurement."""
    fault: str = ""
    """What is wrong with its signature; empty: nothing."""
