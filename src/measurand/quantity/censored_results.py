"""Results reported as "less than" a limit: the treatments of ISO 13528, E.1, before robust statistics are taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, RefusedError
from measurand.message import say
from measurand.quantity.robust import Robust, algorithm_a, finite_results

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]

TREATMENTS: Mapping[str, Callable[[Array, Booleans], Array]] = {
    "ignored": lambda x, below: x,
    "deleted": lambda x, below: x[~below],
    "half": lambda x, below: np.where(below, x / 2.0, x),
}
"""The sign "<" is ignored (the limit counts as the result), the result is left out, half of the limit counts."""


def censored(values: ArrayLike, below: ArrayLike, *, treatment: str) -> Array:
    """The results after a treatment of those below a limit; ``values`` holds the limit where ``below`` is true.

    Shapes (laboratories,). None of the three is right: "ignored" and "deleted" move the location up and make the scale
    smaller, "half" depends on the limits that laboratories happen to state. Raises DesignError where more than half
    of the results lie below a limit, RefusedError for an unknown treatment.

    >>> censored([10.0, 12.0, 19.0], [True, False, False], treatment="half").tolist()
    [5.0, 12.0, 19.0]
    """
    x, mask = finite_results(values), np.asarray(below, bool).ravel()
    if treatment not in TREATMENTS:
        raise RefusedError(say("proficiency.no_treatment", name=treatment, names=", ".join(TREATMENTS)))
    if len(mask) != len(x):
        raise DesignError(say("proficiency.below", count=len(x)))
    if 2 * int(mask.sum()) > len(x):
        raise DesignError(say("proficiency.half_below", below=int(mask.sum()), count=len(x)))
    return finite_results(TREATMENTS[treatment](x, mask))


def algorithm_a_of_treatments(values: ArrayLike, below: ArrayLike) -> dict[str, Robust]:
    """Algorithm A after each treatment, side by side: what the choice of the treatment moves is part of the answer."""
    return {name: algorithm_a(censored(values, below, treatment=name)) for name in TREATMENTS}
