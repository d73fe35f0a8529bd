"""The evidence manifest: what was observed, with what, and how many of each status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from measurand.document.canonical import Address, Document
from measurand.document.imported import Import
from measurand.document.judge import Calibrated
from measurand.document.reference_certificate import Certified

STATUSES = ("ok", "refused", "failed", "timeout", "unscored", "missing", "censored")


class Evidence(Document):
    """Manifest of one evidence table (CONTRACTS section 6)."""

    schema_: Literal["measurand/evidence/1"] = Field(default="measurand/evidence/1", alias="schema")
    procedure_at: Address
    """Address of the resolved procedure."""
    table_sha256: str
    """SHA-256 of the bytes of ``evidence.parquet``."""
    table_at: Address
    """Address over canonical column bytes: equal for any Parquet writer."""
    columns: Mapping[str, Literal["text", "float64", "int64"]]
    """Columns of the table with their types."""
    rows: int
    items: int
    counts: Mapping[str, int]
    """Observations by status; ``missing`` counts items of the reference without observation."""
    excluded: Mapping[str, int]
    """Excluded observations by reason."""
    sources: Mapping[str, Address]
    """Input files by the name in the procedure -> address of their contents, equal for any order of rows or columns."""
    instrument: Mapping[str, str]
    """Identity of the instrument that observed."""
    reference_at: Address
    """Address of the reference data: sorted item ids with reference values, cluster, stratum and weight."""
    certified: Certified | None = None
    """The certificate of the reference data, where the procedure names one."""
    imported: Import | None = None
    """Where the rows came from, when they were read from the logs of another tool."""
    judge: Calibrated | None = None
    """What the calibration of the judge showed."""
    partial: bool = False
    environment: Mapping[str, str]
    """What the digits may depend on: program version. Never the clock, the host or the number of workers."""


OBSERVED = ("system", "item", "repeat", "status", "reason")
"""First columns of every evidence table, all text. Then, as far as the procedure uses them: ``factor:ID`` for each
factor; ``value``, ``output`` (the text that was scored), ``judge`` (what a judge
replied: JSON array of texts), ``score``, ``score:CLASS``, ``exposure``, ``lower``,
``upper``, ``spread``, ``member:N``, ``set``, ``query``, of an endpoint ``finish``, ``fingerprint``, ``logprobs`` (JSON
array of [token, log-probability] pairs that its first token could have been), ``tokens_in``,
``tokens_out``, ``seconds``, ``cost``, ``energy`` (in J; what was observed); ``event``, ``reference``,
``annotator:NAME``, ``annotations`` (long form: JSON array of [annotator, value] pairs), ``audit`` (the better value;
empty: not audited), ``cluster``, ``stratum``, ``weight`` (what is held to be true, and how the item was drawn);
``column:NAME`` for each further column that ``where``, ``by`` or ``contrast`` names. An item of the reference without
observation is one row with status ``missing``; an item whose outcome is censored has status ``censored``. Rows are
sorted by (system, item, factor levels, repeat)."""


def join_key(parts: tuple[str, ...]) -> str:
    """One text for the cells of a key of several columns: joined by ``/``, with ``/`` and ``\\`` escaped.

    >>> join_key(("3", "12"))
    '3/12'
    """
    return "/".join(part.replace("\\", "\\\\").replace("/", "\\/") for part in parts)
