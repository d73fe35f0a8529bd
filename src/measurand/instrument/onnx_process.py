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
from measurand.instrument.feature import Feature, Kind
from measurand.instrument.model_input import Filled, Input, features, filled
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
        self._inputs = [_input(one) for one in self._session.get_inputs()]
        self._outputs = self.reading.chosen([one.name for one in self._session.get_outputs()])
        self._columns: list[str] = []
        self._filled: list[Filled] = []

    def identity(self) -> Mapping[str, str]:
        """Version and provider of ONNX Runtime."""
        return {"onnxruntime": str(self._library.__version__), "provider": self._provider}

    def features(self, row: Mapping[str, str]) -> list[Feature]:
        """One for each column. Raises FeatureError, UnclearError."""
        if self._columns != list(row):
            self._columns, self._filled = list(row), filled(self._inputs, list(row))
        return features(self._filled, row, missing=self._missing)

    def run(self, rows: Sequence[Sequence[Feature]]) -> list[list[Tensor]]:
        """Each output for each item. Raises UnclearError; ValueError: a number is too large; others of the library."""
        if len(rows) > 1 and any(one.layout.items != -1 for one in self._filled):
            return [one for row in rows for one in self.run([row])]
        found = self._session.run(self._outputs, {one.input.name: _array(one, rows) for one in self._filled})
        together = self._filled[0].layout.items != 0
        several = [_of_each(n, v, len(rows), together) for n, v in zip(self._outputs, found, strict=True)]
        return [list(one) for one in zip(*several, strict=True)]


def _input(one: Any) -> Input:
    shape = tuple(size if isinstance(size, int) and size > 0 else -1 for size in one.shape)
    return Input(one.name, one.type, TYPES[one.type][1] if one.type in TYPES else None, shape)


def _array(one: Filled, rows: Sequence[Sequence[Feature]]) -> NDArray[Any]:
    with np.errstate(over="ignore"):
        cells = np.array([[row[place] for place in one.places] for row in rows], TYPES[one.input.type][0])
    if cells.dtype.kind == "f" and np.isinf(cells).any():
        raise ValueError(f"a number is beyond {one.input.type}")
    return cells.reshape(one.layout.of(len(rows)))


def _of_each(name: str, value: Any, count: int, together: bool) -> list[Tensor]:
    """An output, for each item. Raises UnclearError: it is not by item."""
    if isinstance(value, list) and len(value) == count and all(isinstance(one, dict) for one in value):
        return [Tensor(name, tuple(one.values()), True, tuple(map(label, one))) for one in value]
    if not isinstance(value, np.ndarray):
        raise UnclearError("M0632.not_by_item", name=name, found=type(value).__name__, count=str(count))
    if not together:
        value = value[np.newaxis]
    if value.ndim == 0 or len(value) != count:
        raise UnclearError("M0632.not_by_item", name=name, found=str(list(value.shape)), count=str(count))
    floating = value.dtype.kind == "f"
    return [Tensor(name, tuple(one), floating) for one in value.reshape(count, -1).tolist()]


def main(file: str, settings: str) -> None:
    """Serve the model of a file."""
    serve(lambda: OnnxModel(file, json.loads(settings)))


if __name__ == "__main__":
    main(*sys.argv[1:])
