"""Annotators of different reliability: each has error rates of its own (Dawid & Skene 1979), as label weights.

The votes of an item given its class are independent, annotator j is right with probability ``r_j`` (two classes: one
for each class; more classes: one for all, the wrong classes equally likely). The rates are those of greatest likelihood
(expectation-maximisation, half a count added to each cell); weights are ``g = q M^-1`` with q the probability of each
class given the votes and ``M = E[q | truth]``, so that ``E[g | truth] = truth`` whatever the system does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.study.labels import Votes, Weights

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
ADDED = 0.5
"""Counts added to right and wrong votes of an annotator."""
TOLERANCE = 1e-10
MOST_ITERATIONS = 5000
MOST_PATTERNS = 20_000
LEAST_VOTES = 3.0
"""Votes per item, on average: two annotators with rates of their own cannot be told apart."""
STEP = 1e-5
PATH = "reference.annotators"


@dataclass(frozen=True, eq=False)
class Rates:
    """What the votes say about the annotators."""

    right: Array
    """Probability of a right vote by annotator and true class, shape (annotators, classes)."""
    share: Array
    """Share of each class, shape (classes,)."""
    influence: Array
    """Contribution of each item to each free rate, shape (items, annotators, rates of one annotator)."""
    u: Array
    """Standard uncertainty of each free rate, shape (annotators, rates of one annotator)."""


def coded(votes: Sequence[Mapping[str, str]], annotators: Sequence[str], classes: Sequence[str]) -> Integers:
    """Votes as class positions, shape (items, annotators); -1: no vote."""
    column = {name: j for j, name in enumerate(annotators)}
    position = {c: k for k, c in enumerate(classes)}
    out = np.full((len(votes), len(annotators)), -1, np.int64)
    for i, of_item in enumerate(votes):
        for name, vote in of_item.items():
            if vote != "":
                out[i, column[name]] = position[vote]
    return out


def rates(vote: Integers, classes: int, weight: Array, *, annotators: Sequence[str]) -> Rates:
    """Rates of greatest likelihood with the contribution of each item (score equations).

    Raises DesignError, naming the annotator, where the votes cannot tell: fewer than three per item on average, one
    label only, not better than chance.
    """
    _refuse(vote, classes, annotators)
    tied = classes > 2
    pattern, of_item = np.unique(vote, axis=0, return_inverse=True)
    mass = np.asarray(np.bincount(of_item.reshape(-1), weights=weight), float)
    share, right = _fitted(pattern, classes, mass, tied=tied)
    if share.min() <= STEP:  # no item is held to be of some class: nothing tells how often its labels are right
        raise DesignError(Finding("M0519", PATH, say("M05.annotators_alike"), say("M05.annotators_alike_hint")))
    free = _Free(pattern, classes, mass, tied)
    theta = free.packed(share, right)
    information = free.information(theta)
    values = np.linalg.eigvalsh(information / np.sqrt(np.outer(np.diagonal(information), np.diagonal(information))))
    if not np.all(np.isfinite(values)) or values.min() < 1e-8:
        raise DesignError(Finding("M0519", PATH, say("M05.annotators_alike"), say("M05.annotators_alike_hint")))
    influence = weight[:, None] * (free.scores(theta) @ np.linalg.inv(information))[of_item.reshape(-1)]
    mine = influence[:, classes - 1 :].reshape(len(vote), len(annotators), -1)
    u = np.sqrt(np.sum(mine**2, axis=0))
    excess = right.mean(axis=1) if not tied else right[:, 0]
    spread = np.sqrt(np.sum(u**2, axis=1)) / u.shape[1]
    weak = [a for j, a in enumerate(annotators) if excess[j] - 2 * spread[j] <= 1.0 / classes]
    if weak:
        text = say("M05.annotator_chance", annotators=", ".join(weak))
        raise DesignError(Finding("M0512", PATH, text, say("M05.annotator_chance_hint")))
    return Rates(right, share, mine, u)


def _refuse(vote: Integers, classes: int, annotators: Sequence[str]) -> None:
    given = vote >= 0
    if not given.any(axis=1).all():
        count = int(np.sum(~given.any(axis=1)))
        raise DesignError(Finding("M0510", PATH, say("M05.no_vote", count=count)))
    one = [a for j, a in enumerate(annotators) if len(np.unique(vote[given[:, j], j])) < 2]
    if one:
        text = say("M05.one_label_only", annotators=", ".join(one))
        raise DesignError(Finding("M0511", PATH, text, say("M05.one_label_only_hint")))
    mean = float(given.sum(axis=1).mean())
    if mean < LEAST_VOTES or len(annotators) < LEAST_VOTES:
        text = say("M05.too_few_votes", mean=f"{mean:.2g}")
        raise DesignError(Finding("M0511", PATH, text, say("M05.too_few_votes_hint")))


def _logs(vote: Integers, right: Array) -> Array:
    """Log probability of the votes of each item given each class, shape (items, classes)."""
    classes = right.shape[1]
    out = np.zeros((len(vote), classes))
    for j in range(vote.shape[1]):
        hit = vote[:, j, None] == np.arange(classes)
        one = np.where(hit, np.log(right[j]), np.log((1.0 - right[j]) / (classes - 1)))
        out += np.where(vote[:, j, None] >= 0, one, 0.0)
    return out


def posterior(vote: Integers, share: Array, right: Array) -> Array:
    """Probability of each class given the votes, shape (items, classes)."""
    logs = _logs(vote, right) + np.log(share)
    odds = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def _fitted(vote: Integers, classes: int, weight: Array, *, tied: bool) -> tuple[Array, Array]:
    """Shares and rates by expectation-maximisation, from the shares of the votes."""
    given = vote >= 0
    hit = vote[:, :, None] == np.arange(classes)
    q = hit.sum(axis=1) / given.sum(axis=1)[:, None]
    share, right = np.zeros(classes), np.zeros((vote.shape[1], classes))
    for _ in range(MOST_ITERATIONS):
        before = right
        mass = weight[:, None] * q
        share = mass.sum(axis=0) / mass.sum()
        x = np.einsum("it,ijt->jt", mass, hit)
        n = np.einsum("it,ij->jt", mass, given)
        if tied:
            x, n = (np.repeat(a.sum(axis=1, keepdims=True), classes, axis=1) for a in (x, n))
        right = (x + ADDED) / (n + 2 * ADDED)
        q = posterior(vote, np.maximum(share, 1e-9), right)
        if np.abs(right - before).max() < TOLERANCE:
            return np.maximum(share, 1e-9), right
    raise DesignError(Finding("M0519", PATH, say("M05.annotators_alike"), say("M05.annotators_alike_hint")))


class _Free:
    """The free parameters: shares of all classes but the first, then the rates of each annotator."""

    def __init__(self, vote: Integers, classes: int, weight: Array, tied: bool) -> None:
        self.vote, self.classes, self.weight, self.tied = vote, classes, weight, tied
        self.given = vote >= 0
        self.hit = vote[:, :, None] == np.arange(classes)

    def packed(self, share: Array, right: Array) -> Array:
        return np.concatenate([share[1:], (right[:, :1] if self.tied else right).reshape(-1)])

    def unpacked(self, theta: Array) -> tuple[Array, Array]:
        k = self.classes
        share = np.concatenate([[1.0 - theta[: k - 1].sum()], theta[: k - 1]])
        right = theta[k - 1 :].reshape(self.vote.shape[1], -1)
        return share, np.repeat(right, k, axis=1) if self.tied else right

    def scores(self, theta: Array) -> Array:
        """Derivative of the log-likelihood of each item, shape (items, parameters)."""
        share, right = self.unpacked(theta)
        q = posterior(self.vote, share, right)
        of_share = q[:, 1:] / share[1:] - q[:, :1] / share[0]
        one = np.where(self.hit, 1.0 / right, -1.0 / (1.0 - right)) * self.given[:, :, None]
        of_rate = one * q[:, None, :]
        if self.tied:
            of_rate = of_rate.sum(axis=2, keepdims=True)
        return np.concatenate([of_share, of_rate.reshape(len(q), -1)], axis=1)

    def information(self, theta: Array) -> Array:
        """Minus the second derivative of the penalised log-likelihood, by central differences of the scores."""
        columns = []
        for p in range(len(theta)):
            h = STEP * min(theta[p], 1.0 - theta[p])
            up, down = theta.copy(), theta.copy()
            up[p], down[p] = theta[p] + h, theta[p] - h
            columns.append((self._total(down) - self._total(up)) / (2 * h))
        found = np.stack(columns, axis=1)
        return np.asarray(0.5 * (found + found.T))

    def _total(self, theta: Array) -> Array:
        added = np.zeros_like(theta)
        r = theta[self.classes - 1 :]
        added[self.classes - 1 :] = ADDED / r - ADDED / (1.0 - r)
        return np.asarray(self.weight @ self.scores(theta) + added)


def individual(
    vote: Integers, classes: int, weight: Array, *, annotators: Sequence[str], common: Votes
) -> tuple[Weights, Votes]:  # fmt: skip
    """Weights of the votes by annotators with rates of their own, and the votes with each rate's contributions."""
    found = rates(vote, classes, weight, annotators=annotators)
    q = posterior(vote, found.share, found.right)
    label = np.asarray(np.argmax(q, axis=1), np.int64)
    g, noise = np.zeros_like(q), np.zeros(len(q))
    names = [[f"{a}:{t}" for t in range(found.u.shape[1])] for a in annotators]
    slope = {name: np.zeros_like(q) for of_one in names for name in of_one}
    voters, of_item = np.unique(vote >= 0, axis=0, return_inverse=True)
    for s, mask in enumerate(voters):
        here, who = of_item.reshape(-1) == s, np.flatnonzero(mask)
        own, chance = _weights(vote[np.ix_(here, who)], found.share, found.right[who])
        g[here], noise[here] = own, chance[label[here]]
        for k, j in enumerate(who):
            for t, name in enumerate(names[j]):
                h = STEP * (1.0 - found.right[j, t])
                sides = []
                for sign in (1.0, -1.0):
                    moved = found.right[who].copy()
                    moved[k, t if found.u.shape[1] > 1 else slice(None)] += sign * h
                    sides.append(_weights(vote[np.ix_(here, who)], found.share, moved)[0])
                slope[name][here] = (sides[0] - sides[1]) / (2 * h)
    contribution = {name: found.influence[:, j, t] for j, of_one in enumerate(names) for t, name in enumerate(of_one)}
    total = float(weight.sum())
    rate = float(1.0 - np.mean(found.right @ found.share))
    wrong = float(weight @ (1.0 - q.max(axis=1))) / total
    text = tuple(
        say("remark.annotator", name=a, rates=" / ".join(f"{x:.3g}" for x in found.right[j, : found.u.shape[1]]),
            u=" / ".join(f"{x:.2g}" for x in found.u[j]))
        for j, a in enumerate(annotators)
    )  # fmt: skip
    return Weights(g, slope, noise, label), Votes(
        common.count, rate, contribution, common.agreement, wrong, text
    )  # fmt: skip


def _weights(vote: Integers, share: Array, right: Array) -> tuple[Array, Array]:
    """Weights ``q M^-1`` of items with the same voters, and the variance of each class's own weight by chance."""
    classes, several = right.shape[1], len(right)
    if float(classes) ** several > MOST_PATTERNS:
        raise DesignError(Finding("M0519", PATH, say("M05.many_votes", votes=several), say("M05.many_votes_hint")))
    pattern = np.array(list(product(range(classes), repeat=several)), np.int64).reshape(-1, several)
    p = np.exp(_logs(pattern, right))
    q = posterior(pattern, share, right)
    mixing = p.T @ q
    if np.linalg.cond(mixing) > 1e6:
        raise DesignError(Finding("M0519", PATH, say("M05.annotators_alike"), say("M05.annotators_alike_hint")))
    inverse = np.linalg.inv(mixing)
    g = q @ inverse
    chance = np.sum(p * g**2, axis=0) - 1.0
    at = vote @ (classes ** np.arange(several - 1, -1, -1))
    return np.asarray(g[at]), np.asarray(np.maximum(chance, 0.0))
