"""Results of laboratories by stratum, and the population that they are standardised to."""

from __future__ import annotations

from pydantic import Field

from measurand.document.canonical import Document
from measurand.document.number import Number


class StratumResult(Document):
    """What one laboratory found in one stratum of its own data."""

    laboratory: str
    measurand: str
    material: str = ""
    unit: str = "1"
    stratum: str
    value: Number
    u: Number
    df: Number | None = None
    count: Number | None = None
    """Items of the stratum: its share in the laboratory's own data."""


class StratumData(Document):
    """All results by stratum, and the share of each stratum in the population."""

    title: str
    results: tuple[StratumResult, ...] = Field(min_length=1)
    weights: dict[str, Number]
    """Stratum -> share; they add up to 1."""
    least: int = 1
    """Items below which a stratum does not count."""
