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
from measurand.study.holes import kept, residuals
from measurand.study.nesting import REPEAT, Effect, nested_effects, subtracted

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
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
    lost: float = 1.0
    """What the variance of the units is multiplied by, as means of fixed levels were taken off (``fixed_levels``)."""


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
    inside: Mapping[str, Mapping[Effect, int]]
    """Source of ``inner`` -> the effects whose mean squares contain it, and how often it is added to them (-1: off)."""
    units: Units


def estimate_of(
    outputs: tuple[str, ...], value: Array, z: Array, layout: Layout, *, keys: Mapping[Effect, str],
    components: Mapping[str, str], random: tuple[str, ...], share: Array | None = None,
) -> Sampled:  # fmt: skip
    """Sum contributions ``z`` (rows, outputs) to every margin of the ``random`` dimensions of the layout.

    The margins of the fully crossed dimensions enter with the sign of inclusion and exclusion,
    ``V = V_unit + V_factor - V_unit.factor``; in a balanced design these are the ANOVA mean squares. With holes the
    interaction is what is left of the combinations that exist after both main effects (record 0005), and with the
    ``share`` of each row in the average what the main effects hold of each other is taken out (record 0017). With
    nothing random but the repeats, these are the total.
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
    if share is not None and len(crossed) == 2 and not layout.crossing.complete:
        _take_out(sources, parts, effects, layout, share)
    inner: dict[str, Source] = {}
    inner_parts: dict[tuple[str, str], Array] = {}
    around: dict[Effect, Effect] = {effect: () for effect in effects.values()}
    for effect, outer in nested_effects(tuple(d for d in layout.dimension if d in random), layout.crossing).items():
        component = components[effect[0] if len(effect) == 1 else next(d for d in effect if d != UNIT)]
        key = f"inside:{keys[effect]}"
        source, part = _margin(effect, z, layout, key=key, component=component, sign=1, within=outer)
        if source.df > 0:
            inner[key], inner_parts[key, SPREAD], effects[key], around[effect] = source, part, effect, outer
    source, part = _repeat_margin(z, layout, keys[REPEAT])
    if source.df > 0 and crossed:
        inner[source.key], inner_parts[source.key, SPREAD] = source, part
        effects[source.key], around[REPEAT] = REPEAT, tuple(layout.dimension)
    elif source.df > 0:
        sources[source.key], parts[source.key, SPREAD], effects[source.key] = source, part, REPEAT
    off = subtracted(around)
    inside = {key: off[effects[key]] for key in inner}
    return Sampled(
        Estimate(outputs, value, sources, parts),
        Estimate(outputs, value, inner, inner_parts),
        effects,
        inside,
        _units(z, layout),
    )


def effect_variances(
    estimate: Estimate,
    inner: Estimate,
    effect_of_key: Mapping[str, Effect],
    inside: Mapping[str, Mapping[Effect, int]],
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
        v = _own(inner, key)
        for effect, times in {effect_of_key[key]: 1, **inside[key]}.items():
            out[effect] = out.get(effect, np.zeros_like(v)) + times * v
    return out


def _own(estimate: Estimate, key: str) -> Array:
    return _variance(estimate.sources[key], estimate.parts[key, SPREAD])


def _variance(source: Source, part: Array) -> Array:
    return np.asarray(source.sign * np.diagonal(gram(source, part, source, part)))


def _margin(
    effect: Effect, z: Array, layout: Layout, *, key: str, component: str, sign: Literal[1, -1], within: Effect = ()
) -> tuple[Source, Array]:
    """The source of one margin and the contributions summed to its levels."""
    block = _block(effect, layout, within)
    combination, level = distinct([block, *(layout.dimension[d] for d in effect)])
    part = _sums(level, z, combination.shape[1]) * (np.sqrt(layout.lost) if effect == (UNIT,) else 1.0)
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
        residual, df = residuals(combination[0], axes, part)
        if fraction is not None:
            residual = residual * np.sqrt(1.0 - fraction)[:, None]
        return Source(key, component, "A", tuple(names), sign=sign, df=df), residual
    lone: Literal["refuse", "skip"] = "skip" if within and len(effect) > 1 else "refuse"
    if lone == "refuse":
        _refuse_lone(effect, combination[0], axes, layout)
    block = combination[0]
    source = margin(key, component, names, axes=axes, block=block, share=share, fraction=fraction, sign=sign, lone=lone)
    return source, part


def _block(effect: Effect, layout: Layout, within: Effect = ()) -> Integers:
    """Block of each row inside of which the levels of an effect are compared."""
    block = _code([layout.dimension[d] for d in within]) if within else layout.crossing.block
    if drawn_inside := [layout.outer[d] for d in effect if d in layout.outer]:
        block = _code([block, *drawn_inside])
    return _code([block, layout.stratum, layout.label_class]) if UNIT in effect else block


def _take_out(
    sources: Mapping[str, Source], parts: dict[tuple[str, str], Array], effects: Mapping[str, Effect], layout: Layout,
    share: Array,
) -> None:  # fmt: skip
    """Of the two margins of a design with holes, take out what each holds of the other (record 0017)."""
    if np.any(layout.fraction > 0.0):
        return  # left as it is, which is too wide: units that were all seen weigh otherwise
    key = {effects[k]: k for k in sources}
    v = {e: float(_variance(sources[k], parts[k, SPREAD])[0]) for e, k in key.items()}
    both = next(e for e in key if len(e) == 2)
    own = kept(
        {d: v[d,] for d in both}, v[both], {d: layout.dimension[d] for d in both},
        {d: _block((d,), layout) for d in both}, share,
    )  # fmt: skip
    for d in both:
        parts[key[d,], SPREAD] = parts[key[d,], SPREAD] * np.sqrt(own[d])


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
        contribution=_sums(level, z, n) * np.sqrt(layout.lost),
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
