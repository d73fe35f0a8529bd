"""How far other answers to an item would move a mean over subsets of its answers: the jackknife of each item."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.statistic.contract import OfSubsets, PartlyOfSubsets, Rows
from measurand.study.evaluation import Evaluation
from measurand.study.roles import Aim

Array = NDArray[np.float64]


def jackknifed(evaluation: Evaluation, aim: Aim, rows: Rows, w: Array) -> Evaluation:
    """The contributions of the rows of an item, moved apart about their mean: those of an item add up as before.

    Leaving out one of n answers moves a mean over subsets of k by ``(n-1)/(n-k)`` times what the derivative by its
    weight says (Arvesen 1969); without it the spread of answers looks too small, by half at n = 2 k. Nothing is moved
    where an item has no more than k answers: their spread is in the spread of the items. Of a statistic that is partly
    of subsets only this part is moved. Raises DesignError where the items are fixed and it is asked for.
    """
    if not isinstance(aim.statistic, OfSubsets):
        return evaluation
    degree, item = aim.statistic.degree, rows.item
    count = np.bincount(item)
    few = (count > 0) & (count <= degree)
    if aim.measurand.estimand == "benchmark" and np.any(few):
        name, fewest = aim.measurand.id, int(count[few].min())
        text = say("M05.few_answers", measurand=name, quantity=aim.definition.title, fewest=fewest)
        raise DesignError(Finding("M0554", f"measurand.{name}.estimand", text, say("M05.few_answers_hint")))
    factor = np.where(count > degree, (count - 1.0) / np.where(count > degree, count - degree, 1.0), 1.0)
    moving = evaluation.z
    if isinstance(aim.statistic, PartlyOfSubsets):
        moving = w[:, None] * aim.statistic.through_subsets(aim.statistic.arrange(rows), w)
    means = np.stack([np.bincount(item, weights=z) / np.maximum(count, 1) for z in moving.T], axis=1)
    return replace(evaluation, z=evaluation.z + (factor[item][:, None] - 1.0) * (moving - means[item]))
