"""Detected boxes beside those of the reference, matched once and ranked by class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows, noted
from measurand.statistic.matching import Boxes, Flags, match
from measurand.statistic.weighing import not_defined

COCO_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).tolist())
ALL_AREAS = (0.0, math.inf)


@dataclass(frozen=True)
class Ranked:
    """The rows of one class: its reference boxes, and its detections by falling score."""

    code: int
    reference: Integers
    detection: Integers
    found: Flags
    """Shape (thresholds, detections)."""
    counted: Flags
    """Shape (thresholds, detections), or (1, detections) where it is the same at all thresholds."""
    hit: Integers
    """Which detections match at some threshold. Sums are needed at these alone, a small part of most detectors'."""
    matched: Flags
    """``found`` of these, shape (thresholds, hits)."""
    start: Integers
    """Where each new score begins among the hits."""
    end: Integers
    """The last detection of each of these scores."""
    below: Integers
    """For each detection, the first of these scores that is not above its own; their number where none is."""


@dataclass(frozen=True)
class Ranking:
    """How boxes are matched and which count, for the statistic of that name.

    A row is a box: ``detection`` is 1 for a detected box and 0 for one of the reference; ``class`` is a code; ``left``,
    ``top``, ``width``, ``height`` in pixels; ``score`` is read for detections and ``crowd`` (1: a region of many, which
    is not counted) for the reference. ``item`` is the image; all its boxes share a weight. Boxes are matched within
    image, cell and class (``matching.match``). With ``areas``, boxes of the reference whose ``area`` (a further role:
    of the object, in square pixels) is outside of the two limits are not counted, nor are detections outside that match
    nothing.
    """

    statistic: str
    thresholds: tuple[float, ...]
    max_detections: int
    areas: tuple[float, float]

    def check(self) -> None:
        """Raises StatisticError for a value that is not allowed."""
        if not self.thresholds or not all(0.0 < t <= 1.0 for t in self.thresholds):
            self._refuse("thresholds", self.thresholds, "numbers above 0, at most 1")
        if self.max_detections < 1:
            self._refuse("max_detections", self.max_detections, "1 or more")
        if not (len(self.areas) == 2 and 0.0 <= self.areas[0] < self.areas[1]):
            self._refuse("areas", self.areas, "two numbers from 0, the lower first")

    @property
    def roles(self) -> tuple[str, ...]:
        """Those of the boxes, and ``area`` where only some areas count."""
        boxes = ("detection", "class", "score", "left", "top", "width", "height", "crowd")
        return boxes if self.areas == ALL_AREAS else (*boxes, "area")

    def arrange(self, rows: Rows) -> Rows:
        """Match the boxes and sort the detections, once."""
        return noted(rows, self._prepared, self._by_class)

    def entering(self, rows: Rows, w: Array) -> list[Ranked]:
        """The classes whose reference boxes have weight. Raises StatisticError where none has."""
        every: tuple[Ranked, ...] = self.arrange(rows).note[self._prepared]
        entering = [c for c in every if np.sum(w[c.reference]) > 0.0]
        if not entering:
            raise not_defined("no_weight", statistic=self.statistic, rows="reference boxes")
        return entering

    @property
    def _prepared(self) -> str:
        return f"boxes.{self.max_detections}.{self.areas}.{self.thresholds}"

    def _by_class(self, rows: Rows) -> tuple[Ranked, ...]:
        column = {role: np.asarray(rows.column[role], dtype=np.float64) for role in self.roles}
        detected: Flags = column["detection"] == 1.0
        code = np.asarray(column["class"], dtype=np.int64)
        boxes = self._boxes(rows, column, code)
        matches = match(boxes, thresholds=self.thresholds, most=self.max_detections)
        prepared = []
        for number in np.unique(code[~detected]).tolist():
            reference = np.flatnonzero((code == number) & ~detected & ~boxes.ignored)
            which = np.flatnonzero((code == number) & detected)
            which = which[np.lexsort((rows.cell[which], rows.item[which], -column["score"][which]))]
            found, counted = matches.found[:, which], matches.counted[:, which]
            prepared.append(_ranked(number, reference, which, found & counted, counted, column["score"][which]))
        return tuple(prepared)

    def _boxes(self, rows: Rows, column: Mapping[str, Array], code: Integers) -> Boxes:
        corner = np.stack([column[side] for side in ("left", "top", "width", "height")], axis=1)
        detected, crowd = column["detection"] == 1.0, column["crowd"] == 1.0
        group = np.zeros(len(rows), dtype=np.int64)
        for key in (rows.item, rows.cell, code):
            values, place = np.unique(key, return_inverse=True)
            group = group * max(len(values), 1) + place.reshape(-1)
        outside = np.zeros(len(rows), dtype=np.bool_)
        if self.areas != ALL_AREAS:
            area = np.where(detected, column["width"] * column["height"], column["area"])
            outside = (area < self.areas[0]) | (area > self.areas[1])
        ignored = ~detected & (crowd | outside)
        return Boxes(detected, group, column["score"], corner, ignored, ~detected & crowd, detected & outside)

    def _refuse(self, parameter: str, value: object, allowed: str) -> None:
        raise not_defined("parameter_value", name=self.statistic, parameter=parameter, value=value, allowed=allowed)


def _ranked(code: int, reference: Integers, detection: Integers, found: Flags, counted: Flags, score: Array) -> Ranked:
    hit = np.flatnonzero(found.any(axis=0))
    falling, start = np.unique(-score[hit], return_index=True)
    return Ranked(
        code=code,
        reference=reference,
        detection=detection,
        found=found,
        counted=counted[:1] if np.all(counted == counted[:1]) else counted,
        hit=hit,
        matched=found[:, hit],
        start=start,
        end=np.searchsorted(-score, falling, side="right") - 1,
        below=np.searchsorted(falling, -score),
    )
