"""Instruments by the name that ``system.access`` gives; other packages add theirs through entry points."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from importlib import metadata
from typing import Any

from measurand.errors import ProcedureError

GROUP = "measurand.instruments"
OWN = {
    "recorded": "measurand.instrument.recorded:Recorded",
    "python": "measurand.instrument.python:PythonCallable",
}


def names() -> tuple[str, ...]:
    """All registered names, sorted."""
    return tuple(sorted({*OWN, *(entry.name for entry in metadata.entry_points(group=GROUP))}))


def by_name(name: str) -> Callable[..., Any]:
    """What makes the instrument of a name; its file is loaded only now. Raises ProcedureError for an unknown name."""
    if name in OWN:
        module, _, attribute = OWN[name].partition(":")
        found: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
        return found
    for entry in metadata.entry_points(group=GROUP, name=name):
        loaded: Callable[..., Any] = entry.load()
        return loaded
    raise ProcedureError(f"there is no instrument {name!r}; known: {', '.join(names())}")
