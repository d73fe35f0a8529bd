"""From what a procedure says about an input (PROCEDURE, ``[[input]]``) to its distribution."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from measurand.errors import Finding, ProcedureError
from measurand.message import say
from measurand.quantity.distribution import (
    Arcsine,
    Beta,
    Curvilinear,
    Distribution,
    Gamma,
    Normal,
    StudentT,
    Trapezoidal,
    exponential,
)

Parameters = Mapping[str, float]

WIDTHS = ("standard_uncertainty", "half_width", "lower and upper")
"""The ways to give the width of a distribution."""


def by_name(name: str, parameters: Parameters) -> Distribution:
    """The distribution of an input, from the keys of a procedure.

    ``value`` (default 0), one of ``standard_uncertainty``, ``half_width``, ``lower`` and ``upper``; further
    ``shape`` (trapezoidal: top / base; curvilinear: half-width of the range of each limit; gamma: shape) and
    ``degrees_of_freedom`` (t; with any other it says how well u is known and does not change the distribution).
    Raises ProcedureError (M03) with what is missing, superfluous or impossible.

    >>> round(by_name("rectangular", {"half_width": 0.004}).u(), 6)
    0.002309
    """
    if name not in _MAKERS:
        raise _error("distribution.unknown", name=name, known=", ".join(sorted(_MAKERS)))
    for key, value in parameters.items():
        if key not in _KEYS:
            raise _error("distribution.key", name=name, key=key, known=", ".join(_KEYS))
        if not math.isfinite(value):
            raise _error("distribution.finite", name=name, key=key, value=value)
    if parameters.get("degrees_of_freedom", 1.0) <= 0:
        raise _error("distribution.positive", name=name, key="degrees_of_freedom")
    return _MAKERS[name](name, parameters)


_KEYS = ("value", "standard_uncertainty", "half_width", "lower", "upper", "shape", "degrees_of_freedom")


def _error(sentence: str, /, **fields: object) -> ProcedureError:
    return ProcedureError(Finding(code="M03", path="input", message=say(sentence, "en", **fields)))


def _width(name: str, given: Parameters, allowed: tuple[str, ...]) -> str:
    """The one way in which the width is given; raises if there is none, more than one, or one that does not fit."""
    if ("lower" in given) != ("upper" in given):
        raise _error("distribution.one_limit", name=name)
    found = [w for w in WIDTHS if w.split()[0] in given]
    if len(found) != 1 or found[0] not in allowed:
        raise _error(
            "distribution.width", name=name, allowed=" / ".join(allowed), found=", ".join(found) or say("words.nothing")
        )
    return found[0]


def _refuse(name: str, given: Parameters, *keys: str) -> None:
    for key in keys:
        if key in given:
            raise _error("distribution.superfluous", name=name, key=key)


def _positive(name: str, given: Parameters, key: str) -> float:
    if key not in given:
        raise _error("distribution.missing", name=name, key=key)
    if given[key] <= 0:
        raise _error("distribution.positive", name=name, key=key)
    return given[key]


def _centre(name: str, given: Parameters, half_width_of: Callable[[float], float]) -> tuple[float, float]:
    """Centre and half-width of a symmetric bounded distribution; ``half_width_of`` turns u into the half-width."""
    way = _width(name, given, WIDTHS)
    value = given.get("value", 0.0)
    if way == "half_width":
        return value, _positive(name, given, "half_width")
    if way == "standard_uncertainty":
        return value, half_width_of(_positive(name, given, "standard_uncertainty"))
    lower, upper = given["lower"], given["upper"]
    if not lower < upper:
        raise _error("distribution.order", name=name, lower=lower, upper=upper)
    middle, half = 0.5 * (lower + upper), 0.5 * (upper - lower)
    if "value" in given and abs(value - middle) > 1e-9 * half:
        raise _error("distribution.centre", name=name, value=value, middle=middle)
    return middle, half


def _normal(name: str, given: Parameters) -> Distribution:
    _width(name, given, WIDTHS[:1])
    _refuse(name, given, "shape")
    return Normal(given.get("value", 0.0), _positive(name, given, "standard_uncertainty"))


def _trapezoid(beta: float | None) -> Callable[[str, Parameters], Distribution]:
    def made(name: str, given: Parameters) -> Distribution:
        if beta is not None:
            _refuse(name, given, "shape")
        elif not 0 <= given.get("shape", -1.0) <= 1:
            raise _error("distribution.trapezoid", name=name)
        top = given["shape"] if beta is None else beta
        centre, half = _centre(name, given, lambda u: u / math.sqrt((1.0 + top**2) / 6.0))
        return Trapezoidal(centre, half, top)

    return made


def _curvilinear(name: str, given: Parameters) -> Distribution:
    d = _positive(name, given, "shape")
    centre, half = _centre(name, given, lambda u: math.sqrt(max(3.0 * (u * u - d * d / 9.0), 0.0)))
    if d > half:
        raise _error("distribution.curvilinear", name=name, d=d, half=half)
    return Curvilinear(centre, half, d)


def _arcsine(name: str, given: Parameters) -> Distribution:
    _refuse(name, given, "shape")
    return Arcsine(*_centre(name, given, lambda u: u * math.sqrt(2.0)))


def _t(name: str, given: Parameters) -> Distribution:
    _width(name, given, WIDTHS[:1])
    _refuse(name, given, "shape")
    return StudentT(
        given.get("value", 0.0),
        _positive(name, given, "standard_uncertainty"),
        _positive(name, given, "degrees_of_freedom"),
    )


def _exponential(name: str, given: Parameters) -> Distribution:
    _refuse(name, given, "standard_uncertainty", "half_width", "lower", "upper", "shape")
    return exponential(_positive(name, given, "value"))


def _gamma(name: str, given: Parameters) -> Distribution:
    _refuse(name, given, "half_width", "lower", "upper")
    mean = _positive(name, given, "value")
    if ("shape" in given) == ("standard_uncertainty" in given):
        found = "shape, standard_uncertainty" if "shape" in given else say("words.nothing")
        raise _error("distribution.width", name=name, allowed="shape / standard_uncertainty", found=found)
    if "shape" in given:
        shape = _positive(name, given, "shape")
    else:
        shape = (mean / _positive(name, given, "standard_uncertainty")) ** 2
    return Gamma(shape, mean / shape)


def _beta(name: str, given: Parameters) -> Distribution:
    """``lower`` and ``upper`` are the range (default 0 and 1); the width is ``standard_uncertainty``."""
    _refuse(name, given, "half_width", "shape")
    lower, upper = given.get("lower", 0.0), given.get("upper", 1.0)
    if not lower < given.get("value", math.nan) < upper:
        raise _error("distribution.beta_value", name=name, lower=lower, upper=upper)
    m = (given["value"] - lower) / (upper - lower)
    v = (_positive(name, given, "standard_uncertainty") / (upper - lower)) ** 2
    if v >= m * (1.0 - m):
        largest = (upper - lower) * math.sqrt(m * (1.0 - m))
        raise _error("distribution.beta_width", name=name, largest=largest)
    total = m * (1.0 - m) / v - 1.0
    return Beta(m * total, (1.0 - m) * total, lower, upper)


_MAKERS: Mapping[str, Callable[[str, Parameters], Distribution]] = {
    "normal": _normal,
    "rectangular": _trapezoid(1.0),
    "trapezoidal": _trapezoid(None),
    "curvilinear": _curvilinear,
    "triangular": _trapezoid(0.0),
    "arcsine": _arcsine,
    "t": _t,
    "exponential": _exponential,
    "gamma": _gamma,
    "beta": _beta,
}

NAMES = tuple(_MAKERS)
"""The names that ``by_name`` knows."""
