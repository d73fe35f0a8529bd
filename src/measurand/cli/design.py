"""The design of a measurement as it is read from the data, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from measurand.document.procedure import Procedure
from measurand.lab.evidence import EvidenceTable
from measurand.message import say
from measurand.study.crossing import distinct
from measurand.study.frame import Frame, frame, present

Integers = NDArray[np.int64]


def sentences(procedure: Procedure, table: EvidenceTable) -> Iterator[str]:
    """What was observed, and which dimension is nested in which or crossed with which."""
    seen = frame(procedure, present(procedure, table.columns))
    dimensions = dict(dimensions_of(procedure, seen))
    names = list(dimensions)
    yield say("cli.design.items", items=f"{len(seen.items):,}", rows=f"{len(seen.item):,}")
    for n, inner in enumerate(names):
        for outer in names[n + 1 :]:
            sentence, told = relation(inner, dimensions[inner], outer, dimensions[outer])
            if n == 0 or told:
                yield sentence
    if len(seen.repeats) == 1:
        yield say("cli.design.one_repeat")


def dimensions_of(procedure: Procedure, seen: Frame) -> Iterator[tuple[str, Integers]]:
    """Name and position of each row on items, clusters, systems, factors and repeats, where there are several."""
    yield say("cli.design.item"), seen.item
    if seen.clustered:
        yield "/".join(procedure.sampling.cluster or ()), seen.unit[seen.item]
    if len(seen.systems) > 1:
        yield say("cli.design.system"), seen.system
    for factor in procedure.factor:
        if factor.id in seen.level:
            yield factor.id, seen.level[factor.id]
    if len(seen.repeats) > 1:
        yield say("cli.design.repeat"), seen.repeat


def relation(inner: str, a: Integers, outer: str, b: Integers) -> tuple[str, bool]:
    """How two dimensions lie to each other, and whether that is worth saying of any two (not: fully crossed)."""
    fields: Mapping[str, str] = {"inner": inner, "outer": outer}
    pairs = distinct([a, b])[0].shape[1]
    many, few = len(np.unique(a)), len(np.unique(b))
    if pairs == many:
        return say("cli.design.nested", inner=inner, outer=outer, levels=f"{few:,}"), True
    if pairs == few:
        return say("cli.design.nested", inner=outer, outer=inner, levels=f"{many:,}"), True
    if pairs == many * few:
        return say("cli.design.crossed", **fields, levels=f"{few:,}"), False
    return say("cli.design.partly", **fields, present=f"{pairs:,}", possible=f"{many * few:,}"), True
