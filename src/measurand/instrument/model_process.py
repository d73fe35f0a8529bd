"""The loop of a process in which a model runs: a JSON line in, one out (the other end is ``instrument.model_file``)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from measurand.instrument.answer import read
from measurand.instrument.callee import reason
from measurand.instrument.feature import Feature, FeatureError
from measurand.instrument.prediction import Reading, Tensor, UnclearError, answer


class Model(Protocol):
    """A model that is loaded."""

    reading: Reading

    def identity(self) -> Mapping[str, str]:
        """What its outputs depend on beside the file."""
        ...

    def features(self, row: Mapping[str, str]) -> list[Feature]:
        """What it is given for an item. Raises FeatureError: a cell; UnclearError: the columns."""
        ...

    def run(self, rows: Sequence[Sequence[Feature]]) -> list[list[Tensor]]:
        """Its outputs for each of the items. Raises UnclearError, and whatever the library raises."""
        ...


def serve(opened: Callable[[], Model]) -> None:
    """Load the model and answer questions until the other end closes; a model that is refused says so each time."""
    questions, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the library prints must not get between the answers
    model: Model | None = None
    refused: UnclearError | None = None
    try:
        model = opened()
    except UnclearError as error:
        refused = error
    for line in questions:
        said: dict[str, Any] = {}
        try:
            if model is not None:
                rows = json.loads(line).get("inputs")
                said = {"identity": dict(model.identity())} if rows is None else {"outputs": outputs(model, rows)}
        except UnclearError as error:
            refused = error
        if refused is not None:
            said = {"refused": {"key": refused.key, "fields": refused.fields}}
        answers.write(json.dumps(said) + "\n")
        answers.flush()


def outputs(model: Model, rows: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """An answer for each row (``answer.read``). Raises UnclearError."""
    found: dict[int, dict[str, Any]] = {}
    given: dict[int, list[Feature]] = {}
    for n, row in enumerate(rows):
        try:
            given[n] = model.features(row)
        except FeatureError as error:
            found[n] = {"status": "failed", "reason": str(error)}
    found |= dict(zip(given, _run(model, list(given.values())), strict=True))
    return [found[n] for n in range(len(rows))]


def _run(model: Model, rows: list[list[Feature]]) -> list[dict[str, Any]]:
    if not rows:
        return []
    try:
        several = model.run(rows)
    except UnclearError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the library raises is an observation
        if len(rows) == 1:
            return [{"status": "failed", "reason": reason(error)}]
        # One item must not take its neighbours with it: each is asked alone.
        return [one for row in rows for one in _run(model, [row])]
    return [read(answer(tensors, model.reading)) for tensors in several]
