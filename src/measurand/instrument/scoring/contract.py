"""What a scorer is: text and reference value in, a value or a reason why there is none out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Scored:
    """``value`` is a cell: ``1`` (right), ``0``, a class or a number; empty with a ``reason``: the text could not be
    scored. ``exposure`` is what the value is counted in, where it is a count."""

    value: str = ""
    reason: str = ""
    exposure: str = ""
    members: tuple[str, ...] = ()
    """Counts of the text for a quantity of the corpus."""
    scores: Mapping[str, str] = field(default_factory=dict)
    """Class -> its probability, where the text says one of each."""


@dataclass(frozen=True)
class Known:
    """A check standard: a text, the reference value, and the value that must come out (empty: it cannot be scored)."""

    text: str
    reference: str
    value: str


class Scorer(Protocol):
    """One way of scoring. It knows nothing of the measurand: the same text and reference give the same value."""

    version: int
    """Counts up with every change of what comes out."""
    known: Sequence[Known]
    """Check standards, scored before each run."""

    def score(self, text: str, reference: str) -> Scored:
        """The value of one text. ``reference`` is the reference value as it is written in its table."""
        ...


RIGHT, WRONG = Scored("1"), Scored("0")


def outcome(right: bool) -> Scored:
    """1 for right, 0 for wrong."""
    return RIGHT if right else WRONG
