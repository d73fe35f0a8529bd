"""Detections in the format of COCO results, with the annotations of the same images. A row is a detection; its score
says whether the image has an object of the detected category at all. Where the box lies is not evaluated here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand.instrument.fault import refusal, shown
from measurand.instrument.importer.contract import Asked, Log, Reading, Row
from measurand.instrument.importer.source import cell, contents, found_in, listing, log_of, mapping, name_of, of, parsed
from measurand.message import say

PRESENT = "category_present"
SIDES = ("x", "y", "width", "height")


@dataclass(frozen=True)
class Truth:
    """The annotations: names of the categories, images, and annotated objects by image and category."""

    file: str
    log: Log
    images: frozenset[str]
    categories: Mapping[str, str]
    objects: Mapping[tuple[str, str], int]


def read(paths: Sequence[Path], asked: Asked) -> Reading:
    """The detections of one file of results, with one file of annotations. Raises TableError."""
    truths: list[Truth] = []
    results: list[tuple[str, Log, Sequence[Any]]] = []
    for path in found_in(paths, ("*.json",), tool="COCO"):
        data, file = contents(path), str(path)
        whole = parsed(data, file)
        if isinstance(whole, list):
            results.append((file, log_of(path, data), whole))
        else:
            truths.append(_truth(mapping(whole, file), file, log_of(path, data)))
    if len(truths) != 1 or len(results) != 1:
        raise refusal("M0478.coco", file=str(paths[0]), hint="M0478.hint_coco", truths=len(truths),
                      results=len(results))  # fmt: skip
    if not asked.system:
        raise refusal("M0483.system", file=results[0][0], hint="M0483.hint")
    ((file, log, several),), (truth,) = results, truths
    rows = list(_rows(several, truth, system=asked.system, file=file, log=log))
    silent = len(truth.images - {row.more["image"] for row in rows})
    return Reading(
        tool="COCO results",
        logs=[log, truth.log],
        rows=rows,
        read=len(rows),
        about=log.name,
        chosen={"metric": PRESENT},
        groups=["image", "category"],
        cluster="image",
        remarks=[
            say("import.coco"),
            say("import.coco_counts", detections=len(rows), images=len(truth.images), silent=silent,
                objects=sum(truth.objects.values())),
        ],
    )  # fmt: skip


def _truth(whole: Mapping[str, Any], file: str, log: Log) -> Truth:
    images, annotations, categories = (
        [mapping(x, file, key) for x in listing(of(whole, key, file), file, key)]
        for key in ("images", "annotations", "categories")
    )
    objects = Counter(
        (name_of(of(a, "image_id", file)), name_of(of(a, "category_id", file)))
        for a in annotations
        if not a.get("iscrowd")
    )
    names = {name_of(of(c, "id", file)): name_of(of(c, "name", file)) for c in categories}
    known = [name_of(of(image, "id", file)) for image in images]
    if len(set(known)) != len(known) or len(names) != len(categories):
        raise refusal("M0481.twice", file=file, hint="M0481.hint")
    return Truth(file, log, frozenset(known), names, objects)


def _rows(several: Sequence[Any], truth: Truth, *, system: str, file: str, log: Log) -> Iterator[Row]:
    crowded: Counter[str] = Counter()
    for n, found in enumerate(several, start=1):
        detection = mapping(found, file, "detection", row=n)
        image, category = (name_of(of(detection, key, file, row=n)) for key in ("image_id", "category_id"))
        if image not in truth.images or category not in truth.categories:
            what = f"image {image}" if image not in truth.images else f"category {category}"
            raise refusal("M0478.stranger", file=file, row=n, hint="M0478.hint_coco", what=shown(what),
                          other=truth.log.name)  # fmt: skip
        box = _numbers(listing(of(detection, "bbox", file, row=n), file, "bbox", row=n), file, n, count=4)
        if min(box[2:]) < 0:
            raise refusal("M0481.box", file=file, row=n, hint="M0481.hint", box=shown(str(box)))
        (confidence,) = _numbers([of(detection, "score", file, row=n)], file, n, count=1)
        crowded[image] += 1
        objects = truth.objects.get((image, category), 0)
        yield Row(
            system=system,
            item=f"{image}/{crowded[image]}",
            score="1" if objects else "0",
            output=truth.categories[category],
            more={"image": image, "category": truth.categories[category], "confidence": cell(confidence),
                  **{side: cell(number) for side, number in zip(SIDES, box, strict=True)}, "objects": str(objects)},
            log=log.name,
        )  # fmt: skip


def _numbers(values: Sequence[Any], file: str, row: int, *, count: int) -> list[float]:
    """So many finite numbers. Raises TableError."""
    good = [float(v) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v)]
    if len(values) != count or len(good) != count:
        raise refusal("M0481.box", file=file, row=row, hint="M0481.hint", box=shown(cell(list(values))))
    return good
