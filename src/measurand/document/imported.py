"""What an import leaves beside the table (``NAME.import.json``): where the rows came from, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from measurand.document.canonical import Address, Document
from measurand.document.number import Number

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ImportedLog(Document):
    """One file that was read."""

    name: str
    sha256: Sha256
    """Digest of its bytes."""


class Stated(Document):
    """A number that the log states of its observations, and the same number from the rows that were kept."""

    name: str
    where: Mapping[str, str] = Field(default_factory=dict)
    """System and task."""
    stated: Number
    found: Number


class Import(Document):
    """An import: the rows of the table are those of these logs, with nothing left out that is not counted here."""

    schema_: Literal["measurand/import/1"] = Field(default="measurand/import/1", alias="schema")
    kind: str
    """The importer: ``inspect``, ``lm-eval``, ..."""
    tool: str
    """The tool that wrote the logs, with its version as far as they say it."""
    logs: tuple[ImportedLog, ...]
    chosen: Mapping[str, str] = Field(default_factory=dict)
    """Metric and filter, where the logs have several."""
    read: int
    """Records of the logs; ``kept`` and those ``dropped`` are all of them."""
    kept: int
    dropped: Mapping[str, int] = Field(default_factory=dict)
    """Reason -> records that are not in the table."""
    absent: int = 0
    """Rows beside them, status ``failed``: items that the log names and holds no sample of."""
    counts: Mapping[str, int]
    """Rows of the table by status."""
    stated: tuple[Stated, ...] = ()
    table_at: Address
    """Address of the contents of the table: a table that was changed since is another one."""
    program: str
    """Version of the program that imported."""
