"""The Open Inference Protocol (KServe v2, REST): what a model says of itself, what is asked, what an answer holds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from measurand.instrument.attempt import Fault
from measurand.instrument.feature import Feature, Kind
from measurand.instrument.model_input import Filled, Input
from measurand.instrument.prediction import Tensor

WHOLE = frozenset(f"{sign}INT{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64))
FLOATING = frozenset({"FP16", "FP32", "FP64"})
KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(WHOLE, "integer"), **dict.fromkeys(FLOATING, "number"), "BOOL": "truth", "BYTES": "text",
}  # fmt: skip
"""Datatype of the protocol -> how a cell is read."""
UNKNOWN = -1
"""A dimension of variable size."""


@dataclass(frozen=True)
class Described:
    """What a server says of a model (``GET v2/models/MODEL``)."""

    name: str
    versions: tuple[str, ...]
    """Those that can be asked for; none where the server has no versions."""
    platform: str
    inputs: tuple[Input, ...]


def described(found: Mapping[str, Any]) -> Described:
    """Raises ValueError where it is not in the shape of the protocol."""
    try:
        inputs = tuple(_input(one) for one in found.get("inputs") or ())
        versions = tuple(map(str, found.get("versions") or ()))
        return Described(str(found["name"]), versions, str(found.get("platform") or ""), inputs)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}"[:100]) from None


def _input(one: Mapping[str, Any]) -> Input:
    datatype, shape = str(one["datatype"]), one["shape"]
    if not isinstance(shape, list) or not all(isinstance(size, int) for size in shape):
        raise ValueError(f"the shape {str(shape)[:60]} of the input {str(one['name'])[:60]}")
    return Input(
        str(one["name"]), datatype, KINDS.get(datatype), tuple(size if size > 0 else UNKNOWN for size in shape)
    )


def question(
    inputs: Sequence[Filled], cells: Sequence[Feature], *, outputs: Sequence[str], parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """The body of a request for one item (``POST v2/models/MODEL/infer``); data are flat, row by row."""
    given = [
        {
            "name": one.input.name,
            "shape": list(one.layout.of(1)),
            "datatype": one.input.type,
            "data": [cells[place] for place in one.places],
        }
        for one in inputs
    ]
    named = {"outputs": [{"name": name} for name in outputs]} if outputs else {}
    return {"inputs": given, **named, **({"parameters": dict(parameters)} if parameters else {})}


def tensors(found: Mapping[str, Any], outputs: Sequence[str]) -> list[Tensor] | Fault:
    """The outputs of an answer, those that are named or all; or a fault of shape."""
    entries = found.get("outputs")
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        return Fault("other shape", "an answer without outputs")
    several = {str(one.get("name")): one for one in entries}
    read = []
    for name in outputs or several:
        if name not in several:
            return Fault("other shape", f"an answer without the output {name[:60]}")
        one = _tensor(name, several[name])
        if isinstance(one, Fault):
            return one
        read.append(one)
    return read


def _tensor(name: str, entry: Mapping[str, Any]) -> Tensor | Fault:
    datatype, shape, data = str(entry.get("datatype")), entry.get("shape"), entry.get("data")
    if datatype not in KINDS:
        return Fault("other shape", f"the output {name[:60]} is of datatype {datatype[:60]}")
    if (
        not isinstance(shape, list)
        or not all(isinstance(n, int) and n >= 0 for n in shape)
        or not isinstance(data, list)
    ):
        return Fault("other shape", f"the output {name[:60]} without shape and data")
    cells = tuple(_flat(data))
    if len(cells) != math.prod(shape):
        return Fault("other shape", f"the output {name[:60]} of shape {str(shape)[:60]} holds {len(cells)} elements")
    if not all(_is_of(cell, KINDS[datatype]) for cell in cells):
        return Fault("other shape", f"the output {name[:60]} of datatype {datatype} holds other elements")
    return Tensor(name, tuple(map(float, cells)) if datatype in FLOATING else cells, datatype in FLOATING)


def _flat(data: Sequence[Any]) -> Iterator[Any]:
    """The elements of data that are flat, or in rows within one another."""
    for one in data:
        if isinstance(one, list):
            yield from _flat(one)
        else:
            yield one


def _is_of(cell: Any, kind: Kind) -> bool:
    if kind in ("text", "truth"):
        return isinstance(cell, str if kind == "text" else bool)
    return isinstance(cell, int if kind == "integer" else (int, float)) and not isinstance(cell, bool)
