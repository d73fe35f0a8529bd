"""Reference values that are assigned from those of a higher set: label uncertainty carried down the chain."""

from __future__ import annotations

from math import hypot

from measurand.document.number import number, real
from measurand.document.reference_certificate import Characteristic, Uncertain


def carried(assignment: Uncertain, higher: Uncertain | None, *, classes: int | None) -> Characteristic:
    """The combined uncertainty of values that were assigned from a higher set.

    Numbers (``classes`` None): ``u^2 = u_higher^2 + u_assignment^2``. Shares of wrong labels of K classes, wrong ones
    equally likely: ``e = 1 - (1 - e_h)(1 - e_a) - e_h e_a / (K - 1)``, ``u^2 = ((1 - c e_a) u_h)^2 +
    ((1 - c e_h) u_a)^2`` with ``c = K / (K - 1)`` (law of propagation, JCGM 100 5.1.2).

    >>> a = Uncertain(value="0.02", u="0.004")
    >>> h = Uncertain(value="0.01", u="0.003")
    >>> carried(a, h, classes=2).combined.value
    '0.0296'
    """
    kind = "standard_uncertainty" if classes is None else "error"
    if higher is None:
        return Characteristic(kind=kind, assignment=assignment, combined=assignment)
    u_h, u_a = real(higher.u), real(assignment.u)
    if classes is None:
        combined = Uncertain(value="0", u=number(hypot(u_h, u_a)))
        return Characteristic(kind="standard_uncertainty", assignment=assignment, higher=higher, combined=combined)
    e_h, e_a, c = real(higher.value), real(assignment.value), classes / (classes - 1)
    value = e_h + e_a - c * e_h * e_a
    combined = Uncertain(value=number(value), u=number(hypot((1.0 - c * e_a) * u_h, (1.0 - c * e_h) * u_a)))
    return Characteristic(kind="error", assignment=assignment, higher=higher, combined=combined)
