"""Disclosure of evidence: what a certificate commits to, and items that are opened later with their proofs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from measurand.document.canonical import Document
from measurand.document.status import Certificate

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""32 bytes in hexadecimal digits."""
Seed = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
ALGORITHM = "sha256-rfc6962-salted"


class Disclosure(Document):
    """What a certificate says of evidence that it does not carry; absent in one with open evidence.

    ``private``: root of the tree of RFC 6962 over the items, sorted by id (code points). The data of a leaf are the
    item's salt (32 bytes) and the canonical JSON of its rows. ``digest``: no tree, nothing can be opened item by item.
    """

    kind: Literal["private", "digest"]
    items: int = Field(ge=1)
    """Number of items, each once: the size of the tree."""
    algorithm: Literal["sha256-rfc6962-salted"] | None = None
    root: Digest | None = None

    @model_validator(mode="after")
    def _whole(self) -> Disclosure:
        if (self.kind == "private") != (self.algorithm is not None) or (self.root is None) != (self.algorithm is None):
            raise ValueError("a private disclosure has an algorithm and a root, another one has neither")
        return self


class Secret(Document):
    """What the salts of one record follow from (``disclosure.secret.json``): HMAC-SHA256(secret, item id)."""

    schema_: Literal["measurand/disclosure-secret/1"] = Field(default="measurand/disclosure-secret/1", alias="schema")
    secret: Digest


class Asked(Document):
    """A random choice that the one who is to open cannot make: positions follow from the seed."""

    seed: Seed
    count: int = Field(ge=1, le=10_000_000)


class Challenge(Document):
    """What an auditor asks to see of one certificate (``measurand/challenge/1``)."""

    schema_: Literal["measurand/challenge/1"] = Field(default="measurand/challenge/1", alias="schema")
    certificate: Certificate
    asked: Asked


class OpenedItem(Document):
    """One item: its place in the tree, its salt, its audit path (leaf to root) and all of its rows.

    A row holds the cells of the evidence table by column; absent cells are left out, numbers are decimal strings.
    """

    position: int = Field(ge=0)
    item: str
    salt: Digest
    path: tuple[Digest, ...] = Field(max_length=64)
    rows: tuple[Mapping[str, str], ...] = Field(min_length=1)


class Disclosed(Document):
    """Items of a certificate, opened. Their proofs lead to its signed root: it needs no signature of its own."""

    schema_: Literal["measurand/disclosed/1"] = Field(default="measurand/disclosed/1", alias="schema")
    certificate: Certificate
    asked: Asked | None = None
    """The challenge that is answered; absent where whoever opened them chose the items."""
    opened: tuple[OpenedItem, ...]
