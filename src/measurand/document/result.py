"""The result of one measurand for one system and level: a value that is never without its uncertainty."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from measurand.document.canonical import Address, Document
from measurand.document.judge import Figure, Judged
from measurand.document.number import Number

COMPONENTS = ("sampling", "reference", "repeatability", "conditions", "judge", "implementation", "definition")
"""The canonical components of every budget, in the order in which they are printed."""


class Line(Document):
    """One line of the uncertainty budget that was evaluated."""

    component: str
    line: str
    """What it is, in words: "sampling (500 items in 60 patients)"."""
    type: Literal["A", "B"]
    distribution: str
    u: Number
    """Standard uncertainty of the input, in its own unit; for type A lines the contribution itself."""
    coefficient: Number
    """Sensitivity coefficient; 1 for type A lines."""
    contribution: Number
    """|coefficient| * u, in the unit of the measurand."""
    variance: Number
    """Signed contribution to the combined variance. Negative only for a covariance or a difference of mean squares."""
    share: Number
    """variance / combined variance."""
    df: Number
    count: int | None = None
    """How many units, repeats, levels or labels the line rests on: its variance falls as one over it."""
    source: str = ""
    """Where a type B input comes from."""
    note: str = ""
    """e.g. "not distinguishable from zero (estimate -4e-5)"."""


class NotEvaluated(Document):
    """A canonical component without a number: said, never 0."""

    component: str
    state: Literal["not evaluated", "not applicable"]
    needs: str
    """What would be needed to evaluate it, or why it does not apply."""


class Check(Document):
    """One check of the evaluation: propagation by Monte Carlo, sampling by bootstrap, a condition of validity."""

    name: str
    passed: bool
    text: str
    """The sentence that is printed, with its numbers."""


class DistributionData(Document):
    """The distribution of a result as data: limits at a ladder of levels, from which any reader can interpolate."""

    rule: str
    """Rule and scale that produced the limits: "R1 Clopper-Pearson", "R2 effective count"."""
    level: tuple[Number, ...]
    lower: tuple[Number, ...]
    upper: tuple[Number, ...]


class AtLevels(Document):
    """The result at these levels of its random factors: what enters a difference to another at the same levels."""

    u: Number
    df: Number
    floor: Number | None = None
    """Correlations with other results are cut at ``1 - 1/floor`` (INTERVALS R2, R5); absent: they are not cut."""
    margins: dict[str, Number]
    """Degrees of freedom of each mean square of the factors: "prompt", "(unit)*prompt"."""
    distribution: DistributionData


class Curve(Document):
    """Data of a picture: named columns of equal length."""

    name: str
    title: str
    columns: dict[str, tuple[Number | str, ...]]


class ItemMap(Document):
    """Outcome of each item in each condition and repeat, for the item heat map: items sorted by mean, then by id."""

    items: tuple[str, ...]
    columns: tuple[str, ...]
    """"condition / repeat" labels."""
    outcome: tuple[str, ...]
    """One string per item, one character per column: 1 right, 0 wrong, . missing, x excluded; a-z a score."""


class LabelState(Document):
    """What annotators' labels of these items say about further ones (``study.labelling_plan``)."""

    rate: Number
    """Probability that one label is wrong."""
    classes: int
    items: dict[str, int]
    """Number of labels of an item -> items."""
    spread: Number
    """Variance of the value with right labels, times the items."""
    swing_square: Number
    swing: Number
    """Sum over items of the change of the value when a label moves to another class, and of its square times items."""
    slope: Number
    """Derivative of the value by the error rate."""


class Result(Document):
    """A measurement result (VIM 2.9)."""

    schema_: Literal["measurand/result/1"] = Field(default="measurand/result/1", alias="schema")
    measurand: str
    quantity: str
    """Registered name of the quantity, or "model"."""
    title: str
    """"sensitivity of melanoma at score >= 0.42"."""
    system: str
    """Id of the system; of a contrast "second - first"."""
    level: str = ""
    """Level of ``by``, or that which a contrast compares with its first; else empty."""
    estimand: Literal["generalised", "benchmark"]
    unit: str
    direction: Literal["higher", "lower", "target"]
    bounds: tuple[Number | None, Number | None]
    """Range of the measurand; absent where unbounded."""
    value: Number
    u: Number
    """Combined standard uncertainty."""
    df: Number
    """Effective degrees of freedom (Welch-Satterthwaite)."""
    lower: Number
    upper: Number
    """Coverage interval."""
    coverage_probability: Number
    null_value: Number | None = None
    """What the quantity is expected to be where the system has no fault, for one that is biased upwards."""
    U: Number | None = None
    """Expanded uncertainty; absent when the interval is not symmetric in the printed digits."""
    k: Number | None = None
    text: str
    """The result as printed: "0.946 ± 0.023 (k = 2.00)" or "0.946 [0.921, 0.965] (95 %)"."""
    words: str
    """The sentence in words, from the fixed template of the quantity."""
    method: Literal["first-order", "exact", "resampling", "monte-carlo"]
    distribution: DistributionData
    items: int
    """Items that entered."""
    units: int
    """Independent units: clusters, or items."""
    budget: tuple[Line | NotEvaluated, ...]
    at_levels: AtLevels | None = None
    """Absent without crossed random factors, and where their levels cannot be told from the rest."""
    floor: Number | None = None
    """Resolution floor: the u that no number of items can go below; absent when nothing but sampling was evaluated."""
    checks: tuple[Check, ...] = ()
    warnings: tuple[str, ...] = ()
    curves: tuple[Curve, ...] = ()
    item_map: ItemMap | None = None
    evidence_at: Address | None = None
    """Absent for a plain budget (no observations)."""
    parts_at: Address | None = None
    labelling: LabelState | None = None
    """Where annotators have one error rate."""
    judged: Judged | None = None
    """Without what is known of the judge."""


class Results(Document):
    """All results of a record, with their correlation matrix (``results.json``)."""

    schema_: Literal["measurand/results/1"] = Field(default="measurand/results/1", alias="schema")
    results: tuple[Result, ...]
    correlation: tuple[tuple[Number, ...], ...]
    """Correlation coefficients between the results, in the same order."""
    validity: tuple[Check, ...] = ()
    """Conditions of validity: one failed, and every verdict is INVALID."""
    remarks: tuple[str, ...] = ()
    """What the reader must know: missing components, warnings that concern all results."""
    judge: tuple[Figure, ...] | None = None
    """Properties of the judge that its calibration shows."""
