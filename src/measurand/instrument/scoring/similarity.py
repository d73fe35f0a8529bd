"""Semantic similarity: the cosine of two embeddings, by a static embedding on this machine (model2vec, extra)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np

from measurand.document.number import number
from measurand.errors import ProcedureError
from measurand.instrument.fault import fault, stopped
from measurand.instrument.gguf import located
from measurand.instrument.scoring.contract import Known, Scored
from measurand.instrument.scoring.overlap import references
from measurand.message import say

DIGITS = 9
"""Decimal places of a cosine: what comes after them may differ between machines."""


class Similarity:
    """``cos(a, b) = a . b / (|a| |b|)`` of answer and reference value, from -1 to 1; of several references the largest.

    A text of which the embedding knows no word has no direction, and cannot be scored. Nothing is fetched: ``target``
    is a folder in the form of model2vec, or ``package:NAME/FOLDER``. Raises RunError without the library,
    ProcedureError without the folder.
    """

    version = 1

    def __init__(self, target: str, folder: Path) -> None:
        try:
            library: Any = import_module("model2vec")
        except ImportError:
            raise stopped("M0621.library", kind="similarity", library="model2vec", extra="embedding") from None
        place = located(target, folder)
        try:
            digest = _digest(place)
            self._model = library.StaticModel.from_pretrained(place)
        except (OSError, ValueError, KeyError) as error:
            raise ProcedureError(
                fault("M0641.model", file=target, hint="M0641.hint", reason=str(error)[:200])
            ) from None
        self.signature = f"model2vec {metadata.version('model2vec')}, {target}, sha256 {digest}"
        self.known: Sequence[Known] = (Known("", "", ""),)

    def score(self, text: str, reference: str) -> Scored:
        """The cosine as a number."""
        one, *others = self._model.encode([text, *references(reference)])
        several = [_cosine(np.asarray(one, float), np.asarray(other, float)) for other in others]
        known = [value for value in several if value is not None]
        if not known:
            return Scored(reason=say("scoring.no_direction"))
        return Scored(number(round(max(known), DIGITS)))


def _cosine(a: Any, b: Any) -> float | None:
    size = float(np.sqrt(a @ a) * np.sqrt(b @ b))
    return min(max(float(a @ b) / size, -1.0), 1.0) if size > 0.0 else None


def _digest(folder: Path) -> str:
    """SHA-256 over the names and digests of the files of a folder. Raises OSError."""
    found = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        found.update(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n".encode())
    return found.hexdigest()
