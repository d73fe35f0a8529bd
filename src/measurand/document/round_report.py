"""The report of a round: consensus by several methods, degrees of equivalence, precision (``round-report.json``)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document
from measurand.document.number import Number
from measurand.document.round_answers import AnswersReport
from measurand.document.round_data import LeftOut


class Method(Document):
    """The consensus value by one method."""

    name: str
    value: Number
    u: Number
    lower: Number
    upper: Number
    tau: Number | None = None
    """Standard deviation between laboratories beyond their stated uncertainties; absent: the method knows none."""
    text: str
    knapp: tuple[Number, Number] | None = None
    """Limits of Hartung and Knapp, never shorter than the scatter says."""


class NotGiven(Document):
    """A method that gives no value here, and why."""

    name: str
    reason: str


class Agreement(Document):
    """Whether the stated uncertainties explain the scatter (chi-square of the weighted mean)."""

    q: Number
    df: int
    p: Number
    i2: Number
    birge: Number
    tau_lower: Number
    tau_upper: Number


class Degree(Document):
    """Degree of equivalence of one laboratory."""

    laboratory: str
    d: Number
    u: Number
    expanded: Number
    e_n: Number
    others: Number | None = None
    """E_n against the consensus of all others, with the scatter between laboratories."""


class Participant(Document):
    """One laboratory as it is printed."""

    laboratory: str
    value: Number
    u: Number | None = None
    df: Number | None = None
    weight: Number | None = None
    """In the reference value."""
    consistent: bool | None = None
    """Member of the largest consistent subset."""
    left_out: str = ""
    """Why it does not enter the consensus."""
    shift: Number | None = None
    """Change of the reference value without it."""
    certificate: str = ""


class Finding(Document):
    """An outlier or straggler among the laboratories of a level."""

    laboratories: tuple[str, ...]
    test: str
    statistic: Number
    five: Number
    one: Number
    p: Number
    verdict: Literal["straggler", "outlier"]


class Bias(Document):
    """Difference of the general mean from a reference value (ISO 5725-4)."""

    value: Number
    u: Number
    df: Number
    lower: Number
    upper: Number
    text: str


class RobustPrecision(Document):
    """Precision without tests of outliers (ISO 5725-5)."""

    method: Literal["algorithm-a", "q-hampel"]
    """Of the scale between laboratories; within them Algorithm S."""
    mean: Number
    s_r: Number
    s_L: Number  # noqa: N815
    s_L_negative: bool  # noqa: N815
    s_R: Number  # noqa: N815


class Component(Document):
    """Standard deviation that one condition brings (ISO 5725-3)."""

    factor: str
    """``laboratory``, a condition, or ``repeatability``."""
    s: Number
    negative: bool
    """Whether its variance came out below 0; then 0 is used."""
    lower: Number
    upper: Number


class Intermediate(Document):
    """Standard deviation of one result where these differ and all else is the same (ISO 5725-3)."""

    differs: tuple[str, ...]
    """None: repeatability; all: reproducibility."""
    s: Number
    df: Number
    lower: Number
    upper: Number


class ItemCheck(Document):
    """What was found of the items against ``0.3 sigma_pt``, and against the limit that allows for the check's noise."""

    found: Number
    limit: Number
    expanded_limit: Number
    verdict: Literal["adequate", "adequate by the expanded criterion", "not adequate"]


class Homogeneity(Document):
    """Standard deviation between the items that participants get (ISO 13528)."""

    items: int
    portions: int
    mean: Number
    s_w: Number
    """Within the items."""
    s_s: Number
    """Between the items."""
    s_s_negative: bool
    p: Number
    """Of an F ratio as large where all items are equal."""
    suspect: str = ""
    """Item whose portions differ most."""
    suspect_p: Number | None = None
    """Cochran's test of it."""
    check: ItemCheck | None = None
    """Absent: no sigma_pt to judge by."""
    u_added: Number
    """What enters u of the assigned value: 0 where the check passed."""


class Stability(Document):
    """Means of the items before and after (ISO 13528)."""

    before: Number
    after: Number
    difference: Number
    u: Number
    check: ItemCheck | None = None
    u_added: Number


class Precision(Document):
    """Repeatability and reproducibility at one level (ISO 5725-2)."""

    laboratories: int
    results: int
    singles: int
    mean: Number
    s_r: Number
    s_r_limits: tuple[Number, Number]
    s_L: Number  # noqa: N815 - symbols of ISO 5725
    s_L_negative: bool  # noqa: N815
    s_R: Number  # noqa: N815
    s_R_limits: tuple[Number, Number]  # noqa: N815
    h: dict[str, Number]
    k: dict[str, Number]
    h_limits: tuple[Number, Number] | None = None
    """At 5 % and 1 %; absent with fewer than three laboratories."""
    k_limits: tuple[Number, Number]
    robust: tuple[RobustPrecision, ...] = ()
    bias: Bias | None = None
    """Absent: no reference value from outside."""
    components: tuple[Component, ...] = ()
    """Where the conditions of the replicates are stated."""
    intermediate: tuple[Intermediate, ...] = ()
    without: Precision | None = None
    """The same without the laboratories that were left out, where some were."""


class ScoreRow(Document):
    """Scores of one participant (ISO 13528); absent: not evaluated."""

    laboratory: str
    percent: Number | None = None
    """D %: difference from the assigned value in per cent of it."""
    p_a: Number | None = None
    """Difference in per cent of the largest permitted one."""
    z: Number | None = None
    z_prime: Number | None = None
    zeta: Number | None = None
    e_n: Number | None = None
    stated_u: Literal["acceptable", "warning", "not evaluated"] = "not evaluated"
    """Whether its standard uncertainty lies between that of the assigned value and 1.5 times the robust deviation."""
    judged_by: Literal["z", "z'"]
    signal: Literal["acceptable", "warning", "action", "not evaluated"]


class Scored(Document):
    """Scores of all participants against the assigned value."""

    assigned: Number
    u: Number
    text: str
    method: str
    """Of the robust consensus of participants, or where the assigned value comes from."""
    u_homogeneity: Number = "0"
    """Part of u from the items that participants got."""
    u_stability: Number = "0"
    consensus: Number | None = None
    """Robust consensus of the participants, beside an assigned value from elsewhere."""
    consensus_u: Number | None = None
    agrees: bool | None = None
    """Whether both agree: ``|difference| <= 2 sqrt(u^2 + u^2)``."""
    sigma_pt: Number | None = None
    sigma_from: str = ""
    """How sigma_pt was found; empty: stated."""
    delta_e: Number | None = None
    negligible: bool
    """Whether u of the assigned value is below 0.3 sigma_pt; else participants are judged by z'."""
    rows: tuple[ScoreRow, ...]


class DensityData(Document):
    """Kernel density of the results."""

    x: tuple[Number, ...]
    density: tuple[Number, ...]
    modes: int
    """Maxima that hold more than a twentieth of the area."""
    bandwidth: Number


class YoudenData(Document):
    """Two materials of one measurand: results in pairs, and the ellipse of those that belong together."""

    measurand: str
    first: str
    second: str
    unit: str
    laboratories: tuple[str, ...]
    a: tuple[Number, ...]
    b: tuple[Number, ...]
    medians: tuple[Number, Number]
    centre: tuple[Number, Number]
    half_axes: tuple[Number, Number]
    angle: Number
    outside: tuple[str, ...]
    """Laboratories that lie outside of the ellipse."""
    split: RobustPrecision | None = None
    """Precision of the split level: both materials as one level, where they are alike (ISO 5725-5)."""


class QuantityReport(Document):
    """One measurand on one material."""

    measurand: str
    material: str
    unit: str
    participants: tuple[Participant, ...]
    left_out: tuple[LeftOut, ...] = ()
    reference: Method | None = None
    """The reference value; absent: too few laboratories state an uncertainty."""
    reference_from: Literal["consensus", "outside"] = "consensus"
    methods: tuple[Method, ...] = ()
    not_given: tuple[NotGiven, ...] = ()
    agreement: Agreement | None = None
    correlated: bool = False
    """Whether what the laboratories share (the same items, the same labels) was taken into account."""
    degrees: tuple[Degree, ...] = ()
    bilateral: tuple[tuple[Number, ...], ...] = ()
    """E_n of each pair, in the order of ``degrees``; 0 on the diagonal."""
    precision: Precision | None = None
    findings: tuple[Finding, ...] = ()
    scored: Scored | None = None
    density: DensityData | None = None
    homogeneity: Homogeneity | None = None
    stability: Stability | None = None
    warnings: tuple[str, ...] = ()


class Relation(Document):
    """How a standard deviation depends on the level."""

    of: Literal["s_r", "s_R"]
    form: str
    coefficients: tuple[Number, ...]
    p: Number
    """Probability of a larger misfit by chance."""
    fits: bool


class Performance(Document):
    """How often each signal was given to one participant: counted, never averaged."""

    laboratory: str
    acceptable: int
    warning: int
    action: int
    not_evaluated: int


class RoundReport(Document):
    """The report of all measurands of a round. No score is averaged over them."""

    schema_: Literal["measurand/round-report/1"] = Field(default="measurand/round-report/1", alias="schema")
    title: str
    coverage_probability: Number
    factor: Number
    """Coverage factor of the degrees of equivalence."""
    method: str
    quantities: tuple[QuantityReport, ...]
    answers: tuple[AnswersReport, ...] = ()
    """Qualitative and ordinal answers."""
    relations: dict[str, tuple[Relation, ...]] = Field(default_factory=dict)
    """By measurand, where at least three levels have replicates."""
    youden: tuple[YoudenData, ...] = ()
    """Of measurands with exactly two materials."""
    performance: tuple[Performance, ...] = ()
    """Where scores of at least two measurands and materials were evaluated."""
    remarks: tuple[str, ...] = ()
