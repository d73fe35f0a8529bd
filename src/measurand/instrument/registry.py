"""Instruments by the name that ``system.access`` gives; other packages add theirs through entry points."""

from __future__ import annotations

import importlib
import importlib.util
from importlib import metadata
from typing import Any

from measurand.errors import ProcedureError
from measurand.instrument.fault import fault

GROUP = "measurand.instruments"
OWN = {
    "recorded": "measurand.instrument.recorded:Recorded",
    "python": "measurand.instrument.python:PythonCallable",
    "command": "measurand.instrument.command:Command",
    "openai": "measurand.instrument.openai:OpenAIChat",
    "gguf": "measurand.instrument.gguf:Gguf",
    "kserve": "measurand.instrument.kserve:KServe",
    "skops": "measurand.instrument.skops:Skops",
    "onnx": "measurand.instrument.onnx:Onnx",
}

EXTRAS = {
    "openai": ("aiohttp", "live"),
    "gguf": ("xllamacpp", "gguf"),
    "onnx": ("onnxruntime", "onnx"),
    "skops": ("skops", "skops"),
    "kserve": ("aiohttp", "live"),
}
"""Instrument -> the library that it needs, and the extra that installs it."""


def names() -> tuple[str, ...]:
    """All registered names, sorted."""
    return tuple(sorted({*OWN, *(entry.name for entry in metadata.entry_points(group=GROUP))}))


def by_name(name: str) -> Any:
    """The class of a name, whose ``of(system, folder, connections=n)`` makes the instrument; its file is loaded only
    now. Raises ProcedureError for an unknown name, or a library that is not installed."""
    if name in OWN:
        library, extra = EXTRAS.get(name, ("", ""))
        if library and importlib.util.find_spec(library) is None:
            missing = fault("M0613.library", file="", hint="M0613.hint", access=name, library=library, extra=extra)
            raise ProcedureError(missing)
        module, _, attribute = OWN[name].partition(":")
        return getattr(importlib.import_module(module), attribute)
    for entry in metadata.entry_points(group=GROUP, name=name):
        return entry.load()
    raise ProcedureError(f"there is no instrument {name!r}; known: {', '.join(names())}")
