"""Estimates from the parts that a record or certificate states: the inverse of ``study.parts_of``."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import real
from measurand.document.parts import Parts, SourceParts
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.quantity.estimate import Estimate
from measurand.quantity.source import Source
from measurand.study.crossing import UNIT
from measurand.study.shared_levels import CROSS, FACTOR, ITEMS

Array = NDArray[np.float64]
INPUT, LABEL = "input:", "label:"


def estimates_from(
    parts: Parts, *, own: str, shared_inputs: Collection[str] = (), same: Collection[str] = ()
) -> Mapping[str, Estimate]:
    """The estimate of each result of a record, by ``measurand|system|level``.

    Sources with equal keys are the same in any record: items, labels, reference values and the calibration of a judge
    are named by an address. Error rates of labels are the same for one reference set only, and an input where the
    procedure says so (``shared_inputs``: texts of ``shared_as``). ``same``: factors whose levels are declared to be the
    same in all records (the same prompts); equal level names are then equal levels. ``own`` names this record.

    Raises DesignError for parts that do not fit together.
    """
    if any(len(line.values) != len(parts.results) for line in parts.lines) or len(parts.values) != len(parts.results):
        raise DesignError(Finding("M0850", "parts", say("M0850.parts")))
    renamed = {s.key: _key(s.key, parts, own=own, shared=shared_inputs, same=same) for s in parts.sources}
    sources = {renamed[s.key]: source_of(s, renamed[s.key]) for s in parts.sources}
    found = {}
    for n, name in enumerate(parts.results):
        matrices = {
            (renamed[line.source], line.line): np.array([[real(x)] for x in line.values[n]], float).reshape(-1, 1)
            for line in parts.lines
        }
        for (key, _), matrix in matrices.items():
            if len(matrix) != len(sources[key].levels):
                raise DesignError(Finding("M0850", "parts", say("M0850.parts")))
        held = {k: m for k, m in matrices.items() if k[0].startswith((ITEMS, FACTOR, CROSS)) or np.any(m != 0.0)}
        mine = {key: sources[key] for key, _ in held}
        found[name] = Estimate((name,), np.array([real(parts.values[n])]), mine, held)
    return found


def _key(key: str, parts: Parts, *, own: str, shared: Collection[str], same: Collection[str]) -> str:
    """The name of a source among several records."""
    if key.startswith(INPUT):
        return key if key.removeprefix(INPUT) in shared else f"{key}@{own}"
    if key.startswith(LABEL):
        return f"{key}@{parts.salt_at}"
    for kind in (FACTOR, CROSS):
        if key.startswith(kind):
            effect = key.rpartition(":")[2].split("*")
            if all(name in same for name in effect if name != UNIT):
                return f"{kind}same:{'*'.join(effect)}"
    return key


def source_of(one: SourceParts, key: str) -> Source:
    """A stated source under a name. Raises DesignError for axes that do not fit its levels."""
    axes = tuple(np.array(axis, np.int64) for axis in one.axes)
    n = len(one.levels)
    if any(len(axis) != n for axis in axes):
        raise DesignError(Finding("M0850", "parts", say("M0850.parts")))
    if not axes:
        levels = (key,) if key.startswith(INPUT) and n == 1 else one.levels
        return Source(key, one.component, one.type, levels, sign=one.sign, df=real(one.df))
    block = np.array(one.block, np.int64) if one.block else np.zeros(n, np.int64)
    shares = [np.array([real(x) for x in one.share])]
    for a in range(1, len(axes)):
        group = np.unique(
            np.stack([block, *(axis for b, axis in enumerate(axes) if b != a)]), axis=1, return_inverse=True
        )[1].reshape(-1)
        shares.append(1.0 / np.bincount(group)[group])
    fraction = np.array([real(x) for x in one.fraction]) if one.fraction else None
    return Source(
        key, one.component, one.type, one.levels, axes, tuple(shares), block, fraction, one.sign, real(one.df)
    )


def same_items(first: Estimate, second: Estimate) -> bool:
    """Whether both were measured on the same reference set."""
    return bool({k for k in first.sources if k.startswith(ITEMS)} & set(second.sources))


def reference_of(estimate: Estimate) -> str:
    """Address of the reference set of a result; empty where its items are no source."""
    return next((key.partition(":")[2] for key in estimate.sources if key.startswith(ITEMS)), "")


def outcomes(estimate: Estimate, items: int) -> Mapping[str, bool] | None:
    """Right or wrong of each item, where the result is a plain share of ``items`` independent items; else None.

    The contribution of an item to a share is ``(1 - p)/n`` where it is right, ``-p/n`` where it is wrong, and 0 where
    it is no trial (a negative item, of a sensitivity).
    """
    keys = [key for key in estimate.sources if np.any(estimate.total(key) != 0.0)]
    kept = [key for key in estimate.sources if key.startswith(ITEMS)]
    if len(kept) != 1 or any(key != kept[0] for key in keys) or sum(k == kept[0] for k, _ in estimate.parts) != 1:
        return None
    source, z, p = estimate.sources[kept[0]], estimate.total(kept[0])[:, 0], float(estimate.value[0])
    trial = z != 0.0 if 0.0 < p < 1.0 else np.ones(len(z), bool)
    finite = source.fraction is not None and bool(np.any(source.fraction > 0))
    strata = source.block is not None and np.ptp(source.block[trial]) > 0
    if finite or strata or len(source.axes) > 1 or trial.sum() != items or items < 2:
        return None
    right = z > 0.0 if 0.0 < p < 1.0 else np.full(len(z), p == 1.0)
    scale = 1.0 if source.axes else np.sqrt(items / (items - 1.0))  # without axes: centred and scaled already
    if not np.allclose(z[trial] * items, np.where(right, 1.0 - p, -p)[trial] * scale, rtol=0.0, atol=1e-11):
        return None
    levels = [level for level, use in zip(source.levels, trial, strict=True) if use]
    return dict(zip(levels, right[trial].tolist(), strict=True))
