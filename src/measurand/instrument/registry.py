"""Instruments by the name that ``system.access`` gives; other packages add theirs through entry points."""

from __future__ import annotations

import importlib
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
}

EXTRAS = {"openai": "aiohttp"}
"""Instrument -> the library of the extra ``live`` that it needs."""


def names() -> tuple[str, ...]:
    """All registered names, sorted."""
    return tuple(sorted({*OWN, *(entry.name for entry in metadata.entry_points(group=GROUP))}))


def by_name(name: str) -> Any:
    """The class of a name, whose ``of(system, folder, connections=n)`` makes the instrument; its file is loaded only
    now. Raises ProcedureError for an unknown name."""
    if name in OWN:
        module, _, attribute = OWN[name].partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            if error.name != EXTRAS.get(name):
                raise
            missing = fault("M0613.library", file="", hint="M0613.hint", access=name, library=error.name)
            raise ProcedureError(missing) from None
    for entry in metadata.entry_points(group=GROUP, name=name):
        return entry.load()
    raise ProcedureError(f"there is no instrument {name!r}; known: {', '.join(names())}")
