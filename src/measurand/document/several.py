"""Tables with a probability of each of several classes, and tables in which several people rate the same items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from measurand.document.profile import Column, Profile, combinations_of

PREFIXES = ("p_", "prob_", "proba_", "probability_", "score_", "p.", "prob.", "")
"""Before the class in the name of the column of its probability, as programs write it."""
NEAR = 1e-3
"""How far from one the probabilities of an item may sum."""
MOST_CLASSES = 30
MOST_CATEGORIES = 10
"""Ratings that are numbers with more values than this are a scale, not categories."""


def scores_of(seen: Profile, truth: str | None) -> Mapping[str, str]:
    """Class -> column of its probability, for every class of the truth when there are three or more; else nothing."""
    classes = seen.column[truth].values if truth else ()
    if not 3 <= len(classes) <= MOST_CLASSES:
        return {}
    by_name = {name.lower(): name for name in seen.column if name != truth}
    for prefix in PREFIXES:
        found = {c: by_name.get((prefix + c).lower(), "") for c in classes}
        if all(found.values()) and len(set(found.values())) == len(found):
            return found if _sum_to_one([seen.column[name] for name in found.values()]) else {}
    return {}


def _sum_to_one(columns: Sequence[Column]) -> bool:
    if not all(c.unit_interval and not c.empty for c in columns):
        return False
    return all(abs(sum(map(float, cells)) - 1.0) <= NEAR for cells in zip(*(c.cells for c in columns), strict=True))


def quantities_of_scores(seen: Profile, scores: Mapping[str, str]) -> tuple[str, ...]:
    """Quantities of the probabilities of all classes; the log score where no class is called impossible."""
    possible = all(float(value) > 0.0 for name in scores.values() for value in seen.column[name].values)
    return (*(("multiclass_log_score",) if possible else ()), "multiclass_brier_score", "multiclass_auc")


def ratings_of(seen: Profile, item: Sequence[str], conditions: Sequence[str]) -> tuple[str, str, str] | None:
    """Column of the raters, column of the ratings and quantity, where rows are one rating each; else None.

    The items are rated by several people, and nothing looks like the output of a system.
    """
    rater = next((c for c in seen.role["rater"] if c in conditions and 2 <= seen.column[c].distinct <= 50), None)
    used = {*item, *conditions}
    candidates = [c for c in seen.role["rating"] if c not in used and seen.column[c].distinct > 1]
    rating = candidates[0] if len(candidates) == 1 else None
    outputs = {*seen.role["predicted"], *seen.role["score"], *seen.role["success"], *seen.role["number"]} - {
        rating,
        *used,
    }
    if rater is None or rating is None or not item or outputs or seen.role["system"]:
        return None
    if combinations_of([seen.column[c] for c in item]) == seen.rows or seen.column[rating].empty:
        return None
    scale = seen.column[rating].numeric and seen.column[rating].distinct > MOST_CATEGORIES
    return rater, rating, "krippendorff_alpha_interval" if scale else "krippendorff_alpha"
