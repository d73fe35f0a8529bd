"""Statement of conformity of one result with one requirement (JCGM 106)."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document
from measurand.document.number import Number


class Verdict(Enum):
    """The four verdicts. There is no truth value: use ``conforms``."""

    CONFORMING = "conforming"
    NON_CONFORMING = "non-conforming"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"

    def __bool__(self) -> bool:
        raise TypeError("a verdict has four values, not two: compare it, or use decision.conforms")


EXIT_CODE = {Verdict.CONFORMING: 0, Verdict.NON_CONFORMING: 1, Verdict.INCONCLUSIVE: 3, Verdict.INVALID: 4}
"""Exit code of each verdict; with several the precedence is INVALID, NON_CONFORMING, INCONCLUSIVE, CONFORMING."""


class Requirement(Document):
    """Tolerance limits of one measurand, as written and as converted to its unit."""

    id: str
    measurand: str
    system: str = ""
    level: str = ""
    lower_limit: Number | None = None
    upper_limit: Number | None = None
    text: str
    """The requirement in words: "at least 0.90"."""
    source: str = ""


class Rule(Document):
    """Decision rule (JCGM 106): kind, and specific risks or a guard band."""

    kind: Literal["guarded", "guarded_acceptance", "guarded_rejection", "simple"] = "guarded"
    max_false_accept_risk: Number = "0.05"
    max_false_reject_risk: Number = "0.05"
    guard_band: Number | None = None
    """Width of the guard band in the unit of the measurand, instead of the risks."""
    guard_band_text: str = ""
    prior: dict[str, Number | str] | None = None
    """{distribution, value, standard_uncertainty}: global risks are given too."""


class Risks(Document):
    """Risks of this decision. Absent: does not apply."""

    specific_false_accept: Number | None = None
    """Probability that the measurand does not conform, given that it was accepted with this result."""
    specific_false_reject: Number | None = None
    """Probability that the measurand conforms, given that it was rejected with this result."""
    global_consumer: Number | None = None
    global_producer: Number | None = None


class Decision(Document):
    """The document that ends the main job."""

    schema_: Literal["measurand/decision/1"] = Field(default="measurand/decision/1", alias="schema")
    requirement: Requirement
    rule: Rule
    measurand: str
    system: str
    level: str = ""
    stated: Literal["before", "after"]
    p_conformity: Number
    acceptance_lower: Number | None = None
    """The value from which on the same uncertainty would give CONFORMING; absent where there is no lower limit."""
    acceptance_upper: Number | None = None
    risks: Risks
    verdict: Verdict
    reasons: tuple[str, ...]
    what_now: str = ""
    """Dominant component and what would settle it; empty after CONFORMING."""

    @property
    def conforms(self) -> bool:
        """True only for CONFORMING."""
        return self.verdict is Verdict.CONFORMING


class Decisions(Document):
    """All decisions of a record (``decisions.json``)."""

    schema_: Literal["measurand/decisions/1"] = Field(default="measurand/decisions/1", alias="schema")
    decisions: tuple[Decision, ...]
    verdict: Verdict | None = None
    """The verdict that sets the exit code; absent when nothing was required."""
