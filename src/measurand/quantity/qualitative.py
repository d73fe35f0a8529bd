"""Proficiency testing of qualitative and ordinal answers: shares of right answers, distances, rates (ISO 13528)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.exact import clopper_pearson

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class ExactShare:
    """Events among trials with exact limits."""

    events: int
    trials: int
    limits: tuple[float, float]

    @property
    def share(self) -> float:
        """Events over trials."""
        return self.events / self.trials


@dataclass(frozen=True)
class Rates:
    """What a laboratory finds of the items that have a property, and leaves of those that have not."""

    sensitivity: ExactShare
    specificity: ExactShare


@dataclass(frozen=True, eq=False)
class OrdinalPerformance:
    """Answers of one laboratory on an ordered scale; ``distance`` has shape (items,)."""

    distance: Integers
    """Steps on the scale from the assigned category, above 0 where the answer is higher."""
    right: ExactShare
    adjacent: ExactShare
    """Answers at most one step away."""
    higher: int
    lower: int

    @property
    def mean_size(self) -> float:
        """Mean number of steps away; it takes the steps as equally long."""
        return float(np.mean(np.abs(self.distance)))


def share(events: int, trials: int, *, level: float = 0.95) -> ExactShare:
    """Share with the limits of Clopper & Pearson. Raises DesignError for impossible counts.

    >>> [round(v, 4) for v in share(15, 148).limits]  # Newcombe (1998), Table I
    [0.0578, 0.1617]
    """
    if not 0.0 < level < 1.0:
        raise DesignError(say("proficiency.level", level=level))
    if trials < 1 or not 0 <= events <= trials:
        raise DesignError(say("proficiency.counts", x=events, n=trials))
    low, high = clopper_pearson(events, trials, tail=0.5 * (1.0 - level))
    return ExactShare(int(events), int(trials), (float(low), float(high)))


def right_answers(
    answers: Sequence[Sequence[Hashable]], assigned: Sequence[Hashable], *, level: float = 0.95
) -> list[ExactShare]:
    """For each laboratory the share of its answers that are the assigned category of their item.

    ``answers``: laboratories x items. Where the assigned categories are the majority of the participants, a laboratory
    is part of what it is compared with. Raises DesignError without items, or for answers that are missing.
    """
    _check(answers, assigned)
    return [share(sum(a == b for a, b in zip(row, assigned, strict=True)), len(row), level=level) for row in answers]


def majority(answers: Sequence[Sequence[Hashable]], *, needed: float = 0.8) -> list[Hashable | None]:
    """Category that at least ``needed`` of the laboratories gave each item; None where no category has that many.

    An item without an assigned category is left out of the evaluation. Raises DesignError as ``right_answers``, and
    for a share needed of at most one half, which two categories could have.
    """
    _check(answers, answers[0] if answers else ())
    if not 0.5 < needed <= 1.0:
        raise DesignError(say("proficiency.inputs", name="needed", least=say("proficiency.above"), value=needed))
    found: list[Hashable | None] = []
    for item in zip(*answers, strict=True):
        best = max(dict.fromkeys(item), key=item.count)
        found.append(best if item.count(best) >= needed * len(item) else None)
    return found


def ordinal_performance(
    answers: Sequence[Hashable], assigned: Sequence[Hashable], *, scale: Sequence[Hashable], level: float = 0.95
) -> OrdinalPerformance:
    """Steps of one laboratory's answers from the assigned categories of the items on a ``scale`` in rising order.

    Raises DesignError for a category that is not on the scale, or answers that are missing.
    """
    _check([answers], assigned)
    place = {name: i for i, name in enumerate(scale)}
    unknown = [name for name in (*answers, *assigned) if name not in place]
    if unknown:
        raise DesignError(say("proficiency.category", name=unknown[0], names=", ".join(str(s) for s in scale)))
    d = np.array([place[a] - place[b] for a, b in zip(answers, assigned, strict=True)], np.int64)
    return OrdinalPerformance(
        distance=d,
        right=share(int(np.sum(d == 0)), len(d), level=level),
        adjacent=share(int(np.sum(np.abs(d) <= 1)), len(d), level=level),
        higher=int(np.sum(d > 0)),
        lower=int(np.sum(d < 0)),
    )


def ordinal_middle(answers: Sequence[Hashable], *, scale: Sequence[Hashable]) -> tuple[Hashable, Hashable]:
    """Lower and upper median category of the laboratories' answers to one item: equal but for an even split.

    >>> ordinal_middle(["low", "high", "high", "middle"], scale=["low", "middle", "high"])
    ('middle', 'high')
    """
    _check([answers], answers)
    place = {name: i for i, name in enumerate(scale)}
    unknown = [name for name in answers if name not in place]
    if unknown:
        raise DesignError(say("proficiency.category", name=unknown[0], names=", ".join(str(s) for s in scale)))
    held = sorted(place[name] for name in answers)
    return scale[held[(len(held) - 1) // 2]], scale[held[len(held) // 2]]


def rates(found: ArrayLike, present: ArrayLike, *, level: float = 0.95) -> Rates:
    """Sensitivity and specificity of one laboratory, shapes (items,): ``found`` by it, ``present`` by assignment.

    Raises DesignError where either group has no item, or the shapes differ.
    """
    f, p = np.asarray(found, bool).ravel(), np.asarray(present, bool).ravel()
    if len(f) != len(p):
        text = say("proficiency.lengths", first="found", second="present", count_first=len(f), count_second=len(p))
        raise DesignError(text)
    if not p.any() or p.all():
        raise DesignError(say("proficiency.one_sided"))
    hits, rejections = int(np.sum(f & p)), int(np.sum(~f & ~p))
    return Rates(share(hits, int(p.sum()), level=level), share(rejections, int(np.sum(~p)), level=level))


def detection_by_level(found: ArrayLike, levels: ArrayLike, *, level: float = 0.95) -> dict[float, ExactShare]:
    """Share of detections at each amount of what is to be detected, in rising order; the amount 0 shows false alarms.

    Shapes (items,). The smallest amount from which on the lower limit stays above a wanted share is a limit of
    detection that these items can show. Raises DesignError for shapes that differ.
    """
    f, x = np.asarray(found, bool).ravel(), np.asarray(levels, float).ravel()
    if len(f) != len(x) or not len(f) or not np.all(np.isfinite(x)):
        text = say("proficiency.lengths", first="found", second="levels", count_first=len(f), count_second=len(x))
        raise DesignError(text)
    return {float(v): share(int(np.sum(f[x == v])), int(np.sum(x == v)), level=level) for v in np.unique(x)}


def _check(answers: Sequence[Sequence[Hashable]], assigned: Sequence[Hashable]) -> None:
    if not answers or not len(assigned):
        raise DesignError(say("proficiency.no_answers"))
    for i, row in enumerate(answers, 1):
        if len(row) != len(assigned):
            raise DesignError(say("proficiency.answers", position=i, count=len(row), items=len(assigned)))
