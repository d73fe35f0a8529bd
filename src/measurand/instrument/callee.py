"""The process in which a callable runs: one JSON line in, one out (the other end is ``instrument.python``)."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
import os
import platform
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from measurand.instrument.answer import AgreementError, read

Function = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
_MEMORY_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


def main() -> None:
    """Answer questions until the other end closes."""
    questions, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        os.dup2(nothing.fileno(), 0)  # what the callable reads must not be the questions,
    os.dup2(2, 1)  # nor what it prints get between the answers
    sys.stdout = sys.stderr
    sys.path.insert(0, str(Path.cwd()))
    opening = json.loads(questions.readline())
    try:
        function = _function(opening["target"])
        _say(answers, {"identity": _identity(function)})
    except AgreementError as error:
        _say(answers, {"refused": str(error)})
        return
    for line in questions:
        try:
            _say(answers, {"outputs": _outputs(function, json.loads(line)["inputs"])})
        except AgreementError as error:
            _say(answers, {"refused": str(error)})


def _say(answers: IO[str], answer: Mapping[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _function(target: str) -> Function:
    module, mark, name = target.partition(":")
    if not mark or not module or not name:
        raise AgreementError(f"target {target!r} is not of the form module:function")
    try:
        found = getattr(importlib.import_module(module), name, None)
    except Exception as error:
        raise AgreementError(f"module {module} cannot be imported: {reason(error)}") from error
    if not callable(found):
        raise AgreementError(f"module {module} has no function {name}")
    function: Function = found
    return function


def _identity(function: Function) -> dict[str, str]:
    identity = {"python": platform.python_version()}
    source = inspect.getsourcefile(inspect.unwrap(function))
    if source is not None:
        identity["source_sha256"] = hashlib.sha256(Path(source).read_bytes()).hexdigest()
    for name in ("numpy", "torch", "onnxruntime"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if version is not None:
            identity[name] = str(version)
    return identity


def _outputs(function: Function, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        outputs = function([dict(entry) for entry in inputs])
    except Exception as error:  # noqa: BLE001 - whatever the callable raises is an observation
        if len(inputs) == 1:
            return [{"status": "failed", "reason": reason(error)}]
        # One item must not take its neighbours with it: each is asked alone.
        return [answer for entry in inputs for answer in _outputs(function, [entry])]
    if not isinstance(outputs, (list, tuple)) or len(outputs) != len(inputs):
        length = f"{len(outputs)} outputs" if hasattr(outputs, "__len__") else type(outputs).__name__
        raise AgreementError(f"{length} came back for {len(inputs)} inputs; a list of as many is expected")
    return [read(output) for output in outputs]


def reason(error: Exception) -> str:
    """What an exception says, in one line, without addresses of memory."""
    text = f"{type(error).__name__}: {error}".splitlines()[0]
    return _MEMORY_ADDRESS.sub("0x...", text)[:200]


if __name__ == "__main__":
    main()
