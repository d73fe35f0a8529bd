"""Definition of a quantity, as a sector pack gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document


class Definition(Document):
    """What a named quantity is: the statistic that evaluates it, what it needs, and the words that explain it."""

    id: str
    statistic: str
    """Name of the statistic in the registry of the room ``statistic``."""
    parameters: Mapping[str, float | str | bool] = Field(default_factory=dict)
    """Parameters fixed by the definition, and the defaults of those that ``at`` may set."""
    at: tuple[str, ...] = ()
    """Parameters that the procedure's ``at`` may set."""
    required: tuple[str, ...] = ()
    """Those of ``at`` that must be set."""
    roles: Mapping[str, str] = Field(default_factory=dict)
    """Role of the statistic -> what is bound to it; with ``?`` if optional: ``value``, ``score``, ``scores`` (of each
    class), ``reference``, ``exposure``, ``lower`` and ``upper`` (ends of a predicted interval), ``members`` (of an
    ensemble), ``spread`` (predicted standard deviation), ``set`` (predicted set of classes), ``query``, ``event``,
    ``first`` and ``second`` (names of two systems that were compared)."""
    kind: Literal["class", "number", "outcome", "probability", "labels"] = "class"
    """How the cells of the observed value are read: class labels, numbers, 0/1 outcomes, probabilities in [0, 1], sets
    of labels. A role ``reference`` of numbers is read likewise; a role ``truth`` is a class."""
    pooled: bool = False
    """Rows of an item belong together (raters of one item): evaluated over all rows, never cell by cell."""
    scale: Literal["identity", "log", "root", "fisher", "logit"] = "identity"
    """Scale of the limits: its own, its logarithm, the square of a root mean square, Fisher's z of a correlation, or
    ``logit`` for log odds: the limits are those of the probability."""
    needs_positive: bool = False
    """The measurand must say which reference value counts as positive (found for classes {0, 1}, {false, true})."""
    scores: bool = False
    """The value is a mean of scores: its limits follow INTERVALS R4."""
    needs_average: bool = False
    """With more than two classes the measurand must say ``average``."""
    unit: str = "1"
    direction: Literal["higher", "lower", "target"] = "higher"
    title: str
    """Short name in running text: "sensitivity"."""
    words: str
    """Template of the sentence "in words" with {lower} {upper} {positive} {population}; of the population only."""
    formula: str
    assumptions: str
    source: str
