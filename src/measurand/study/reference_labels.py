"""How surely the reference values of a set hold: classes and numbers, from the judgements of several annotators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number
from measurand.document.reference_certificate import (
    Adjudication,
    ClassLabels,
    Confusion,
    Part,
    Uncertain,
)
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.study.labels import votes as common_votes
from measurand.study.reference_agreement import Tally, agreement, share, tally
from measurand.study.reference_fit import fit
from measurand.study.reference_posterior import Model, common, prior, uncertain
from measurand.study.reference_posterior import individual as own_rates

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
MOST_CLASSES = 60
"""Of a matrix of true class by value: beyond, all errors are taken as alike."""


@dataclass(frozen=True, eq=False)
class Judged:
    """The items of a set with the votes of their annotators."""

    votes: Sequence[Mapping[str, str]]
    value: Sequence[str] | None
    """Reference value of each item; None: the class of most votes, or with ``individual`` the most probable one."""
    cluster: Sequence[str]
    stratum: Sequence[str] | None = None
    adjudicated: Sequence[bool] | None = None
    adjudication_error: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Assigned:
    """What the votes say: the statement, and for each item its class and the probability that it is wrong (NaN:
    adjudicated, not known)."""

    stated: ClassLabels
    label: tuple[str, ...]
    wrong: Array
    agreeing: Array
    """Share of the pairs of votes for the item that agree; NaN without a pair."""


def of_classes(judged: Judged, *, individual: bool) -> Assigned:
    """Agreement, error rate of a vote and probability that each reference value is wrong.

    A vote is wrong with probability e (``study.labels.votes``) or by each annotator's own rates (Dawid and Skene 1979).
    The probability that the value of an item is wrong is one minus the probability of its class given the votes. The
    share of wrong values is their mean; its variance ``sum p (1 - p) / n^2`` plus that of the rates, by clusters.
    Raises DesignError where the votes cannot tell.
    """
    voted = sorted({v for item in judged.votes for v in item.values() if v != ""})
    if len(voted) < 2:
        raise DesignError(Finding("M0514", "labels", say("M05.one_class", classes=", ".join(voted))))
    if judged.value is not None and not set(voted) & set(judged.value):
        names = {"votes": ", ".join(voted), "values": ", ".join(sorted(set(judged.value)))}
        raise DesignError(Finding("M0567", "labels", say("M0567.apart", **names)))
    classes = tuple(sorted({*voted, *(judged.value or ())}))
    n = len(judged.votes)
    found = common_votes([list(item.values()) for item in judged.votes], classes, np.ones(n))
    counted = tally(found.count, judged.cluster)
    observed = share(counted.agreeing, counted.pairs, counted.cluster)
    if individual:
        model = own_rates(judged.votes, classes, judged.cluster)
    else:
        least = 0.0 if observed is None else observed[1] / 2.0  # e is about d / 2 where d is small
        model = common(found.count, found.rate, found.contribution["rate"], judged.cluster, least=least)
    q = model.posterior(model.rate)
    position = {c: k for k, c in enumerate(classes)}
    if judged.value is not None:
        label = np.array([position[v] for v in judged.value], np.int64)
    else:  # the class of most votes, a tie by probability; with rates of each annotator's own the most probable
        label = np.argmax(q if individual else found.count + 0.5 * q, axis=1)
    decided = np.array(judged.adjudicated, bool) if judged.adjudicated is not None else np.zeros(n, bool)
    wrong = 1.0 - q[np.arange(n), label]
    stated = judged.adjudication_error
    known = np.where(decided, stated[0] if stated else np.nan, wrong)
    strata = np.asarray(judged.stratum or (), dtype=str)
    wrongness = _Wrong(model, label, wrong, decided, stated)
    labels = ClassLabels(
        model="individual" if individual else "common",
        classes=classes,
        votes=int(found.count.sum()),
        agreement=agreement(counted, classes),
        vote=model.vote,
        error=wrongness.share(np.ones(n, bool)),
        confusion=_confusion(model, label, decided, stated, classes),
        fit=None if individual else fit(found.count, found.rate, prior(found.count, found.rate)),
        annotators=model.annotators,
        by_class={c: _of_class(counted, wrongness, label == k, k) for k, c in enumerate(classes)},
        by_stratum={str(s): _of_stratum(counted, wrongness, strata == s) for s in np.unique(strata)},
        adjudication=_adjudication(judged, counted, label, decided),
    )
    agreeing = np.divide(counted.agreeing, counted.pairs, out=np.full(n, np.nan), where=counted.pairs > 0)
    return Assigned(labels, tuple(classes[k] for k in label), known, agreeing)


@dataclass(frozen=True, eq=False)
class _Wrong:
    """Probability of each item that its reference value is wrong."""

    model: Model
    label: Integers
    wrong: Array
    decided: NDArray[np.bool_]
    stated: tuple[float, float] | None

    def share(self, here: NDArray[np.bool_]) -> Uncertain | None:
        """Share of wrong values of some items; None without any, or with adjudicated values of unknown error."""
        n, mine = int(here.sum()), np.flatnonzero(here & ~self.decided)
        if n == 0 or (len(mine) < n and self.stated is None):
            return None
        wrong, label = self.wrong[mine], self.label[mine]
        variance = float(np.sum(wrong * (1.0 - wrong))) / n**2
        variance += float(self.model.moved(lambda q: np.asarray(np.sum(1.0 - q[mine, label]) / n)))
        value = float(np.sum(wrong)) / n
        if self.stated is not None:
            part = (n - len(mine)) / n
            value, variance = value + part * self.stated[0], variance + (part * self.stated[1]) ** 2
        return uncertain(value, np.sqrt(variance))


def _confusion(
    model: Model,
    label: Integers,
    decided: NDArray[np.bool_],
    stated: tuple[float, float] | None,
    classes: Sequence[str],
) -> Confusion | None:
    """Probability of each value given the true class, ``sum of q_t over items with the value / sum of q_t``.

    Variance: truth by chance, ``sum q (1 - q) (1[value] - M)^2 / N_t^2``, and that of the rates. None with
    adjudicated values of unknown error, a class that no item is held to be of, or very many classes.
    """
    k = len(classes)
    if k > MOST_CLASSES or (decided.any() and stated is None):
        return None
    hit = np.eye(k)[label]
    a = stated[0] if stated is not None else 0.0
    settled = hit * (1.0 - a) + (1.0 - hit) * a / (k - 1)

    def whole(q: Array) -> Array:
        return np.where(decided[:, None], settled, q)

    def rows(q: Array) -> Array:
        mass = whole(q).T @ hit
        return np.asarray(mass / mass.sum(axis=1, keepdims=True))

    q = whole(model.posterior(model.rate))
    total = q.sum(axis=0)
    if total.min() < 1.0:
        return None
    matrix, chance = rows(q), q * (1.0 - q)
    variance = model.moved(rows)
    for t in range(k):
        variance[t] += chance[:, t] @ (hit - matrix[t]) ** 2 / total[t] ** 2
    if stated is not None:  # the error of all adjudicated values moves together
        share = (decided @ hit) / total[:, None]
        variance += (share * stated[1]) ** 2
    u = np.sqrt(variance)
    return Confusion(
        classes=tuple(classes),
        rows=tuple(tuple(uncertain(matrix[t, c], u[t, c]) for c in range(k)) for t in range(k)),
    )


def _of_class(t: Tally, wrongness: _Wrong, here: NDArray[np.bool_], k: int) -> Part:
    """Specific agreement of the class, and the items with its value."""
    x = t.count[:, k]
    return _part(t, wrongness, here, share(x * (x - 1.0), x * (t.votes - 1.0), t.cluster))


def _of_stratum(t: Tally, wrongness: _Wrong, here: NDArray[np.bool_]) -> Part:
    return _part(t, wrongness, here, share(t.agreeing[here], t.pairs[here], t.cluster[here]))


def _part(t: Tally, wrongness: _Wrong, here: NDArray[np.bool_], agreeing: tuple[float, float] | None) -> Part:
    error = wrongness.share(here)
    return Part(
        items=int(here.sum()),
        votes=int(t.votes[here].sum()),
        agreement=None if agreeing is None else number(agreeing[0]),
        u_agreement=None if agreeing is None else number(agreeing[1]),
        error=None if error is None else error.value,
        u_error=None if error is None else error.u,
    )


def _adjudication(
    judged: Judged, t: Tally, label: Integers, decided: NDArray[np.bool_]
) -> Adjudication | None:  # fmt: skip
    if judged.adjudicated is None:
        return None
    fewer = t.count[np.arange(len(label)), label] < t.count.max(axis=1)
    stated = judged.adjudication_error
    return Adjudication(
        items=int(decided.sum()), overruled=int(np.sum(fewer & decided)), error=uncertain(*stated) if stated else None
    )
