"""Scores of the participants of a proficiency test: D, P_A, z, z', zeta, E_n, and their signals (ISO 13528)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from measurand.message import say
from measurand.quantity.assigned_value import NEGLIGIBLE, AssignedValue, finite, positive

Signal = Literal["acceptable", "warning", "action", "not evaluated"]

WARNING, ACTION = 2.0, 3.0
"""|z| up to 2 is acceptable, from 3 on a signal for action, between them a warning; the same for z' and zeta."""


@dataclass(frozen=True)
class Score:
    """One score of one participant and what it says."""

    value: float | None
    """None where it is not evaluated; then ``reason`` says why."""
    signal: Signal
    reason: str = ""
    """Why there is no score, or what speaks against judging by it."""


@dataclass(frozen=True)
class Criterion:
    """What the results are compared with: assigned value, and the deviations that the scheme allows."""

    assigned: AssignedValue
    sigma_pt: float | None = None
    """Standard deviation for proficiency assessment; None: no z scores in this scheme."""
    delta_e: float | None = None
    """Largest permitted deviation; None: no P_A in this scheme."""
    factor: float = 2.0
    """Coverage factor of U(x_pt) in E_n."""


@dataclass(frozen=True)
class Reported:
    """Result of a participant with the standard uncertainty that it stated; None where it stated none."""

    x: float
    u: float | None = None
    factor: float = 2.0
    """Coverage factor of the expanded uncertainty that it stated."""


@dataclass(frozen=True)
class Scores:
    """All scores of one participant."""

    difference: Score
    percent: Score
    p_a: Score
    z: Score
    z_prime: Score
    zeta: Score
    e_n: Score
    judged_by: Literal["z", "z'"]
    """z where u(x_pt) is below 0.3 sigma_pt, else z'."""

    @property
    def judged(self) -> Score:
        """The score for the deviation that the scheme allows: z, or z' where u(x_pt) is not negligible."""
        return self.z if self.judged_by == "z" else self.z_prime


def expanded(x: float, U: float, *, factor: float = 2.0) -> Reported:
    """A result with its expanded uncertainty ``U = k u``."""
    return Reported(x, positive("expanded uncertainty", U, zero=True) / positive("coverage factor", factor), factor)


def scores(reported: Reported, criterion: Criterion) -> Scores:
    """The scores of one result, with ``D = x - x_pt``.

    ``D% = 100 D / x_pt``; ``P_A = 100 D / delta_E``; ``z = D / sigma_pt``;
    ``z' = D / sqrt(sigma_pt^2 + u^2(x_pt))``; ``zeta = D / sqrt(u^2(x) + u^2(x_pt))``;
    ``E_n = D / sqrt(U^2(x) + U^2(x_pt))``. D and D% are judged by delta_E as P_A is; where u(x_pt) is not below
    0.1 delta_E they say so, with the wider ``sqrt(delta_E^2 + U^2(x_pt))`` to judge by. Zeta and E_n take the result
    and x_pt as independent: for a consensus of the same participants ``quantity.equivalence_degrees`` knows what they
    share. What cannot be computed is "not evaluated", with the reason. Raises DesignError for numbers that are none.

    >>> found = scores(expanded(0.0135, 0.00108, factor=1.732),
    ...                Criterion(AssignedValue(0.044, 0.0041), sigma_pt=0.0066, delta_e=0.0198))
    >>> held = (found.percent, found.p_a, found.z, found.z_prime, found.zeta, found.e_n)
    >>> [round(s.value, 2) for s in held]  # ISO 13528, E.4, L23: -69.3, -154.0, -4.62, -3.93, -7.35, -3.69
    [-69.32, -154.04, -4.62, -3.93, -7.35, -3.69]
    """
    assigned, sigma, delta = criterion.assigned, criterion.sigma_pt, criterion.delta_e
    d = finite("result", reported.x) - finite("assigned value", assigned.value)
    u_x, u_pt = reported.u, assigned.u
    allowed = _allowed(d, delta, u_pt)
    percent = 100.0 * d / assigned.value if assigned.value != 0.0 else None
    caution = ""
    if sigma is not None and not assigned.is_negligible(sigma):
        caution = say("proficiency.use_z_prime", u=u_pt, limit=NEGLIGIBLE * sigma)
    return Scores(
        difference=Score(d, allowed.signal, allowed.reason),
        percent=_missing("proficiency.zero_value")
        if percent is None
        else Score(percent, allowed.signal, allowed.reason),
        p_a=allowed,
        z=_missing("proficiency.no_sigma") if sigma is None else _judged(d / sigma, caution),
        z_prime=_missing("proficiency.no_sigma") if sigma is None else _judged(d / math.hypot(sigma, u_pt)),
        zeta=_zeta(d, u_x, u_pt),
        e_n=_e_n(d, u_x, u_pt, reported.factor, criterion.factor),
        judged_by="z'" if caution else "z",
    )


def signal_of_z(score: float) -> Signal:
    """Signal of z, z' or zeta: acceptable up to 2 in size, action from 3 on, else a warning.

    >>> [signal_of_z(z) for z in (-2.0, 2.01, 3.0)]
    ['acceptable', 'warning', 'action']
    """
    if abs(score) <= WARNING:
        return "acceptable"
    return "warning" if abs(score) < ACTION else "action"


def signal_of_share(share: float) -> Signal:
    """Signal of E_n, or of ``D / delta_E``: action from 1 on in size (ISO 13528; ISO/IEC 17043 accepts E_n = 1)."""
    return "acceptable" if abs(share) < 1.0 else "action"


def stated_uncertainty(u: float | None, *, lowest: float, highest: float) -> Score:
    """Whether a stated standard uncertainty is plausible; its value is u itself.

    ISO 13528 takes ``lowest = u(x_pt)``, since few laboratories know the value better, and ``highest = 1.5 s*`` of the
    participants (or sigma_pt). Outside is a warning, no fault: it may be true. Raises DesignError for numbers that are
    none.
    """
    if u is None:
        return _missing("proficiency.no_u")
    held = positive("stated uncertainty", u, zero=True)
    if held < positive("lowest", lowest, zero=True):
        return Score(held, "warning", say("proficiency.u_below", u=u, limit=lowest))
    if held > positive("highest", highest):
        return Score(held, "warning", say("proficiency.u_above", u=u, limit=highest))
    return Score(held, "acceptable")


def _judged(z: float, caution: str = "") -> Score:
    return Score(z, signal_of_z(z), caution)


def _missing(key: str) -> Score:
    return Score(None, "not evaluated", say(key))


def _allowed(d: float, delta: float | None, u_pt: float) -> Score:
    if delta is None:
        return _missing("proficiency.no_delta")
    share, limit = d / positive("delta_E", delta), NEGLIGIBLE * delta / 3.0
    caution = (
        ""
        if u_pt < limit
        else say("proficiency.use_wider_delta", u=u_pt, limit=limit, wider=math.hypot(delta, 2 * u_pt))
    )
    return Score(100.0 * share, signal_of_share(share), caution)


def _zeta(d: float, u_x: float | None, u_pt: float) -> Score:
    if u_x is None:
        return _missing("proficiency.no_u")
    both = math.hypot(positive("stated uncertainty", u_x, zero=True), u_pt)
    return _judged(d / both) if both > 0.0 else _missing("proficiency.no_scale")


def _e_n(d: float, u_x: float | None, u_pt: float, k_x: float, k_pt: float) -> Score:
    if u_x is None:
        return _missing("proficiency.no_u")
    both = math.hypot(u_x * positive("coverage factor", k_x), u_pt * positive("coverage factor", k_pt))
    return Score(d / both, signal_of_share(d / both)) if both > 0.0 else _missing("proficiency.no_scale")
