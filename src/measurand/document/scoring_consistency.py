"""What a procedure says of the scoring of texts, checked as a whole."""

from __future__ import annotations

from typing import Any

from measurand.document.reading import Reader, found_below
from measurand.message import say


def check_scoring(tables: dict[str, Any], reader: Reader) -> None:
    """What a kind of scoring needs, and what has no effect with it."""
    scoring, observations = tables.get("scoring"), tables.get("observations")
    if scoring is None:
        if observations is not None and "output" in observations:
            reader.find("M0205.scoring", ("observations", "output"), say("M0205.scoring_hint"))
        return
    kind = scoring.get("kind")
    if observations is not None and "output" not in observations:
        reader.find("M0205.scored_output", ("scoring",), say("M0205.scored_output_hint"))
    if observations is not None and "value" in observations:
        reader.find("M0314.scored_value", ("observations", "value"))
    for of, key in (("regex", "pattern"), ("json", "schema"), ("similarity", "model")):
        if kind == of and key not in scoring and not found_below(reader, "scoring", key):
            reader.find("M0205.scoring_key", ("scoring",), kind=kind, key=key)
    if kind not in ("regex", "judge", "json", None) and "value" not in tables.get("reference", {}):
        reader.find("M0205.scored_reference", ("scoring",), kind=kind)
    of_kind = {
        "choices": "choice", "which": "number", "tolerance": "number", "pattern": "regex", "schema": "json",
        "seconds": "code", "memory": "code", "model": "similarity",
    }  # fmt: skip
    for key in (key for key, only in of_kind.items() if key in scoring and only != kind):
        reader.find("M0314.scoring", ("scoring", key), key=key, kind=kind)
    if scoring.get("by") is not None:
        for key in (key for key in ("after", "extract", "field") if key in scoring):
            reader.find("M0314.scoring_by", ("scoring", key), key=key)
        if kind != "choice" and kind is not None:
            reader.find("M0314.scoring", ("scoring", "by"), key="by", kind=kind)
        if observations is None:
            _log_probabilities(tables, reader)
    if (tolerance := scoring.get("tolerance")) is not None and (
        tolerance.unit not in ("", "%", "1") or float(tolerance.value) < 0
    ):
        reader.find("M0302.tolerance", ("scoring", "tolerance"))


def _log_probabilities(tables: dict[str, Any], reader: Reader) -> None:
    """A live system has to be asked for log-probabilities."""
    for entry in tables.get("system") or []:
        if entry.get("access") in ("openai", "gguf") and not (entry.get("settings") or {}).get("logprobs"):
            reader.find("M0205.log_probabilities", ("scoring", "by"), say("M0205.log_probabilities_hint"))
