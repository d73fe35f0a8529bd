"""Data of the pictures of a result, computed from what was observed, so that they can be recomputed and verified."""

from __future__ import annotations

from collections.abc import Mapping

from measurand.document.result import Curve
from measurand.study.columns import threshold
from measurand.study.compose import Outcome
from measurand.study.discordance import discordance
from measurand.study.reliability import histogram, reliability
from measurand.study.roc import precision_recall, rates, roc
from measurand.study.roles import Observed
from measurand.study.scored import scored

MOST_RESULTS = 24
"""Results with data of pictures."""
POINTS = 400
"""Points of all ROCs together, about."""
RANKED = frozenset({"auc", "partial_auc", "precision_recall_area"})
"""Statistics of the order of the scores: they have a ROC."""
MOST_BINS = 50
"""More bins than this are not drawn as the statistic has them."""


def curves(outcome: Outcome, seen: Observed, *, results: int, key: str, p: float) -> tuple[Curve, ...]:
    """What the pictures of an outcome need, ``results``: how many there are in all; ``key``: of the random streams."""
    found = [discordance(outcome)]
    if len(outcome.arms) == 1 and outcome.measurand.quantity is not None:
        found += _of_scores(outcome, seen, points=max(20, min(100, POINTS // results)), key=key, p=p)
    return tuple(c for c in found if c is not None)


def _of_scores(outcome: Outcome, seen: Observed, *, points: int, key: str, p: float) -> list[Curve | None]:
    arm = outcome.arms[0]
    statistic, definition = arm.aim.statistic, arm.aim.definition
    probability = definition.kind == "probability" and statistic.exact == "no"
    ranked = definition.statistic in RANKED
    s = scored(arm, key=key) if probability or ranked else None
    if s is None:
        return []
    several = "scores" in arm.weighed.rows.column
    sides = ("right", "wrong") if several else ("positive", "negative")
    found: list[Curve | None] = [histogram(s, probability=probability, sides=sides)]
    if probability:
        bins = int(getattr(statistic, "bins", MOST_BINS + 1))
        found.append(reliability(s, p=p, bins=bins if bins <= MOST_BINS else None))
    r = rates(s, points=points, operating=_operating(outcome, seen), key=key) if ranked else None
    if r is not None:
        found += [roc(s, r, p=p), precision_recall(s, r, p=p)]
    return found


def _operating(outcome: Outcome, seen: Observed) -> Mapping[str, float]:
    """Operating points of the other measurands of the same positive class: ``at.score`` as ``>=`` a threshold."""
    out = {}
    for m in seen.procedure.measurand:
        if m.positive == outcome.measurand.positive and "score" in m.at and not m.where:
            operator, limit = threshold(m.at["score"])
            if operator == ">=":
                out[f"{limit:g}"] = limit
    return out
