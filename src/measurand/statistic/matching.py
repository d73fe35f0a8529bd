"""Matching of detected boxes to reference boxes, as COCO does it: greedy, per class and overlap threshold."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers

Flags = NDArray[np.bool_]

_WHOLE = 1.0 - 1e-10
"""An overlap that counts as whole in spite of rounding (COCOeval.evaluateImg)."""


@dataclass(frozen=True)
class Boxes:
    """Boxes of many images, one entry each.

    ``group`` numbers image and class: only boxes of one group match. ``corner`` is (left, top, width, height), shape
    (boxes, 4). ``ignored`` marks reference boxes that do not count, nor does what they match; ``crowd`` those of them
    that stand for many objects. ``outside`` marks detections that count only if they match.
    """

    detected: Flags
    group: Integers
    score: Array
    corner: Array
    ignored: Flags
    crowd: Flags
    outside: Flags


@dataclass(frozen=True)
class Matches:
    """For every threshold and box, shape (thresholds, boxes): is it a match, and does it count.

    Only detections match. A detection matched to an ignored box does not count, nor one beyond the best ``most`` of its
    group; ignored reference boxes do not count.
    """

    found: Flags
    counted: Flags


@dataclass(frozen=True)
class _Pairs:
    """Candidates of one match, the best of each detection first."""

    detection: Integers
    reference: Integers
    overlap: Array
    rank: Integers


def match(boxes: Boxes, *, thresholds: tuple[float, ...], most: int) -> Matches:
    """Match the detections of each group, the highest score first, to the free reference box that they overlap most.

    A detection takes an ignored box only if no free box that counts overlaps it enough; a crowd is never used up. Ties
    of score go to the box that comes first, ties of overlap to the reference box that comes last (COCOeval.evaluateImg,
    Lin et al. 2014).
    """
    thresholds = tuple(min(t, _WHOLE) for t in thresholds)
    rank = _ranks(boxes)
    pairs = _candidates(boxes, rank, least=min(thresholds), most=most)
    shape = (len(thresholds), len(boxes.group))
    found, free = np.zeros(shape, dtype=np.bool_), np.ones(shape, dtype=np.bool_)
    ends = np.searchsorted(pairs.rank, np.arange(int(pairs.rank.max(initial=-1)) + 2))
    counted = np.broadcast_to(~boxes.ignored & (rank < most), shape).copy()
    for first, last in pairwise(ends.tolist()):
        # One rank of all groups at once: no two of these detections compete for a box.
        detection, reference = pairs.detection[first:last], pairs.reference[first:last]
        for t, threshold in enumerate(thresholds):
            open_pairs = np.flatnonzero((pairs.overlap[first:last] >= threshold) & free[t, reference])
            taking, at = np.unique(detection[open_pairs], return_index=True)
            taken = reference[open_pairs[at]]
            found[t, taking] = True
            counted[t, taking] = ~boxes.ignored[taken]
            free[t, taken] = boxes.crowd[taken]
    return Matches(found, counted & (found | ~boxes.outside))


def overlap(detected: Array, reference: Array, crowd: Flags) -> Array:
    """Intersection over union of boxes (left, top, width, height), pair by pair, shape (pairs,).

    For a crowd: intersection over the area of the detection, since it may lie anywhere in the crowd.
    """
    low = np.maximum(detected[:, :2], reference[:, :2])
    high = np.minimum(detected[:, :2] + detected[:, 2:], reference[:, :2] + reference[:, 2:])
    common = np.prod(np.maximum(high - low, 0.0), axis=1)
    own, other = np.prod(detected[:, 2:], axis=1), np.prod(reference[:, 2:], axis=1)
    union = np.where(crowd, own, own + other - common)
    share: Array = np.divide(common, union, out=np.zeros_like(common), where=union > 0.0)
    return share


def _ranks(boxes: Boxes) -> Integers:
    """Place of each detection in its group by falling score, from 0; -1 for reference boxes."""
    which = np.flatnonzero(boxes.detected)
    order = which[np.lexsort((-boxes.score[which], boxes.group[which]))]
    group = boxes.group[order]
    rank = np.full(len(boxes.group), -1, dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.searchsorted(group, group)
    return rank


def _candidates(boxes: Boxes, rank: Integers, *, least: float, most: int) -> _Pairs:
    """Pairs of one group that overlap by ``least`` or more, sorted by (rank, detection, ignored, -overlap, -box)."""
    which = np.flatnonzero(boxes.detected & (rank < most))
    other = np.flatnonzero(~boxes.detected)
    other = other[np.argsort(boxes.group[other], kind="stable")]
    start = np.searchsorted(boxes.group[other], boxes.group[which], side="left")
    number = np.searchsorted(boxes.group[other], boxes.group[which], side="right") - start
    detection = np.repeat(which, number)
    within = np.arange(len(detection)) - np.repeat(np.cumsum(number) - number, number)
    reference = other[np.repeat(start, number) + within]
    share = overlap(boxes.corner[detection], boxes.corner[reference], boxes.crowd[reference])
    near = share >= least
    detection, reference, share = detection[near], reference[near], share[near]
    order = np.lexsort((-reference, -share, boxes.ignored[reference], detection, rank[detection]))
    return _Pairs(detection[order], reference[order], share[order], rank[detection[order]])
