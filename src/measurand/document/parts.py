"""Contributions per source and level: what a stranger needs to recompute u and covariances (``parts.json``)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document
from measurand.document.number import Number


class SourceParts(Document):
    """One source of uncertainty (CONTRACTS section 6): levels are HMAC-SHA256(salt, id) of clusters, sites, prompts."""

    key: str
    component: str
    type: Literal["A", "B"]
    sign: Literal[1, -1]
    df: Number
    levels: tuple[str, ...]
    axes: tuple[tuple[int, ...], ...] = ()
    """For each axis of the margin, the position of each level on it (one axis: plain; two: cluster x factor)."""
    block: tuple[int, ...]
    """Block within which contributions are centred (stratum, class, split-plot group)."""
    share: tuple[Number, ...]
    """Weight share of each level in its block, on its first axis (1/G for equal units)."""
    fraction: tuple[Number, ...]
    """Sampling fraction of each level's stratum (0: infinite population)."""


class LineParts(Document):
    """Contributions of one line of one source to each result."""

    source: str
    line: str
    values: tuple[tuple[Number, ...], ...]
    """One row per result (order of ``results``), one number per level."""


class Parts(Document):
    """All parts of a record."""

    schema_: Literal["measurand/parts/1"] = Field(default="measurand/parts/1", alias="schema")
    results: tuple[str, ...]
    """"measurand|system|level" of each result, in order."""
    values: tuple[Number, ...]
    sources: tuple[SourceParts, ...]
    lines: tuple[LineParts, ...]
    salt_at: str = ""
    """Digest of the salt (the salt itself stays with the reference set)."""
