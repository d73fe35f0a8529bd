"""What a procedure says of systems that are observed live: limits, and how a text becomes a value."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from measurand.document.amount import Amount
from measurand.document.canonical import Document
from measurand.document.number import Number


class SystemLimit(Document):
    """What a program may take (access ``command``, ``gguf``, ``onnx`` and ``skops``)."""

    seconds: int = 600
    """For one answer; none by then is a ``timeout``."""
    memory: int | None = None
    """Bytes of address space."""
    cpu_seconds: int | None = None
    """Of the whole run."""


class Limit(Document):
    """Where a live run stops, with what it has observed; counted over all its starts."""

    requests: int | None = None
    tokens: int | None = None
    """In and out together, of the answers that state them."""
    minutes: Number | None = None
    money: Number | None = None
    """In the currency of the prices (``system.price``)."""


class Price(Document):
    """What the tokens of a system cost: (tokens in x ``input`` + tokens out x ``output``) / ``per``."""

    input: Number
    output: Number
    per: int = 1_000_000
    currency: str


class Scoring(Document):
    """How the text that a system gave becomes a value."""

    kind: Literal[
        "exact", "normalised", "choice", "number", "regex", "judge",
        "json", "code", "similarity", "f1", "rouge-l", "bleu", "chrf", "wer", "cer",
    ]  # fmt: skip
    after: str | None = None
    """What follows the last such mark in its line is scored."""
    extract: str | None = None
    """Regular expression: its last place in the text is scored, or the first group there."""
    field: str | None = None
    """The text is JSON, and this field of it is scored (``a.b`` for nested ones)."""
    choices: tuple[str, ...] | None = None
    """Kind ``choice``: the letters that are offered (absent: the classes of the reference)."""
    by: Literal["log-probability"] | None = None
    """Kind ``choice``: the most likely one counts, not the one that the text names."""
    which: Literal["last", "first", "only"] = "last"
    """Kind ``number``: which number of the text."""
    tolerance: Amount | None = None
    """Kind ``number``: a number, or a share of the reference value with unit ``%``."""
    pattern: str | None = None
    """Kind ``regex``: 1 where it is found."""
    seconds: int | None = None
    """Kind ``code``: for one answer (10 if nothing is said)."""
    memory: int | None = None
    """Kind ``code``: MB for each process (512)."""
    model: str | None = None
    """Kind ``similarity``: folder of the embedding, or ``package:NAME/FOLDER``."""
    schema_: dict[str, JsonValue] | None = Field(default=None, alias="schema")
    """Kind ``json``: JSON schema of the text."""
