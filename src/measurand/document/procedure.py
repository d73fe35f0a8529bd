"""The resolved procedure: what is measured, how, and how it is decided, with every default written.

Attribute names are the keys of the procedure file. What is optional and absent is None. A key (one column, or several
that identify together) is a tuple of column names. Numbers are decimal strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, JsonValue

from measurand.document.amount import Amount
from measurand.document.canonical import Address, Document
from measurand.document.decision import Rule
from measurand.document.judge import Judge, JudgeLimits
from measurand.document.live import Limit, Price, Scoring, SystemLimit
from measurand.document.number import Number
from measurand.document.reference_certificate import Tier

Key = tuple[str, ...]
Access = Literal["recorded", "python", "openai", "command", "gguf", "onnx", "skops", "kserve"]
Effect = Literal["random", "fixed"]
Estimand = Literal["generalised", "benchmark"]
Of = Literal["seconds", "tokens_in", "tokens_out", "cost", "energy"]
Counts = Literal["wrong", "right", "exclude", "invalid"]
Component = Literal["sampling", "reference", "repeatability", "conditions", "judge", "implementation", "definition"]
Method = Literal["auto", "first-order", "exact", "resampling", "monte-carlo"]
DistributionName = Literal[
    "normal", "rectangular", "trapezoidal", "curvilinear", "triangular", "arcsine", "t", "exponential", "gamma", "beta"
]


class System(Document):
    """The AI system under measurement."""

    id: str
    """The value in the column ``observations.system``."""
    name: str | None = None
    version: str | None = None
    maker: str | None = None
    digest: str | None = None
    access: Access = "recorded"
    target: str | None = None
    """``module:function``, for access ``python``; a command line, for access ``command``; a file, or
    ``package:NAME/FILE``, for access ``gguf``; a file, for access ``onnx`` and ``skops``."""
    url: str | None = None
    """Of the endpoint, before ``/chat/completions``, for access ``openai``, before ``/v2``, for access ``kserve``;
    ``${NAME}`` stands for a variable of the environment."""
    model: str | None = None
    """Name of the model at the endpoint."""
    api: Literal["chat", "completions"] | None = None
    """What is asked for, of access ``openai`` and ``gguf`` (absent: a chat)."""
    settings: dict[str, JsonValue] = Field(default_factory=dict)
    limit: SystemLimit | None = None
    price: Price | None = None
    intended_use: str | None = None


OF_EITHER = ("query", "first", "second")
"""Columns of ``observations`` that may stand in either table."""


class Observations(Document):
    """Outputs that already exist."""

    file: tuple[str, ...]
    format: Literal["csv", "parquet", "jsonl"]
    item: Key
    value: str | None = None
    output: str | None = None
    """Text that the system gave, for ``scoring``."""
    score: str | None = None
    scores: dict[str, str] | None = None
    """Class -> column of its score."""
    exposure: str | None = None
    lower: str | None = None
    """Lower end of a predicted interval."""
    upper: str | None = None
    spread: str | None = None
    """Predicted standard deviation."""
    members: tuple[str, ...] | None = None
    """One column per member of an ensemble."""
    set: str | None = None
    """Predicted set of classes: labels separated by ``|``."""
    imported: str | None = None
    """File that ``import`` wrote beside the table."""
    query: str | None = None
    """What the items are ranked for; a column of either table."""
    first: str | None = None
    """Name of one of two systems that were compared; a column of either table."""
    second: str | None = None
    """Name of the other one."""
    system: str | None = None
    repeat: str | None = None
    status: str | None = None


class Annotations(Document):
    """Reference judgements in long form, any number per item."""

    file: tuple[str, ...]
    format: Literal["csv", "parquet", "jsonl"]
    item: Key
    annotator: str
    value: str


class Audit(Document):
    """Better reference values for a random subset of the items."""

    file: tuple[str, ...]
    format: Literal["csv", "parquet", "jsonl"]
    item: Key
    value: str


class Known(Document):
    """A value known from elsewhere, with its standard uncertainty."""

    value: Number
    standard_uncertainty: Number


class LabelError(Document):
    """Label error known from elsewhere: ``rate``, ``sensitivity`` and ``specificity``, ``by`` and ``rates``, ``matrix``
    or ``counts``."""

    rate: Known | None = None
    sensitivity: Known | None = None
    specificity: Known | None = None
    by: str | None = None
    """Column whose levels have error rates of their own, ``rates``."""
    rates: dict[str, Number] | None = None
    matrix: tuple[tuple[Number, ...], ...] | None = None
    """Probability of each label (columns) for each true class (rows), in the order of the classes."""
    counts: tuple[tuple[Number, ...], ...] | None = None
    """Calibration table: items of each true class (rows) by label (columns)."""
    standard_uncertainty: tuple[tuple[Number, ...], ...] | dict[str, Number] | None = None
    """Of each cell of ``matrix`` (the diagonal follows from the others), or of each of the ``rates``."""
    independent: bool = False
    """Declared independent of the system's success: corrected only then, else the bounds it implies are printed."""


class Reference(Document):
    """What is held to be true, and how surely. ``file`` and ``item`` default to those of the observations."""

    file: tuple[str, ...]
    format: Literal["csv", "parquet", "jsonl"]
    item: Key
    value: str | None = None
    annotators: tuple[str, ...] | None = None
    annotations: Annotations | None = None
    annotator_model: Literal["common", "individual"] | None = None
    """One error rate for all annotators (absent: this), or rates of each annotator's own."""
    independent: bool | None = None
    """Annotators' errors are independent of the system's success (absent: yes); no: bounds instead of a correction."""
    audit: Audit | None = None
    error: LabelError | None = None
    standard_uncertainty: Amount | str | None = None
    """Of a numeric reference value: an amount, or the name of a column."""
    input: tuple[str, ...] | None = None
    media: str | None = None
    """Column of files (images, sounds) that are part of the question."""
    censored: str | None = None
    event: str | None = None
    """Times to an event: 1 it happened then, 0 it had not happened until then."""
    classes: tuple[str, ...] | None = None
    """Canonical class labels (``document.label``); absent: the reference's values, sorted."""
    tier: Tier | None = None
    """The lowest tier that the certificate of the reference data may have."""
    certificate: str | None = None
    """File of the certificate of the reference data."""


class Sampling(Document):
    """How items came from the population."""

    population: str | None = None
    cluster: Key | None = None
    stratum: str | None = None
    weight: str | None = None
    population_size: int | dict[str, int] | None = None
    """Clusters (or items, without cluster) of the finite population, in all or by stratum; absent: infinite."""


class Factor(Document):
    """What else was varied."""

    id: str
    effect: Effect
    column: str | None = None
    """Recorded observations: the column that holds the level (default: the id)."""
    levels: tuple[str, ...] | None = None
    """Live: the levels that are asked for; of ``files`` their names, of a ``setting`` its values."""
    files: tuple[str, ...] | None = None
    """Live: prompt templates, one level each."""
    files_at: tuple[Address, ...] | None = None
    """Their contents, from ``study.resolve``."""
    setting: str | None = None
    """Live: the setting of the system that takes the levels."""
    within: str | None = None
    """Another factor: each level of this one lies inside of one of its levels."""
    nest: dict[str, tuple[str, ...]] | None = None
    """Live: level of that factor -> the levels inside of it."""
    weights: Literal["equal"] | dict[str, Number] = "equal"
    component: Literal["conditions", "implementation", "judge", "reference"] = "conditions"


class Design(Document):
    """How observations are made live; the seed always."""

    repeats: int = 1
    fraction: Literal["orthogonal"] | None = None
    """Live: of the combinations of the levels those in which each pair of levels of two factors is equally often."""
    each: int | None = None
    """Live: under how many of the combinations each item is observed, drawn in equal numbers; absent: under all."""
    order: Literal["random"] = "random"
    seed: int = 0
    concurrency: int = 1
    limit: Limit | None = None


class Input(Document):
    """An input quantity known from elsewhere (type B)."""

    id: str
    distribution: DistributionName
    value: Amount = Amount(text="0", value="0", unit="")
    standard_uncertainty: Amount | None = None
    half_width: Amount | None = None
    lower: Amount | None = None
    upper: Amount | None = None
    shape: Number | None = None
    degrees_of_freedom: Number | None = None
    component: Component = "definition"
    source: str | None = None
    shared_as: str | None = None


class Correlation(Document):
    """Correlation coefficient of two inputs."""

    inputs: tuple[str, str]
    r: Number


class Comparison(Document):
    """A comparison in a filter: ``<= 30 m``."""

    operator: Literal["<", "<=", ">", ">=", "==", "!="]
    value: Number
    unit: str = ""
    text: str


ContrastKind = Literal["difference", "ratio", "worst", "gap", "least_ratio"]


class Contrast(Document):
    """Levels of ``system``, a factor or a column: second against first, each against the first, or all of them."""

    over: str
    first: str | None = None
    """Absent for the kinds that take all levels: ``worst``, ``gap``, ``least_ratio``."""
    second: str | None = None
    """Absent: each other level against the first, with intervals that hold together."""
    kind: ContrastKind = "difference"

    @property
    def of_all(self) -> bool:
        """Whether all levels give one result."""
        return self.kind in ("worst", "gap", "least_ratio")

    @property
    def of_each(self) -> bool:
        """Whether each other level gives a result against the first."""
        return not self.of_all and self.second is None


class Measurand(Document):
    """The quantity intended to be measured."""

    id: str
    quantity: str | None = None
    of: Of | None = None
    """Live: what of an answer is measured instead of its value: how long it took, its tokens, what it cost, its energy
    (in J)."""
    model: str | None = None
    """Expression as written (``document.expression`` parses it)."""
    positive: str | None = None
    """Canonical class label."""
    at: dict[str, Number | str] = Field(default_factory=dict)
    """Parameters of the quantity; numbers as decimal strings; ``score`` may hold a comparison such as ``< 0.08``."""
    average: Literal["macro", "micro", "weighted"] | None = None
    where: dict[str, tuple[str, ...] | Comparison] = Field(default_factory=dict)
    """Column -> accepted canonical labels, or a comparison. All entries must hold."""
    by: str | None = None
    contrast: Contrast | None = None
    pooling: Literal["within", "pooled"] = "within"
    estimand: Estimand
    unit: str | None = None
    """From the definition unless given; absent only before ``study.resolve``."""
    target_uncertainty: Amount | None = None


class Uncertainty(Document):
    """How uncertainty is evaluated and stated."""

    coverage_probability: Number = "0.95"
    method: Method = "auto"
    trials: int | Literal["adaptive"] = "adaptive"
    required: tuple[Component, ...] = ()


class StatusRules(Document):
    """How an observation of each status counts; ``missing``: item of the reference without observation."""

    refused: Counts = "invalid"
    failed: Counts = "invalid"
    timeout: Counts = "invalid"
    unscored: Counts = "invalid"
    missing: Counts = "invalid"
    censored: Counts = "invalid"


class Agreement(Document):
    """Least agreement of the annotators."""

    kappa: Number


class Validity(Document):
    """Conditions without which every verdict is INVALID."""

    max_excluded: Amount = Amount(text="0", value="0", unit="items")
    """``unit`` is ``items`` (a count) or ``1`` (a share of the items)."""
    min_clusters: int = 2
    min_agreement: Agreement | None = None
    max_repeatability: Amount | None = None
    judge: JudgeLimits | None = None


class RequirementRule(Document):
    """A requirement on a measurand: tolerance limits, and the decision rule that holds for it."""

    id: str
    measurand: str
    lower_limit: Amount | None = None
    upper_limit: Amount | None = None
    system: str = "each"
    level: str = "each"
    source: str | None = None
    decision_rule: Rule
    """This requirement's own table over the file's ``[decision_rule]``."""


class Report(Document):
    """What the report says about its use."""

    customer: str | None = None
    received: str | None = None
    valid_for: str | None = None
    not_valid_for: str | None = None
    language: Literal["en"] = "en"
    disclosure: Literal["open", "private", "digest"] = "open"
    """``private``: a certificate commits to each item and shows none; ``digest``: it states digests only."""
    cell: int | None = None
    """Contributions of units leave in cells of at least so many; absent: one by one, under hashed ids."""


class Procedure(Document):
    """A measurement, fixed before it is made (``procedure.json``)."""

    schema_: Literal["measurand/procedure/1"] = Field(default="measurand/procedure/1", alias="schema")
    id: str
    title: str
    notes: str | None = None
    system: tuple[System, ...]
    observations: Observations | None = None
    reference: Reference | None = None
    sampling: Sampling = Sampling()
    factor: tuple[Factor, ...] = ()
    design: Design = Design()
    scoring: Scoring | None = None
    judge: Judge | None = None
    input: tuple[Input, ...] = ()
    correlation: tuple[Correlation, ...] = ()
    measurand: tuple[Measurand, ...]
    uncertainty: Uncertainty = Uncertainty()
    status: StatusRules = StatusRules()
    validity: Validity = Validity()
    requirement: tuple[RequirementRule, ...] = ()
    decision_rule: Rule = Rule()
    report: Report = Report()


def is_budget(procedure: Procedure) -> bool:
    """Whether the procedure is a plain GUM budget: inputs and models, nothing observed."""
    return all(m.quantity is None for m in procedure.measurand) and procedure.observations is None


def statuses(procedure: Procedure) -> Mapping[str, Counts]:
    """Status -> how it counts, without ``ok``."""
    return procedure.status.model_dump()
