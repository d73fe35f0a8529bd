"""Reference values that are assigned from those of a higher set: label uncertainty carried down the chain."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number, real
from measurand.document.reference_certificate import Characteristic, Confusion, Uncertain
from measurand.errors import DesignError, Finding
from measurand.message import say

Array = NDArray[np.float64]


def carried(
    assignment: Uncertain,
    higher: Characteristic | None,
    *,
    classes: Sequence[str] | None,
    confusion: Confusion | None = None,
) -> Characteristic:
    """The combined uncertainty of values that were assigned from a higher set.

    Numbers (``classes`` None): ``u^2 = u_higher^2 + u_assignment^2``. Shares of wrong labels of K classes, wrong ones
    equally likely: ``e = 1 - (1 - e_h)(1 - e_a) - e_h e_a / (K - 1)``, ``u^2 = ((1 - c e_a) u_h)^2 +
    ((1 - c e_h) u_a)^2`` with ``c = K / (K - 1)``. Matrices of truth by value: their product, ``u^2`` of a cell
    ``sum_k (A_kl u(H_tk))^2 + (H_tk u(A_kl))^2`` (law of propagation, JCGM 100 5.1.2). Raises DesignError for other
    classes than those of the higher set.

    >>> a, h = Uncertain(value="0.02", u="0.004"), Uncertain(value="0.01", u="0.003")
    >>> top = carried(h, None, classes=("no", "yes"))
    >>> round(real(carried(a, top, classes=("no", "yes")).combined.value), 12)
    0.0296
    """
    if classes is None:
        above = None if higher is None else higher.combined
        u = number(hypot(real(above.u) if above else 0.0, real(assignment.u)))
        combined = Uncertain(value="0", u=u)
        return Characteristic(kind="standard_uncertainty", assignment=assignment, higher=above, combined=combined)
    if higher is None:
        return Characteristic(kind="error", assignment=assignment, combined=assignment, confusion=confusion)
    return Characteristic(
        kind="error",
        assignment=assignment,
        higher=higher.combined,
        combined=_shares(assignment, higher.combined, len(classes)),
        confusion=_product(assignment, confusion, higher, tuple(classes)),
    )


def _shares(assignment: Uncertain, higher: Uncertain, classes: int) -> Uncertain:
    e_h, e_a, c = real(higher.value), real(assignment.value), classes / (classes - 1)
    u = hypot((1.0 - c * e_a) * real(higher.u), (1.0 - c * e_h) * real(assignment.u))
    return Uncertain(value=number(e_h + e_a - c * e_h * e_a), u=number(u))


def _product(
    assignment: Uncertain, confusion: Confusion | None, higher: Characteristic, classes: tuple[str, ...]
) -> Confusion | None:  # fmt: skip
    """The product of the matrices; a share of wrong labels stands for the matrix with all errors alike."""
    if confusion is None and higher.confusion is None:
        return None
    names = confusion.classes if confusion is not None else higher.confusion.classes if higher.confusion else classes
    if higher.confusion is not None and higher.confusion.classes != names:
        text = say("reference.other_classes", own=", ".join(names), higher=", ".join(higher.confusion.classes))
        raise DesignError(Finding("M0562", "higher", text))
    a, u_a = _matrix(assignment, confusion, len(names))
    h, u_h = _matrix(higher.combined, higher.confusion, len(names))
    m, u = h @ a, np.sqrt(u_h**2 @ a**2 + h**2 @ u_a**2)
    cells = [[Uncertain(value=number(x), u=number(s)) for x, s in zip(*r, strict=True)] for r in zip(m, u, strict=True)]
    return Confusion(classes=names, rows=tuple(map(tuple, cells)))


def _matrix(share: Uncertain, confusion: Confusion | None, classes: int) -> tuple[Array, Array]:
    """Values and standard uncertainties of the cells."""
    if confusion is not None:
        cells = [[(real(cell.value), real(cell.u)) for cell in row] for row in confusion.rows]
        return np.array([[v for v, _ in row] for row in cells]), np.array([[u for _, u in row] for row in cells])
    e, u, eye = real(share.value), real(share.u), np.eye(classes)
    other = classes - 1
    return eye * (1.0 - e) + (1.0 - eye) * e / other, eye * u + (1.0 - eye) * u / other
