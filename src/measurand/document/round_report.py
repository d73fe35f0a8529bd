"""The report of a round: consensus by several methods, degrees of equivalence, precision (``round-report.json``)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document
from measurand.document.number import Number
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
    judged_by: Literal["z", "z'"]
    signal: Literal["acceptable", "warning", "action", "not evaluated"]


class Scored(Document):
    """Scores of all participants against the assigned value."""

    assigned: Number
    u: Number
    text: str
    method: str
    """Of the robust consensus, or "outside"."""
    sigma_pt: Number | None = None
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
    warnings: tuple[str, ...] = ()


class Relation(Document):
    """How a standard deviation depends on the level."""

    of: Literal["s_r", "s_R"]
    form: str
    coefficients: tuple[Number, ...]
    p: Number
    """Probability of a larger misfit by chance."""
    fits: bool


class RoundReport(Document):
    """The report of all measurands of a round. No score is averaged over them."""

    schema_: Literal["measurand/round-report/1"] = Field(default="measurand/round-report/1", alias="schema")
    title: str
    coverage_probability: Number
    factor: Number
    """Coverage factor of the degrees of equivalence."""
    method: str
    quantities: tuple[QuantityReport, ...]
    relations: dict[str, tuple[Relation, ...]] = Field(default_factory=dict)
    """By measurand, where at least three levels have replicates."""
    youden: tuple[YoudenData, ...] = ()
    """Of measurands with exactly two materials."""
    remarks: tuple[str, ...] = ()
