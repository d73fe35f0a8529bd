"""How surely the reference values of a set hold: classes and numbers, from the judgements of several annotators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number
from measurand.document.reference_certificate import (
    Adjudication,
    Agreement,
    ClassLabels,
    Confusion,
    NumberLabels,
    NumberPart,
    Part,
    Uncertain,
)
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.study.labels import votes as common_votes
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


@dataclass(frozen=True, eq=False)
class _Tally:
    """Votes by item and class, with their pairs."""

    count: Array
    votes: Array
    pairs: Array
    agreeing: Array
    wrong: Array


def of_classes(judged: Judged, *, individual: bool) -> Assigned:
    """Agreement, error rate of a vote and probability that each reference value is wrong.

    A vote is wrong with probability e (``study.labels.votes``) or by each annotator's own rates (Dawid and Skene 1979).
    The probability that the value of an item is wrong is one minus the probability of its class given the votes. The
    share of wrong values is their mean; its variance ``sum p (1 - p) / n^2`` plus that of the rates, by clusters.
    Raises DesignError where the votes cannot tell.
    """
    classes = tuple(sorted({*(v for item in judged.votes for v in item.values() if v != ""), *(judged.value or ())}))
    if len(classes) < 2:
        raise DesignError(Finding("M0514", "labels", say("M05.one_class", classes=", ".join(classes))))
    n = len(judged.votes)
    found = common_votes([list(item.values()) for item in judged.votes], classes, np.ones(n))
    if individual:
        model = own_rates(judged.votes, classes, judged.cluster)
    else:
        model = common(found.count, found.rate, found.contribution["rate"], judged.cluster)
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
    m = found.count.sum(axis=1)
    tally = _Tally(found.count, m, m * (m - 1) / 2, np.sum(found.count * (found.count - 1) / 2, axis=1), known)
    strata = np.asarray(judged.stratum or (), dtype=str)
    agreement = _agreement(tally, classes, found.agreement)
    labels = ClassLabels(
        model="individual" if individual else "common",
        classes=classes,
        votes=int(m.sum()),
        agreement=agreement,
        vote=model.vote,
        error=_error(model, label, wrong, decided, stated),
        confusion=_confusion(model, label, decided, stated, classes),
        fit=None if individual else fit(found.count, found.rate, prior(found.count, found.rate)),
        annotators=model.annotators,
        by_class={c: _part(tally, label == k, agreement.specific.get(c)) for k, c in enumerate(classes)},
        by_stratum={
            str(s): _part(tally, here, _share(tally, here))
            for s in np.unique(strata)
            if (here := strata == s) is not None
        },
        adjudication=_adjudication(judged, tally, label, decided),
    )
    agreeing = np.divide(tally.agreeing, tally.pairs, out=np.full(n, np.nan), where=tally.pairs > 0)
    return Assigned(labels, tuple(classes[k] for k in label), known, agreeing)


def _error(
    model: Model, label: Integers, wrong: Array, decided: NDArray[np.bool_], stated: tuple[float, float] | None
) -> Uncertain | None:
    """Share of wrong reference values with its standard uncertainty; None with adjudicated values of unknown error."""
    n, mine = len(wrong), np.flatnonzero(~decided)
    if len(mine) < n and stated is None:
        return None
    variance = float(np.sum(wrong[mine] * (1.0 - wrong[mine]))) / n**2
    variance += float(model.moved(lambda q: np.asarray(np.sum(1.0 - q[mine, label[mine]]) / n)))
    value = float(np.sum(wrong[mine])) / n
    if stated is not None:
        share = decided.sum() / n
        value, variance = value + share * stated[0], variance + (share * stated[1]) ** 2
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


def _agreement(tally: _Tally, classes: Sequence[str], kappa: float) -> Agreement:
    specific = {}
    for k, c in enumerate(classes):
        x = tally.count[:, k]
        chances = float(np.sum(x * (tally.votes - 1)))
        if chances > 0:
            specific[c] = number(float(np.sum(x * (x - 1))) / chances)
    pairs = float(tally.pairs.sum())
    return Agreement(
        pairs=int(pairs), observed=number(float(tally.agreeing.sum()) / pairs), kappa=number(kappa), specific=specific
    )


def _share(tally: _Tally, here: NDArray[np.bool_]) -> str | None:
    """Share of the pairs of votes that agree in some items."""
    pairs = float(tally.pairs[here].sum())
    return number(float(tally.agreeing[here].sum()) / pairs) if pairs > 0 else None


def _part(tally: _Tally, here: NDArray[np.bool_], agreement: str | None) -> Part:
    wrong = tally.wrong[here]
    known = len(wrong) > 0 and not np.any(np.isnan(wrong))
    return Part(
        items=int(here.sum()),
        votes=int(tally.votes[here].sum()),
        agreement=agreement,
        error=number(float(wrong.mean())) if known else None,
    )


def _adjudication(
    judged: Judged, tally: _Tally, label: Integers, decided: NDArray[np.bool_]
) -> Adjudication | None:  # fmt: skip
    if judged.adjudicated is None:
        return None
    fewer = tally.count[np.arange(len(label)), label] < tally.count.max(axis=1)
    stated = judged.adjudication_error
    return Adjudication(
        items=int(decided.sum()), overruled=int(np.sum(fewer & decided)), error=uncertain(*stated) if stated else None
    )


def of_numbers(
    votes: Sequence[Sequence[float]], stratum: Sequence[str] | None
) -> tuple[NumberLabels, Array, Array]:  # fmt: skip
    """Spread of annotators about the mean of each item; the statement, the mean and the uncertainty of each item.

    ``s^2 = sum (x - xbar_i)^2 / sum (m_i - 1)``, in each stratum; ``u_i = s / sqrt(m_i)``; ``u(s) = s / sqrt(2 df)``.
    Raises DesignError where no item (of a stratum) has two values, or an item has none.
    """
    n = len(votes)
    if any(len(v) == 0 for v in votes):
        count = sum(len(v) == 0 for v in votes)
        raise DesignError(Finding("M0510", "labels", say("M05.no_vote", count=count)))
    mean = np.array([np.mean(v) for v in votes])
    squares = np.array([float(np.sum((np.asarray(v) - c) ** 2)) for v, c in zip(votes, mean, strict=True)])
    m = np.array([len(v) for v in votes])
    strata = np.asarray(stratum if stratum is not None else [""] * n, dtype=str)
    u = np.zeros(n)
    parts: dict[str, NumberPart] = {}
    for s in sorted(set(strata)):
        here = strata == s
        df = int(np.sum(m[here] - 1))
        if df == 0:
            text = say("M05.one_vote_each")
            raise DesignError(Finding("M0511", "labels", text, say("M05.one_vote_each_hint")))
        sd = float(np.sqrt(squares[here].sum() / df))
        u[here] = sd / np.sqrt(m[here])
        whole = float(np.sqrt(np.mean(u[here] ** 2)))
        parts[str(s)] = NumberPart(items=int(here.sum()), votes=int(m[here].sum()), sd=number(sd), u=number(whole))
    df = int(np.sum(m - 1))
    sd = float(np.sqrt(squares.sum() / df))
    labels = NumberLabels(
        votes=int(m.sum()),
        sd=uncertain(sd, sd / np.sqrt(2 * df)),
        df=df,
        u=number(float(np.sqrt(np.mean(u**2)))),
        by_stratum=parts if stratum is not None else {},
    )
    return labels, mean, u
