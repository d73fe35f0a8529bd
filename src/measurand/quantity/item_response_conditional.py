"""The Rasch model given the totals of the persons: no ability enters (Andersen 1970)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, StatisticError
from measurand.message import say
from measurand.quantity.item_response import ItemResponseModel, LeftOut, Responses, enough, read, without_degenerate
from measurand.quantity.symmetric_functions import GivenTotal

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]

_STEPS = 100
_SETTLED = 1e-9
"""After a Newton step that small only rounding is left: convergence is quadratic."""
_LONGEST = 2.0


def conditional_rasch(table: Responses | ArrayLike) -> ItemResponseModel:
    """Difficulties that add up to 0, by conditional maximum likelihood: Newton's method.

    ``log L = sum_l n_l (- sum_j x_lj b_j - log gamma_r(l)(exp -b))``, gamma_r the elementary symmetric function of the
    items that the person answered, r the total. Persons with none or all right say nothing. The covariance is the
    inverse of the information among difficulties that add up to 0 (as in R's eRm).

    An item that all the others got right, or all wrong, is in ``left_out``. Raises DesignError where fewer than two are
    left, and where the difficulties of two groups of items may lie any distance apart (Fischer 1981).

    >>> from measurand.quantity.item_response import responses
    >>> table = responses([[1, 0], [0, 1]], times=[30, 10])  # of two items: the log of the ratio of the two counts
    >>> conditional_rasch(table).difficulty.round(6).tolist(), round(0.5 * float(np.log(3.0)), 6)
    ([-0.549306, 0.549306], 0.549306)
    """
    kept, out = informative(read(table))
    enough(kept, out, model="conditional rasch", least=2)
    apart = separated(kept)
    if apart:
        raise DesignError(say("item_response.separated", harder=apart[0], easier=apart[1]))
    sets = _sets(kept.patterns())
    b = np.zeros(len(kept.items))
    value, gradient, information = _state(sets, b)
    for _ in range(_STEPS):
        step = np.linalg.pinv(information, rcond=1e-12, hermitian=True) @ gradient
        largest = float(np.max(np.abs(step)))
        step *= _LONGEST / max(largest, _LONGEST)
        if largest <= _SETTLED * (1.0 + float(np.max(np.abs(b)))):
            return _model(kept, out, b + step, value, information)
        before = value
        for halving in range(40):
            tried = b + step / 2.0**halving
            value, gradient, information = _state(sets, tried - tried.mean())
            if value >= before - 1e-11 * abs(before):
                break
        b = tried - tried.mean()
    raise StatisticError(say("item_response.no_convergence", steps=_STEPS))


def informative(table: Responses) -> tuple[Responses, tuple[LeftOut, ...]]:
    """The persons with right and wrong answers, and the items that some of these got right and some wrong."""
    held, out = without_degenerate(table)
    while held.items:
        total = held.right.sum(axis=1)
        inside = (total > 0) & (total < held.answered.sum(axis=1))
        rows = Responses(
            held.right[inside], held.answered[inside], held.times[inside],
            tuple(name for name, i in zip(held.persons, inside, strict=True) if i), held.items,
        )  # fmt: skip
        held, more = without_degenerate(rows, informative=True)
        if not more:
            break
        out += more
    return held, out


def separated(table: Responses) -> tuple[str, str] | None:
    """Two groups of items of which nobody got one of the first right and one of the second wrong; None without any.

    Difficulties have finite values of maximum likelihood where a chain of "right on the one, wrong on the other" leads
    from each item to each (Fischer 1981).
    """
    wrong = table.answered & ~table.right
    reached = (table.right.T.astype(float) @ wrong.astype(float) > 0.0) | np.eye(len(table.items), dtype=np.bool_)
    while True:
        longer = reached.astype(float) @ reached.astype(float) > 0.0
        if np.array_equal(longer, reached):
            break
        reached = longer
    if reached.all():
        return None
    # what the item with the fewest ends reaches is a group that leads to none of the others
    least = reached[int(np.argmin(reached.sum(axis=1)))]
    return _named(table.items, least), _named(table.items, ~least)


def _named(items: Sequence[str], chosen: Booleans) -> str:
    names = [name for name, c in zip(items, chosen, strict=True) if c]
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")


def _sets(table: Responses) -> list[tuple[NDArray[np.int64], Array, Array]]:
    """For each set of items answered: its positions, the frequency of each total, and how often each was right."""
    kind, of_row = np.unique(table.answered, axis=0, return_inverse=True)
    found = []
    for s, answered in enumerate(kind):
        rows, chosen = of_row.reshape(-1) == s, np.flatnonzero(answered)
        right, times = table.right[rows][:, chosen], table.times[rows]
        counts = np.bincount(right.sum(axis=1), weights=times, minlength=len(chosen) + 1).astype(np.float64)
        found.append((chosen, counts, np.asarray(times @ right, float)))
    return found


def _state(sets: Sequence[tuple[NDArray[np.int64], Array, Array]], b: Array) -> tuple[float, Array, Array]:
    """Conditional log-likelihood, its derivative by the difficulties, and the information."""
    value, gradient, information = 0.0, np.zeros_like(b), np.zeros((len(b), len(b)))
    for chosen, counts, right in sets:
        given = GivenTotal(-b[chosen])
        value -= float(right @ b[chosen] + counts @ given.log_gamma)
        gradient[chosen] += counts @ given.probability - right
        information[np.ix_(chosen, chosen)] += given.covariance(counts)
    return value, gradient, information


def _model(table: Responses, out: tuple[LeftOut, ...], b: Array, value: float, information: Array) -> ItemResponseModel:
    items = len(table.items)
    covariance = np.zeros((2 * items, 2 * items))
    covariance[:items, :items] = np.linalg.pinv(information, rcond=1e-12, hermitian=True)
    u = np.sqrt(np.diag(covariance))
    return ItemResponseModel(
        "conditional rasch", table.items, b - b.mean(), u[:items], np.ones(items), u[items:], covariance, value,
        items - 1, "free", out,
    )  # fmt: skip
