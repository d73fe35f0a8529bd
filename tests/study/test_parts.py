"""Variances and covariances from ``parts.json`` alone, with plain Python: equal to those in memory."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest
from tests.study.build import columns, measurand, measured, procedure

from measurand.document.number import real
from measurand.document.parts import Parts, SourceParts
from measurand.document.procedure import Contrast, Factor
from measurand.lab.parts import hashed
from measurand.quantity.estimate import covariance


def scaled(source: SourceParts, values: list[float]) -> list[float]:
    """Contributions centred along each axis with their shares and divided by ``sqrt(1 - h)`` (record 0004)."""
    if not source.axes:
        return values
    n = len(values)
    factor = [1.0 - real(f) for f in source.fraction] if source.fraction else [1.0] * n
    for a, axis in enumerate(source.axes):
        group = [(source.block[i], *(other[i] for b, other in enumerate(source.axes) if b != a)) for i in range(n)]
        size, total = defaultdict(int), defaultdict(float)
        for i in range(n):
            size[group[i]] += 1
            total[group[i]] += values[i]
        share = [real(source.share[i]) if a == 0 else 1.0 / size[group[i]] for i in range(n)]
        values = [values[i] - share[i] * total[group[i]] for i in range(n)]
        factor = [factor[i] / (1.0 - share[i]) if share[i] < 1 else 0.0 for i in range(n)]
        assert len(axis) == n
    return [v * math.sqrt(f) for v, f in zip(values, factor, strict=True)]


def covariance_of(parts: Parts, i: int, j: int) -> float:
    total = 0.0
    for source in parts.sources:
        lines = [line for line in parts.lines if line.source == source.key]
        x, y = ([sum(real(line.values[k][n]) for line in lines) for n in range(len(source.levels))] for k in (i, j))
        total += source.sign * math.fsum(a * b for a, b in zip(scaled(source, x), scaled(source, y), strict=True))
    return total


def table() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    n = 40
    s, i, p = (x.reshape(-1) for x in np.meshgrid(["a", "b"], range(n), range(4), indexing="ij"))
    truth = rng.random(n) < 0.5
    score = np.where(truth[i], 1.0, -1.0) + rng.normal(size=n)[i] + rng.normal(size=len(i))
    return columns(
        system=s, item=[f"{k:02d}" for k in i], factor__prompt=[f"p{k}" for k in p], score=score,
        reference=np.where(truth[i], 1, 0), cluster=[f"c{k // 3}" for k in i],
    )  # fmt: skip


@pytest.mark.parametrize("holes", [False, True])
def test_parts_alone_give_every_covariance(holes: bool) -> None:
    t = table()
    if holes:
        gone = (np.arange(len(t["item"])) % 17) == 3
        t = {k: v[~gone] for k, v in t.items()}
    over = Contrast(over="system", first="a", second="b")
    wanted = [
        measurand("auc", "auc", positive="1"),
        measurand("sens", "sensitivity", positive="1", at={"score": "0"}),
        measurand("gain", "auc", positive="1", contrast=over),
    ]
    p = procedure(
        wanted,
        reference={},
        cluster=True,
        systems=("a", "b"),
        factor=[Factor(id="prompt", effect="random", column="p")],
    )
    m = measured(p, t)
    memory = covariance(m.estimate, m.estimate)
    outside = hashed(m.parts, b"salt")
    assert not set(outside.sources[0].levels) & set(m.parts.sources[0].levels)
    for i in range(len(m.parts.results)):
        for j in range(len(m.parts.results)):
            assert covariance_of(outside, i, j) == pytest.approx(memory[i, j], rel=1e-9, abs=1e-18)
    again = Parts.model_validate_json(outside.model_dump_json(by_alias=True))
    assert again == outside
