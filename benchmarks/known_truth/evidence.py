"""Evidence tables and procedures in memory, as a measurement makes them from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.document.amount import Amount
from measurand.document.procedure import (
    Contrast,
    Factor,
    Input,
    Known,
    LabelError,
    Measurand,
    Observations,
    Procedure,
    Reference,
    Sampling,
    System,
)
from measurand.lab.pack import definitions

Columns = dict[str, NDArray[Any]]


@cache
def _names(count: int) -> NDArray[np.object_]:
    return np.array([f"{i:05d}" for i in range(count)], object)


NUMBERS = ("score", "weight", "lower", "upper", "spread", "exposure")
"""Columns of numbers that keep their name."""


def words(positions: NDArray[Any]) -> NDArray[np.object_]:
    """Positions as names of equal length."""
    at = np.asarray(positions, np.int64)
    return _names(max(1000, int(at.max(initial=0)) + 1))[at]


def marks(outcome: NDArray[Any]) -> NDArray[np.object_]:
    """0/1 as the cells "0" and "1"."""
    return np.array(["0", "1"], object)[np.asarray(outcome, np.int64)]


def table(item: NDArray[Any], **columns: Any) -> Columns:
    """An evidence table: ``value``, ``reference`` (0/1), ``score`` (numbers), ``cluster``, ``stratum`` (positions), ...

    ``classes``, ``scores`` and ``set`` (rows, classes) are of class positions, ``target`` is a numeric reference,
    ``members`` an ensemble, ``audit`` the better value (0/1, -1: not audited). ``factors`` maps a factor to positions,
    ``annotators`` a name to 0/1; ``number`` is a numeric value.
    """
    n = len(item)
    out: Columns = {"system": np.full(n, "s", object), "item": words(item), "repeat": np.full(n, "1", object)}
    out["status"], out["reason"] = np.full(n, "ok", object), np.full(n, "", object)
    for name in ("value", "reference"):
        if name in columns:
            out[name] = marks(columns[name])
    for name in ("cluster", "stratum", "repeat"):
        if name in columns:
            out[name] = words(columns[name])
    for name in NUMBERS:
        if name in columns:
            out[name] = np.asarray(columns[name], float)
    out |= _several(columns, n)
    if "set" in columns:
        out["set"] = np.array(["|".join(map(str, np.flatnonzero(row))) for row in columns["set"]], object)
    if "classes" in columns:
        out["reference"] = np.array([str(c) for c in columns["classes"]], object)
    if "target" in columns:
        out["reference"] = np.asarray(columns["target"], float)
    if "number" in columns:
        out["value"] = np.asarray(columns["number"], float)
    if "system" in columns:
        out["system"] = np.array(["a", "b"], object)[np.asarray(columns["system"], np.int64)]
    for name, levels in columns.get("factors", {}).items():
        out[f"factor:{name}"] = words(levels)
    for name, votes in columns.get("annotators", {}).items():
        out[f"annotator:{name}"] = marks(votes)
    if "audit" in columns:
        out["audit"] = np.array(["0", "1", ""], object)[np.asarray(columns["audit"], np.int64)]
    return out


def _several(columns: Mapping[str, Any], n: int) -> Columns:
    """Columns of several numbers per row, and names: members, scores of the classes, queries, events."""
    out: Columns = {}
    for role, name in (("members", "member:{:04d}"), ("scores", "score:{}")):
        for k, cells in enumerate(np.asarray(columns.get(role, np.zeros((n, 0)))).T):
            out[name.format(k)] = cells
    for name in ("query", "event"):
        if name in columns:
            out[name] = np.array([str(int(c)) for c in columns[name]], object)
    for name, role in (("first", "first"), ("second", "second"), ("result", "value")):
        if name in columns:
            out[role] = np.asarray(columns[name], object)
    return out


def procedure(
    quantity: str, *, factors: Sequence[str] = (), clusters: bool = False, strata: bool = False, paired: bool = False,
    error: LabelError | None = None, annotators: Sequence[str] = (), inputs: Sequence[Input] = (),
    estimand: str = "generalised", at: Mapping[str, str] | None = None, labels: Mapping[str, Any] | None = None,
) -> Procedure:  # fmt: skip
    """A procedure with one measurand, a statement about a population of items unless said otherwise.

    ``labels`` are further keys of ``[reference]``.
    """
    definition = definitions()[quantity]
    measurand = Measurand(
        id="m", quantity=quantity, estimand=estimand, unit="1", at=dict(at or {}),
        positive="1" if definition.needs_positive else None,
        contrast=Contrast(over="system", first="a", second="b") if paired else None,
        model=" + ".join(["value", *(i.id for i in inputs)]) if inputs else None,
    )  # fmt: skip
    shared: dict[str, Any] = {"file": ("table.csv",), "format": "csv", "item": ("item",)}
    needs_reference = any(source == "reference" for source in definition.roles.values())
    of_label = {"annotators": tuple(annotators)} if annotators else {"value": "reference", "error": error}
    of_label |= labels or {}
    return Procedure(
        id="STUDY",
        title="study",
        system=tuple(System(id=s, name=s) for s in (("a", "b") if paired else ("s",))),
        observations=Observations(**shared, value="value", score="score"),
        reference=Reference(**shared, **of_label) if needs_reference else None,
        sampling=Sampling(
            population="population", cluster=("cluster",) if clusters else None, stratum="stratum" if strata else None,
            weight="weight" if strata else None,
        ),
        factor=tuple(Factor(id=f, effect="random", column=f) for f in factors),
        input=tuple(inputs),
        measurand=(measurand,),
    )  # fmt: skip


def rectangular(half_width: float) -> Input:
    """An input ``drift`` between minus and plus its half width."""
    return Input(id="drift", distribution="rectangular", half_width=_amount(half_width))


def normal(u: float) -> Input:
    """An input ``drift``, normal around 0."""
    return Input(id="drift", distribution="normal", standard_uncertainty=_amount(u))


def known_rate(rate: float, u: float, *, independent: bool = True) -> LabelError:
    """A label error rate known from elsewhere."""
    return LabelError(rate=Known(value=f"{rate:.6g}", standard_uncertainty=f"{u:g}"), independent=independent)


def _amount(number: float) -> Amount:
    return Amount(text=f"{number:g}", value=f"{number:g}")
