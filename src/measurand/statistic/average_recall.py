"""Average recall of detected boxes, over classes and overlap thresholds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.detected import ALL_AREAS, COCO_THRESHOLDS, Ranked, Ranking
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row


@dataclass(frozen=True)
class AverageRecall(Uncounted):
    """Mean over classes and overlap thresholds of the share of the reference boxes that are found.

    ``AR = mean of sum w [match] / sum w [reference]`` with the best ``max_detections`` of each image and class (Lin et
    al. 2014). Rows, matching and ``areas`` are those of ``detected.Ranking``. A class enters where its reference boxes
    have weight.
    """

    thresholds: tuple[float, ...] = COCO_THRESHOLDS
    max_detections: int = 100
    areas: tuple[float, float] = ALL_AREAS
    name: str = field(default="average_recall", init=False)
    outputs: tuple[str, ...] = field(default=("average_recall",), init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "thresholds", tuple(self.thresholds))
        object.__setattr__(self, "areas", tuple(self.areas))
        self._ranking.check()

    @property
    def roles(self) -> tuple[str, ...]:
        """Those of the boxes, and ``area`` where only some areas count."""
        return self._ranking.roles

    def arrange(self, rows: Rows) -> Rows:
        """Match the boxes and sort the detections, once."""
        return self._ranking.arrange(rows)

    def value(self, rows: Rows, w: Array) -> Array:
        """The average recall, shape (1,). Raises StatisticError where no reference box has weight."""
        return np.array([np.mean([_recall(c, w)[0] for c in self._ranking.entering(rows, w)])])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``(share of thresholds with a match) / W`` of a detection, ``-recall / W`` of a reference box, over classes;
        W = weight of the reference boxes of the class; shape (rows, 1)."""
        entering = self._ranking.entering(rows, w)
        s = np.zeros(len(rows))
        for c in entering:
            recall, present = _recall(c, w)
            s[c.detection] = np.mean(c.found, axis=0) / present / len(entering)
            s[c.reference] = -recall / present / len(entering)
        return s[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """A missed box and one found at all thresholds, each of the class where it pulls furthest; shape (2, 1)."""
        entering = self._ranking.entering(rows, w)
        recall, present = np.array([_recall(c, w) for c in entering]).T
        missed, found = -recall / present / len(entering), (1.0 - recall) / present / len(entering)
        return np.array([[missed.min()], [found.max()]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    @property
    def _ranking(self) -> Ranking:
        return Ranking(self.name, self.thresholds, self.max_detections, self.areas)


def _recall(c: Ranked, w: Array) -> tuple[float, float]:
    """Share of the reference boxes of a class that are found, mean over thresholds, and their weight."""
    present = float(np.sum(w[c.reference]))
    return float(np.mean(c.matched @ w[c.detection[c.hit]])) / present, present
