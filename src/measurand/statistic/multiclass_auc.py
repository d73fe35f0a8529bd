"""Area under the receiver operating characteristic for several classes, from the score of each class."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.auc import Auc
from measurand.statistic.contract import Array, Integers, Rows, noted
from measurand.statistic.log_score import true_class
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row, not_defined

_PREPARED = "multiclass_auc.parts"
_AUC = Auc()


@dataclass(frozen=True)
class _Part:
    """The area of one class against others: its rows, arranged."""

    of: int
    others: list[int]
    at: Integers
    rows: Rows


@dataclass(frozen=True)
class MulticlassAuc(Uncounted):
    """Mean of the areas of each class against all others (``pairs = "rest"``), or of all ordered pairs of classes.

    Against the rest, the score is that of the class; over pairs (c, d), the score of c among rows of c and d (Hand &
    Till 2001), which does not depend on how frequent the classes are. Every class counts alike.

    >>> scores = np.array([[0.8, 0.1, 0.1], [0.2, 0.6, 0.2], [0.3, 0.3, 0.4]])
    >>> column = {"truth": np.array([0.0, 1.0, 2.0]), "scores": scores}
    >>> MulticlassAuc().value(Rows(np.arange(3), np.zeros(3, int), column), np.ones(3)).tolist()
    [1.0]
    """

    pairs: str = "rest"
    name: str = field(default="multiclass_auc", init=False)
    outputs: tuple[str, ...] = field(default=("multiclass_auc",), init=False)
    roles: tuple[str, ...] = field(default=("truth", "scores"), init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        if self.pairs not in ("rest", "pairs"):
            raise not_defined(
                "parameter_value", name=self.name, parameter="pairs", value=self.pairs, allowed="rest or pairs"
            )

    def arrange(self, rows: Rows) -> Rows:
        """Arrange the two classes of each area once. Raises StatisticError for a true class without a score."""
        return noted(rows, _PREPARED, self._parts)

    def value(self, rows: Rows, w: Array) -> Array:
        """The mean area, shape (1,). Raises StatisticError where a class has no row."""
        parts = self.arrange(rows).note[_PREPARED]
        return np.array([float(np.mean([_AUC.value(p.rows, w[p.at])[0] for p in parts]))])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Mean of those of the areas, shape (rows, 1)."""
        parts = self.arrange(rows).note[_PREPARED]
        s = np.zeros((len(w), 1))
        for p in parts:
            s[p.at] += _AUC.sensitivity(p.rows, w[p.at]) / len(parts)
        return s

    def extremes(self, rows: Rows, w: Array) -> Array:
        """The row of any class that loses, and the one that wins, every comparison it can enter; shape (2, 1)."""
        parts = self.arrange(rows).note[_PREPARED]
        down, up = (np.zeros(rows.column["scores"].shape[1]) for _ in range(2))
        for p in parts:
            below, above, best, worst = _AUC.extremes(p.rows, w[p.at])[:, 0] / len(parts)
            down[p.of] += below
            up[p.of] += best
            down[p.others] += above
            up[p.others] += worst
        return np.array([[down.min()], [up.max()]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def classes(self, rows: Rows) -> Integers:
        """The truth of each row."""
        return np.asarray(rows.column["truth"], dtype=np.int64)

    def _parts(self, rows: Rows) -> list[_Part]:
        truth, scores = true_class(rows.column, self.name), rows.column["scores"]
        parts = []
        for c in range(scores.shape[1]):
            rest = [d for d in range(scores.shape[1]) if d != c]
            for others in [rest] if self.pairs == "rest" else [[d] for d in rest]:
                at = np.flatnonzero(np.any([truth == k for k in (c, *others)], axis=0))
                column = {"truth": (truth[at] == c).astype(float), "score": scores[at, c]}
                parts.append(_Part(c, others, at, _AUC.arrange(Rows(rows.item[at], rows.cell[at], column))))
        return parts
