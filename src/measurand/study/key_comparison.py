"""A release of a key comparison, computed again from what the laboratories submitted."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.document.key_comparison import KeyComparison, PublishedDegree, Release, Submission
from measurand.document.number import real
from measurand.errors import DesignError, RefusedError
from measurand.message import say
from measurand.quantity.laboratories import laboratories
from measurand.quantity.power_moderated_mean import power_moderated_mean

Method = Literal["power-moderated", "mean"]
METHODS = ("power-moderated", "mean")
Taken = tuple[str, int]
"""A laboratory and the year of its submission."""


@dataclass(frozen=True)
class Reference:
    """A reference value computed again."""

    value: float
    u: float
    """Standard uncertainty, as it is published."""
    u_in_degrees: float
    """Standard uncertainty of the value in the degrees of equivalence; see ``reference_value``."""
    weights: dict[Taken, float]
    """Of the submissions that entered; they sum to 1."""


@dataclass(frozen=True)
class Degree:
    """A degree of equivalence computed again, in the unit of the comparison."""

    published: PublishedDegree
    taken: Taken
    d: float
    expanded: float


def held(submission: Submission) -> tuple[float, float]:
    """Value and standard uncertainty with which a submission enters: the means over its ampoules or methods.

    They share the laboratory's standard, so that their uncertainties are not combined as independent ones. Raises
    DesignError where none is published.
    """
    if not submission.values:
        raise DesignError(say("key_comparison.empty", laboratory=submission.laboratory, year=submission.year))
    values = [real(v.value) for v in submission.values]
    return math.fsum(values) / len(values), math.fsum(real(v.u) for v in submission.values) / len(values)


def flagged(comparison: KeyComparison) -> tuple[Taken, ...]:
    """The submissions that the file says are in the reference value of its latest release."""
    return tuple((s.laboratory, s.year) for s in comparison.submissions if s.in_reference)


def reference_value(comparison: KeyComparison, taken: Sequence[Taken], *, method: Method) -> Reference:
    """The reference value of some submissions.

    - power-moderated: see ``power_moderated_mean``, for releases since 2013.
    - mean: the unweighted mean, ``u = s / sqrt(n)`` from the scatter of the values; in the degrees of equivalence its
      uncertainty is what the laboratories state, ``sqrt(sum u_i^2) / n``: of four variants the one that fits the
      published degrees of Cs-137 best (docs/key-comparison.md), not a rule read in a report.

    Raises DesignError: a submission that is not there or twice, fewer than two; RefusedError: another method.
    """
    if method not in METHODS:
        raise RefusedError(say("key_comparison.method", method=method, names=", ".join(METHODS)))
    found = [held(_submission(comparison, t)) for t in taken]
    labs = laboratories([y for y, _ in found], [u for _, u in found])
    if method == "power-moderated":
        m = power_moderated_mean(labs.y, labs.u)
        return Reference(m.value, m.u, m.u, _weights(taken, m.weights))
    n = labs.count
    origin = labs.y[0]
    stated = math.sqrt(math.fsum(labs.u**2)) / n
    scatter = float(np.std(labs.y - origin, ddof=1)) / math.sqrt(n)
    value = float(origin + np.mean(labs.y - origin))
    return Reference(value, scatter, stated, _weights(taken, np.full(n, 1.0 / n)))


def degrees(comparison: KeyComparison, release: Release, reference: Reference) -> tuple[Degree, ...]:
    """The published degrees of a release whose submissions the file holds, computed again, in their order.

    ``d = value - published reference value`` and ``U = factor sqrt((1 - 2 w) u^2 + u_ref^2)``, w = 0 for a submission
    that is not in the reference value. A laboratory's submission is the latest one up to the year of the release; of
    a laboratory that took part through a linked comparison it is the one that was linked from there. Raises
    DesignError where the release has no reference value.
    """
    if release.reference is None:
        raise DesignError(say("key_comparison.no_reference", year=release.year))
    found = []
    for published in release.degrees:
        submission = _of_degree(comparison, published, release.year)
        if submission is not None:
            taken = (submission.laboratory, submission.year)
            y, u = held(submission)
            variance = (1.0 - 2.0 * reference.weights.get(taken, 0.0)) * u**2 + reference.u_in_degrees**2
            expanded = real(published.factor) * math.sqrt(variance)
            found.append(Degree(published, taken, y - real(release.reference.value), expanded))
    return tuple(found)


def _weights(taken: Sequence[Taken], weights: NDArray[np.float64]) -> dict[Taken, float]:
    return dict(zip(taken, map(float, weights), strict=True))


def _submission(comparison: KeyComparison, taken: Taken) -> Submission:
    found = [s for s in comparison.submissions if (s.laboratory, s.year) == taken]
    if len(found) != 1:
        laboratory, year = taken
        raise DesignError(say("key_comparison.submission", laboratory=laboratory, year=year, count=len(found)))
    return found[0]


def _of_degree(comparison: KeyComparison, degree: PublishedDegree, year: int) -> Submission | None:
    """The submission that a degree is about; None: the file does not hold it."""
    code = re.sub(r"\([0-9]{4}\)\Z", "", degree.linked_to)
    own = [s for s in comparison.submissions if s.laboratory == degree.laboratory and s.year <= year]
    fitting = [s for s in own if {v.linked_to for v in s.values} == {code}]
    return max(fitting, key=lambda s: s.year, default=None)
