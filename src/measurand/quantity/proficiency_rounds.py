"""The performance of one participant over several rounds or measurands: how often which signal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.exact import clopper_pearson
from measurand.quantity.proficiency import Signal

SIGNALS: tuple[Signal, ...] = ("acceptable", "warning", "action", "not evaluated")


@dataclass(frozen=True)
class Frequency:
    """Count of a signal among the scores that were evaluated, with exact limits of its probability."""

    count: int
    of: int
    limits: tuple[float, float]

    @property
    def share(self) -> float:
        """Relative frequency."""
        return self.count / self.of


@dataclass(frozen=True)
class Performance:
    """Signals of one participant."""

    acceptable: Frequency
    warning: Frequency
    action: Frequency
    not_evaluated: int
    repeated_warnings: tuple[int, ...]
    """Positions (from 0) of a signal that is not acceptable right after another one: together a signal for action."""


def performance(signals: Sequence[Signal], *, level: float = 0.95) -> Performance:
    """Relative frequencies of the signals, in the order of the rounds.

    Scores of different measurands or rounds are counted, not averaged. A rescaled sum (``RSZ = sum z / sqrt(n)``) or a
    sum of squares (``SSZ = sum z^2``) is deliberately not here: in RSZ deviations of opposite sign cancel, so that a
    poor laboratory looks good; in SSZ one large deviation hides among many small ones, and a signal for action that
    must be looked at disappears in an average; both take the measurands as independent, which results of one
    laboratory from one instrument are not. The limits of the frequencies (Clopper & Pearson 1934) take the rounds as
    independent too: they are for rounds of one measurand. A score that was not evaluated neither ends nor starts a
    series of warnings. With results as good as sigma_pt says, 4.3 % are warnings and 0.3 % signals for action.
    Raises DesignError without an evaluated score, or for an unknown signal.
    """
    unknown = [s for s in signals if s not in SIGNALS]
    if unknown:
        raise DesignError(say("proficiency.signal", name=unknown[0], names=", ".join(SIGNALS)))
    if not 0.0 < level < 1.0:
        raise DesignError(say("proficiency.level", level=level))
    known = [(i, s) for i, s in enumerate(signals) if s != "not evaluated"]
    if not known:
        raise DesignError(say("proficiency.few", least=1, count=0))

    def frequency(signal: Signal) -> Frequency:
        count = sum(s == signal for _, s in known)
        low, high = clopper_pearson(count, len(known), tail=0.5 * (1.0 - level))
        return Frequency(count, len(known), (float(low), float(high)))

    repeated = [i for (_, before), (i, s) in pairwise(known) if "acceptable" not in (before, s)]
    return Performance(
        acceptable=frequency("acceptable"),
        warning=frequency("warning"),
        action=frequency("action"),
        not_evaluated=len(signals) - len(known),
        repeated_warnings=tuple(repeated),
    )
