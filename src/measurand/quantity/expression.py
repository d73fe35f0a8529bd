"""Values and exact derivatives of a measurement model given as a tree.

A tree is what ``document.expression`` reads from text: ``("number", "0.5")``, ``("name", "x")``, ``("neg", a)``,
``("exp", a)`` and log, sqrt, abs, and ``("+", a, b)`` with ``- * / **``. Derivatives are carried forward with the
value (forward-mode differentiation); a derivative of a derivative gives the higher orders.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.errors import StatisticError
from measurand.message import say

Array = NDArray[np.float64]
Tree: TypeAlias = tuple[Any, ...]
Quantity: TypeAlias = Any
"""A float, an array, or a ``Slope`` over one of them."""


def evaluate(tree: Tree, values: Mapping[str, Quantity]) -> Quantity:
    """Value of a tree; ``values`` are numbers or arrays of one shape (the trials of a Monte Carlo).

    Raises StatisticError for a name without a value. Values outside of the domain of a function become NaN or infinite.

    >>> float(evaluate(("/", ("name", "a"), ("-", ("number", "1"), ("name", "b"))), {"a": 0.9, "b": 0.75}))
    3.6
    """
    operation, *rest = tree
    if operation == "number":
        return float(rest[0])
    if operation == "name":
        if rest[0] not in values:
            raise StatisticError(say("expression.unknown_name", name=rest[0], known=", ".join(sorted(values))))
        return values[rest[0]]
    rule = _OPERATIONS.get(operation)
    if rule is None:
        raise StatisticError(say("expression.unknown_operation", operation=operation))
    with np.errstate(all="ignore"):
        return rule(*(evaluate(branch, values) for branch in rest))


def names(tree: Tree) -> tuple[str, ...]:
    """Names used in a tree, sorted."""
    if tree[0] == "name":
        return (tree[1],)
    return tuple(sorted({n for branch in tree[1:] if isinstance(branch, tuple) for n in names(branch)}))


def gradient(tree: Tree, values: Mapping[str, float]) -> tuple[float, dict[str, float]]:
    """Value of a model and its partial derivatives with respect to every name that it uses, at the estimates.

    Raises StatisticError where value or a derivative is not finite (division by zero, ``sqrt`` or ``abs`` at 0).
    """
    value = float(evaluate(tree, values))
    if not math.isfinite(value):
        raise StatisticError(say("expression.no_value"))
    return value, {name: derivative(tree, values, (name,)) for name in names(tree)}


def derivative(tree: Tree, values: Mapping[str, float], by: tuple[str, ...]) -> float:
    """Partial derivative of a model, of the order ``len(by)``, at the estimates.

    >>> derivative(("*", ("name", "x"), ("**", ("name", "y"), ("number", "2"))), {"x": 3.0, "y": 5.0}, ("x", "y", "y"))
    2.0
    """
    lifted: dict[str, Quantity] = dict(values)
    for name in by:
        lifted = {n: Slope(v, 1.0 if n == name else 0.0) for n, v in lifted.items()}
    result = evaluate(tree, lifted)
    for _ in by:
        result = result.slope if isinstance(result, Slope) else 0.0
    if not math.isfinite(result):
        raise StatisticError(say("expression.no_derivative", name=", ".join(by)))
    return float(result)


def second_order_variance(tree: Tree, values: Mapping[str, float], u: Mapping[str, float]) -> float:
    """Terms of the next order to add to the combined variance of a nonlinear model (JCGM 100, note to 5.1.2).

    ``sum_i sum_j [ (f_ij)^2 / 2 + f_i f_ijj ] u_i^2 u_j^2`` for independent inputs with symmetric distributions.
    """
    used = [name for name in names(tree) if u.get(name, 0.0) > 0]
    first = {name: derivative(tree, values, (name,)) for name in used}
    total = 0.0
    for i in used:
        for j in used:
            f_ij = derivative(tree, values, (i, j))
            f_ijj = derivative(tree, values, (i, j, j))
            total += (0.5 * f_ij**2 + first[i] * f_ijj) * u[i] ** 2 * u[j] ** 2
    return total


@dataclass(frozen=True, eq=False)
class Slope:
    """A value with its derivative in one direction; both may be a ``Slope`` again."""

    value: Quantity
    slope: Quantity

    __array_ufunc__ = None


def _split(x: Quantity, depth: int) -> tuple[Quantity, Quantity]:
    """Value and slope of an operand at a depth of nesting; a plain number does not vary."""
    return (x.value, x.slope) if isinstance(x, Slope) and _depth(x) == depth else (x, 0.0)


def _depth(x: Quantity) -> int:
    return 1 + _depth(x.value) if isinstance(x, Slope) else 0


def _constant(x: Quantity) -> bool:
    return not isinstance(x, Slope) and np.ndim(x) == 0


def _sum(a: Quantity, b: Quantity) -> Quantity:
    depth = max(_depth(a), _depth(b))
    if depth == 0:
        return a + b
    (x, dx), (y, dy) = _split(a, depth), _split(b, depth)
    return Slope(_sum(x, y), _sum(dx, dy))


def _product(a: Quantity, b: Quantity) -> Quantity:
    if (_constant(a) and a == 0.0) or (_constant(b) and b == 0.0):
        return 0.0  # what does not vary stays so; otherwise 0 * infinite would make NaN of an absent term
    depth = max(_depth(a), _depth(b))
    if depth == 0:
        return a * b
    (x, dx), (y, dy) = _split(a, depth), _split(b, depth)
    return Slope(_product(x, y), _sum(_product(dx, y), _product(x, dy)))


def _negative(a: Quantity) -> Quantity:
    return _product(-1.0, a)


def _quotient(a: Quantity, b: Quantity) -> Quantity:
    if _depth(a) == _depth(b) == 0:
        return np.true_divide(a, b)
    return _product(a, _power(b, -1.0))


def _power(a: Quantity, b: Quantity) -> Quantity:
    if _depth(a) == _depth(b) == 0:
        return np.float_power(a, b)
    if not _constant(b):
        return _exp(_product(b, _log(a)))
    if b == 0.0:
        return 1.0
    return Slope(_power(a.value, b), _product(_product(b, _power(a.value, b - 1.0)), a.slope))


def _exp(a: Quantity) -> Quantity:
    if not isinstance(a, Slope):
        return np.exp(a)
    value = _exp(a.value)
    return Slope(value, _product(value, a.slope))


def _log(a: Quantity) -> Quantity:
    if not isinstance(a, Slope):
        return np.log(a)
    return Slope(_log(a.value), _product(_power(a.value, -1.0), a.slope))


def _absolute(a: Quantity) -> Quantity:
    if not isinstance(a, Slope):
        return np.abs(a)
    inner = a.value
    while isinstance(inner, Slope):
        inner = inner.value
    sign = np.where(inner == 0, np.nan, np.sign(inner))
    return Slope(_absolute(a.value), _product(float(sign) if np.ndim(sign) == 0 else sign, a.slope))


_OPERATIONS: Mapping[str, Callable[..., Quantity]] = {
    "+": _sum,
    "-": lambda a, b: _sum(a, _negative(b)),
    "*": _product,
    "/": _quotient,
    "**": _power,
    "neg": _negative,
    "exp": _exp,
    "log": _log,
    "sqrt": lambda a: _power(a, 0.5),
    "abs": _absolute,
}
