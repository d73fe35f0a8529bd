"""Abilities of a few systems on many items: the systems are fixed, the items a sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, RefusedError
from measurand.message import say
from measurand.quantity.item_response import LeftOut, Responses, read, without_degenerate
from measurand.quantity.item_response_conditional import conditional_rasch, informative, separated
from measurand.quantity.item_response_marginal import maximum
from measurand.quantity.student import normal_factor, normal_tail

Array = NDArray[np.float64]
METHODS = ("marginal", "conditional")
_NONE = 1e-6
"""A spread (logits) below which the maximum is at 0, its boundary."""


@dataclass(frozen=True)
class AbilityDifference:
    """Of two systems, in logits: the odds of a right answer to one and the same item differ by its exponential."""

    first: str
    second: str
    value: float
    u: float

    @property
    def p(self) -> float:
        """Two-sided, of equal abilities (Wald)."""
        return 2.0 * float(normal_tail(abs(self.value) / self.u))

    def limits(self, level: float = 0.95) -> tuple[float, float]:
        """``value -+ z u``. Raises DesignError for a level that is none."""
        if not 0.0 < level < 1.0:
            raise DesignError(say("item_response.level", level=level))
        half = float(normal_factor((1.0 - level) / 2.0)) * self.u
        return self.value - half, self.value + half


@dataclass(frozen=True, eq=False)
class SystemAbilities:
    """Abilities ``t_s`` of ``P(system s right on item i) = 1 / (1 + exp(-(t_s - b_i)))``, with their covariance."""

    method: str
    systems: tuple[str, ...]
    value: Array
    """Marginal: from the mean difficulty of the population of items. Conditional: adding up to 0."""
    covariance: Array
    log_likelihood: float
    items: float
    """How many say something: conditional, those that some systems got right and some wrong."""
    spread: float | None
    """Standard deviation of the items' difficulties, 0 at its boundary; None: the conditional method assumes none."""
    left_out: tuple[LeftOut, ...]

    @property
    def u(self) -> Array:
        """Standard uncertainties, the items being a sample."""
        return np.sqrt(np.diag(self.covariance))

    def difference(self, first: str, second: str) -> AbilityDifference:
        """Raises RefusedError for a name that is not among the systems, or twice the same."""
        for name in (first, second):
            if name not in self.systems:
                raise RefusedError(say("item_response.no_system", name=name, names=", ".join(self.systems)))
        if first == second:
            raise RefusedError(say("item_response.same_system", name=first))
        c = np.zeros(len(self.systems))
        c[self.systems.index(first)], c[self.systems.index(second)] = 1.0, -1.0
        return AbilityDifference(first, second, float(c @ self.value), sqrt(float(c @ self.covariance @ c)))


def system_abilities(table: Responses | ArrayLike, *, method: str = "marginal") -> SystemAbilities:
    """Rasch model of 2 systems or more (rows) on many items (columns), each answered once; missing allowed.

    - marginal: difficulties are normal with a standard deviation that is estimated, as that of the persons in a Rasch
      model with the roles exchanged (De Boeck 2008: random items);
    - conditional: given how many systems got each item right, without a distribution of difficulties. For two systems
      the difference is ``log(n10 / n01)`` with ``u^2 = 1/n10 + 1/n01``: the odds ratio of McNemar's table.

    The number of systems need not be large; that of the items must. A system that is right on every item, or on none,
    is in ``left_out``. Raises RefusedError for another method, DesignError and StatisticError as the models do.

    >>> ab = [[1] * 30 + [0] * 10, [0] * 30 + [1] * 10]  # 30 items only the one got right, 10 only the other
    >>> d = system_abilities(ab, method="conditional").difference("1", "2")
    >>> round(d.value, 6), round(d.u, 6)  # log 3, sqrt(1/30 + 1/10)
    (1.098612, 0.365148)
    """
    if method not in METHODS:
        raise RefusedError(say("item_response.no_method", name=method, names=", ".join(METHODS)))
    kept, out = without_degenerate(read(table).turned())
    if method == "conditional":
        kept, more = informative(kept)
        out += more
    left = tuple(replace(x, reason=say(f"item_response.system_{x.kind}")) for x in out)
    if len(kept.items) < 2:
        named = ", ".join(str(x) for x in left) or "-"
        raise DesignError(say("item_response.few_systems", found=len(kept.items), left_out=named))
    items, size = float(np.sum(kept.answered.any(axis=1))), len(kept.items)
    if method == "conditional":
        apart = separated(kept)
        if apart:
            raise DesignError(say("item_response.systems_separated", weaker=apart[0], stronger=apart[1]))
        model = conditional_rasch(kept)
        covariance = model.covariance[:size, :size]
        return SystemAbilities(
            method, kept.items, -model.difficulty, covariance, model.log_likelihood, items, None, left
        )
    try:
        found = maximum(kept, slopes="common")
    except DesignError as error:
        raise DesignError(say("item_response.spread")) from error
    spread = float(found.slope[0])
    return SystemAbilities(
        method, kept.items, found.intercept, found.covariance[:size, :size], found.log_likelihood, items,
        spread if spread > _NONE else 0.0, left,
    )  # fmt: skip
