"""BLEU of a corpus: a smooth function of the mean counts of its texts."""

from __future__ import annotations

import numpy as np

from measurand.statistic.contract import Array
from measurand.statistic.function_of_means import Column, FunctionOfMeans
from measurand.statistic.weighing import not_defined

ORDERS = 4
"""Words of the longest n-gram."""


def corpus_bleu() -> FunctionOfMeans:
    """``exp(min(0, 1 - R / S)) (prod_n c_n / t_n)^(1/4)``, n = 1...4, of the corpus's sums (Papineni et al. 2002).

    ``members`` of a row are c_1...c_4 (n-grams that are in a reference), t_1...t_4 (n-grams of the text), S and R
    (lengths of the text and of the reference), shape (rows, 10). Raises StatisticError where a sum c_n or t_n is 0, or
    the columns are others.

    >>> import numpy as np
    >>> from measurand.statistic.contract import Rows
    >>> rows = Rows(np.arange(1), np.zeros(1, int), {"members": np.array([[5, 3, 2, 1, 6, 5, 4, 3, 6, 6.0]])})
    >>> round(float(corpus_bleu().value(rows, np.ones(1))[0]), 9)  # (5/6 * 3/5 * 2/4 * 1/3)^(1/4)
    0.537284966
    """
    return FunctionOfMeans("corpus_bleu", ("members",), (0.0, 1.0), _counts, _bleu)


def _counts(column: Column) -> Array:
    found = np.asarray(column["members"], float)
    if found.shape[1] != 2 * ORDERS + 2:
        raise not_defined("bleu_columns", statistic="corpus_bleu", count=found.shape[1])
    return found


def _bleu(m: Array) -> tuple[float, Array]:
    matched, total, (length, reference) = m[:ORDERS], m[ORDERS : 2 * ORDERS], m[2 * ORDERS :]
    if np.any(matched <= 0.0) or np.any(total <= 0.0):
        raise not_defined(
            "bleu_zero", statistic="corpus_bleu", order=int(np.argmax((matched <= 0.0) | (total <= 0.0))) + 1
        )
    short = length < reference
    value = float(np.exp(np.mean(np.log(matched / total)) + (1.0 - reference / length if short else 0.0)))
    brevity = [reference / length**2, -1.0 / length] if short else [0.0, 0.0]
    return value, value * np.concatenate([0.25 / matched, -0.25 / total, brevity])
