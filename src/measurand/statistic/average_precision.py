"""Average precision of detected boxes, over classes and overlap thresholds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.detected import ALL_AREAS, COCO_THRESHOLDS, Ranked, Ranking
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row

_RECALLS = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True)
class _Curve:
    """Precision and recall of one class behind each score that some match has; shape (thresholds, scores)."""

    present: float
    """Weight of the reference boxes."""
    found: Array
    """Weight of matches of this score; ``above``: of this score or higher; ``claimed``: of all detections."""
    above: Array
    claimed: Array

    @property
    def area(self) -> Array:
        """``sum_g found_g precision_g / present``, shape (thresholds,)."""
        return np.asarray(np.sum(self.found * self.precision, axis=1) / self.present)

    @property
    def precision(self) -> Array:
        return np.divide(self.above, self.claimed, out=np.ones_like(self.above), where=self.claimed > 0.0)

    def later(self, numerator: Array) -> Array:
        """``sum over this and all lower scores of found x numerator / claimed``, shape (thresholds, scores)."""
        term = np.divide(self.found * numerator, self.claimed, out=np.zeros_like(self.found), where=self.claimed > 0.0)
        return np.asarray(np.cumsum(term[:, ::-1], axis=1)[:, ::-1])


@dataclass(frozen=True)
class AveragePrecision(Uncounted):
    """Mean of the average precision over classes and overlap thresholds, of images weighed by ``w``.

    Rows, matching and ``areas`` are those of ``detected.Ranking``. A class enters where its reference boxes have
    weight.

    ``interpolated``: COCO's 101 recall points, at each the highest precision reached there or later (Lin et al. 2014).
    It is a step function of the weights, so that a derivative misses half of its spread; its sensitivities are those of
    its ``twin``, which is not interpolated: ``AP = sum_g t_g P_g / W`` over distinct scores g, t_g = weight of matches
    of this score, P_g = precision at this score or higher, W = weight of the reference boxes.

    First order sees each class at its weight: where most classes are in one or two images it misses that a class may
    not be drawn at all (COCO's example, 80 classes in 100 images: 0.75 of the bootstrap). Resample there.
    """

    thresholds: tuple[float, ...] = COCO_THRESHOLDS
    interpolated: bool = True
    max_detections: int = 100
    areas: tuple[float, float] = ALL_AREAS
    name: str = field(default="average_precision", init=False)
    outputs: tuple[str, ...] = field(default=("average_precision",), init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "thresholds", tuple(self.thresholds))
        object.__setattr__(self, "areas", tuple(self.areas))
        self._ranking.check()

    @property
    def roles(self) -> tuple[str, ...]:
        """Those of the boxes, and ``area`` where only some areas count."""
        return self._ranking.roles

    @property
    def smooth(self) -> bool:
        """Only without interpolation."""
        return not self.interpolated

    @property
    def twin(self) -> AveragePrecision:
        """The same without interpolation: the statistic whose sensitivities these are."""
        return replace(self, interpolated=False)

    def arrange(self, rows: Rows) -> Rows:
        """Match the boxes and sort the detections, once."""
        return self._ranking.arrange(rows)

    def value(self, rows: Rows, w: Array) -> Array:
        """The mean average precision, shape (1,). Raises StatisticError where no reference box has weight."""
        return np.array([np.mean(list(self.by_class(rows, w).values()))])

    def by_class(self, rows: Rows, w: Array) -> dict[int, Array]:
        """The average precision of each class that enters, at each threshold, shape (thresholds,)."""
        area = _interpolated if self.interpolated else _area
        return {c.code: area(c, w) for c in self._ranking.entering(rows, w)}

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Derivative without interpolation, shape (rows, 1).

        ``-AP / W`` of a reference box; of a detection with score h ``[match] (P_h + sum_g<=h t_g / N_g) / W - sum_g<=h
        t_g P_g / N_g / W``, N_g = weight of the detections of score g or higher; mean over classes and thresholds.
        """
        entering = self._ranking.entering(rows, w)
        s = np.zeros(len(rows))
        for c in entering:
            curve = _curve(c, w)
            gain, loss = _gain(curve), _loss(curve)
            pull = np.where(c.found, gain[:, c.below], 0.0) - np.where(c.counted, loss[:, c.below], 0.0)
            s[c.detection] = np.mean(pull, axis=0) / len(entering)
            s[c.reference] = -np.mean(curve.area) / curve.present / len(entering)
        return s[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """A missed box, a false box above all scores, a found box above all scores: each of the class where it pulls
        furthest, without interpolation; shape (3, 1)."""
        entering = self._ranking.entering(rows, w)
        pulls = np.array([_pulls(_curve(c, w)) for c in entering]) / len(entering)
        return np.array([[pulls[:, 0].min()], [pulls[:, 1].min()], [pulls[:, 2].max()]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(3)

    @property
    def _ranking(self) -> Ranking:
        return Ranking(self.name, self.thresholds, self.max_detections, self.areas)


def _curve(c: Ranked, w: Array) -> _Curve:
    """Sums of weights at each score that some match has: detections of equal score have no order among them."""
    present, weight = float(np.sum(w[c.reference])), w[c.detection]
    claimed = np.cumsum(np.where(c.counted, weight, 0.0), axis=1)[:, c.end]
    found = np.zeros((len(c.found), len(c.start)))
    if len(c.hit):
        found = np.add.reduceat(np.where(c.matched, weight[c.hit], 0.0), c.start, axis=1)
    return _Curve(present, found, np.cumsum(found, axis=1), np.broadcast_to(claimed, found.shape))


def _area(c: Ranked, w: Array) -> Array:
    return _curve(c, w).area


def _interpolated(c: Ranked, w: Array) -> Array:
    """Mean of the highest precision at or behind each of the 101 recall points, shape (thresholds,).

    Detections of equal score come one by one, by image: so does COCO, and its digits depend on it. Recalls are compared
    with the points as they are, without tolerance, for the same reason. Precision peaks at matches: no other is needed.
    """
    weight = w[c.detection]
    found = np.cumsum(np.where(c.matched, weight[c.hit], 0.0), axis=1)
    claimed = np.cumsum(np.where(c.counted, weight, 0.0), axis=1)[:, c.hit]
    precision = np.divide(found, claimed, out=np.zeros_like(found), where=claimed > 0.0)
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    best = _closed(best)  # a recall never reached has precision 0
    recall = found / np.sum(w[c.reference])
    reached = [np.searchsorted(r, _RECALLS, side="left") for r in recall]
    return np.array([np.mean(b[at]) for b, at in zip(best, reached, strict=True)])


def _gain(curve: _Curve) -> Array:
    """What one more match adds as such: its own recall step and the later precision. Shape (thresholds, scores + 1)."""
    return _closed((curve.precision + curve.later(np.ones_like(curve.above))) / curve.present)


def _loss(curve: _Curve) -> Array:
    """What one more detection, match or not, takes from the precision at this score and below; shape as above."""
    return _closed(curve.later(curve.precision) / curve.present)


def _closed(by_score: Array) -> Array:
    """With a last column 0, for detections below all matches."""
    return np.concatenate([by_score, np.zeros((len(by_score), 1))], axis=1)


def _pulls(curve: _Curve) -> tuple[float, float, float]:
    """Pull of a missed box, of a false box above all, and of a found box above all; mean over thresholds."""
    missed = -float(np.mean(curve.area)) / curve.present
    top = np.sum(curve.later(np.ones_like(curve.above))[:, :1], axis=1)
    false = np.sum(curve.later(curve.precision)[:, :1], axis=1)
    found = float(np.mean(1.0 + top - false)) / curve.present
    return missed, -float(np.mean(false)) / curve.present, found + missed
