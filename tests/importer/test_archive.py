"""Archives that state other sizes than they have, and what Inspect writes beside its marks."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import Ended

from measurand.errors import TableError
from measurand.instrument.importer.archive import Archive

NAME = "samples/a.json"


def understated(method: int, content: bytes, size: int) -> bytes:
    """An archive of one entry whose headers state another size than it has."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as made:
        made.writestr(NAME, content)
    found = bytearray(data.getvalue())
    struct.pack_into("<I", found, 22, size)
    struct.pack_into("<I", found, found.rfind(b"PK\x01\x02") + 24, size)
    return bytes(found)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_entry_that_states_less_than_it_has_is_not_decompressed_whole(method: int) -> None:
    data = understated(method, b" " * 200_000_000, 100)
    archive = Archive(data, "log.eval")
    tracemalloc.start()
    with pytest.raises(TableError, match="cannot be read"):
        list(archive.read([NAME]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000_000


def log(samples: list[dict[str, Any]], **head: Any) -> bytes:
    """A log of Inspect as JSON."""
    run = {"task": "t", "model": "m", **head}
    return json.dumps({"version": 2, "status": "success", "eval": run, "samples": samples}).encode()


@pytest.mark.parametrize(
    ("value", "score"),
    [  # value_to_float of inspect-ai 0.3.285
        ("C", "1"), ("P", "0.5"), ("I", "0"), ("yes", "1"), ("False", "0"), ("TRUE", "1"), ("no", "0"),
        ("0.25", "0.25"), (" 1e-1 ", "0.1"), (True, "1"), (3, "3"),
    ],
)  # fmt: skip
def test_texts_count_as_inspect_counts_them(
    value: object, score: str, tmp_path: Path, imported: Callable[..., Ended]
) -> None:
    (tmp_path / "log.json").write_bytes(log([{"id": 1, "scores": {"s": {"value": value}}}]))
    assert [row["score"] for row in imported("inspect", tmp_path / "log.json").rows] == [score]


@pytest.mark.parametrize("value", ["nan", "inf", "maybe", "", [1, 0]])
def test_what_is_no_number_is_refused(value: object, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    (tmp_path / "log.json").write_bytes(log([{"id": 1, "scores": {"s": {"value": value}}}]))
    done = imported("inspect", tmp_path / "log.json")
    assert done.code == 2 and "M0482" in done.err


def test_a_scorer_with_a_dot_in_its_name(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    samples = [{"id": i, "scores": {"lab.judge": {"value": {"a": i, "b.c": 7}}}} for i in (1, 2)]
    (tmp_path / "log.json").write_bytes(log(samples))
    first = imported("inspect", tmp_path / "log.json", options=("--metric", "lab.judge.a"), to="1.csv")
    second = imported("inspect", tmp_path / "log.json", options=("--metric", "lab.judge.b.c"), to="2.csv")
    assert [row["score"] for row in first.rows] == ["1", "2"] and [row["score"] for row in second.rows] == ["7", "7"]


def test_long_numbers_stay_different_items(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    ids = [9007199254740992, 9007199254740993]  # 2**53 and the next whole number, which no float is
    (tmp_path / "log.json").write_bytes(log([{"id": i, "scores": {"s": {"value": 1}}} for i in ids]))
    done = imported("inspect", tmp_path / "log.json")
    assert done.code == 0, done.err
    assert [row["item"] for row in done.rows] == ["9007199254740992", "9007199254740993"]


@pytest.mark.parametrize("epochs", [10**9, 10**400])
def test_a_log_that_announces_without_end_is_refused(
    epochs: int, tmp_path: Path, imported: Callable[..., Ended]
) -> None:
    head = {"dataset": {"sample_ids": [1]}, "config": {"epochs": epochs}}
    (tmp_path / "log.json").write_bytes(log([{"id": 1, "scores": {"s": {"value": 1}}}], **head))
    done = imported("inspect", tmp_path / "log.json")
    assert done.code == 2 and "M0471" in done.err
