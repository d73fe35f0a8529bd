"""Checks of inputs known from elsewhere: one width each, one unit each, and correlations that can exist."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from measurand.document.amount import Amount, convert
from measurand.document.number import number
from measurand.document.reading import Reader
from measurand.document.words import nearest
from measurand.message import say

_AMOUNTS = ("value", "standard_uncertainty", "half_width", "lower", "upper")
_BOUNDED = ("rectangular", "trapezoidal", "curvilinear", "triangular", "arcsine")
WAYS = {
    "normal": ("standard_uncertainty",), "t": ("standard_uncertainty",), "exponential": (),
    "gamma": ("standard_uncertainty", "shape"), "beta": ("standard_uncertainty",),
    **{name: ("standard_uncertainty", "half_width", "lower and upper") for name in _BOUNDED},
}  # fmt: skip
"""Distribution -> the ways to give its width, exactly one of which is used."""

_ALSO = {
    "t": ("degrees_of_freedom",), "exponential": ("value",), "gamma": ("value",), "beta": ("value",),
    "trapezoidal": ("shape",), "curvilinear": ("shape",),
}  # fmt: skip
"""What must be given besides the width."""


def check_input(entry: dict[str, Any], reader: Reader) -> None:
    """Check one ``[[input]]``, convert its amounts to one unit, and write the value that follows from limits."""
    path, name = entry[""], entry.get("distribution")
    if name is None or not _one_unit(entry, reader):
        return
    ways = WAYS[name]
    given: list[str] = [w for w in ("standard_uncertainty", "half_width") if w in entry]
    limits: list[str] = [w for w in ("lower", "upper") if w in entry]
    if name == "beta":
        limits = []  # the range, not the width
    if name == "gamma" and "shape" in entry:
        given.append("shape")
    given += ["lower and upper"] if len(limits) == 2 else limits
    if name == "exponential":
        if given or "shape" in entry:
            reader.find("M0312.exponential", path)
    elif len(given) != 1 or given[0] not in ways:
        reader.find(
            "M0312.width", path, name=name, ways=" / ".join(ways), found=", ".join(given) or say("procedure.nothing")
        )
    for key in _ALSO.get(name, ()):
        if key not in entry:
            reader.find("M0312.also", path, name=name, key=key)
    if "shape" in entry and name not in ("trapezoidal", "curvilinear", "gamma", "exponential"):
        reader.find("M0312.not_used", (*path, "shape"), name=name, key="shape")
    _sizes(entry, name, reader)
    if len(limits) == 2 and "value" not in entry and float(entry["lower"].value) < float(entry["upper"].value):
        middle = number(0.5 * (float(entry["lower"].value) + float(entry["upper"].value)))
        entry["value"] = Amount(text=middle, value=middle, unit=entry["lower"].unit)


def _sizes(entry: dict[str, Any], name: str, reader: Reader) -> None:
    path = entry[""]
    for key in ("standard_uncertainty", "half_width", "degrees_of_freedom"):
        if key in entry and _float(entry[key]) <= 0:
            reader.find("M0302.positive", (*path, key), key=key)
    if name in ("exponential", "gamma") and "value" in entry and _float(entry["value"]) <= 0:
        reader.find("M0302.positive", (*path, "value"), key="value")
    if name in ("curvilinear", "gamma") and "shape" in entry and _float(entry["shape"]) <= 0:
        reader.find("M0302.positive", (*path, "shape"), key="shape")
    if name == "trapezoidal" and "shape" in entry and _float(entry["shape"]) > 1:
        reader.find("M0312.trapezoid", (*path, "shape"))
    low, high = (_float(entry[k]) if k in entry else d for k, d in (("lower", -math.inf), ("upper", math.inf)))
    if not low < high:
        reader.find("M0302.order", (*path, "lower"), low="lower", high="upper")
    elif name == "beta":
        _beta(entry, max(low, 0.0) if "lower" not in entry else low, 1.0 if "upper" not in entry else high, reader)
    elif name in _BOUNDED:
        _bounded(entry, name, low, high, reader)


def _bounded(entry: dict[str, Any], name: str, low: float, high: float, reader: Reader) -> None:
    half = 0.5 * (high - low) if math.isfinite(high - low) else None
    if half is None and "half_width" in entry:
        half = _float(entry["half_width"])
    if name == "curvilinear" and "shape" in entry:
        d = _float(entry["shape"])
        if half is None and "standard_uncertainty" in entry:
            half = math.sqrt(max(0.0, 3 * (_float(entry["standard_uncertainty"]) ** 2 - d * d / 9)))
        if half is not None and d > half:
            reader.find("M0312.curvilinear", (*entry[""], "shape"))
    if "value" in entry and math.isfinite(high - low):
        middle = 0.5 * (low + high)
        if abs(_float(entry["value"]) - middle) > 1e-9 * (high - low):
            reader.find("M0312.centre", (*entry[""], "value"), name=name, middle=number(middle))


def _beta(entry: dict[str, Any], low: float, high: float, reader: Reader) -> None:
    if "value" not in entry:
        return
    value, u = _float(entry["value"]), entry.get("standard_uncertainty")
    if not low < value < high:
        reader.find("M0312.beta_value", (*entry[""], "value"), low=number(low), high=number(high))
    elif u is not None and _float(u) ** 2 >= (value - low) * (high - value):
        largest = number(math.sqrt((value - low) * (high - value)))
        reader.find("M0312.beta_width", (*entry[""], "standard_uncertainty"), largest=largest)


def _float(x: Amount | str) -> float:
    return float(x.value if isinstance(x, Amount) else x)


def _one_unit(entry: dict[str, Any], reader: Reader) -> bool:
    """Convert all amounts of an input to the unit of the first that has one; per cent are shares."""
    given = [key for key in _AMOUNTS if key in entry]
    unit = next((entry[key].unit for key in given if entry[key].unit), "")
    unit = "1" if convert(Amount(text="1", value="1", unit=unit or "1"), "1") is not None else unit
    fine = True
    for key in given:
        converted = convert(entry[key], unit)
        if converted is None:
            reader.find("M0304.unit", (*entry[""], key), value=entry[key].text, unit=unit)
            fine = False
        else:
            entry[key] = converted
    return fine


def check_correlations(entries: Sequence[dict[str, Any]], inputs: Sequence[str], reader: Reader) -> None:
    """Check that correlated inputs exist, each pair once, and that the matrix is positive semidefinite."""
    matrix = {(a, a): 1.0 for a in inputs}
    fine = True
    for entry in entries:
        pair, path = entry.get("inputs"), (*entry[""], "inputs")
        if pair is None or "r" not in entry:
            fine = False
            continue
        unknown = [name for name in pair if name not in inputs]
        for name in unknown:
            near = nearest(name, inputs)
            reader.find("M0313.unknown", path, say("procedure.did_you_mean", words=near) if near else "", name=name)
        if (pair[0], pair[1]) in matrix:
            reader.find("M0313.twice", path, first=pair[0], second=pair[1])
        fine = fine and not unknown
        matrix[pair[0], pair[1]] = matrix[pair[1], pair[0]] = float(entry["r"])
    if entries and fine and not _semidefinite(inputs, matrix):
        reader.find("M0313.indefinite", entries[-1][""])


def _semidefinite(names: Sequence[str], matrix: dict[tuple[str, str], float]) -> bool:
    """Whether a correlation matrix is positive semidefinite: Cholesky, only over the inputs that are correlated."""
    used = [a for a in names if any(a != b and matrix.get((a, b), 0.0) != 0 for b in names)]
    rows: list[list[float]] = []
    for i, a in enumerate(used):
        row: list[float] = []
        for j in range(i):
            rest = matrix.get((a, used[j]), 0.0) - sum(x * y for x, y in zip(row, rows[j], strict=False))
            pivot = rows[j][j]
            if pivot == 0 and abs(rest) > 1e-9:
                return False
            row.append(rest / pivot if pivot > 0 else 0.0)
        diagonal = 1.0 - sum(x * x for x in row)
        if diagonal < -1e-9:
            return False
        row.append(math.sqrt(diagonal) if diagonal > 1e-12 else 0.0)
        rows.append(row)
    return True
