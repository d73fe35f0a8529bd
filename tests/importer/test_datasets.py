"""Data sets of Hugging Face on disk: the rows are those that ``datasets`` 5.2.0 was given when it wrote them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

pytest.importorskip("pyarrow", reason="the extra arrow is not installed")
PLAIN, SPLITS = LOGS / "datasets" / "plain", LOGS / "datasets" / "splits"


def test_rows_classes_and_lists(imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]) -> None:
    done = imported("datasets", PLAIN)
    assert done.code == 0, done.err
    assert (done.record["read"], done.record["kept"]) == (20, 20) and len(done.record["logs"]) == 4
    assert [row["id"] for row in done.rows] == [str(i) for i in range(20)]
    assert [row["label"] for row in done.rows] == ["negative", "positive"] * 10
    assert [row["tags"] for row in done.rows[:3]] == ["[]", '["a"]', '["a", "b"]']
    assert "accuracy" in done.procedure.read_text(encoding="utf-8")
    right = sum(row["label"] == row["predicted"] for row in done.rows)
    first, *_ = measured(done.procedure)["results"]
    assert first["value"] == pytest.approx(right / 20) and 0 < right < 20


def test_a_split_is_asked_for(imported: Callable[..., Ended]) -> None:
    asked = imported("datasets", SPLITS)
    assert asked.code == 2 and "M0476" in asked.err and "train, test" in asked.err
    assert len(imported("datasets", SPLITS, options=("--filter", "test")).rows) == 15
    assert "M0477" in imported("datasets", SPLITS, options=("--filter", "dev"), to="b.csv").err


@pytest.mark.parametrize("name", ["../x.arrow", "/x.arrow", "a/b.arrow", "..", "", 3, None, "C:x"])
def test_names_that_lead_elsewhere_are_refused(name: object, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    root = Path(shutil.copytree(PLAIN, tmp_path / "d"))
    state = json.loads((root / "state.json").read_text(encoding="utf-8")) | {"_data_files": [{"filename": name}]}
    (root / "state.json").write_text(json.dumps(state), encoding="utf-8")
    done = imported("datasets", root)
    assert done.code == 2 and "M0474" in done.err


@pytest.mark.parametrize("cut", [1, 8, 200, 1000])
def test_a_stream_that_is_cut_off_is_refused(cut: int, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    root = Path(shutil.copytree(PLAIN, tmp_path / "d"))
    place = root / "data-00001-of-00002.arrow"
    place.write_bytes(place.read_bytes()[:-cut])
    done = imported("datasets", root)
    assert done.code == 2 and "M0471" in done.err


def test_a_missing_part_is_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    root = Path(shutil.copytree(PLAIN, tmp_path / "d"))
    (root / "data-00001-of-00002.arrow").unlink()
    done = imported("datasets", root)
    assert done.code == 2 and "M0420" in done.err
