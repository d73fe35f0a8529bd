"""What a model gives for one item, read as a value and a score for each class."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from measurand.document.label import label


class UnclearError(Exception):
    """What a model takes or gives is not what the procedure says: the run must not go on.

    ``key`` is that of the sentence that says so; its hint, where it has one, is ``KEY_hint``.
    """

    def __init__(self, key: str, **fields: str) -> None:
        super().__init__(key)
        self.key, self.fields = key, fields


@dataclass(frozen=True)
class Tensor:
    """One output of a model for one item."""

    name: str
    cells: Sequence[Any]
    """Row by row, where it has several dimensions."""
    floating: bool
    """Numbers of floating point: a measured number, or scores. Others are labels."""
    classes: tuple[str, ...] = ()
    """Of the cells, where the output names them itself."""


@dataclass(frozen=True)
class Reading:
    """How outputs are read (``system.settings``)."""

    classes: tuple[str, ...] = ()
    """Of an output that does not name them."""
    output: tuple[str, ...] = ()
    """The outputs that are used (none: all)."""
    softmax: bool = False
    """Scores are logits."""
    positive: str = ""
    """The class whose score is also *the* score, where there is one (``score``)."""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Reading:
        """From checked settings."""
        named = settings.get("output", ())
        output = (named,) if isinstance(named, str) else tuple(named)
        classes, positive = tuple(map(label, settings.get("classes", ()))), settings.get("positive")
        return cls(classes, output, settings.get("softmax", False), "" if positive is None else label(positive))

    def chosen(self, names: Sequence[str]) -> list[str]:
        """The outputs that are used. Raises UnclearError for one that the model does not have."""
        for name in self.output:
            if name not in names:
                raise UnclearError("M0632.no_output", name=name, outputs=", ".join(names))
        return list(self.output or names)


def answer(tensors: Sequence[Tensor], reading: Reading) -> dict[str, Any]:
    """``value``, and ``scores`` (and ``score``) where the model gives them. Raises UnclearError.

    The value is the label that the model gives; without one it is the class of the largest score (of equal ones the
    first), or the number. One score for two classes is that of the second.

    >>> answer([Tensor("p", (0.25,), True)], Reading(classes=("no", "yes")))
    {'value': 'no', 'scores': {'no': 0.75, 'yes': 0.25}}
    """
    named, scored = _parts(tensors, reading)
    if scored is None:
        return _alone(named, reading) if named is not None else {}
    classes, values = scored.classes or reading.classes, [float(cell) for cell in scored.cells]
    if not classes:
        raise UnclearError("M0632.classes", name=scored.name, count=str(len(values)))
    if len(values) == 1 and len(classes) == 2:
        second = _logistic(values[0]) if reading.softmax else values[0]
        values = [1.0 - second, second]
    elif reading.softmax:
        values = _softmax(values)
    if len(values) != len(classes):
        raise UnclearError("M0632.class_count", name=scored.name, count=str(len(values)), classes=", ".join(classes))
    largest = classes[max(range(len(values)), key=values.__getitem__)]
    value = named.cells[0] if named is not None else largest
    scores = dict(zip(classes, values, strict=True))
    if reading.positive and reading.positive not in scores:
        raise UnclearError("M0632.positive", name=scored.name, positive=reading.positive, classes=", ".join(classes))
    one = {"score": scores[reading.positive]} if reading.positive else {}
    return {"value": value, "scores": scores, **one}


def _alone(named: Tensor, reading: Reading) -> dict[str, Any]:
    """A label, or a number, which is the score itself where a positive class is named."""
    if not reading.positive:
        return {"value": named.cells[0]}
    if not named.floating:
        raise UnclearError("M0632.no_scores", name=named.name, positive=reading.positive)
    return {"value": named.cells[0], "score": named.cells[0]}


def _parts(tensors: Sequence[Tensor], reading: Reading) -> tuple[Tensor | None, Tensor | None]:
    """The output that is the value, and the one that holds the scores."""
    several = [t for t in tensors if t.classes or len(t.cells) != 1]
    numbers = [t for t in tensors if t not in several and t.floating]
    labels = [t for t in tensors if t not in several and not t.floating]
    if any(not t.floating or not t.cells for t in several):
        found = next(t for t in several if not t.floating or not t.cells)
        raise UnclearError("M0632.labels", name=found.name, count=str(len(found.cells)))
    if not several and len(numbers) == 1 and len(reading.classes) == 2:
        several, numbers = numbers, []  # the score of the second of two classes
    single = [*labels, *numbers]
    if len(several) > 1 or len(single) > 1 or (several and numbers) or not tensors:
        raise UnclearError("M0632.outputs", outputs=", ".join(t.name for t in tensors))
    return (single[0] if single else None), (several[0] if several else None)


def _softmax(values: Sequence[float]) -> list[float]:
    largest = max(values)
    powers = [math.exp(x - largest) for x in values]
    return [power / sum(powers) for power in powers]


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))
