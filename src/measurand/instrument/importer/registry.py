"""Importers by the kind of log; each is loaded only when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from measurand.instrument.importer.contract import Importer

BOTH = ("metric", "system")


@dataclass(frozen=True)
class Kind:
    """Where an importer is, and which options it has a use for."""

    where: str
    """File of this package and function, ``file:function``."""
    options: tuple[str, ...] = ()


KINDS = {
    "inspect": Kind("inspect_ai:read", BOTH),
    "lm-eval": Kind("lm_eval:read", ("metric", "filter", "system")),
    "evalscope": Kind("evalscope:read", BOTH),
    "opencompass": Kind("opencompass:read", BOTH),
    "lighteval": Kind("lighteval:read", BOTH),
    "promptfoo": Kind("promptfoo:read", BOTH),
    "deepeval": Kind("deepeval:read", BOTH),
    "openai-evals": Kind("openai_evals:read", BOTH),
    "helm": Kind("helm:read", ("metric", "filter", "system")),
    "every-eval-ever": Kind("every_eval_ever:read", BOTH),
    "mlflow": Kind("mlflow:read"),
    "coco": Kind("coco:read", ("system",)),
    "datasets": Kind("datasets:read", ("filter",)),
    "csv": Kind("tables:csv"),
    "jsonl": Kind("tables:jsonl"),
    "parquet": Kind("tables:parquet"),
}


def importer(kind: str) -> Importer:
    """What reads logs of a kind. Raises KeyError."""
    file, _, name = KINDS[kind].where.partition(":")
    found: Importer = getattr(import_module(f"measurand.instrument.importer.{file}"), name)
    return found
