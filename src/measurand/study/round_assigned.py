"""The assigned value of a quantity of a round and its sigma_pt, as the protocol says that they are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from measurand.document.assigned import (
    ByExperts,
    ByParticipants,
    Certified,
    ComparedByOne,
    Formulated,
    SigmaOfDeviation,
    SigmaOfFunction,
    SigmaOfPrecision,
)
from measurand.document.number import Number, real
from measurand.document.round_data import Quantity
from measurand.errors import DesignError, StatisticError
from measurand.message import say
from measurand.quantity.assigned_value import (
    ROBUST,
    AssignedValue,
    agrees,
    by_experts,
    by_formulation,
    by_one_laboratory,
    by_participants,
    by_reference_material,
)
from measurand.quantity.proficiency_deviation import horwitz, of_allowed_deviation, of_data, of_precision, thompson
from measurand.study.round_items import CheckedItems, items_of

USUAL = "algorithm-a"


@dataclass(frozen=True)
class Judging:
    """What the participants are compared with in one quantity."""

    assigned: AssignedValue | None
    """None: not evaluated, ``no_value`` says why."""
    source: str
    """Name of the robust consensus of participants, ``outside``, or how the protocol has it found."""
    sigma_pt: float | None
    sigma_from: str
    """How sigma_pt was found; empty where it was stated, or there is none."""
    items: CheckedItems
    gaps: tuple[str, ...]
    """Why there is no sigma_pt, or no check of the items."""
    no_value: str = ""
    """Why there is no assigned value."""

    def gaps_where(self, *, scores: bool) -> tuple[str, ...]:
        """What to say: that there is no assigned value only where scores are asked for."""
        return (*([self.no_value] if scores and self.no_value else []), *self.gaps)

    @property
    def outside(self) -> tuple[float, float] | None:
        """Value and standard uncertainty, where they do not come from the participants."""
        if self.assigned is None or self.source in ROBUST:
            return None
        return self.assigned.value, self.assigned.u


def judging_of(
    q: Quantity, held: Sequence[float], *, reference: tuple[float, float] | None, sigma_pt: float | None, method: str
) -> Judging:
    """``held``: results of those who are not excluded. ``reference`` and ``method`` (of the robust consensus) come
    before what the protocol says.

    Raises DesignError, RefusedError for a description of the assigned value that is impossible.
    """
    gaps, no_value = [], ""
    try:
        assigned, source = _assigned(q, held, reference, method)
    except (DesignError, StatisticError) as error:
        if reference is not None or (q.assigned is not None and q.assigned.by != "participants" and not method):
            raise
        assigned, source = None, method or USUAL
        no_value = say("round.no_scores", why=str(error))
    how = ""
    if sigma_pt is None and q.sigma is not None and assigned is not None:
        try:
            sigma_pt, how = _sigma(q, held, assigned), q.sigma.by
        except (DesignError, StatisticError) as error:
            gaps.append(say("round.no_sigma", why=str(error)))
    items = items_of(q, sigma_pt)
    if assigned is not None:
        assigned = assigned.with_items(homogeneity=items.u_homogeneity, stability=items.u_stability)
    return Judging(assigned, source, sigma_pt, how, items, (*gaps, *items.gaps), no_value)


def _assigned(
    q: Quantity, held: Sequence[float], reference: tuple[float, float] | None, method: str
) -> tuple[AssignedValue, str]:
    if reference is not None:
        return AssignedValue(*reference), "outside"
    match None if method else q.assigned:
        case Formulated() as a:
            found = by_formulation(
                _reals(a.amounts), _reals(a.contents), u_amounts=_reals(a.u_amounts), u_contents=_reals(a.u_contents)
            )
        case Certified() as a:
            found = by_reference_material(real(a.value), real(a.expanded), factor=real(a.factor))
        case ComparedByOne() as a:
            found = by_one_laboratory(real(a.certified), real(a.u_certified), _reals(a.differences))
        case ByExperts() as a:
            found = by_experts(_reals(a.values), _reals(a.u), method=a.method)
        case ByParticipants() as a:
            return by_participants(held, method=a.method), a.method
        case _:
            return by_participants(held, method=method or USUAL), method or USUAL
    return found, "outside" if q.assigned is None else q.assigned.by


def _sigma(q: Quantity, held: Sequence[float], assigned: AssignedValue) -> float | None:
    match q.sigma:
        case SigmaOfDeviation():
            return None if q.delta_e is None else of_allowed_deviation(real(q.delta_e))
        case SigmaOfPrecision() as s:
            most = max((len(one.replicates) for one in q.submitted), default=1)
            return of_precision(real(s.s_R), real(s.s_r), replicates=max(most, 1))
        case SigmaOfFunction() as s:
            unit = real(s.one_unit)
            of = thompson if s.by == "thompson" else horwitz
            return of(assigned.value * unit) / unit
        case None:
            return None
        case s:
            return of_data(ROBUST[s.method](held), floor=real(s.floor), ceiling=real(s.ceiling))


def agreement_with(assigned: AssignedValue, held: Sequence[float]) -> tuple[AssignedValue, bool] | None:
    """The robust consensus of the participants beside an assigned value from elsewhere, and whether both agree; None
    where there is no consensus."""
    try:
        consensus = by_participants(held, method=USUAL)
    except (DesignError, StatisticError):
        return None
    return consensus, agrees(assigned, consensus)


def _reals(several: Sequence[Number]) -> list[float]:
    return [real(x) for x in several]
