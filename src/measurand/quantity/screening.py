"""Scrutiny of a collaborative trial for outliers, in the order of ISO 5725-2. It finds; it never removes.

At each level:

1. Cochran's test of the largest variance within a laboratory. Where it is an outlier the laboratory is set aside
   and the test is made once more, and again, up to ``cochran_rounds`` times: repeated tests reject too often, so
   findings after the first are marked with their round.
2. Grubbs' test of the largest and of the smallest laboratory mean, of the laboratories not set aside by Cochran's test.
   Where one is an outlier it is set aside and the mean at the other end is tested; the test of two is then not made.
3. Otherwise Grubbs' test of the two largest and of the two smallest.

With unequal numbers of results Cochran's critical values are those of the number that most laboratories have
(``Cells.usual_count``); laboratories with one result are not in that test.

A statistic beyond the critical value at 5 % is a straggler, beyond that at 1 % an outlier. *Set aside* is within this
scrutiny only: what is left out of a result is said by the caller (``measurand.quantity.exclusion``), with the reason.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from measurand.message import say
from measurand.quantity.cochran import cochran, cochran_limit, cochran_p
from measurand.quantity.collaborative import Cells, cells
from measurand.quantity.double_grubbs import LEAST, MOST, double_grubbs, double_grubbs_limit, double_grubbs_p
from measurand.quantity.grubbs import grubbs, grubbs_limit, grubbs_p

STRAGGLER, OUTLIER = "straggler", "outlier"
ALPHA = (0.05, 0.01)
"""Levels of a straggler and of an outlier."""

COCHRAN = "cochran"
SINGLE = ("grubbs-largest", "grubbs-smallest")
DOUBLE = ("grubbs-two-largest", "grubbs-two-smallest")


@dataclass(frozen=True)
class Suspicion:
    """One test of one level that found a straggler or an outlier."""

    level: Hashable
    laboratories: tuple[Hashable, ...]
    """One, or two for the tests of two means."""
    test: str
    round: int
    """1 for the test of all laboratories, 2 after the first was set aside, and so on."""
    statistic: float
    critical: tuple[float, float]
    """At 5 % and at 1 %."""
    p: float
    verdict: str
    """``straggler`` or ``outlier``."""


@dataclass(frozen=True)
class Scrutiny:
    """What the tests found, and what could not be tested, with the reason."""

    findings: tuple[Suspicion, ...]
    not_tested: tuple[str, ...]


Level = Mapping[Hashable, ArrayLike]
"""Results of each laboratory, by its name."""


def scrutinise(levels: Mapping[Hashable, Level], *, cochran_rounds: int = 2) -> Scrutiny:
    """The tests of every level, in its order; a laboratory that did not report at a level is left out of its mapping.

    Raises DesignError as ``cells`` does.
    """
    findings: list[Suspicion] = []
    untested: list[str] = []
    for level, results in levels.items():
        names = list(results)
        held = cells([results[n] for n in names])
        aside = _spread(level, names, held, cochran_rounds, findings, untested)
        kept = [i for i in range(len(names)) if i not in aside]
        _means(level, [names[i] for i in kept], held.mean[kept], findings, untested)
    return Scrutiny(tuple(findings), tuple(untested))


def _spread(
    level: Hashable, names: Sequence[Hashable], held: Cells, rounds: int, findings: list[Suspicion], untested: list[str]
) -> set[int]:
    """Laboratories that Cochran's test set aside."""
    at, variance = np.flatnonzero(held.repeated), held.variance
    aside: set[int] = set()
    for turn in range(1, rounds + 1):
        if len(at) < 2 or not variance.sum() > 0.0:
            untested.append(say("outlier.no_cochran", level=level))
            break
        p, n = len(at), held.usual_count
        c, worst = cochran(variance), int(np.argmax(variance))
        limits = (cochran_limit(p, n, ALPHA[0]), cochran_limit(p, n, ALPHA[1]))
        if c <= limits[0]:
            break
        name = (names[int(at[worst])],)
        findings.append(_found(level, name, COCHRAN, turn, c, limits, cochran_p(c, p, n)))
        if c <= limits[1]:
            break
        aside.add(int(at[worst]))
        at, variance = np.delete(at, worst), np.delete(variance, worst)
    return aside


def _means(
    level: Hashable, names: list[Hashable], means: np.ndarray, findings: list[Suspicion], untested: list[str]
) -> None:
    if len(names) < 3 or not np.ptp(means) > 0.0:
        untested.append(say("outlier.no_grubbs", level=level))
        return
    far_low = float(means.mean() - means.min()) > float(means.max() - means.mean())
    first = [_one(level, names, means, largest, 1) for largest in ((False, True) if far_low else (True, False))]
    suspects = [s for s in first if s is not None]
    outlier = next((s for s in suspects if s.verdict == OUTLIER), None)
    if outlier is None:
        findings += suspects
        findings += _two(level, names, means, untested)
        return
    findings.append(outlier)
    kept = [i for i, n in enumerate(names) if n != outlier.laboratories[0]]
    left = [names[i] for i in kept]
    if len(left) < 3 or not np.ptp(means[kept]) > 0.0:
        untested.append(say("outlier.no_grubbs", level=level))
        return
    other = _one(level, left, means[kept], outlier.test == SINGLE[1], 2)
    findings += [] if other is None else [other]


def _one(level: Hashable, names: list[Hashable], means: np.ndarray, largest: bool, turn: int) -> Suspicion | None:
    p, g = len(names), grubbs(means, largest=largest)
    limits = (grubbs_limit(p, ALPHA[0]), grubbs_limit(p, ALPHA[1]))
    if g <= limits[0]:
        return None
    name = names[int(np.argmax(means) if largest else np.argmin(means))]
    return _found(level, (name,), SINGLE[0 if largest else 1], turn, g, limits, grubbs_p(g, p))


def _two(level: Hashable, names: list[Hashable], means: np.ndarray, untested: list[str]) -> list[Suspicion]:
    p, order, found = len(names), np.argsort(means, kind="stable"), []
    if not LEAST <= p <= MOST:
        untested.append(say("outlier.no_double", level=level, least=LEAST, most=MOST))
        return []
    limits = (double_grubbs_limit(p, ALPHA[0]), double_grubbs_limit(p, ALPHA[1]))
    for largest, test in zip((True, False), DOUBLE, strict=True):
        g = double_grubbs(means, largest=largest)
        if g < limits[0]:
            pair = order[-2:] if largest else order[:2]
            p_value = min(2.0 * double_grubbs_p(g, p), 1.0)
            named = tuple(names[int(i)] for i in pair)
            verdict = OUTLIER if g < limits[1] else STRAGGLER
            found.append(Suspicion(level, named, test, 1, g, limits, p_value, verdict))
    return found


def _found(
    level: Hashable, names: tuple[Hashable, ...], test: str, turn: int, g: float, limits: tuple[float, float], p: float
) -> Suspicion:
    return Suspicion(level, names, test, turn, g, limits, p, OUTLIER if g > limits[1] else STRAGGLER)
