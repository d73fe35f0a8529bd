"""What laws, guidance and standards ask for, and which fields of a certificate are evidence for it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from measurand.document.canonical import Document

Binding = Literal[
    "binding", "binding_future", "guidance", "voluntary", "contractual", "de_facto", "draft", "superseded", "rating"
]
Applies = Literal["now", "later", "not stated"]
Reading = Literal["text", "summary", "metadata", "none"]


class Entry(Document):
    """One requirement, paraphrased."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]
    instrument: str
    clause: str
    kind: Literal[
        "law", "regulation", "guidance", "standard", "framework", "code-of-practice", "policy", "technical-document"
    ]
    issuer: str
    jurisdiction: str
    sector: str
    binding: Binding
    date: str = ""
    applies_from: str = ""
    requirement: Annotated[str, StringConstraints(max_length=320)]
    evidence: tuple[str, ...] = Field(min_length=1)
    """Kinds of evidence that would serve it."""
    limits: str = ""
    """Numbers that it states."""
    confirmed: Literal["read", "memory"]
    reading: Reading
    """How well it was read: the wording, another's account of it, that it exists, or from memory."""
    source: str
    note: str = ""


class Kind(Document):
    """A kind of evidence, and what of a result is of it."""

    id: str
    meaning: str
    quantities: tuple[str, ...] = ()
    """Quantities whose results are of this kind."""
    components: tuple[str, ...] = ()
    """Components of the budget that are of this kind where they were evaluated."""


class Regime(Document):
    """Requirements under one name."""

    id: str
    title: str
    entries: tuple[str, ...]
    """How the ids of its entries begin."""


class Found(Document):
    """One field that is evidence."""

    kind: str
    where: str
    """Place in the certificate: ``results[0].value``."""
    text: str
    """What stands there, with its uncertainty or its rule."""


class Asked(Document):
    """One requirement, and what of it the certificate holds."""

    id: str
    instrument: str
    clause: str
    requirement: str
    limits: str = ""
    binding: Binding
    applies_from: str = ""
    applies: Applies
    """On the day of the report."""
    reading: Reading
    kinds: tuple[str, ...]
    """Kinds of evidence that would serve it."""
    present: tuple[str, ...]
    """Those of them that the certificate holds."""
    absent: tuple[str, ...]


class OfRegime(Document):
    """One regime: its requirements, and for how many of them there is evidence."""

    regime: str
    title: str
    all_kinds: int
    """Requirements of which every kind of evidence is present."""
    some_kinds: int
    none: int
    asked: tuple[Asked, ...]


class Crosswalk(Document):
    """Evidence of one certificate or record, requirement by requirement. It says nothing of whether one is met."""

    schema_: Literal["measurand/crosswalk/1"] = Field(default="measurand/crosswalk/1", alias="schema")
    source: str
    """Number of the certificate, or name of the record."""
    title: str
    day: str
    """Day to which ``applies`` refers."""
    data: str
    """SHA-256 of the requirements that were used."""
    found: tuple[Found, ...]
    """Every field that is evidence of some kind."""
    regimes: tuple[OfRegime, ...]
    remarks: tuple[str, ...]
