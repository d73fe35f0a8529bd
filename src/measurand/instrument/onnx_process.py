"""The process in which an ONNX model runs (the other end is ``instrument.onnx``)."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.document.label import label
from measurand.instrument.feature import Feature, Kind, Layout, feature, layout
from measurand.instrument.model_process import serve
from measurand.instrument.prediction import Reading, Tensor, UnclearError

TYPES: Mapping[str, tuple[str, Kind]] = {
    "tensor(float)": ("float32", "number"), "tensor(double)": ("float64", "number"),
    "tensor(float16)": ("float16", "number"), "tensor(string)": ("object", "text"), "tensor(bool)": ("bool", "truth"),
    **{f"tensor({sign}int{bits})": (f"{sign}int{bits}", "integer") for sign in ("", "u") for bits in (8, 16, 32, 64)},
}  # fmt: skip
"""Type of an input of ONNX Runtime -> that of numpy, and how cells are read."""
LONGEST = 500
"""Characters of what ONNX Runtime says of a model that it cannot load."""


class OnnxModel:
    """A session of ONNX Runtime. Raises UnclearError: it cannot be loaded, a provider or an output is not there."""

    def __init__(self, file: str, settings: Mapping[str, Any]) -> None:
        self.reading = Reading.of(settings)
        self._missing = "missing" in settings
        self._library: Any = import_module("onnxruntime")
        provider = settings.get("provider", "CPUExecutionProvider")
        if provider not in self._library.get_available_providers():
            known = ", ".join(self._library.get_available_providers())
            raise UnclearError("M0631.provider", name=provider, known=known)
        options = self._library.SessionOptions()
        options.intra_op_num_threads = settings.get("threads", 1)
        options.inter_op_num_threads = 1
        options.use_deterministic_compute = True
        try:
            self._session = self._library.InferenceSession(file, options, providers=[provider])
        except Exception as error:  # noqa: BLE001 - its own classes derive from nothing narrower
            said = " ".join(str(error).split()).replace(file, Path(file).name)[:LONGEST]
            raise UnclearError("M0631.load", library="ONNX Runtime", reason=said) from None
        if self._session.get_providers()[0] != provider:
            known = ", ".join(self._session.get_providers())
            raise UnclearError("M0631.provider", name=provider, known=known)
        self._provider = provider
        self._inputs = self._session.get_inputs()
        self._outputs = self.reading.chosen([one.name for one in self._session.get_outputs()])
        self._columns: list[str] = []
        self._kinds: list[Kind] = []
        self._layouts: list[Layout] = []

    def identity(self) -> Mapping[str, str]:
        """Version and provider of ONNX Runtime."""
        return {"onnxruntime": str(self._library.__version__), "provider": self._provider}

    def features(self, row: Mapping[str, str]) -> list[Feature]:
        """One for each column. Raises FeatureError, UnclearError."""
        if self._columns != list(row):
            self._columns, self._layouts = list(row), self._laid(list(row))
            kinds = {one.name: TYPES[one.type][1] for one in self._inputs}
            only = next(iter(kinds.values()))
            self._kinds = [only if len(kinds) == 1 else kinds[name] for name in self._columns]
        cells = zip(row.items(), self._kinds, strict=True)
        return [feature(name, cell, kind, missing=self._missing) for (name, cell), kind in cells]

    def run(self, rows: Sequence[Sequence[Feature]]) -> list[list[Tensor]]:
        """Each output for each item. Raises UnclearError; ValueError: a number is too large; others of the library."""
        if len(rows) > 1 and any(one.items != -1 for one in self._layouts):
            return [one for row in rows for one in self.run([row])]
        found = self._session.run(self._outputs, self._feeds(rows))
        together = self._layouts[0].items != 0
        several = [_of_each(n, v, len(rows), together) for n, v in zip(self._outputs, found, strict=True)]
        return [list(one) for one in zip(*several, strict=True)]

    def _laid(self, columns: list[str]) -> list[Layout]:
        """The layout of each input. Raises UnclearError where the columns do not fill it."""
        expected = ", ".join(f"{one.name} {one.type} {_dimensions(one.shape)}" for one in self._inputs)
        fields = {"expected": expected, "columns": ", ".join(columns), "count": str(len(columns))}
        if any(one.type not in TYPES for one in self._inputs):
            raise UnclearError("M0632.type", **fields)
        each = 1
        if len(self._inputs) == 1:
            each = len(columns)
        elif sorted(columns) != sorted(one.name for one in self._inputs):
            raise UnclearError("M0632.names", **fields)
        found = [layout([n if isinstance(n, int) and n > 0 else -1 for n in one.shape], each) for one in self._inputs]
        laid = [one for one in found if one is not None]
        if len(laid) < len(found):
            raise UnclearError("M0632.shape", **fields)
        return laid

    def _feeds(self, rows: Sequence[Sequence[Feature]]) -> dict[str, NDArray[Any]]:
        feeds = {}
        for one, laid in zip(self._inputs, self._layouts, strict=True):
            columns = self._columns
            places = range(len(columns)) if len(self._inputs) == 1 else [columns.index(one.name)]
            with np.errstate(over="ignore"):
                cells = np.array([[row[place] for place in places] for row in rows], TYPES[one.type][0])
            if cells.dtype.kind == "f" and np.isinf(cells).any():
                raise ValueError(f"a number is beyond {one.type}")
            feeds[one.name] = cells.reshape(laid.of(len(rows)))
        return feeds


def _of_each(name: str, value: Any, count: int, together: bool) -> list[Tensor]:
    """An output, for each item. Raises UnclearError: it is not by item."""
    if isinstance(value, list) and len(value) == count and all(isinstance(one, dict) for one in value):
        return [Tensor(name, tuple(one.values()), True, tuple(map(label, one))) for one in value]
    if not isinstance(value, np.ndarray):
        raise UnclearError("M0632.not_by_item", name=name, found=type(value).__name__, count=str(count))
    if not together:
        value = value[np.newaxis]
    if value.ndim == 0 or len(value) != count:
        raise UnclearError("M0632.not_by_item", name=name, found=_dimensions(value.shape), count=str(count))
    floating = value.dtype.kind == "f"
    return [Tensor(name, tuple(one), floating) for one in value.reshape(count, -1).tolist()]


def _dimensions(shape: Sequence[Any]) -> str:
    return "[" + ", ".join("?" if n is None else str(n) for n in shape) + "]"


def main(file: str, settings: str) -> None:
    """Serve the model of a file."""
    serve(lambda: OnnxModel(file, json.loads(settings)))


if __name__ == "__main__":
    main(*sys.argv[1:])
