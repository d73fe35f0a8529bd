"""Average precision of detected boxes, over classes and overlap thresholds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.matching import Boxes, Flags, match
from measurand.statistic.weighing import any_row, no_counts, not_defined, one_class

COCO_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).tolist())
_RECALLS = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True)
class _Class:
    """The rows of one class: its reference boxes, and its detections by falling score."""

    code: int
    reference: Integers
    detection: Integers
    found: Flags
    """Shape (thresholds, detections), like ``counted``."""
    counted: Flags
    start: Integers
    """Where each new score begins among the detections."""
    level: Integers
    """Number of the score of each detection."""


@dataclass(frozen=True)
class _Curve:
    """Precision and recall of one class behind each distinct score; shape (thresholds, scores)."""

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
class AveragePrecision:
    """Mean of the average precision over classes and overlap thresholds, of images weighed by ``w``.

    A row is a box: ``detection`` is 1 for a detected box and 0 for one of the reference; ``class`` is a code; ``left``,
    ``top``, ``width``, ``height`` in pixels; ``score`` is read for detections and ``crowd`` (1: a region of many, which
    is not counted) for the reference. ``item`` is the image; all its boxes share a weight. Boxes are matched within
    image, cell and class (``matching.match``). A class enters where its reference boxes have weight. With ``areas``,
    boxes of the reference whose ``area`` (a further role: of the object, in square pixels) is outside of the two limits
    are not counted, nor are detections outside that match nothing.

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
    areas: tuple[float, float] = (0.0, math.inf)
    name: str = field(default="average_precision", init=False)
    outputs: tuple[str, ...] = field(default=("average_precision",), init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    exact: Literal["no", "binomial", "poisson"] = field(default="no", init=False)

    def __post_init__(self) -> None:
        given: Sequence[float] = self.thresholds
        object.__setattr__(self, "thresholds", tuple(float(t) for t in given))
        if not self.thresholds or not all(0.0 < t <= 1.0 for t in self.thresholds):
            self._refuse("thresholds", given, "numbers above 0, at most 1")
        if self.max_detections < 1:
            self._refuse("max_detections", self.max_detections, "1 or more")
        least, most = self.areas
        if not 0.0 <= least < most:
            self._refuse("areas", self.areas, "two numbers from 0, the lower first")
        object.__setattr__(self, "areas", (float(least), float(most)))

    @property
    def roles(self) -> tuple[str, ...]:
        """Those of the boxes, and ``area`` where only some areas count."""
        boxes = ("detection", "class", "score", "left", "top", "width", "height", "crowd")
        return (*boxes, "area") if self._some_areas else boxes

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
        if self._prepared in rows.note:
            return rows
        return replace(rows, note={**rows.note, self._prepared: self._by_class(rows)})

    def value(self, rows: Rows, w: Array) -> Array:
        """The mean average precision, shape (1,). Raises StatisticError where no reference box has weight."""
        return np.array([np.mean(list(self.by_class(rows, w).values()))])

    def by_class(self, rows: Rows, w: Array) -> dict[int, Array]:
        """The average precision of each class that enters, at each threshold, shape (thresholds,)."""
        area = _interpolated if self.interpolated else _area
        return {c.code: area(c, w) for c in self._entering(rows, w)}

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Derivative without interpolation, shape (rows, 1).

        ``-AP / W`` of a reference box; of a detection with score h ``[match] (P_h + sum_g<=h t_g / N_g) / W - sum_g<=h
        t_g P_g / N_g / W``, N_g = weight of the detections of score g or higher; mean over classes and thresholds.
        """
        entering = self._entering(rows, w)
        s = np.zeros(len(rows))
        for c in entering:
            curve = _curve(c, w)
            gain, loss = _gain(curve), _loss(curve)
            pull = np.where(c.found, gain[:, c.level], 0.0) - loss[:, c.level]
            s[c.detection] = np.mean(np.where(c.counted, pull, 0.0), axis=0) / len(entering)
            s[c.reference] = -np.mean(curve.area) / curve.present / len(entering)
        return s[:, None]

    def counts(self, rows: Rows, w: Array) -> Array:
        """None: raises StatisticError."""
        raise no_counts(self.name)

    def extremes(self, rows: Rows, w: Array) -> Array:
        """A missed box, a false box above all scores, a found box above all scores: each of the class where it pulls
        furthest, without interpolation; shape (3, 1)."""
        entering = self._entering(rows, w)
        pulls = np.array([_pulls(_curve(c, w)) for c in entering]) / len(entering)
        return np.array([[pulls[:, 0].min()], [pulls[:, 1].min()], [pulls[:, 2].max()]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(3)

    def classes(self, rows: Rows) -> Integers:
        """One class: images are of none."""
        return one_class(rows)

    @property
    def _prepared(self) -> str:
        return f"average_precision.{self.max_detections}.{self.areas}.{self.thresholds}"

    @property
    def _some_areas(self) -> bool:
        return self.areas != (0.0, math.inf)

    def _entering(self, rows: Rows, w: Array) -> list[_Class]:
        """The classes whose reference boxes have weight. Raises StatisticError where none has."""
        every: tuple[_Class, ...] = self.arrange(rows).note[self._prepared]
        entering = [c for c in every if np.sum(w[c.reference]) > 0.0]
        if not entering:
            raise not_defined("no_weight", statistic=self.name, rows="reference boxes")
        return entering

    def _by_class(self, rows: Rows) -> tuple[_Class, ...]:
        column = {role: np.asarray(rows.column[role], dtype=np.float64) for role in self.roles}
        detected: Flags = column["detection"] == 1.0
        code = np.asarray(column["class"], dtype=np.int64)
        boxes = self._boxes(rows, column, code)
        matches = match(boxes, thresholds=self.thresholds, most=self.max_detections)
        prepared = []
        for number in np.unique(code[~detected]).tolist():
            own = code == number
            reference = np.flatnonzero(own & ~detected & ~boxes.ignored)
            which = np.flatnonzero(own & detected)
            which = which[np.lexsort((rows.cell[which], rows.item[which], -column["score"][which]))]
            new = np.diff(column["score"][which], prepend=np.inf) != 0.0
            found, counted = matches.found[:, which], matches.counted[:, which]
            prepared.append(
                _Class(number, reference, which, found & counted, counted, np.flatnonzero(new), np.cumsum(new) - 1)
            )
        return tuple(prepared)

    def _boxes(self, rows: Rows, column: Mapping[str, Array], code: Integers) -> Boxes:
        corner = np.stack([column[side] for side in ("left", "top", "width", "height")], axis=1)
        detected, crowd = column["detection"] == 1.0, column["crowd"] == 1.0
        group = np.zeros(len(rows), dtype=np.int64)
        for key in (rows.item, rows.cell, code):
            values, place = np.unique(key, return_inverse=True)
            group = group * max(len(values), 1) + place.reshape(-1)
        outside = np.zeros(len(rows), dtype=np.bool_)
        if self._some_areas:
            area = np.where(detected, column["width"] * column["height"], column["area"])
            outside = (area < self.areas[0]) | (area > self.areas[1])
        ignored = ~detected & (crowd | outside)
        return Boxes(detected, group, column["score"], corner, ignored, ~detected & crowd, detected & outside)

    def _refuse(self, parameter: str, value: object, allowed: str) -> None:
        raise not_defined("parameter_value", name=self.name, parameter=parameter, value=value, allowed=allowed)


def _curve(c: _Class, w: Array) -> _Curve:
    """Sums of weights by distinct score: detections of equal score have no order among them."""
    present = float(np.sum(w[c.reference]))
    if not len(c.detection):
        none = np.zeros((len(c.found), 0))
        return _Curve(present, none, none, none)
    weight = w[c.detection]
    found = np.add.reduceat(np.where(c.found, weight, 0.0), c.start, axis=1)
    claimed = np.add.reduceat(np.where(c.counted, weight, 0.0), c.start, axis=1)
    return _Curve(present, found, np.cumsum(found, axis=1), np.cumsum(claimed, axis=1))


def _area(c: _Class, w: Array) -> Array:
    return _curve(c, w).area


def _interpolated(c: _Class, w: Array) -> Array:
    """Mean of the highest precision at or behind each of the 101 recall points, shape (thresholds,).

    Detections of equal score come one by one, by image: so does COCO, and its digits depend on it. Recalls are compared
    with the points as they are, without tolerance, for the same reason.
    """
    weight = w[c.detection]
    found = np.cumsum(np.where(c.found, weight, 0.0), axis=1)
    claimed = np.cumsum(np.where(c.counted, weight, 0.0), axis=1)
    precision = np.divide(found, claimed, out=np.zeros_like(found), where=claimed > 0.0)
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    best = np.concatenate([best, np.zeros((len(best), 1))], axis=1)  # a recall never reached has precision 0
    recall = found / np.sum(w[c.reference])
    reached = [np.searchsorted(r, _RECALLS, side="left") for r in recall]
    return np.array([np.mean(b[at]) for b, at in zip(best, reached, strict=True)])


def _gain(curve: _Curve) -> Array:
    """What one more match adds as such, shape (thresholds, scores): its own recall step and the later precision."""
    return np.asarray((curve.precision + curve.later(np.ones_like(curve.above))) / curve.present)


def _loss(curve: _Curve) -> Array:
    """What one more detection, match or not, takes from the precision at this score and below."""
    return np.asarray(curve.later(curve.precision) / curve.present)


def _pulls(curve: _Curve) -> tuple[float, float, float]:
    """Pull of a missed box, of a false box above all, and of a found box above all; mean over thresholds."""
    missed = -float(np.mean(curve.area)) / curve.present
    top = np.sum(curve.later(np.ones_like(curve.above))[:, :1], axis=1)
    false = np.sum(curve.later(curve.precision)[:, :1], axis=1)
    found = float(np.mean(1.0 + top - false)) / curve.present
    return missed, -float(np.mean(false)) / curve.present, found + missed
