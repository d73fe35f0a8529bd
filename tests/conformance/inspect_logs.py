"""Write logs with Inspect's mock model into the folder that is named; print what Inspect says of them, as JSON.

A process of its own: Inspect changes ``zipfile``, and leaves streams open."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import inspect_ai
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import match
from inspect_ai.solver import solver

ITEMS, EPOCHS = 10, 3
METHODS = {"stored": 0, "deflate": 8, "bzip2": 12, "lzma": 14, "zstandard": 93}


@solver
def four() -> Any:
    """The answer 4, without a model (its tokens would be counted by a file from the network); one sample of one epoch
    raises an error."""

    async def solve(state: Any, generate: Any) -> Any:
        if state.sample_id == "q7" and state.epoch == 2:
            raise RuntimeError("the tool broke")
        state.output = ModelOutput.from_content("mockllm/model", "4")
        return state

    return solve


def logged(folder: Path, kind: str) -> Any:
    """Sums in several epochs."""
    samples = [Sample(id=f"q{i}", input=f"{i} + 1", target="4" if i % 3 else "5") for i in range(ITEMS)]
    task = inspect_ai.Task(dataset=samples, solver=four(), scorer=match(), epochs=EPOCHS)
    (log,) = inspect_ai.eval(
        task, model="mockllm/model", log_dir=str(folder), log_format=kind, fail_on_error=False, display="none"
    )
    return log


def packed(source: Path, method: int) -> bytes:
    """The entries of an archive, compressed another way."""
    data = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(data, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return data.getvalue()


def main(folder: Path) -> None:
    """Both formats; the archive in every method of compression, and with the number of one that nobody reads."""
    told = {}
    for kind in ("json", "eval"):
        log = logged(folder / kind, kind)
        (place,) = (folder / kind).glob(f"*.{kind}")
        told[kind] = {"file": str(place), "accuracy": log.results.scores[0].metrics["accuracy"].value,
                      "total": log.results.total_samples, "completed": log.results.completed_samples,
                      "version": inspect_ai.__version__}  # fmt: skip
    for name, method in METHODS.items():
        (folder / f"{name}.eval").write_bytes(packed(place, method))
    data = packed(place, zipfile.ZIP_DEFLATED)
    for head in (b"PK\x03\x04\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x00"):
        data = data.replace(head + b"\x08\x00", head + b"\x09\x00")
    (folder / "deflate64.eval").write_bytes(data)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
