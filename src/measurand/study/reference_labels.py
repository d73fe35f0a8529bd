"""How surely the reference values of a set hold: classes and numbers, from the judgements of several annotators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number
from measurand.document.reference_certificate import (
    Adjudication,
    Agreement,
    ClassLabels,
    NumberLabels,
    NumberPart,
    Part,
    Uncertain,
)
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.study.labels import votes as common_votes
from measurand.study.labels_individual import STEP, coded, posterior, rates

Array = NDArray[np.float64]
LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Judged:
    """The items of a set with the votes of their annotators."""

    votes: Sequence[Mapping[str, str]]
    value: Sequence[str] | None
    """Reference value of each item; None: the most probable class given the votes."""
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
class _Model:
    """Probability of each class given the votes, as a function of the rates."""

    rate: Array
    """Free rates."""
    influence: Array
    """Contribution of each item to each rate, shape (items, rates)."""
    posterior: Callable[[Array], Array]
    """Rates -> probability of each class, shape (items, classes)."""


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
    annotators: dict[str, tuple[Uncertain, ...]] = {}
    if individual:
        model, annotators, vote = _individual(judged, classes)
    else:
        model = _common(found.count, found.rate, found.contribution["rate"])
        vote = _uncertain(found.rate, np.sqrt(_clustered(model.influence[:, 0], judged.cluster)))
    q = model.posterior(model.rate)
    position = {c: k for k, c in enumerate(classes)}
    label = np.array([position[v] for v in judged.value]) if judged.value is not None else np.argmax(q, axis=1)
    decided = np.array(judged.adjudicated, bool) if judged.adjudicated is not None else np.zeros(n, bool)
    wrong = 1.0 - q[np.arange(n), label]
    stated = judged.adjudication_error
    error = _error(model, label, wrong, decided, judged)
    known = np.where(decided, stated[0] if stated else np.nan, wrong)
    m = found.count.sum(axis=1)
    tally = _Tally(found.count, m, m * (m - 1) / 2, np.sum(found.count * (found.count - 1) / 2, axis=1), known)
    agreement = _agreement(tally, classes, found.agreement)
    labels = ClassLabels(
        model="individual" if individual else "common",
        classes=classes,
        votes=int(m.sum()),
        agreement=agreement,
        vote=vote,
        error=error,
        annotators=annotators,
        by_class={c: _part(tally, label == k, agreement.specific.get(c)) for k, c in enumerate(classes)},
        by_stratum={
            s: _part(tally, here, _share(tally, here))
            for s in sorted(set(judged.stratum or ()))
            if (here := np.array([t == s for t in judged.stratum or ()])) is not None
        },
        adjudication=_adjudication(judged, tally, label, decided),
    )
    agreeing = np.divide(tally.agreeing, tally.pairs, out=np.full(n, np.nan), where=tally.pairs > 0)
    return Assigned(labels, tuple(classes[k] for k in label), known, agreeing)


def _common(count: Array, rate: float, contribution: Array) -> _Model:
    """One rate for all: shares of the classes follow from the shares of the votes."""
    m, classes = count.sum(axis=1), count.shape[1]
    share = count.sum(axis=0) / m.sum()

    def q(theta: Array) -> Array:
        e = min(max(float(theta[0]), LEAST), 1.0 - LEAST)
        other = e / (classes - 1)
        prior = np.maximum((share - other) / (1.0 - e - other), LEAST)
        logs = count * np.log(1.0 - e) + (m[:, None] - count) * np.log(other) + np.log(prior / prior.sum())
        odds = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))

    return _Model(np.array([rate]), contribution[:, None], q)


def _individual(
    judged: Judged, classes: tuple[str, ...]
) -> tuple[_Model, dict[str, tuple[Uncertain, ...]], Uncertain]:  # fmt: skip
    """Rates of each annotator's own."""
    names = sorted({name for item in judged.votes for name, vote in item.items() if vote != ""})
    vote = coded(judged.votes, names, classes)
    found = rates(vote, len(classes), np.ones(len(vote)), annotators=names)
    width = found.u.shape[1]
    shape = (len(names), width)

    def q(theta: Array) -> Array:
        right = theta.reshape(shape)
        return posterior(vote, found.share, right if width > 1 else np.repeat(right, len(classes), axis=1))

    right = found.right[:, :width]
    influence = found.influence.reshape(len(vote), -1)
    u = np.sqrt([_clustered(part, judged.cluster) for part in influence.T]).reshape(shape)
    each = {
        a: tuple(_uncertain(r, s) for r, s in zip(right[j], u[j], strict=True)) for j, a in enumerate(names)
    }  # fmt: skip
    # The rate of a vote of any annotator for an item of any class: mean over annotators, classes by their shares.
    slope = np.tile(found.share if width > 1 else np.ones(1), len(names)) / len(names)
    common = _uncertain(1.0 - float(slope @ right.reshape(-1)), np.sqrt(_clustered(influence @ slope, judged.cluster)))
    return _Model(right.reshape(-1).copy(), influence, q), each, common


def _clustered(part: Array, cluster: Sequence[str]) -> float:
    """Variance of a sum of contributions of items, items of one cluster together: ``G/(G-1) sum (z - zbar)^2``."""
    _, of = np.unique(np.asarray(cluster, dtype=str), return_inverse=True)
    z = np.bincount(of.reshape(-1), weights=part)
    return float(len(z) / (len(z) - 1) * np.sum((z - z.mean()) ** 2)) if len(z) > 1 else 0.0


def _error(
    model: _Model, label: NDArray[np.int64], wrong: Array, decided: NDArray[np.bool_], judged: Judged
) -> Uncertain | None:
    """Share of wrong reference values with its standard uncertainty; None with adjudicated values of unknown error."""
    n, stated = len(wrong), judged.adjudication_error
    if decided.any() and stated is None:
        return None
    mine = np.flatnonzero(~decided)

    def mean(theta: Array) -> float:
        return float(np.sum(1.0 - model.posterior(theta)[mine, label[mine]])) / n

    slope = np.zeros(len(model.rate))
    for p, r in enumerate(model.rate):
        h = STEP * max(min(r, 1.0 - r), LEAST)
        up, down = model.rate.copy(), model.rate.copy()
        up[p], down[p] = r + h, r - h
        slope[p] = (mean(up) - mean(down)) / (2 * h)
    variance = float(np.sum(wrong[mine] * (1.0 - wrong[mine]))) / n**2
    variance += _clustered(model.influence @ slope, judged.cluster)
    value = float(np.sum(wrong[mine])) / n
    if stated is not None:
        share = decided.sum() / n
        value, variance = value + share * stated[0], variance + (share * stated[1]) ** 2
    return _uncertain(value, np.sqrt(variance))


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
    judged: Judged, tally: _Tally, label: NDArray[np.int64], decided: NDArray[np.bool_]
) -> Adjudication | None:  # fmt: skip
    if judged.adjudicated is None:
        return None
    fewer = tally.count[np.arange(len(label)), label] < tally.count.max(axis=1)
    stated = judged.adjudication_error
    return Adjudication(
        items=int(decided.sum()), overruled=int(np.sum(fewer & decided)), error=_uncertain(*stated) if stated else None
    )


def _uncertain(value: float, u: float) -> Uncertain:
    return Uncertain(value=number(value), u=number(u))


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
        sd=_uncertain(sd, sd / np.sqrt(2 * df)),
        df=df,
        u=number(float(np.sqrt(np.mean(u**2)))),
        by_stratum=parts if stratum is not None else {},
    )
    return labels, mean, u
