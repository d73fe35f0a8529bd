"""COCO: counts are those of pycocotools 2.0.11 for the same two files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

RESULTS, TRUTH = LOGS / "coco" / "results.json", LOGS / "coco" / "instances.json"
NAMED = ("--system", "detector")
MATCHED = 102
"""``(dtMatches[0] > 0).sum()`` of ``COCOeval(iouType="bbox").evalImgs`` over all areas, at an overlap of 0.5."""


def test_counts_are_those_of_pycocotools(
    imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]
) -> None:
    done = imported("coco", RESULTS, TRUTH, options=NAMED)
    assert done.code == 0, done.err
    assert (done.record["read"], done.record["kept"], done.record["counts"]) == (116, 116, {"ok": 116})
    assert sum(row["score"] == "1" for row in done.rows) == 103  # detections with getAnnIds(imgIds, catIds) not empty
    assert "come with the pack for vision" in done.err and "116 detections in 14 images" in done.err
    assert re.search(r'^cluster *= *"image"', done.procedure.read_text(encoding="utf-8"), re.MULTILINE)
    (result,) = measured(done.procedure)["results"]
    assert result["value"] == pytest.approx(103 / 116) and result["value"] >= MATCHED / 116


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"image_id": 1}, "M0478"), ({"category_id": 12345}, "M0478"), ({"score": float("nan")}, "M0481"),
        ({"score": None}, "M0481"), ({"bbox": [1, 2, 3]}, "M0481"), ({"bbox": [1, 2, 3, -1]}, "M0481"),
        ({"bbox": [1, 2, 3, 10**400]}, "M0481"), ({"bbox": "1 2 3 4"}, "M0481"), ({"score": True}, "M0481"),
    ],
)  # fmt: skip
def test_what_is_no_detection_of_these_images_is_refused(
    change: dict[str, Any], code: str, tmp_path: Path, imported: Callable[..., Ended]
) -> None:
    several = json.loads(RESULTS.read_text(encoding="utf-8"))
    several[5] |= change
    (tmp_path / "r.json").write_text(json.dumps(several), encoding="utf-8")
    done = imported("coco", tmp_path / "r.json", TRUTH, options=NAMED)
    assert done.code == 2 and code in done.err and not done.table.exists()


def test_both_files_and_a_name_are_asked_for(imported: Callable[..., Ended]) -> None:
    assert "M0483" in imported("coco", RESULTS, TRUTH).err
    assert "M0478" in imported("coco", RESULTS, options=NAMED).err
    assert "M0478" in imported("coco", TRUTH, options=NAMED).err
