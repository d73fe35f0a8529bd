"""The variance routine on ``parts.json``: covariances of all results from the contributions of levels."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from measurand_verify.check import RefusedError
from measurand_verify.numbers import real

LARGEST = 20_000_000
"""Products that are summed at most: above, the answer would take minutes."""


@dataclass(frozen=True)
class Source:
    """One source with the scaled contributions of its levels to every result."""

    key: str
    type: str
    sign: int
    df: float
    scaled: list[list[float]]
    """One list per result, one number per level."""


@dataclass(frozen=True)
class Parts:
    """What ``parts.json`` says."""

    results: list[str]
    values: list[float]
    sources: list[Source]

    def covariance(self, i: int, j: int) -> float:
        """Sum over sources and levels of sign times the product of scaled contributions."""
        return math.fsum(s.sign * math.fsum(map(float.__mul__, s.scaled[i], s.scaled[j])) for s in self.sources)

    def variances(self, i: int) -> list[float]:
        """Signed variance of each source for one result."""
        return [s.sign * math.fsum(x * x for x in s.scaled[i]) for s in self.sources]


def parts_of(data: dict[str, Any]) -> Parts:
    """Read and scale. Raises RefusedError where the document contradicts itself or is too large."""
    results, values = data["results"], [real(text) for text in data["values"]]
    if len(results) != len(values) or len(set(results)) != len(results):
        raise RefusedError("parts.json: results and values differ in number, or a result stands twice")
    sources = {source["key"]: source for source in data["sources"]}
    if len(sources) != len(data["sources"]):
        raise RefusedError("parts.json: a source stands twice")
    if sum(len(s["levels"]) for s in data["sources"]) * len(results) ** 2 > LARGEST:
        raise RefusedError("parts.json: too large for this verifier")
    total = {key: [[0.0] * len(source["levels"]) for _ in results] for key, source in sources.items()}
    for line in data["lines"]:
        if line["source"] not in sources or len(line["values"]) != len(results):
            raise RefusedError("parts.json: a line has no source, or not one row per result")
        for row, numbers in zip(total[line["source"]], line["values"], strict=True):
            if len(numbers) != len(row):
                raise RefusedError("parts.json: a line has not one number per level")
            for n, text in enumerate(numbers):
                row[n] += real(text)
    return Parts(results, values, [_source(source, total[key]) for key, source in sources.items()])


def _source(source: dict[str, Any], rows: list[list[float]]) -> Source:
    scaled = [_scaled(source, row) for row in rows] if source["axes"] else rows
    if source["sign"] not in (1, -1) or source["type"] not in ("A", "B"):
        raise RefusedError("parts.json: a source is of type A or B and has the sign 1 or -1")
    if len(set(source["levels"])) != len(source["levels"]):
        raise RefusedError("parts.json: a level stands twice in its source")
    return Source(source["key"], source["type"], source["sign"], real(source["df"]), scaled)


def _scaled(source: dict[str, Any], row: list[float]) -> list[float]:
    """Centred along each axis inside each block, times sqrt((1 - f) / product over axes of (1 - h))."""
    n, axes = len(row), source["axes"]
    block = source["block"] or [0] * n
    factor = [1.0 - real(f) for f in source["fraction"]] or [1.0] * n
    lengths = {len(block), len(factor), *(len(axis) for axis in axes)}
    if lengths != {n} or (source["share"] and len(source["share"]) != n):
        raise RefusedError("parts.json: axes, blocks, shares or fractions have not one number per level")
    x = row
    for a in range(len(axes)):
        others = [axis for b, axis in enumerate(axes) if b != a]
        group = list(zip(block, *others, strict=True))
        size: dict[Any, int] = defaultdict(int)
        total: dict[Any, float] = defaultdict(float)
        for g, value in zip(group, x, strict=True):
            size[g] += 1
            total[g] += value
        share = [real(h) for h in source["share"]] if a == 0 and source["share"] else [1.0 / size[g] for g in group]
        x = [value - h * total[g] for value, h, g in zip(x, share, group, strict=True)]
        factor = [f / (1.0 - h) if h < 1.0 else 0.0 for f, h in zip(factor, share, strict=True)]
    if min(factor, default=0.0) < 0.0:
        raise RefusedError("parts.json: a sampling fraction is above 1")
    return [value * math.sqrt(f) for value, f in zip(x, factor, strict=True)]
