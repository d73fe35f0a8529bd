"""From contributions of rows to an estimate: one source per margin of the design (CONTRACTS section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.quantity.estimate import Estimate
from measurand.quantity.level_names import LevelNames
from measurand.quantity.source import Source, gram, margin
from measurand.study.crossing import UNIT, Crossing, distinct

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Effect = tuple[str, ...]
"""Random dimensions of a margin: (UNIT,), ("prompt",), (UNIT, "prompt"). Names in brackets cannot be a factor's id."""
REPEAT: Effect = ("(repeat)",)
SPREAD = "spread"
"""Line of a margin that holds the spread of what was observed."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the rows of one measurand stand in the design; every array has shape (rows,).

    ``dimension`` gives the level of each random dimension (units, random factors), ``name`` the names of the levels.
    ``base`` is the weight that a row lends to its unit (rows of one observation with an uncertain label lend it once).
    """

    dimension: Mapping[str, Integers]
    name: Mapping[str, tuple[str, ...]]
    crossing: Crossing
    stratum: Integers
    label_class: Integers
    base: Array
    condition: Integers
    repeat: Integers
    fraction: Array
    """Sampling fraction of the stratum of the row's unit."""
    outer: Mapping[str, Integers] = field(default_factory=dict)
    """Random factor -> the fixed level inside of which each row's level was drawn."""


@dataclass(frozen=True, eq=False)
class Units:
    """The independent units as the interval rules need them; every array has shape (units that entered,)."""

    position: Integers
    of_row: Integers
    """Unit (position in these arrays) of each row, shape (rows,)."""
    contribution: Array
    """(units, outputs)."""
    block: Integers
    share: Array
    fraction: Array
    rows: Array
    weight: Array


@dataclass(frozen=True, eq=False)
class Sampled:
    """A statistic's estimate with its margins, and the variances that lie inside of them."""

    estimate: Estimate
    """Sources of the margins that make up the total."""
    inner: Estimate
    """Sources whose variance is inside the margins already: repeats, units nested in a factor."""
    effect_of_key: Mapping[str, Effect]
    """Random dimensions of each source."""
    inside: Mapping[str, Effect]
    """Source of ``inner`` -> the effect whose variance contains it."""
    units: Units


def estimate_of(
    outputs: tuple[str, ...], value: Array, z: Array, layout: Layout, *, keys: Mapping[Effect, str],
    components: Mapping[str, str], random: tuple[str, ...],
) -> Sampled:  # fmt: skip
    """Sum contributions ``z`` (rows, outputs) to every margin of the ``random`` dimensions of the layout.

    The margins of the fully crossed dimensions enter with the sign of inclusion and exclusion,
    ``V = V_unit + V_factor - V_unit.factor``; in a balanced design these are the ANOVA mean squares. With holes the
    interaction is what is left of the combinations that exist after both main effects (record 0005). With nothing
    random but the repeats, these are the total.
    """
    crossed = tuple(d for d in layout.crossing.crossed if d in random)
    sources: dict[str, Source] = {}
    parts: dict[tuple[str, str], Array] = {}
    effects: dict[str, Effect] = {}
    for size in range(1, len(crossed) + 1):
        for effect in combinations(crossed, size):
            sign: Literal[1, -1] = 1 if size % 2 else -1
            component = components[effect[0] if size == 1 else next(d for d in effect if d != UNIT)]
            source, part = _margin(effect, z, layout, key=keys[effect], component=component, sign=sign)
            sources[source.key], parts[source.key, SPREAD] = source, part
            effects[source.key] = effect
    inner: dict[str, Source] = {}
    inner_parts: dict[tuple[str, str], Array] = {}
    inside: dict[str, Effect] = {}
    for nested, outer in layout.crossing.nested.items():
        if nested in random and outer in crossed:
            key = f"inside:{keys[nested,]}"
            source, part = _margin((nested,), z, layout, key=key, component=components[nested], sign=1, within=outer)
            inner[key], inner_parts[key, SPREAD], inside[key] = source, part, (outer,)
            effects[key] = (nested,)
    source, part = _repeat_margin(z, layout, keys[REPEAT])
    if source.df > 0 and crossed:
        within_effect = (UNIT,) if UNIT in layout.crossing.nested and UNIT in random else crossed
        inner[source.key], inner_parts[source.key, SPREAD], inside[source.key] = source, part, within_effect
        effects[source.key] = REPEAT
    elif source.df > 0:
        sources[source.key], parts[source.key, SPREAD], effects[source.key] = source, part, REPEAT
    return Sampled(
        Estimate(outputs, value, sources, parts),
        Estimate(outputs, value, inner, inner_parts),
        effects,
        inside,
        _units(z, layout),
    )


def effect_variances(
    estimate: Estimate, inner: Estimate, effect_of_key: Mapping[str, Effect], inside: Mapping[str, Effect]
) -> dict[Effect, Array]:
    """Contribution of each effect to the variance, (outputs,) each: differences of margin variances, may be negative.

    ``contribution of A = sum over B containing A of (-1)^(|B|-|A|) V_B``, less what lies inside; they add up to the
    variance of the margins (line SPREAD).
    """
    variance: dict[Effect, Array] = {}
    for key in estimate.sources:
        if key in effect_of_key:
            effect = effect_of_key[key]  # two systems have one source of repeats each
            variance[effect] = variance.get(effect, 0.0) + _own(estimate, key)
    out = {
        a: np.asarray(sum((-1.0) ** (len(b) - len(a)) * v for b, v in variance.items() if set(a) <= set(b)))
        for a in variance
    }
    for key in inner.sources:
        v, outer = _own(inner, key), inside[key]
        out[effect_of_key[key]] = out.get(effect_of_key[key], np.zeros_like(v)) + v
        out[outer] = out[outer] - v
    return out


def _own(estimate: Estimate, key: str) -> Array:
    source, part = estimate.sources[key], estimate.parts[key, SPREAD]
    return np.asarray(source.sign * np.diagonal(gram(source, part, source, part)))


def _margin(
    effect: Effect, z: Array, layout: Layout, *, key: str, component: str, sign: Literal[1, -1], within: str = ""
) -> tuple[Source, Array]:
    """The source of one margin and the contributions summed to its levels."""
    block = layout.dimension[within] if within else layout.crossing.block
    if drawn_inside := [layout.outer[d] for d in effect if d in layout.outer]:
        block = _code([block, *drawn_inside])
    if UNIT in effect:
        block = _code([block, layout.stratum, layout.label_class])
    combination, level = distinct([block, *(layout.dimension[d] for d in effect)])
    part = _sums(level, z, combination.shape[1])
    axes = [np.ascontiguousarray(row) for row in combination[1:]]
    names = ["\x1f".join(layout.name[d][p] for d, p in zip(effect, row, strict=True)) for row in combination[1:].T]
    if UNIT in effect and len(set(names)) < len(names):
        names = [f"{name}\x1f{b}" for name, b in zip(names, combination[0], strict=True)]
    share: list[Array | None] = [None] * len(axes)
    fraction = None
    if UNIT in effect:
        share[effect.index(UNIT)] = _unit_share(combination[0], axes[effect.index(UNIT)], layout, block)
        fraction = _per_level(level, layout.fraction, combination.shape[1])
    if len(effect) > 1 and not layout.crossing.complete:
        residual, df = _residuals(combination[0], axes, part)
        if fraction is not None:
            residual = residual * np.sqrt(1.0 - fraction)[:, None]
        return Source(key, component, "A", tuple(names), sign=sign, df=df), residual
    _refuse_lone(effect, combination[0], axes, layout)
    source = margin(key, component, names, axes=axes, block=combination[0], share=share, fraction=fraction, sign=sign)
    return source, part


def _residuals(block: Integers, axes: list[Integers], part: Array) -> tuple[Array, float]:
    """Contributions of a two-way layout with holes, less both main effects, scaled to be unbiased; and their df.

    Least squares by alternating projections inside each block; the squares of the residuals times
    ``N / (N - n - P + 1)`` estimate the interaction's variance, as in the complete case.
    """
    if len(axes) > 2:
        raise DesignError(Finding("M0508", "factor", say("M05.three_with_holes"), say("M05.three_with_holes_hint")))
    groups = [distinct([block, axis])[1] for axis in axes]
    sizes = [np.bincount(g)[:, None] for g in groups]
    residual = part
    for _ in range(1000):
        before = residual
        for g, size in zip(groups, sizes, strict=True):
            residual = residual - (_sums(g, residual, len(size)) / size)[g]
        if np.abs(residual - before).max(initial=0.0) <= 1e-12 * np.abs(part).max(initial=0.0):
            break
    n = np.bincount(block).astype(float)
    free = n + 1.0
    for axis in axes:
        pairs, _ = distinct([block, axis])
        free = free - np.bincount(pairs[0], minlength=len(n))
    scale = np.where(free > 0, n / np.where(free > 0, free, 1.0), 0.0)
    return residual * np.sqrt(scale)[block][:, None], float(np.maximum(free, 0.0).sum()) or 1.0


def _unit_share(block_of_level: Integers, unit_of_level: Integers, layout: Layout, block_of_row: Integers) -> Array:
    """Weight share of each level's unit among the units of its block."""
    width = int(layout.dimension[UNIT].max(initial=0)) + 1
    codes, at = np.unique(block_of_row * width + layout.dimension[UNIT], return_inverse=True)
    weight = np.bincount(at.reshape(-1), weights=layout.base)
    total = np.bincount(codes // width, weights=weight)
    share = weight / np.where(total > 0, total, 1.0)[codes // width]
    return np.asarray(share[np.searchsorted(codes, block_of_level * width + unit_of_level)])


def _refuse_lone(effect: Effect, block: Integers, axes: list[Integers], layout: Layout) -> None:
    """Refuse a block with one position on an axis, naming the unit or the factor."""
    for name, axis in zip(effect, axes, strict=True):
        pairs, _ = distinct([block, axis])
        lone = np.flatnonzero(np.bincount(pairs[0])[pairs[0]] == 1)
        if not len(lone):
            continue
        if name != UNIT:
            raise DesignError(Finding("M0507", "factor", say("M05.one_level", factor=name), say("M05.one_level_hint")))
        key = "M05.one_unit" if len(np.unique(axis)) == 1 else "M05.lone_unit"
        unit = layout.name[UNIT][int(pairs[1, lone[0]])]
        raise DesignError(Finding("M0506", "sampling", say(key, unit=unit), say("M05.one_unit_hint")))


def _repeat_margin(z: Array, layout: Layout, key: str) -> tuple[Source, Array]:
    group = _code([layout.dimension[UNIT], layout.condition])
    combination, level = distinct([group, layout.repeat])
    part = _sums(level, z, combination.shape[1])
    unit = np.zeros(combination.shape[1], np.int64)
    unit[level], condition = layout.dimension[UNIT], np.zeros_like(unit)
    condition[level] = layout.condition
    names = LevelNames(layout.name[UNIT], unit, [condition, combination[1]])
    return margin(key, "repeatability", names, axes=[combination[1]], block=combination[0], lone="skip"), part


def _units(z: Array, layout: Layout) -> Units:
    block = _code([layout.crossing.block, layout.stratum, layout.label_class])
    combination, level = distinct([block, layout.dimension[UNIT]])
    n = combination.shape[1]
    return Units(
        position=combination[1],
        of_row=level,
        contribution=_sums(level, z, n),
        block=combination[0],
        share=_unit_share(combination[0], combination[1], layout, block),
        fraction=_per_level(level, layout.fraction, n),
        rows=_sums(level, (layout.base != 0).astype(float)[:, None], n)[:, 0],
        weight=_sums(level, layout.base[:, None], n)[:, 0],
    )


def _sums(level: Integers, values: Array, n: int) -> Array:
    """Sums of (rows, outputs) over levels, shape (n, outputs)."""
    return np.stack([np.bincount(level, weights=c, minlength=n).astype(float) for c in values.T], axis=1)


def _per_level(level: Integers, values: Array, n: int) -> Array:
    out = np.zeros(n)
    out[level] = values
    return out


def _code(positions: list[Integers]) -> Integers:
    """One number per distinct combination, counted from 0."""
    return distinct(positions)[1]
