"""Responses of persons (or AI systems) to items, and what a fitted item response model says of the items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Responses:
    """Who got what right. Make it with ``responses``."""

    right: Booleans
    """Shape (rows, items); False where not answered."""
    answered: Booleans
    """Shape (rows, items)."""
    times: Array
    """How often each row occurred, (rows,); 1 for persons, a frequency for patterns."""
    persons: tuple[str, ...]
    items: tuple[str, ...]

    def of(self, items: Sequence[str]) -> Responses:
        """The columns of these items, in this order. Raises DesignError for a name that is not there."""
        place = {name: i for i, name in enumerate(self.items)}
        lacking = [name for name in items if name not in place]
        if lacking:
            raise DesignError(say("item_response.no_item", name=lacking[0]))
        chosen = [place[name] for name in items]
        return Responses(self.right[:, chosen], self.answered[:, chosen], self.times, self.persons, tuple(items))

    def patterns(self) -> Responses:
        """Equal rows as one, with the sum of their times: the same likelihood, faster."""
        kind, of_row = np.unique(np.hstack([self.right, self.answered]), axis=0, return_inverse=True)
        right, answered = np.hsplit(kind, 2)
        times = np.bincount(of_row.reshape(-1), weights=self.times, minlength=len(kind)).astype(np.float64)
        return Responses(right, answered, times, tuple(str(i) for i in range(1, len(kind) + 1)), self.items)

    def turned(self) -> Responses:
        """Persons and items exchanged; only for rows that occurred once."""
        once = np.ones(len(self.items))
        return Responses(self.right.T.copy(), self.answered.T.copy(), once, self.items, self.persons)


@dataclass(frozen=True)
class LeftOut:
    """An item (or system) without a finite parameter, left out of a fit: its likelihood is 1 in the limit."""

    name: str
    kind: str
    """``all_right``, ``all_wrong`` or ``no_answers``, with ``_informative`` where this is among informative rows."""
    reason: str
    """The same in words."""
    answers: float
    """How many there were."""

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"


@dataclass(frozen=True, eq=False)
class ItemResponseModel:
    """``P(right) = 1 / (1 + exp(-a_j (theta - b_j)))``: difficulties b and discriminations a of the items."""

    name: str
    items: tuple[str, ...]
    """Those that were fitted."""
    difficulty: Array
    u_difficulty: Array
    discrimination: Array
    u_discrimination: Array
    """0 where the discrimination is 1 by definition."""
    covariance: Array
    """Of the difficulties, then the discriminations, (2 items, 2 items); from the observed information."""
    log_likelihood: float
    """At the maximum; of the conditional model the conditional one."""
    parameters: int
    """How many were estimated."""
    ability: str
    """``normal``: mean 0 and standard deviation 1; ``free``: no distribution was assumed (conditional model)."""
    left_out: tuple[LeftOut, ...]

    @property
    def of_each_item(self) -> int:
        """Parameters of one item alone: 2 where each has its own discrimination, else 1."""
        return 2 if self.name == "two-parameter" else 1

    def probability(self, ability: ArrayLike) -> Array:
        """Of a right answer, shape (abilities, items).

        >>> one = np.ones(1)
        >>> model = ItemResponseModel("rasch", ("a",), 0 * one, one, one, one, np.eye(2), 0.0, 1, "normal", ())
        >>> model.probability([0.0, np.log(3.0)]).round(12).tolist()
        [[0.5], [0.75]]
        """
        from scipy.special import expit

        theta = np.asarray(ability, float).reshape(-1, 1)
        return np.asarray(expit(self.discrimination * (theta - self.difficulty)), float)


def responses(
    table: ArrayLike,
    *,
    times: ArrayLike | None = None,
    items: Sequence[str] | None = None,
    persons: Sequence[str] | None = None,
) -> Responses:
    """Read a table of 1 (right), 0 (wrong) and missing (NaN or None), shape (persons, items).

    ``times`` are frequencies of the rows, where these are patterns. Names are 1, 2, 3 ... where none are given. Raises
    DesignError for other values, shapes, frequencies or repeated names.

    >>> held = responses([[1, 0], [None, 1]])
    >>> held.right.tolist(), held.answered.tolist()
    ([[True, False], [False, True]], [[True, True], [False, True]])
    """
    cells = np.asarray(table, dtype=np.float64)
    if cells.ndim != 2 or not cells.size:
        raise DesignError(say("item_response.shape", shape=cells.shape))
    answered = ~np.isnan(cells)
    strange = cells[answered & (cells != 0.0) & (cells != 1.0)]
    if strange.size:
        raise DesignError(say("item_response.cells", found=float(strange[0])))
    often = np.ones(len(cells)) if times is None else np.asarray(times, float).ravel()
    if len(often) != len(cells) or not np.all(np.isfinite(often) & (often > 0.0)):
        raise DesignError(say("item_response.times"))
    rows, columns = (_names(n, count, what) for n, count, what in zip(
        (persons, items), cells.shape, ("persons", "items"), strict=True))  # fmt: skip
    return Responses(answered & (cells == 1.0), answered, often, rows, columns)


def read(table: Responses | ArrayLike) -> Responses:
    """The table as it is, or read by ``responses``."""
    return table if isinstance(table, Responses) else responses(table)


def without_degenerate(table: Responses, *, informative: bool = False) -> tuple[Responses, tuple[LeftOut, ...]]:
    """The items with right and wrong answers, and the others with the reason.

    ``informative`` says that the rows are those with right and wrong answers, for the words of the reason.
    """
    of = "_informative" if informative else ""
    n, k = table.times @ table.answered, table.times @ table.right
    reasons = [
        f"no_answers{of}" if not n[j] else f"all_right{of}" if k[j] == n[j] else f"all_wrong{of}" if not k[j] else ""
        for j in range(len(table.items))
    ]
    out = tuple(LeftOut(table.items[j], r, say(f"item_response.{r}"), float(n[j])) for j, r in enumerate(reasons) if r)
    return table.of([name for name, r in zip(table.items, reasons, strict=True) if not r]), out


def enough(table: Responses, left_out: Sequence[LeftOut], *, model: str, least: int) -> None:
    """Raises DesignError where fewer than ``least`` items are left."""
    if len(table.items) < least:
        named = ", ".join(str(x) for x in left_out) or "-"
        found = len(table.items)
        raise DesignError(say("item_response.few_items", model=model, least=least, found=found, left_out=named))


def _names(given: Sequence[str] | None, count: int, what: str) -> tuple[str, ...]:
    names = tuple(str(i) for i in range(1, count + 1)) if given is None else tuple(str(name) for name in given)
    if len(names) != count or len(set(names)) != count:
        raise DesignError(say("item_response.names", what=what, count=count))
    return names
