"""Whether the items that participants of a round got were alike, and stayed what they were (ISO 13528)."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import Literal

from measurand.document import round_report as document
from measurand.document.number import number, real
from measurand.document.round_data import Quantity
from measurand.errors import DesignError, StatisticError
from measurand.message import say
from measurand.quantity.proficiency_homogeneity import (
    Check,
    check_homogeneity,
    check_stability,
    cochran_of_portions,
    homogeneity,
    stability,
)

Verdict = Literal["adequate", "adequate by the expanded criterion", "not adequate"]


@dataclass(frozen=True)
class CheckedItems:
    """What the coordinator's measurements of the items say, and what they add to u of the assigned value."""

    homogeneity: document.Homogeneity | None = None
    stability: document.Stability | None = None
    gaps: tuple[str, ...] = ()
    """What was not evaluated, with the reason."""

    @property
    def u_homogeneity(self) -> float:
        """Standard uncertainty from unlike items."""
        return 0.0 if self.homogeneity is None else real(self.homogeneity.u_added)

    @property
    def u_stability(self) -> float:
        """Standard uncertainty from items that changed."""
        return 0.0 if self.stability is None else real(self.stability.u_added)


def items_of(q: Quantity, sigma_pt: float | None) -> CheckedItems:
    """Homogeneity from what was measured before, stability from before and after.

    Without sigma_pt there is nothing to judge by: what was found is added to u of the assigned value as it is.
    """
    before = {one.item: [real(x) for x in one.portions] for one in q.items if one.time == "before"}
    after = {one.item: [real(x) for x in one.portions] for one in q.items if one.time == "after"}
    alike, stable, gaps = None, None, []
    if before:
        try:
            alike = _alike(before, sigma_pt)
        except (DesignError, StatisticError) as error:
            gaps.append(say("round.no_homogeneity", why=str(error)))
    if after:
        try:
            stable = _stable(before, after, sigma_pt)
        except (DesignError, StatisticError) as error:
            gaps.append(say("round.no_stability", why=str(error)))
    return CheckedItems(alike, stable, tuple(gaps))


def _alike(items: dict[str, list[float]], sigma_pt: float | None) -> document.Homogeneity:
    if len({len(v) for v in items.values()}) > 1:
        raise DesignError(say("round.unequal_portions"))
    held = list(items.values())
    found = homogeneity(held)
    suspect = cochran_of_portions(held) if found.s_w > 0.0 else None
    check = None if sigma_pt is None else check_homogeneity(found, sigma_pt)
    return document.Homogeneity(
        items=found.items, portions=found.portions, mean=number(found.mean), s_w=number(found.s_w),
        s_s=number(found.s_s), s_s_negative=found.is_negative, p=number(found.p),
        suspect="" if suspect is None else list(items)[suspect.item],
        suspect_p=None if suspect is None else number(suspect.p), check=_checked(check),
        u_added=number(_added(check, found.s_s)),
    )  # fmt: skip


def _stable(
    before: dict[str, list[float]], after: dict[str, list[float]], sigma_pt: float | None
) -> document.Stability:
    found = stability(list(before.values()), list(after.values()))
    check = None if sigma_pt is None else check_stability(found, sigma_pt)
    return document.Stability(
        before=number(found.before), after=number(found.after), difference=number(found.difference),
        u=number(hypot(found.u_before, found.u_after)), check=_checked(check),
        u_added=number(_added(check, abs(found.difference) / 3.0**0.5)),
    )  # fmt: skip


def _added(check: Check | None, found: float) -> float:
    if check is None:
        return found
    return 0.0 if check.is_adequate_expanded else check.u_added


def _checked(check: Check | None) -> document.ItemCheck | None:
    if check is None:
        return None
    verdict: Verdict = "adequate" if check.is_adequate else "not adequate"
    if not check.is_adequate and check.is_adequate_expanded:
        verdict = "adequate by the expanded criterion"
    return document.ItemCheck(
        found=number(check.found), limit=number(check.limit), expanded_limit=number(check.expanded_limit),
        verdict=verdict,
    )  # fmt: skip
