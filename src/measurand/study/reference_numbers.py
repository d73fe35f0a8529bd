"""How surely reference values that are numbers hold: the spread of annotators about the mean of each item."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number
from measurand.document.reference_certificate import NumberLabels, NumberPart
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.study.reference_posterior import uncertain

Array = NDArray[np.float64]
LARGEST = 1e70
"""Of a value: fourth powers are summed."""


def of_numbers(
    votes: Sequence[Sequence[float]], stratum: Sequence[str] | None, cluster: Sequence[str] | None = None
) -> tuple[NumberLabels, Array, Array]:
    """Spread of annotators about the mean of each item; the statement, the mean and the uncertainty of each item.

    ``s^2 = sum (x - xbar_i)^2 / sum (m_i - 1)``, in each stratum; ``u_i = s / sqrt(m_i)``. ``u(s) = u(s^2) / (2 s)``
    with the larger of ``u^2(s^2) = 2 s^4 / df`` (normal annotators) and that of the items, clusters of them together:
    ``G/(G-1) sum z_g^2``, z the sums of ``(squares_i - s^2 (m_i - 1)) / df``. Raises DesignError where no item (of a
    stratum) has two values, an item has none, or the values of each item (of a stratum) are all equal.
    """
    refuse_large([x for v in votes for x in v], "labels")
    n = len(votes)
    if any(len(v) == 0 for v in votes):
        count = sum(len(v) == 0 for v in votes)
        raise DesignError(Finding("M0510", "labels", say("M05.no_vote", count=count)))
    mean = np.array([np.mean(v) for v in votes])
    squares = np.array([float(np.sum((np.asarray(v) - c) ** 2)) for v, c in zip(votes, mean, strict=True)])
    m = np.array([len(v) for v in votes], float)
    strata = np.asarray(stratum if stratum is not None else [""] * n, dtype=str)
    names = np.asarray(cluster if cluster is not None else range(n), dtype=str)
    of = np.unique(names, return_inverse=True)[1].reshape(-1)
    u, moved, normal = np.zeros(n), np.zeros(n), 0.0
    parts: dict[str, NumberPart] = {}
    for s in sorted(set(strata)):
        here = strata == s
        df = float(np.sum(m[here] - 1.0))
        if df == 0.0:
            text = say("M05.one_vote_each")
            raise DesignError(Finding("M0511", "labels", text, say("M05.one_vote_each_hint")))
        square, z = _square(squares[here], m[here])
        if square == 0.0:
            where = say("reference.of_stratum", stratum=s) if stratum is not None else ""
            raise DesignError(Finding("M0569", "labels", say("M0569.alike", where=where), say("M0569.hint")))
        u[here] = np.sqrt(square / m[here])
        whole = float(np.mean(1.0 / m[here]))  # u^2 of the stratum is that multiple of s^2
        part = float(here.sum()) / n * whole
        moved[here], normal = part * z, normal + 2.0 * (part * square) ** 2 / df
        spread = max(2.0 * square**2 / df, _variance(z, of[here]))
        parts[str(s)] = NumberPart(
            items=int(here.sum()),
            votes=int(m[here].sum()),
            sd=number(sqrt(square)),
            u_sd=number(_of_root(square, spread)),
            u=number(sqrt(square * whole)),
            df=_freedom(square, spread),
        )
    df = float(np.sum(m - 1.0))
    square, z = _square(squares, m)
    labels = NumberLabels(
        votes=int(m.sum()),
        sd=uncertain(sqrt(square), _of_root(square, max(2.0 * square**2 / df, _variance(z, of)))),
        df=int(df),
        u=number(sqrt(float(np.mean(u**2)))),
        u_df=_freedom(float(np.mean(u**2)), max(normal, _variance(moved, of))),
        by_stratum=parts if stratum is not None else {},
    )
    return labels, mean, u


def refuse_large(values: Sequence[float], where: str) -> None:
    """Raises DesignError for values whose squares no number of the machine holds."""
    if any(abs(x) > LARGEST for x in values):
        raise DesignError(Finding("M0568", where, say("M0568.too_large", most=f"{LARGEST:g}")))


def _square(squares: Array, m: Array) -> tuple[float, Array]:
    """``s^2`` and the contribution of each item to it."""
    df = float(np.sum(m - 1.0))
    square = float(squares.sum()) / df
    return square, np.asarray((squares - square * (m - 1.0)) / df)


def _variance(z: Array, cluster: NDArray[np.int64]) -> float:
    """``G/(G-1) sum z_g^2`` over clusters; 0 of one cluster, whose spread nothing shows."""
    held = np.unique(cluster, return_inverse=True)[1].reshape(-1)
    sums = np.bincount(held, weights=z)
    return float(sums @ sums) * len(sums) / (len(sums) - 1) if len(sums) > 1 else 0.0


def _of_root(square: float, variance: float) -> float:
    return sqrt(variance) / (2.0 * sqrt(square)) if square > 0.0 else 0.0


def _freedom(square: float, variance: float) -> str | None:
    """``2 s^4 / u^2(s^2)``; None of values that do not spread."""
    return number(2.0 * square**2 / variance) if variance > 0.0 else None
