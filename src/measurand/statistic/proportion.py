"""Shares: the rows of a subset that show an event, among all rows of the subset."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.weighing import any_row, one_class, positive_sum

Rule = tuple[str, float | str]
"""A role and what it must equal: a number, or (text) the value of another role."""


@dataclass(frozen=True)
class Share:
    """``T = sum w_i [event_i and given_i] / sum w_i [given_i]``; without ``given`` all rows are the subset.

    A share conditions on the role of ``given`` (sensitivity: on truth), so its classes are that role's values. With
    equal weights ``counts`` are the events and trials of the exact binomial methods.

    >>> import numpy as np
    >>> column = {"truth": np.array([1.0, 1.0, 0.0]), "predicted": np.array([1.0, 0.0, 0.0])}
    >>> sensitivity().value(Rows(np.arange(3), np.zeros(3, int), column), np.ones(3)).tolist()
    [0.5]
    """

    name: str
    event: Rule
    given: Rule | None = None
    subset: str = "the rows"
    """The subset in words, for messages."""
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)
    exact: Literal["no", "binomial", "poisson"] = field(default="binomial", init=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The share itself."""
        return (self.name,)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that the two rules name."""
        named = [part for rule in (self.given, self.event) if rule for part in rule if isinstance(part, str)]
        return tuple(dict.fromkeys(named))

    def arrange(self, rows: Rows) -> Rows:
        """Nothing to prepare."""
        return rows

    def value(self, rows: Rows, w: Array) -> Array:
        """The share, shape (1,)."""
        events, trials = self._sums(rows, w)
        return np.array([events / trials])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``s_i = [given_i] ([event_i] - T) / sum w [given]``, shape (rows, 1)."""
        events, trials = self._sums(rows, w)
        s: Array = (_holds(rows, self.event).astype(np.float64) - events / trials) / trials
        return np.asarray(s if self.given is None else np.where(_holds(rows, self.given), s, 0.0))[:, None]

    def counts(self, rows: Rows, w: Array) -> Array:
        """Sums of weights of the events and of the trials, shape (1, 2)."""
        return np.array([self._sums(rows, w)])

    def extremes(self, rows: Rows, w: Array) -> Array:
        """A row of the subset without the event and one with it, shape (2, 1)."""
        events, trials = self._sums(rows, w)
        share = events / trials
        return np.array([[-share / trials], [(1.0 - share) / trials]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Both kinds are rows of the subset."""
        return any_row(2) if self.given is None else np.full(2, int(float(self.given[1])), dtype=np.int64)

    def classes(self, rows: Rows) -> Integers:
        """The values of the role on which the share conditions."""
        return one_class(rows) if self.given is None else np.asarray(rows.column[self.given[0]], dtype=np.int64)

    def _sums(self, rows: Rows, w: Array) -> tuple[float, float]:
        event = _holds(rows, self.event)
        if self.given is not None:
            inside = _holds(rows, self.given)
            event, w = event & inside, np.where(inside, w, 0.0)
        trials = positive_sum(w, statistic=self.name, rows=self.subset)
        return float(np.sum(w, where=event)), trials


def proportion() -> Share:
    """Share of the rows whose ``outcome`` is 1."""
    return Share("proportion", event=("outcome", 1.0))


def positive_rate() -> Share:
    """Share of the rows that are ``predicted`` positive (1)."""
    return Share("positive_rate", event=("predicted", 1.0))


def accuracy() -> Share:
    """Share of the rows whose ``predicted`` class equals ``truth``; any number of classes, as codes."""
    return Share("accuracy", event=("predicted", "truth"))


def sensitivity() -> Share:
    """``TP / (TP + FN)``: share predicted positive among those that are positive."""
    return Share("sensitivity", event=("predicted", 1.0), given=("truth", 1.0), subset="rows with positive reference")


def specificity() -> Share:
    """``TN / (TN + FP)``: share predicted negative among those that are negative."""
    return Share("specificity", event=("predicted", 0.0), given=("truth", 0.0), subset="rows with negative reference")


def precision() -> Share:
    """``TP / (TP + FP)``: share that are positive among those predicted positive."""
    return Share("precision", event=("truth", 1.0), given=("predicted", 1.0), subset="rows predicted positive")


def _holds(rows: Rows, rule: Rule) -> NDArray[np.bool_]:
    role, wanted = rule
    return np.asarray(rows.column[role] == (rows.column[wanted] if isinstance(wanted, str) else wanted), dtype=np.bool_)
