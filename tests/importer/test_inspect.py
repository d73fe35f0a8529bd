"""Inspect: counts and accuracies are those that Inspect itself reports in the header of each log."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

POPULARITY = LOGS / "inspect" / "popularity.eval"


@pytest.mark.parametrize(
    ("log", "metric", "accuracy", "stderr", "counts"),
    [  # accuracy and stderr: results.scores of the header
        ("popularity.eval", "", 0.8, 0.13333333333333333, {"ok": 10}),
        ("mmlu.eval", "", 0.0, None, {"ok": 1}),
        ("security-guide.json", "", 1.0, None, {"ok": 3}),
        ("sums-two.eval", "match", 0.6666666666666666, 0.1421338109037403, {"ok": 12}),
        ("sums-two.eval", "includes", 0.6666666666666666, 0.1421338109037403, {"ok": 12}),
        ("sums-shy.eval", "", 0.5, 0.15075567228888181, {"ok": 9, "refused": 3}),
        ("sums-shy.json", "", 0.5, 0.15075567228888181, {"ok": 9, "refused": 3}),
    ],
)
def test_value_and_standard_error_are_those_of_inspect(
    log: str, metric: str, accuracy: float, stderr: float | None, counts: dict[str, int],
    imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]],
) -> None:  # fmt: skip
    done = imported("inspect", f"inspect/{log}", options=("--metric", metric) if metric else ())
    assert done.code == 0, done.err
    assert done.record["counts"] == counts
    assert [float(s["stated"]) for s in done.record["stated"]] == [accuracy]
    assert [float(s["found"]) for s in done.record["stated"]] == pytest.approx([accuracy])
    if stderr is not None:
        (result,) = measured(done.procedure)["results"]
        assert result["value"] == pytest.approx(accuracy) and result["u"] == pytest.approx(stderr, rel=1e-9)


def test_an_errored_sample_failed_and_epochs_are_repeats(imported: Callable[..., Ended]) -> None:
    done = imported("inspect", "inspect/sums.eval")
    assert done.code == 0, done.err
    failed = [row for row in done.rows if row["status"] == "failed"]
    assert [(row["item"], row["repeat"], row["score"]) for row in failed] == [("q3", "2", "")]
    assert "the tool broke" in failed[0]["reason"]
    assert done.record["counts"] == {"ok": 35, "failed": 1}  # completed_samples of the header: 35 of 36
    assert {row["repeat"] for row in done.rows} == {"1", "2", "3"}
    (stated,) = done.record["stated"]
    assert float(stated["stated"]) == pytest.approx(float(stated["found"])) == pytest.approx(0.5972222222222222)
    assert 'repeat   = "repeat"' in done.procedure.read_text(encoding="utf-8")


def test_a_failure_makes_the_measurement_invalid_until_its_rule_is_stated(
    imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]
) -> None:
    done = imported("inspect", "inspect/sums.eval")
    assert measured(done.procedure)["exit"] == 4
    text = done.procedure.read_text(encoding="utf-8")
    ruled = text.replace("# [status]\n# failed = ", "[status]\nfailed = ").replace(
        '# [validity]\n# max_excluded = "5 %"', '[validity]\nmax_excluded = "10 %"'
    )  # one of twelve
    assert ruled.count("\n# [") < text.count("\n# [")
    done.procedure.write_text(ruled, encoding="utf-8")
    assert measured(done.procedure)["exit"] == 0


def test_two_scorers_are_asked_for(imported: Callable[..., Ended]) -> None:
    done = imported("inspect", "inspect/sums-two.eval")
    assert done.code == 2 and "M0476" in done.err and "match, includes" in done.err


def test_samples_without_scores_are_unscored(imported: Callable[..., Ended]) -> None:
    done = imported("inspect", "inspect/popularity-unscored.eval")
    assert done.code == 0 and done.record["counts"] == {"unscored": 10}


def test_archive_and_json_of_the_same_samples_give_the_same_table(imported: Callable[..., Ended]) -> None:
    kept = ("system", "item", "repeat", "status", "reason", "score", "output", "truth")
    first = imported("inspect", "inspect/sums-shy.eval", to="a.csv").rows
    second = imported("inspect", "inspect/sums-shy.json", to="b.csv").rows
    assert [{k: row[k] for k in kept} for row in first] == [{k: row[k] for k in kept} for row in second]


def test_the_same_model_twice_is_two_runs(imported: Callable[..., Ended]) -> None:
    done = imported("inspect", "inspect/sums-shy.eval", "inspect/sums-shy.json")
    assert done.code == 2 and "M0478" in done.err and "two runs are mixed" in done.err


def test_a_stopped_run_has_rows_for_what_is_missing(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    kept = {name: data for name, data in entries(POPULARITY).items() if name != "samples/4_epoch_1.json"}
    head = json.loads(kept["header.json"]) | {"status": "cancelled"}
    path = archive(tmp_path, kept | {"header.json": json.dumps(head).encode()})
    done = imported("inspect", path)
    assert done.code == 0, done.err
    assert (done.record["read"], done.record["kept"], done.record["absent"]) == (9, 9, 1)
    assert [row["item"] for row in done.rows if row["status"] == "failed"] == ["4"]
    assert "cancelled" in done.err


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_method_of_compression_gives_the_same_table(
    method: int, tmp_path: Path, imported: Callable[..., Ended]
) -> None:
    path = archive(tmp_path, entries(POPULARITY), method=method)
    assert imported("inspect", path, to="b.csv").rows == imported("inspect", POPULARITY, to="a.csv").rows


def entries(path: Path) -> dict[str, bytes]:
    """The entries of an archive."""
    with zipfile.ZipFile(path) as found:
        return {name: found.read(name) for name in found.namelist()}


def archive(folder: Path, files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """An archive of these entries."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    path = folder / "made.eval"
    path.write_bytes(data.getvalue())
    return path


@pytest.mark.parametrize("cut", [10, 1000, 10_000, 19_000])
def test_a_truncated_archive_is_refused(cut: int, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    path = tmp_path / "cut.eval"
    path.write_bytes(POPULARITY.read_bytes()[:cut])
    done = imported("inspect", path)
    assert done.code == 2 and "M0471" in done.err


@pytest.mark.parametrize("log", ["popularity.eval", "sums-shy.eval"])
def test_a_changed_byte_in_a_sample_is_refused(log: str, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    source = LOGS / "inspect" / log
    with zipfile.ZipFile(source) as found:
        info = next(i for i in found.infolist() if i.filename.startswith("samples/"))
    data = bytearray(source.read_bytes())
    data[info.header_offset + 200] ^= 0x55
    (tmp_path / "changed.eval").write_bytes(data)
    done = imported("inspect", tmp_path / "changed.eval")
    assert done.code == 2 and "M0471" in done.err


@pytest.mark.parametrize("name", ["../samples/1.json", "/etc/passwd", "samples/../../x.json", "C:x.json", "..\\x.json"])
def test_a_name_that_leads_outside_is_refused(name: str, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    done = imported("inspect", archive(tmp_path, {**entries(POPULARITY), name: b"{}"}))
    assert done.code == 2 and "M0474" in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made.eval"]


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    done = imported("inspect", archive(tmp_path, {**entries(POPULARITY), "samples/x.json": b" " * 100_000_000}))
    assert done.code == 2 and "M0473" in done.err


@pytest.mark.parametrize("version", [1, 3, None, "2"])
def test_an_unknown_version_is_refused(version: object, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    files = entries(POPULARITY)
    head = json.loads(files["header.json"]) | {"version": version}
    done = imported("inspect", archive(tmp_path, files | {"header.json": json.dumps(head).encode()}))
    assert done.code == 2 and "M0475" in done.err


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "M0423"), (b"{", "M0471"), (b"[]", "M0481"), (b'{"a": 1}', "M0470"), (b'{"a": "\xff"}', "M0425"),
        (b'{"version": 2, "eval": {"task": "t", "model": "m"}, "samples": []}', "M0480"),
        (b'{"version": 2, "eval": [], "samples": [{}]}', "M0481"),
        (b'{"version": 2, "eval": {"task": "t", "model": "m"}, "samples": [{"epoch": 1}]}', "M0481"),
        (b'{"version": 2, "eval": {"task": "t", "model": "m"}, '
         b'"samples": [{"id": 1, "scores": {"a": {"value": "x"}}}]}', "M0482"),
        (b"[" * 100_000, "M0433"),
    ],
)  # fmt: skip
def test_what_is_no_log_is_refused(content: bytes, code: str, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    path = tmp_path / "log.json"
    path.write_bytes(content)
    done = imported("inspect", path)
    assert done.code == 2 and code in done.err, done.err


def test_nothing_is_written_over(imported: Callable[..., Ended]) -> None:
    assert imported("inspect", "inspect/popularity.eval").code == 0
    done = imported("inspect", "inspect/mmlu.eval")
    assert done.code == 2 and "M0486" in done.err and len(done.rows) == 10


def test_the_import_belongs_to_its_table(
    imported: Callable[..., Ended], capsys: pytest.CaptureFixture[str], measured: Callable[..., dict[str, Any]]
) -> None:
    done = imported("inspect", "inspect/popularity.eval")
    done.table.write_text(done.table.read_text(encoding="utf-8").replace(",0,", ",1,", 1), encoding="utf-8")
    found = measured(done.procedure)
    assert found["exit"] == 2 and [f["code"] for f in found["findings"]] == ["M0485"]


def test_parquet_and_csv_hold_the_same(imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]) -> None:
    first = imported("inspect", "inspect/sums-shy.eval", to="a.csv")
    second = imported("inspect", "inspect/sums-shy.eval", to="b.parquet")
    assert first.record["table_at"] == second.record["table_at"]
    results = [measured(done.procedure)["results"][0]["value"] for done in (first, second)]
    assert results[0] == results[1]
