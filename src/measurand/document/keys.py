"""The tables and keys of a procedure file: kind, range, and the issue that serves what is not served yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from measurand.document.procedure import Component, ContrastKind, Counts, DistributionName, Method, Of


@dataclass(frozen=True)
class Entry:
    """One key. ``kind`` names a reader of ``document.reading``; ``later`` what a later issue serves ("" is served)."""

    kind: str
    required: bool = False
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    table: str = ""
    later: str = ""
    later_choices: Mapping[str, str] | None = None
    """Choices that a later issue serves."""


def _text(required: bool = False) -> Entry:
    return Entry("text", required)


def _column(required: bool = False) -> Entry:
    return Entry("column", required)


def _choice(*choices: str, required: bool = False, **later: str) -> Entry:
    return Entry("choice", required, choices, later_choices=later)


def _number(low: float | None = None, high: float | None = None, required: bool = False) -> Entry:
    return Entry("number", required, low=low, high=high)


def _integer(low: float, high: float = 2**53 - 1) -> Entry:
    return Entry("integer", low=low, high=high)


def _table(name: str, required: bool = False) -> Entry:
    return Entry("table", required, table=name)


def _tables(name: str, required: bool = False) -> Entry:
    return Entry("tables", required, table=name)


def _later(topic: str) -> Entry:
    return Entry("any", later=topic)


AMOUNT = Entry("amount")
KEY = Entry("key")
FORMAT = _choice("csv", "parquet", "jsonl", coco="perception")
_LIVE = "live"
_COUNTS = _choice(*get_args(Counts))
_COMPONENTS = get_args(Component)

TABLES: Mapping[str, Mapping[str, Entry]] = {
    "": {
        "schema": Entry("schema", required=True),
        "id": Entry("file_id"), "title": _text(), "notes": Entry("prose"),
        "system": _tables("system"), "observations": _table("observations"), "reference": _table("reference"),
        "sampling": _table("sampling"), "factor": _tables("factor"), "design": _table("design"),
        "scoring": _table("scoring"), "judge": _table("judge"), "influence": _later("a later version"),
        "input": _tables("input"), "correlation": _tables("correlation"), "measurand": _tables("measurand", True),
        "uncertainty": _table("uncertainty"), "status": _table("status"), "validity": _table("validity"),
        "requirement": _tables("requirement"), "decision_rule": _table("decision_rule"), "report": _table("report"),
    },
    "system": {
        "name": _text(), "id": _text(), "version": _text(), "maker": _text(), "digest": _text(),
        "access": _choice("recorded", "python", "openai", "command", "gguf", "onnx", "skops", "kserve"),
        "url": _text(), "model": _text(), "api": _choice("chat", "completions"), "target": _text(),
        "settings": Entry("json"), "limit": _table("system.limit"), "price": _table("system.price"),
        "intended_use": _text(),
    },
    "system.limit": {"seconds": _integer(1, 86_400), "memory": _integer(1_000_000), "cpu_seconds": _integer(1)},
    "system.price": {
        "input": _number(0, required=True), "output": _number(0, required=True), "per": _integer(1),
        "currency": _text(True),
    },
    "observations": {
        "file": Entry("paths", True), "format": FORMAT, "item": Entry("key", True),
        "value": _column(), "output": _column(), "score": _column(), "scores": Entry("columns_by_class"),
        "exposure": _column(), "lower": _column(), "upper": _column(), "spread": _column(),
        "members": Entry("columns"), "set": _column(), "query": _column(),
        "first": _column(), "second": _column(),
        "system": _column(), "repeat": _column(), "status": _column(),
        "imported": _text(),
    },
    "reference": {
        "file": Entry("paths"), "format": FORMAT, "item": KEY, "value": _column(), "annotators": Entry("columns"),
        "annotations": _table("reference.annotations"), "audit": _table("reference.audit"),
        "annotator_model": _choice("common", "individual"), "independent": Entry("flag"),
        "error": _table("reference.error"),
        "standard_uncertainty": Entry("amount_or_column"), "input": KEY, "media": _column(), "censored": _column(),
        "event": _column(), "classes": Entry("labels"), "tier": _choice("highest", "standard", "test"),
        "certificate": _text(),
    },
    "reference.annotations": {
        "file": Entry("paths", True), "format": FORMAT, "item": KEY, "annotator": _column(True), "value": _column(True),
    },
    "reference.audit": {"file": Entry("paths", True), "format": FORMAT, "item": KEY, "value": _column(True)},
    "reference.error": {
        "rate": _table("known"), "sensitivity": _table("known"), "specificity": _table("known"),
        "by": _column(), "rates": Entry("shares"), "matrix": Entry("matrix", low=0, high=1),
        "counts": Entry("matrix", low=0), "standard_uncertainty": Entry("matrix", low=0, high=0.5),
        "independent": Entry("flag"),
    },
    "known": {"value": _number(0, 1, True), "standard_uncertainty": _number(0, 0.5, True)},
    "sampling": {
        "population": _text(), "cluster": KEY, "stratum": _column(), "weight": _column(),
        "population_size": Entry("size"),
    },
    "factor": {
        "id": Entry("id", True), "effect": _choice("random", "fixed", required=True), "column": _column(),
        "levels": Entry("nested_labels"), "files": Entry("nested_paths"), "setting": _text(), "within": _text(),
        "weights": Entry("weights"),
        "component": _choice("conditions", "implementation", "judge", "reference"),
    },
    "design": {
        "repeats": _integer(1, 100_000), "fraction": _choice("orthogonal"), "each": _integer(1),
        "order": _choice("random"), "seed": _integer(0),
        "concurrency": _integer(1, 1024), "limit": _table("design.limit"),
    },
    "design.limit": {"requests": _integer(1), "tokens": _integer(1), "minutes": _number(0), "money": _number(0)},
    "scoring": {
        "kind": _choice("exact", "normalised", "choice", "number", "regex", "judge", "json", "code", "similarity",
                        "f1", "rouge-l", "bleu", "chrf", "wer", "cer", required=True),
        "after": _text(), "extract": Entry("pattern"), "field": _text(), "choices": Entry("labels"),
        "by": _choice("log-probability"), "which": _choice("last", "first", "only"), "tolerance": AMOUNT,
        "pattern": Entry("pattern"), "schema": Entry("json"), "seconds": _integer(1, 3600),
        "memory": _integer(64, 1_000_000), "model": _text(),
    },
    "judge": {
        "name": _text(), "values": Entry("shares"), "calibration": _table("judge.calibration"),
        "access": _choice("recorded", "openai", "command", "python"), "url": _text(), "model": _text(),
        "target": _text(), "settings": Entry("json"), "rubric": _text(), "after": _text(), "against": _column(),
        "swap": Entry("flag"), "repeats": _integer(1, 100),
    },
    "judge.calibration": {
        "file": Entry("paths", True), "format": FORMAT, "random": Entry("flag"), "human": _column(True),
        "judged": _column(), "swapped": _column(), "again": _column(), "longer": _column(), "own": _column(),
        "answer": _column(),
    },
    "input": {
        "id": Entry("id", True), "distribution": _choice(*get_args(DistributionName), required=True), "value": AMOUNT,
        "standard_uncertainty": AMOUNT, "half_width": AMOUNT, "lower": AMOUNT, "upper": AMOUNT, "shape": _number(0),
        "degrees_of_freedom": _number(0), "component": _choice(*_COMPONENTS), "source": _text(), "shared_as": _text(),
    },
    "correlation": {"inputs": Entry("pair", True), "r": _number(-1, 1, True)},
    "measurand": {
        "id": Entry("id", True), "quantity": _text(), "of": _choice(*get_args(Of)),
        "model": Entry("model"), "positive": Entry("label"),
        "at": Entry("at"), "average": _choice("macro", "micro", "weighted"), "where": Entry("filter"), "by": _column(),
        "contrast": _table("measurand.contrast"), "pooling": _choice("within", "pooled"),
        "estimand": _choice("generalised", "benchmark"), "unit": _text(), "target_uncertainty": AMOUNT,
    },
    "measurand.contrast": {
        "over": _column(True), "first": Entry("label"), "second": Entry("label"),
        "kind": _choice(*get_args(ContrastKind)),
    },
    "uncertainty": {
        "coverage_probability": _number(0.5, 0.9999), "method": _choice(*get_args(Method)),
        "trials": Entry("trials", low=10_000, high=100_000_000), "required": Entry("choices", choices=_COMPONENTS),
    },
    "status": {name: _COUNTS for name in ("refused", "failed", "timeout", "unscored", "missing", "censored")},
    "validity": {
        "max_excluded": AMOUNT, "min_clusters": _integer(2, 1_000_000),
        "min_agreement": _table("validity.min_agreement"), "max_repeatability": AMOUNT,
        "judge": _table("validity.judge"),
    },
    "validity.min_agreement": {"kappa": _number(-1, 1, True)},
    "validity.judge": {
        "min_sensitivity": _number(0, 1), "min_specificity": _number(0, 1), "min_kappa": _number(-1, 1),
        "min_repeatability": _number(0, 1), "max_position_bias": _number(0, 1), "max_length_bias": _number(0, 1),
        "max_self_bias": _number(0, 1),
    },
    "requirement": {
        "measurand": _text(True), "id": Entry("id"), "lower_limit": AMOUNT, "upper_limit": AMOUNT,
        "rule": _later("sectors"), "system": _text(), "level": Entry("label"), "source": _text(),
        "decision_rule": _table("decision_rule"),
    },
    "decision_rule": {
        "kind": _choice("guarded", "guarded_acceptance", "guarded_rejection", "simple"),
        "max_false_accept_risk": _number(1e-9, 0.5), "max_false_reject_risk": _number(1e-9, 0.5), "guard_band": AMOUNT,
        "prior": _table("decision_rule.prior"),
    },
    "decision_rule.prior": {
        "distribution": _choice(*get_args(DistributionName), required=True), "value": _number(required=True),
        "standard_uncertainty": _number(0, required=True),
    },
    "report": {
        "customer": _text(), "received": _text(), "valid_for": _text(), "not_valid_for": _text(),
        "language": _choice("en", zh="a later version"), "disclosure": _choice("open", "private", "digest"),
        "cell": _integer(2, 1_000_000),
    },
}  # fmt: skip
"""Table name -> its keys. The name of a nested table is dotted; ``known`` is ``{ value, standard_uncertainty }``."""

EVERYWHERE = tuple(
    (table, key) for table, entries in TABLES.items() if table != "known" for key in entries if not entries[key].later
)
"""All served (table, key) pairs, for hints."""
