"""The assigned value of a proficiency test and its standard uncertainty (ISO 13528)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import DesignError, RefusedError
from measurand.message import say
from measurand.quantity.q_method import q_hampel
from measurand.quantity.robust import Robust, algorithm_a, finite_results, median_iqr, median_mad

ROBUST: Mapping[str, Callable[[ArrayLike], Robust]] = {
    "algorithm-a": algorithm_a,
    "q-hampel": lambda values: q_hampel(list(finite_results(values))),
    "median-niqr": median_iqr,
    "median-made": median_mad,
}
"""Robust consensus of one result of each laboratory, by name."""

NEGLIGIBLE = 0.3
"""``u(x_pt) < 0.3 sigma_pt``: then z scores change by less than 5 %."""


@dataclass(frozen=True)
class AssignedValue:
    """Value x_pt that the participants are compared with, and the parts of its standard uncertainty."""

    value: float
    u_characterization: float
    u_homogeneity: float = 0.0
    u_transport: float = 0.0
    u_stability: float = 0.0

    @property
    def u(self) -> float:
        """``u(x_pt) = sqrt(u_char^2 + u_hom^2 + u_trans^2 + u_stab^2)``."""
        return math.hypot(self.u_characterization, self.u_homogeneity, self.u_transport, self.u_stability)

    def is_negligible(self, sigma_pt: float) -> bool:
        """Whether ``u(x_pt) < 0.3 sigma_pt``; where not, participants are judged by z' or the uncertainty is lowered.

        Raises DesignError for a sigma_pt not above 0.
        """
        return self.u < NEGLIGIBLE * positive("sigma_pt", sigma_pt)

    def with_items(self, *, homogeneity: float = 0.0, transport: float = 0.0, stability: float = 0.0) -> AssignedValue:
        """The same value with what the items add, where their checks say that it is not small enough."""
        parts = {"u_homogeneity": homogeneity, "u_transport": transport, "u_stability": stability}
        return replace(self, **{name: positive(name, u, zero=True) for name, u in parts.items()})


def by_formulation(
    amounts: ArrayLike, contents: ArrayLike, *, u_amounts: ArrayLike, u_contents: ArrayLike
) -> AssignedValue:
    """A mixture of known parts: ``x_pt = sum m_i c_i / sum m_i`` of amounts m and contents c, all independent.

    ``u^2 = sum ((c_i - x_pt) / M)^2 u^2(m_i) + sum (m_i / M)^2 u^2(c_i)``, ``M = sum m_i``. Shapes (parts,).
    Raises DesignError for shapes that differ, numbers that are not finite, or no amount.

    >>> by_formulation([1.0, 3.0], [8.0, 0.0], u_amounts=[0.0, 0.0], u_contents=[0.4, 0.0])
    AssignedValue(value=2.0, u_characterization=0.1, u_homogeneity=0.0, u_transport=0.0, u_stability=0.0)
    """
    m, c = finite_results(amounts, least=1), finite_results(contents, least=1)
    u_m, u_c = finite_results(u_amounts, least=1), finite_results(u_contents, least=1)
    for name, other in (("contents", c), ("u_amounts", u_m), ("u_contents", u_c)):
        if len(other) != len(m):
            text = say("proficiency.lengths", first="amounts", second=name, count_first=len(m), count_second=len(other))
            raise DesignError(text)
    whole = positive("sum of the amounts", float(m.sum()))
    value = float(m @ c) / whole
    return AssignedValue(value, float(np.hypot(np.linalg.norm((c - value) * u_m), np.linalg.norm(m * u_c))) / whole)


def by_reference_material(value: float, expanded: float, *, factor: float = 2.0) -> AssignedValue:
    """The certified value of the items, which are a certified reference material: ``u(x_pt) = U / k``."""
    u = positive("expanded uncertainty", expanded, zero=True) / positive("coverage factor", factor)
    return AssignedValue(finite("certified value", value), u)


def by_one_laboratory(certified: float, u_certified: float, differences: ArrayLike) -> AssignedValue:
    """One laboratory measured items against a reference material: ``x_pt = x_CRM + mean(d)``.

    ``d`` holds item minus reference material of each comparison, shape (comparisons,);
    ``u^2(x_pt) = u_CRM^2 + s_d^2 / n``. Raises DesignError for fewer than two differences.

    >>> d = [2.00, 1.05, 0.50, 1.10, 1.75, 2.70, -0.60, -0.35, 2.50, 0.95,
    ...      3.10, 1.50, 2.00, 1.05, 2.30, 2.05, 2.80, 3.00, 2.15, 3.00]
    >>> found = by_one_laboratory(21.62, 0.26, d)  # ISO 13528, E.5: 23.35, 0.35
    >>> round(found.value, 2), round(found.u, 2)
    (23.35, 0.35)
    """
    d = finite_results(differences, least=1)
    if len(d) < 2:
        raise DesignError(say("proficiency.differences", count=len(d)))
    u_d = float(np.std(d, ddof=1)) / math.sqrt(len(d))
    value = finite("certified value", certified) + float(d.mean())
    return AssignedValue(value, math.hypot(positive("u of the certified value", u_certified, zero=True), u_d))


def by_experts(values: ArrayLike, u: ArrayLike, *, method: str = "algorithm-a") -> AssignedValue:
    """Robust average of the results of expert laboratories, with their uncertainties: ``u = 1.25 sqrt(sum u_i^2) / p``.

    The formula of ISO 13528:2005; later editions leave the calculation open. It believes the experts: where they
    scatter more than their uncertainties explain, or share one, take ``quantity.consensus``, which has both.
    Shapes (experts,). Raises RefusedError for an unknown method, DesignError, StatisticError as the method does.
    """
    x, spread = finite_results(values), finite_results(u)
    if len(x) != len(spread):
        text = say("proficiency.lengths", first="values", second="u", count_first=len(x), count_second=len(spread))
        raise DesignError(text)
    for v in spread:
        positive("uncertainty of an expert", float(v))
    location = float(x[0]) if x.max() == x.min() else _method(method)(x).location
    return AssignedValue(location, 1.25 * float(np.linalg.norm(spread)) / len(x))


def by_participants(values: ArrayLike, *, method: str = "algorithm-a") -> AssignedValue:
    """Robust consensus of the participants, ``u(x_pt) = 1.25 s* / sqrt(p)``; shape (participants,).

    Each result is part of the value that it is compared with, and a bias that all share cannot be seen: compare the
    value with an independent one where there is one (``agrees``). Raises RefusedError for an unknown method;
    DesignError, StatisticError as the method does.
    """
    found = _method(method)(values)
    return AssignedValue(found.location, found.u)


def agrees(assigned: AssignedValue, reference: AssignedValue) -> bool:
    """Whether ``|x_pt - x_ref| <= 2 sqrt(u^2(x_pt) + u^2(x_ref))``, for values from independent sources."""
    return abs(assigned.value - reference.value) <= 2.0 * math.hypot(assigned.u, reference.u)


def finite(name: str, value: float) -> float:
    """The number; DesignError where it is not finite."""
    if not math.isfinite(value):
        raise DesignError(say("proficiency.inputs", name=name, least="", value=value))
    return value


def positive(name: str, value: float, *, zero: bool = False) -> float:
    """The number; DesignError where it is not finite and above 0 (``zero``: at least 0)."""
    if not (math.isfinite(value) and (value >= 0.0 if zero else value > 0.0)):
        least = say("proficiency.least" if zero else "proficiency.above")
        raise DesignError(say("proficiency.inputs", name=name, least=least, value=value))
    return value


def _method(name: str) -> Callable[[ArrayLike], Robust]:
    if name not in ROBUST:
        raise RefusedError(say("proficiency.no_method", name=name, names=", ".join(ROBUST)))
    return ROBUST[name]
