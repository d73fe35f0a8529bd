"""The process in which a scikit-learn model of a skops file runs (the other end is ``instrument.skops``)."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np

from measurand.document.label import label
from measurand.instrument.feature import Feature, feature
from measurand.instrument.model_process import serve
from measurand.instrument.prediction import Reading, Tensor, UnclearError

VALUE, SCORES = "predict", "predict_proba"
"""What a model is asked for, and what its outputs are called."""


class SkopsModel:
    """A model that is loaded. Raises UnclearError: it cannot be, or must not be."""

    def __init__(self, file: str, settings: Mapping[str, Any]) -> None:
        self.reading = Reading.of(settings)
        self._missing = "missing" in settings
        text = settings.get("text", [])
        self._text = {text} if isinstance(text, str) else set(text)
        self._versions = {name: metadata.version(name) for name in ("skops", "scikit-learn", "numpy")}
        self._model, saved = _loaded(file, settings.get("trusted", ()))
        if saved and not settings.get("any_version"):
            raise UnclearError("M0631.version", saved=", ".join(saved), version=self._versions["scikit-learn"])
        if saved:
            self._versions["saved with scikit-learn"] = ", ".join(saved)
        # numpy was there first: its threads, and those of the model, are limited after both are loaded
        import_module("threadpoolctl").threadpool_limits(limits=settings.get("threads", 1))
        names = [name for name in (VALUE, SCORES) if hasattr(self._model, name)]
        self._outputs = self.reading.chosen(names)
        named = getattr(self._model, "feature_names_in_", None)
        self._names = [] if named is None else [str(name) for name in named]
        self._columns: list[str] = []

    def identity(self) -> Mapping[str, str]:
        """Versions of the libraries."""
        return self._versions

    def features(self, row: Mapping[str, str]) -> list[Feature]:
        """One for each column, in the order of the model. Raises FeatureError, UnclearError."""
        if self._columns != list(row):
            self._fits(list(row))
            self._columns = list(row)
        return [
            feature(name, row[name], "text" if name in self._text else "number", missing=self._missing)
            for name in self._names or row
        ]

    def run(self, rows: Sequence[Sequence[Feature]]) -> list[list[Tensor]]:
        """Each output for each item. Raises UnclearError, and whatever scikit-learn raises."""
        table = self._table(rows)
        classes = getattr(self._model, "classes_", None)
        several = []
        for name in self._outputs:
            found = getattr(self._model, name)(table)
            if not isinstance(found, np.ndarray) or len(found) != len(rows):
                raise UnclearError("M0632.not_by_item", name=name, found=type(found).__name__, count=str(len(rows)))
            floating = name == SCORES or (found.dtype.kind == "f" and classes is None)
            named = tuple(map(label, np.asarray(classes).tolist())) if name == SCORES else ()
            several.append([Tensor(name, tuple(one), floating, named) for one in found.reshape(len(rows), -1).tolist()])
        return [list(one) for one in zip(*several, strict=True)]

    def _table(self, rows: Sequence[Sequence[Feature]]) -> Any:
        """The items as the model was fitted: a table with names, texts alone, or an array."""
        if self._names:
            cells = {name: [row[n] for row in rows] for n, name in enumerate(self._names)}
            return import_module("pandas").DataFrame(cells)
        if len(self._columns) == 1 and self._text:
            return [row[0] for row in rows]
        return np.array(rows, object if self._text else np.float64)

    def _fits(self, columns: list[str]) -> None:
        """Raises UnclearError where the columns are not those of the model, or of the settings."""
        fields = {"columns": ", ".join(columns), "count": str(len(columns))}
        if absent := sorted(self._text - set(columns)):
            raise UnclearError("M0632.text", name=absent[0], **fields)
        if self._names and sorted(columns) != sorted(self._names):
            raise UnclearError("M0632.names", expected=", ".join(self._names), **fields)
        wanted = getattr(self._model, "n_features_in_", None)
        if wanted is not None and wanted != len(columns):
            raise UnclearError("M0632.shape", expected=f"{wanted} features", **fields)


def _loaded(file: str, trusted: Sequence[str]) -> tuple[Any, list[str]]:
    """The model, and the other versions of scikit-learn with which parts of it were saved. Raises UnclearError."""
    library: Any = import_module("skops.io")
    try:
        unknown = library.get_untrusted_types(file=file)
        if wrong := sorted(set(unknown) - set(trusted)):
            raise UnclearError("M0631.untrusted", types=", ".join(wrong), quoted=json.dumps(wrong))
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            model = library.load(file, trusted=unknown)
    except UnclearError:
        raise
    except Exception as error:  # noqa: BLE001 - types of any package are built here
        reason = " ".join(str(error).split()).replace(file, Path(file).name)[:500]
        raise UnclearError("M0631.load", library="skops", reason=f"{type(error).__name__}: {reason}") from None
    if not hasattr(model, VALUE):
        raise UnclearError("M0632.no_model", found=type(model).__name__)
    saved = {getattr(one.message, "original_sklearn_version", None) for one in said}
    return model, sorted(str(version) for version in saved - {None})


def main(file: str, settings: str) -> None:
    """Serve the model of a file."""
    serve(lambda: SkopsModel(file, json.loads(settings)))


if __name__ == "__main__":
    main(*sys.argv[1:])
