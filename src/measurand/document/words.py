"""What somebody meant: the nearest key, the key's table, the metrological word for a word of machine learning."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

SYNONYMS = {
    "metric": "quantity", "metrics": "quantity", "score_function": "quantity", "measure": "quantity",
    "object": "system", "model_name": "system.name", "classifier": "system", "detector": "system", "agent": "system",
    "label": "reference.value", "labels": "reference.value", "ground_truth": "reference.value",
    "groundtruth": "reference.value", "gold": "reference.value", "truth": "reference.value",
    "y_true": "reference.value", "y": "reference.value", "raters": "reference.annotators",
    "readers": "reference.annotators", "dataset": "reference", "data": "reference", "test_set": "reference",
    "benchmark": "reference", "confidence": "uncertainty.coverage_probability",
    "confidence_level": "uncertainty.coverage_probability", "coverage": "uncertainty.coverage_probability",
    "alpha": "uncertainty.coverage_probability", "ci": "uncertainty.coverage_probability",
    "stderr": "standard_uncertainty", "error_bar": "standard_uncertainty", "std": "standard_uncertainty",
    "sigma": "standard_uncertainty", "threshold": "at.score (the operating point), or lower_limit (a requirement)",
    "cutoff": "at.score (the operating point)", "accuracy_threshold": "requirement.lower_limit",
    "epochs": "design.repeats", "runs": "design.repeats", "n_runs": "design.repeats",
    "trials_per_item": "design.repeats", "group": "sampling.cluster", "groups": "sampling.cluster",
    "doc": "sampling.cluster", "patient": "sampling.cluster", "predictions": "observations.file",
    "prediction": "observations.value", "pred": "observations.value", "y_pred": "observations.value",
    "y_score": "observations.score", "probability": "observations.score", "outputs": "observations",
    "results": "observations", "id_column": "observations.item", "pos_label": "positive",
    "positive_class": "positive", "target_class": "positive", "min": "lower_limit", "max": "upper_limit",
    "minimum": "lower_limit", "maximum": "upper_limit",
    "tolerence": "at.tolerance; a limit is lower_limit or upper_limit",
    "tolerance": "at.tolerance; a limit is lower_limit or upper_limit", "filter": "where", "subset": "where",
    "groupby": "by", "group_by": "by", "slice": "by", "random_state": "design.seed", "random_seed": "design.seed",
    "weights_column": "sampling.weight", "sample_weight": "sampling.weight", "strata": "sampling.stratum",
    "bootstrap": "uncertainty.method", "conditions": "factor", "prompts": "factor", "influence": "factor",
    "formula": "model", "expression": "model", "distractors": "factor", "sites": "factor", "judges": "judge",
    "grader": "judge", "scorer": "scoring",
}  # fmt: skip
"""A word of machine learning -> the key that says it here."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The most similar known word, or "" when none is similar.

    >>> nearest("requirments", ["requirement", "report"])
    'requirement'
    """
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def meant(word: str, here: Iterable[str], elsewhere: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """What an unknown key probably means: a kind (``near``, ``word``, ``place``, ``near_place`` or "") and the words.

    ``here`` are the keys of the same table, ``elsewhere`` pairs (table, key). A key of this table that is nearly the
    same goes first, then a key of another table with this very name, then the synonyms, then a similar key elsewhere.

    >>> meant("seed", ["id"], [("design", "seed")])
    ('place', 'design')
    >>> meant("metric", ["id", "quantity"], [])
    ('word', 'quantity')
    """
    low = word.lower().replace("-", "_").replace(" ", "_")
    here, elsewhere = list(here), list(elsewhere)
    place = {key: table for table, key in reversed(elsewhere)}
    same = difflib.get_close_matches(low, here, n=1, cutoff=0.8)
    if same:
        return "near", same[0]
    if low in place:
        return "place", place[low]
    if low in SYNONYMS:
        return "word", SYNONYMS[low]
    if near := nearest(low, here):
        return "near", near
    if near := nearest(low, place):
        return "near_place", f"{place[near]}.{near}" if place[near] else near
    return "", ""
