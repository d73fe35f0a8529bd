"""Importers by the kind of log; each is loaded only when it is asked for."""

from __future__ import annotations

from importlib import import_module

from measurand.instrument.importer.contract import Importer

KINDS = {
    "inspect": "inspect_ai",
    "lm-eval": "lm_eval",
    "evalscope": "evalscope",
    "promptfoo": "promptfoo",
}
"""Kind -> file of this package."""


def importer(kind: str) -> Importer:
    """What reads logs of a kind. Raises KeyError."""
    found: Importer = import_module(f"measurand.instrument.importer.{KINDS[kind]}").read
    return found
