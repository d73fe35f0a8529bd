"""Random images with boxes, average precision box by box, and its extreme items."""

from __future__ import annotations

import numpy as np

from .case import rows_of

THRESHOLDS = (0.5, 0.75)
CLASSES = 3
ROLES = ("detection", "class", "score", "left", "top", "width", "height", "crowd")


def drawn(rng, n, digits=None):
    """Up to four reference boxes in an image, most of them found more or less exactly, and false detections."""
    rows = []
    for image in range(n):
        quality = rng.normal(0, 0.4)
        for box in range(rng.integers(1, 5)):
            code, crowd = rng.integers(CLASSES), float(rng.random() < 0.1)
            corner = np.array([70.0 * box, *rng.uniform(0, 50, 1), *rng.uniform(20, 60, 2)])
            rows.append((image, 0.0, code, 0.0, *corner, crowd))
            for _ in range(rng.choice(4, p=[0.2, 0.5, 0.2, 0.1])):
                moved = corner + rng.normal(0, 3.0, 4)
                rows.append((image, 1.0, code, 1.0 + quality + rng.normal(0, 0.8), *moved, 0.0))
        for _ in range(rng.poisson(0.8)):
            rows.append((image, 1.0, rng.integers(CLASSES), rng.normal(0, 0.8), 400.0, 0.0, 20.0, 20.0, 0.0))
    item, detection, code, score, *rest = np.array(rows).T
    score = score if digits is None else np.round(score, digits)
    columns = dict(zip(ROLES, [detection, code.astype(int), np.where(detection == 1, score, 0.0), *rest], strict=True))
    return rows_of(item, **columns)


def untied(rng, n):
    return drawn(rng, n)


def tied(rng, n):
    """Scores of one digit: ties between images."""
    rows = drawn(rng, n, 1)
    # Ties inside an image would leave the matching to the order of the rows.
    rows.column["score"][:] += 1e-9 * _place(rows) * (rows.column["detection"] == 1)
    return rows


def _place(rows):
    seen: dict[int, int] = {}
    place = np.zeros(len(rows))
    for i, item in enumerate(rows.item):
        place[i] = seen[item] = seen.get(item, 0) + 1
    return place


def overlap(a, b, crowd):
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = max(wide, 0.0) * max(high, 0.0)
    return common / (a[2] * a[3] if crowd else a[2] * a[3] + b[2] * b[3] - common)


def naive_matches(rows, code, threshold, most):
    """The loop of COCOeval over the images: (score, image, row, match) of each detection that counts."""
    table = np.stack([rows.column[r] for r in ROLES], axis=1)
    kept = []
    for image in np.unique(rows.item):
        own = np.flatnonzero((rows.item == image) & (table[:, 1] == code))
        reference = sorted((i for i in own if table[i, 0] == 0), key=lambda i: table[i, 7])
        used = set()
        for d in sorted((i for i in own if table[i, 0] == 1), key=lambda i: -table[i, 2])[:most]:
            best, least = None, threshold
            for g in reference:
                crowd = table[g, 7] == 1
                if g in used and not crowd:
                    continue
                if best is not None and table[best, 7] == 0 and crowd:
                    break
                share = overlap(table[d, 3:7], table[g, 3:7], crowd)
                if share >= least:
                    best, least = g, share
            if best is not None:
                used.add(best)
            if best is None or table[best, 7] == 0:
                kept.append((table[d, 2], image, d, best is not None))
    present = [i for i in range(len(table)) if table[i, 0] == 0 and table[i, 1] == code and table[i, 7] == 0]
    return sorted(kept, key=lambda k: (-k[0], k[1])), present


def naive_area(kept, w, present):
    """Over distinct scores: recall gained x precision of all detections that score as high."""
    area = 0.0
    for score in {k[0] for k in kept}:
        gained = sum(w[row] for s, _, row, found in kept if s == score and found)
        found = sum(w[row] for s, _, row, found in kept if s >= score and found)
        claimed = sum(w[row] for s, _, row, found in kept if s >= score)
        area += gained * (found / claimed if claimed > 0 else 1.0)
    return area / present


def naive_interpolated(kept, w, present):
    """At each of 101 recalls the highest precision at it or behind."""
    points, found, claimed = [], 0.0, 0.0
    for _, _, row, match in kept:
        found, claimed = found + w[row] * match, claimed + w[row]
        points.append((found / present, found / claimed))
    return np.mean([max((p for r, p in points if r >= level), default=0.0) for level in np.linspace(0, 1, 101)])


def naive(*, interpolated, most=3):
    def value(rows, w):
        scores = []
        for code in range(CLASSES):
            for threshold in THRESHOLDS:
                kept, present = naive_matches(rows, code, threshold, most)
                total = np.sum(w[present])
                scores.append((naive_interpolated if interpolated else naive_area)(kept, w, total))
        return [np.mean(scores)]

    return value


def naive_recall(rows, w, most=2):
    """Share of the reference boxes with a match, mean over classes and thresholds."""
    shares = []
    for code in range(CLASSES):
        for threshold in THRESHOLDS:
            kept, present = naive_matches(rows, code, threshold, most)
            shares.append(sum(w[row] for _, _, row, found in kept if found) / np.sum(w[present]))
    return [np.mean(shares)]


def kinds(rows):
    """A missed box, a false box above all, a found box above all; of every class."""
    top = rows.column["score"].max() + 1
    box = {"left": 0.0, "top": 0.0, "width": 10.0, "height": 10.0, "crowd": 0.0}
    missed = [{**box, "detection": 0.0, "class": c, "score": 0.0} for c in range(CLASSES)]
    claimed = [{**box, "detection": 1.0, "class": c, "score": top} for c in range(CLASSES)]
    return [[[m] for m in missed], [[f] for f in claimed], [[m, f] for m, f in zip(missed, claimed, strict=True)]]
