"""Label errors that are known from elsewhere: one rate, rates by level, sensitivity and specificity, or a matrix.

Labels of K classes with confusion matrix C (rows: truth, columns: label) have the weights ``g(label) = row of C^-1``,
so that ``E[g | truth] = truth``: the matrix form of Rogan and Gladen (1978).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import real
from measurand.document.procedure import LabelError
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.study.columns import texts
from measurand.study.frame import Frame
from measurand.study.labels import Weights, known_rate, known_rates

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
WORST_CONDITION = 100.0
"""Largest condition number of a confusion matrix that may be inverted."""
SINGLE = ("rate", "sensitivity", "specificity")


def largest_error(error: LabelError) -> float:
    """The largest stated probability that a label is wrong, over classes and levels."""
    found = [real(error.rate.value)] if error.rate else []
    found += [1.0 - real(k.value) for k in (error.sensitivity, error.specificity) if k]
    found += [real(v) for v in (error.rates or {}).values()]
    if error.matrix or error.counts:
        found += list(1.0 - np.diagonal(_matrix(error)[0]))
    return float(max(found))


def weights_of(error: LabelError, frame: Frame, label: Integers, classes: tuple[str, ...]) -> Weights:
    """Weights of labels with the stated error. Raises DesignError where they are no better than chance."""
    if error.by is not None:
        return _by_level(error, frame, label, classes)
    if error.matrix or error.counts:
        return _of_matrix(error, label, classes)
    stated = {name: known for name in SINGLE if (known := getattr(error, name)) is not None}
    values = {name: real(known.value) for name, known in stated.items()}
    u = {name: real(known.standard_uncertainty) for name, known in stated.items()}
    if "rate" in values:
        return replace(known_rate(label, len(classes), rate=values["rate"]), known=u)
    return replace(known_rates(label, len(classes), **values), known=u)


def _by_level(error: LabelError, frame: Frame, label: Integers, classes: tuple[str, ...]) -> Weights:
    """Each level of a column has its own symmetric rate."""
    cells = texts(frame, f"column:{error.by}", np.arange(len(frame.item)))
    level = np.full(len(frame.items), "", object)
    level[frame.item] = cells
    rates, u = error.rates or {}, error.standard_uncertainty
    absent = sorted(set(level) - set(rates))
    if absent:
        text = say("M05.level_without_rate", level=absent[0], column=error.by or "")
        raise DesignError(Finding("M0516", "reference.error.rates", text, say("M05.level_without_rate_hint")))
    g, noise = np.zeros((len(label), len(classes))), np.zeros(len(label))
    slope, known = {}, {}
    for name, rate in rates.items():
        here = level == name
        if not here.any():
            continue
        own = known_rate(label[here], len(classes), rate=real(rate))
        g[here], noise[here] = own.g, own.noise
        slope[f"rate:{name}"] = np.zeros_like(g)
        slope[f"rate:{name}"][here] = own.slope["rate"]
        known[f"rate:{name}"] = real(u[name]) if isinstance(u, dict) and name in u else 0.0
    return Weights(g, slope, noise, label, known=known)


def _matrix(error: LabelError) -> tuple[Array, Array]:
    """The confusion matrix, and with counts the number of calibration items of each true class (else infinite)."""
    if error.counts is not None:
        counts = np.array([[real(x) for x in row] for row in error.counts])
        return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0), counts.sum(axis=1)
    matrix = np.array([[real(x) for x in row] for row in error.matrix or ()])
    return matrix / matrix.sum(axis=1, keepdims=True), np.full(len(matrix), np.inf)


def _of_matrix(error: LabelError, label: Integers, classes: tuple[str, ...]) -> Weights:
    matrix, n = _matrix(error)
    if len(matrix) != len(classes):
        text = say("M05.matrix_size", found=len(matrix), classes=", ".join(classes))
        raise DesignError(Finding("M0517", "reference.error", text, say("M05.matrix_size_hint")))
    if np.any(np.diagonal(matrix) <= 0) or np.linalg.cond(matrix) > WORST_CONDITION:
        raise DesignError(Finding("M0518", "reference.error", say("M05.matrix_chance"), say("M05.matrix_chance_hint")))
    inverse: Array = np.asarray(np.linalg.inv(matrix), np.float64)
    moves, u = _moves(error, matrix, n, classes)
    # d(C^-1) = -C^-1 dC C^-1, and g of a label is its row
    slope = {name: (-inverse @ change @ inverse)[label] for name, change in moves.items()}
    noise = _noise(matrix, inverse)[label]
    return Weights(inverse[label], slope, noise, label, known=u)


def _moves(
    error: LabelError, matrix: Array, n: Array, classes: tuple[str, ...]
) -> tuple[dict[str, Array], dict[str, float]]:  # fmt: skip
    """Independent directions in which the matrix is uncertain, and the standard uncertainty along each.

    Stated: each off-diagonal cell against its diagonal. Counts: cell l of row t moves the row by ``1[l] - p``, with
    ``sqrt(p_l / n)``; together these have the covariance of a multinomial, p smoothed by half a count per cell.
    """
    moves, u = {}, {}
    stated = error.standard_uncertainty
    k = len(classes)
    for t in range(k):
        smooth = (matrix[t] * n[t] + 0.5) / (n[t] + 0.5 * k) if np.isfinite(n[t]) else matrix[t]
        for c in range(k):
            name = f"matrix:{classes[t]}:{classes[c]}"
            change = np.zeros((k, k))
            change[t, c] = 1.0
            if np.isfinite(n[t]):
                change[t] -= smooth
                moves[name], u[name] = change, float(np.sqrt(smooth[c] / n[t]))
            elif c != t:
                change[t, t] = -1.0
                moves[name], u[name] = change, real(stated[t][c]) if isinstance(stated, tuple) else 0.0
    return moves, u


def _noise(matrix: Array, inverse: Array) -> Array:
    """Variance of the weight of a label's class by chance in the label, for each class, shape (classes,)."""
    mean = np.einsum("tl,lt->t", matrix, inverse)
    square = np.einsum("tl,lt->t", matrix, inverse**2)
    return np.asarray(np.maximum(square - mean**2, 0.0))
