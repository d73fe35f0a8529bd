"""Acceptance rules by counts, as authorities and standards give them, and what they risk."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from measurand.document.canonical import Document
from measurand.document.number import Number, real


class Zone(Document):
    """A verdict by name, for counts up to ``most``; the last zone has no end."""

    name: str
    most: int | None = None


class AcceptanceRule(Document):
    """A rule about a number of events in independent trials."""

    id: str
    title: str
    source: str
    sector: str
    read: Literal["text", "summary", "none"]
    """How well the source was read: its wording, another's account, or not (from memory)."""
    event: str
    """What is counted."""
    sense: Literal["at least", "at most", "more than", "zones"]
    limit: Number
    """Share of events that is asked for; of zones the largest share with which the system holds."""
    trials: int = Field(ge=1)
    """Trials that the rule asks for at least, or takes."""
    asked: bool = True
    """False: the rule states no number of trials, ``trials`` is a usual one."""
    zones: tuple[Zone, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _possible(self) -> AcceptanceRule:
        if not 0.0 < real(self.limit) < 1.0:
            raise ValueError("limit is a share between 0 and 1")
        ends = [z.most for z in self.zones]
        if (self.sense == "zones") != bool(ends):
            raise ValueError("zones go with the sense zones")
        inner = [end for end in ends[:-1] if end is not None]
        if ends and (len(inner) < len(ends) - 1 or ends[-1] is not None or inner != sorted(set(inner))):
            raise ValueError("zones have rising ends, and the last has none")
        return self


class Point(Document):
    """The operating characteristic at one true share."""

    share: Number
    passed: Number
    """Probability that the rule passes such a system."""


class Judged(Document):
    """What a count gives: the rule's own verdict, and what a guarded decision says."""

    events: int
    share: Number
    verdict: str
    """``passed``, ``failed``, or the zone."""
    lower: Number
    upper: Number
    """Exact limits of the share, 95 %."""
    guarded: Literal["conforming", "non-conforming", "inconclusive"]
    """With a risk of at most 5 % either way (one-sided exact limits)."""


class RuleReport(Document):
    """A rule at a number of trials."""

    schema_: Literal["measurand/acceptance/1"] = Field(default="measurand/acceptance/1", alias="schema")
    rule: AcceptanceRule
    trials: int
    needed: str
    """Events with which it passes, in words."""
    producer: Number
    """True share with which a system passes with 95 % (fails with 5 %: producer's risk)."""
    consumer: Number
    """True share with which a system still passes with 5 % (consumer's risk)."""
    at_limit: Number
    """Probability to pass exactly at the limit."""
    curve: tuple[Point, ...]
    judged: Judged | None = None
    remarks: tuple[str, ...]
