"""Abilities of systems on items of unlike difficulty (Rasch model), and how well the model fits."""

from __future__ import annotations

from pydantic import Field

from measurand.document.canonical import Document
from measurand.document.number import Number


class Ability(Document):
    """Of one system, in logits."""

    name: str
    value: Number
    """From the mean difficulty of items like these."""
    u: Number
    infit: Number | None = None
    """Mean square of its residuals, about 1 where the model holds; absent: not evaluated."""
    outfit: Number | None = None


class AbilityPair(Document):
    """Second against first: the odds of a right answer to one and the same item differ by its exponential."""

    first: str
    second: str
    value: Number
    u: Number
    lower: Number
    upper: Number
    p: Number
    conditional: Number | None = None
    """The same without a distribution of difficulties; absent: not evaluated."""
    conditional_u: Number | None = None


class NotFitted(Document):
    """A system or item without a finite parameter, and why."""

    name: str
    reason: str


class ItemParameters(Document):
    """Of one item, the systems taken as a sample."""

    item: str
    difficulty: Number
    u: Number
    discrimination: Number
    u_discrimination: Number | None = None
    """Absent: one for all items."""
    infit: Number
    outfit: Number
    s_x2: Number | None = None
    """S-X2; absent: it has no degrees of freedom."""
    df: Number | None = None
    p: Number | None = None


class Items(Document):
    """A model of the items from many systems."""

    model: str
    """``one-parameter`` or ``two-parameter``."""
    log_likelihood: Number
    two_parameter_p: Number | None = None
    """Of the likelihood ratio of both models: small says that the items discriminate unlike."""
    items: tuple[ItemParameters, ...]
    """Those with the smallest p first."""
    left_out: tuple[NotFitted, ...] = ()


class Abilities(Document):
    """Systems in logits. The primary result stays the share: this one assumes more."""

    systems: tuple[Ability, ...]
    """The ablest first."""
    pairs: tuple[AbilityPair, ...]
    items: int
    spread: Number
    """Standard deviation of the items' difficulties; 0 at its boundary."""
    left_out: tuple[NotFitted, ...] = ()
    of_items: Items | None = None
    """Absent: too few systems."""
    remarks: tuple[str, ...] = Field(default=())
    """What was not evaluated, with the reason."""
