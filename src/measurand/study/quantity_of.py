"""The statistic of a measurand: what its definition fixes, with what the procedure's ``at`` sets."""

from __future__ import annotations

from measurand.document.definition import Definition
from measurand.document.procedure import Measurand
from measurand.statistic.contract import Statistic
from measurand.statistic.registry import by_name

OPERATING_POINT = "score"
"""The parameter of ``at`` that no statistic sees: it turns scores into predictions."""


def parameters_of(measurand: Measurand, definition: Definition) -> dict[str, float | str | bool]:
    """Parameters of the statistic: the definition's, then those of ``at``, then ``average``."""
    found: dict[str, float | str | bool] = dict(definition.parameters)
    for name, text in measurand.at.items():
        if name != OPERATING_POINT:
            found[name] = _value(text)
    if measurand.average is not None and definition.needs_average:
        found["average"] = measurand.average
    return found


def statistic_of(measurand: Measurand, definition: Definition) -> Statistic:
    """The statistic of a measurand. Raises StatisticError for a parameter that it does not take."""
    return by_name(definition.statistic, parameters_of(measurand, definition))


def _value(text: str) -> float | str | bool:
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text
