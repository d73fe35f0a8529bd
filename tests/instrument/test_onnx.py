"""An ONNX model in its own process: what it is given, what stops it, and what is refused (a model made by hand)."""

from __future__ import annotations

import hashlib
import importlib.util
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from measurand.document.live import SystemLimit
from measurand.document.observation import Observation, Task
from measurand.errors import MeasurandError, ProcedureError, RunError
from measurand.instrument import registry
from measurand.instrument.onnx import Onnx
from measurand.instrument.onnx_external import external

real = pytest.mark.skipif(not importlib.util.find_spec("onnxruntime"), reason="onnxruntime is not installed")

# Stands for the library: what the process asks of it, and how it ends.
LIBRARY = """
import os, sys, time
import numpy as np
__version__ = "9.8.7"
class Room: pass
def get_available_providers(): return ["CPUExecutionProvider"]
SessionOptions = Room
class InferenceSession:
    def __init__(self, file, options, providers):
        print("loading")
        assert (options.intra_op_num_threads, options.inter_op_num_threads) == (3, 1)
    def get_providers(self): return ["CPUExecutionProvider"]
    def get_inputs(self):
        one = Room(); one.name, one.type, one.shape = "x", "tensor(float)", ["N", 1]
        return [one]
    def get_outputs(self):
        one = Room(); one.name = "y"
        return [one]
    def run(self, names, feeds):
        x = feeds["x"]
        if (x == 7).any(): print("heap is broken", file=sys.stderr, flush=True); os._exit(134)
        if (x == 8).any(): time.sleep(60)
        if (x == 9).any(): raise ValueError("odd")
        return [x + len(x)]
"""


def fields(*several: tuple[int, bytes | int]) -> bytes:
    """A message of the protocol buffer format: field numbers with bytes (wire type 2) or small numbers (0)."""
    out = b""
    for number, value in several:
        if isinstance(value, int):
            out += bytes([number << 3, value])
        else:
            size = len(value)
            length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
            out += bytes([number << 3 | 2]) + length + value
    return out


def value_info(name: bytes, *sizes: int | bytes) -> bytes:
    dims = [fields((1, fields((1, n) if isinstance(n, int) else (2, n)))) for n in sizes]
    return fields((1, name), (2, fields((1, fields((1, 1), (2, b"".join(dims)))))))


def model(weight: bytes) -> bytes:
    """z = x + w, for two numbers: onnx.proto3 of the ONNX project says which field is which."""
    node = fields((1, b"x"), (1, b"w"), (2, b"z"), (4, b"Add"))
    graph = fields((1, node), (2, b"g"), (5, weight), (11, value_info(b"x", b"N", 2)), (12, value_info(b"z", b"N", 2)))
    return fields((1, 8), (7, graph), (8, fields((2, 13))))


HALF_AND_TWO = bytes.fromhex("0000003f00000040")  # 0.5 and 2 in single precision
INSIDE = fields((1, 2), (2, 1), (8, b"w"), (9, HALF_AND_TWO))
BESIDE = fields((1, 2), (2, 1), (8, b"w"), (13, fields((1, b"location"), (2, b"w.bin"))), (14, 1))


def fake(folder: Path, monkeypatch: pytest.MonkeyPatch, **given: Any) -> Onnx:
    (folder / "library").mkdir()
    (folder / "library" / "onnxruntime.py").write_text(LIBRARY)
    monkeypatch.setenv("PYTHONPATH", str(folder / "library"), prepend=":")
    (folder / "m.onnx").write_bytes(model(INSIDE))
    return Onnx("m.onnx", folder, settings={"threads": 3, **given.pop("settings", {})}, **given)


def ask(one: Onnx, *cells: str, **more: Any) -> list[Observation]:
    try:
        return list(one.observe(Task("s", str(n), {}, 1, {"q": cell}, **more) for n, cell in enumerate(cells)))
    finally:
        one.close()


def test_batches_are_those_of_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = fake(tmp_path, monkeypatch, settings={"batch": 2})
    identity = one.identity()
    assert one.batch == 2 and (identity["onnxruntime"], identity["provider"]) == ("9.8.7", "CPUExecutionProvider")
    assert identity["sha256 of m.onnx"] == hashlib.sha256((tmp_path / "m.onnx").read_bytes()).hexdigest()
    assert [o.output["value"] for o in ask(one, "1", "2", "3")] == ["3", "4", "4"]


def test_an_item_does_not_take_its_neighbours_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ask(fake(tmp_path, monkeypatch), "1", "9", "3")
    assert [(o.status, o.reason) for o in found] == [("ok", ""), ("failed", "ValueError: odd"), ("ok", "")]


def test_a_crash_of_the_library_ends_its_process_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RunError, match=r"exit code 134\)(?s:.*)heap is broken"):
        ask(fake(tmp_path, monkeypatch), "7")


def test_no_answer_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = fake(tmp_path, monkeypatch, settings={"batch": 2}, limit=SystemLimit(seconds=3))
    assert [o.status for o in ask(one, "1", "2", "8", "3", "4")] == ["ok", "ok", "timeout", "timeout", "ok"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"thread": 1}, "no setting thread"),
        ({"threads": 0}, r"system\.settings\.threads is not one"),
        ({"classes": ["a"]}, r"settings\.classes is not one"),
        ({"classes": ["a", "a"]}, r"settings\.classes is not one"),
        ({"softmax": "yes"}, r"settings\.softmax is not one"),
        ({"output": "z"}, r"m\.onnx has no output z; its outputs are: y"),
        ({"provider": "CUDAExecutionProvider"}, "there are: CPUExecutionProvider"),
    ],
)
def test_settings_that_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], says: str
) -> None:
    with pytest.raises(ProcedureError, match=says), closing(fake(tmp_path, monkeypatch, settings=settings)) as one:
        one.identity()


@pytest.mark.parametrize(
    ("more", "says"), [({"settings": {"threads": 2}}, "cannot vary"), ({"prompt": "x"}, "no prompt")]
)
def test_what_cannot_vary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any], says: str) -> None:
    with pytest.raises(ProcedureError, match=says):
        ask(fake(tmp_path, monkeypatch), "1", **more)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.onnx", None, "cannot be read"),
        ("m.pkl", b"x", "is a pickle"),
        ("m.joblib", None, "is a pickle"),
        ("m.onnx", b"\x80\x04\x95", "is a pickle"),
        ("m.onnx", b"", "the file is empty"),
        ("m.onnx", model(INSIDE)[:-9], "cut off"),
        ("m.onnx", b"\x0f" * 40, "no protocol buffer"),
        ("m.onnx", model(BESIDE), r"holds its weights in w\.bin"),
        ("m.onnx", model(BESIDE.replace(b"w.bin", b"../w1")), r"holds its weights in \.\./w1"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    (tmp_path / "w1").write_bytes(HALF_AND_TWO)
    folder = tmp_path / "of the procedure"
    folder.mkdir()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(ProcedureError, match=says):
        Onnx(name, folder)


def test_weights_beside_the_file_are_part_of_the_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.onnx").write_bytes(model(BESIDE))
    (tmp_path / "w.bin").write_bytes(HALF_AND_TWO)
    assert external(tmp_path / "m.onnx") == ["w.bin"]
    one = fake(tmp_path, monkeypatch)
    one.close()
    (tmp_path / "m.onnx").write_bytes(model(BESIDE))
    one = Onnx("m.onnx", tmp_path, settings={"threads": 3})
    assert one.identity()["sha256 of w.bin"] == hashlib.sha256(HALF_AND_TWO).hexdigest()
    one.close()


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.EXTRAS, "onnx", ("no_such_library_here", "onnx"))
    with pytest.raises(ProcedureError, match="needs the library no_such_library_here") as found:
        registry.by_name("onnx")
    assert "measurand[onnx]" in found.value.findings[0].hint


@real
@pytest.mark.parametrize("weights", ["inside", "beside"])
def test_a_model_made_by_hand(tmp_path: Path, weights: str) -> None:
    (tmp_path / "m.onnx").write_bytes(model(INSIDE if weights == "inside" else BESIDE))
    (tmp_path / "w.bin").write_bytes(HALF_AND_TWO)
    one = Onnx("m.onnx", tmp_path, settings={"classes": ["dog", "cat"], "positive": "cat"})
    one.identity()
    (found,) = one.observe([Task("s", "1", {}, 1, {"a": "0.25", "b": "-3"})])
    one.close()
    assert found.output == {"value": "dog", "score": "-1.0", "score:dog": "0.75", "score:cat": "-1.0"}


@real
def test_a_file_that_the_library_cannot_load(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(model(INSIDE).replace(b"Add", b"Adt"))
    one = Onnx("m.onnx", tmp_path)
    with pytest.raises(MeasurandError, match=r"ONNX Runtime cannot load m\.onnx: .*Adt") as found:
        one.identity()
    one.close()
    assert str(tmp_path) not in str(found.value)
