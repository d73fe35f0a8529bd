"""The parts of a joint estimate as a document: what a stranger needs to recompute variances and covariances."""

from __future__ import annotations

from collections.abc import Iterable

from measurand.document.number import number
from measurand.document.parts import LineParts, Parts, SourceParts
from measurand.quantity.estimate import Estimate
from measurand.quantity.source import Source


def parts_of(joint: Estimate) -> Parts:
    """Sources by key and, for each line, the contributions of its levels to every result (levels not yet hashed)."""
    keys = sorted(joint.sources)
    lines = [
        LineParts(source=key, line=line, values=tuple(_numbers(column) for column in joint.parts[key, line].T))
        for key, line in sorted(joint.parts)
    ]
    return Parts(
        results=joint.outputs,
        values=_numbers(joint.value),
        sources=tuple(_source(joint.sources[key]) for key in keys),
        lines=tuple(lines),
    )


def _source(source: Source) -> SourceParts:
    """A source without axes holds contributions that are centred and scaled already: its variance is their square."""
    margin = bool(source.axes)
    return SourceParts(
        key=source.key,
        component=source.component,
        type=source.type,
        sign=source.sign,
        df=number(source.df),
        levels=tuple(source.levels),
        axes=tuple(tuple(axis.tolist()) for axis in source.axes),
        block=tuple(source.block.tolist()) if margin and source.block is not None else (),
        share=_numbers(source.share[0]) if margin else (),
        fraction=_numbers(source.fraction) if margin and source.fraction is not None else (),
    )


def _numbers(values: Iterable[float]) -> tuple[str, ...]:
    return tuple(number(float(x)) for x in values)
