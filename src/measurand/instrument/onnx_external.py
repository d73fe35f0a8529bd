"""Files beside an ONNX model that hold its weights: the names that its tensors give, read from the protocol buffer.

Field numbers: onnx.proto3 of the ONNX project (``TensorProto.external_data`` and what leads there).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

FIELDS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}
"""Message -> the fields through which a tensor is reached, and the messages that they hold."""
DEEPEST = 100
"""Messages within one another; a protocol buffer may have no more."""


def external(file: Path) -> list[str]:
    """The files that hold the weights of a model beside it, sorted. Raises ValueError: no protocol buffer.

    Raises OSError: it cannot be read.
    """
    if not file.stat().st_size:
        raise ValueError("the file is empty")
    with file.open("rb") as opened:
        # not closed by hand: what an error holds of it would not let it
        mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    return sorted(set(_locations(memoryview(mapped), "model", 0)))


def _locations(view: memoryview, message: str, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        raise ValueError("messages within one another without end")
    for number, part in _parts(view):
        inner = FIELDS[message].get(number)
        if inner == "entry":
            entry = {n: bytes(text).decode("utf-8", "replace") for n, text in _parts(part)}
            if entry.get(1) == "location":
                yield entry.get(2, "")
        elif inner is not None:
            yield from _locations(part, inner, depth + 1)


def _parts(view: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The fields of a message that have a length (wire type 2), by number."""
    at = 0
    while at < len(view):
        key, at = _varint(view, at)
        kind, length = key & 7, 0
        if kind == 0:
            _, at = _varint(view, at)
        elif kind == 2:
            length, at = _varint(view, at)
        elif kind not in (1, 5):
            raise ValueError("no protocol buffer")
        at += {1: 8, 5: 4, 2: length}.get(kind, 0)
        if at > len(view):
            raise ValueError("the file is cut off, or no protocol buffer")
        if kind == 2:
            yield key >> 3, view[at - length : at]


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(view):
            raise ValueError("the file is cut off, or no protocol buffer")
        byte = view[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("no protocol buffer")
