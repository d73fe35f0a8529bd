"""The statistics by name: those of this room, and those that other packages add as entry points."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from measurand.statistic import numbers
from measurand.statistic.auc import Auc
from measurand.statistic.average_precision import AveragePrecision
from measurand.statistic.average_recall import AverageRecall
from measurand.statistic.brier import BrierScore
from measurand.statistic.contract import Statistic
from measurand.statistic.f_score import FScore
from measurand.statistic.mean import Mean
from measurand.statistic.preference import BradleyTerry
from measurand.statistic.proportion import accuracy, positive_rate, precision, proportion, sensitivity, specificity
from measurand.statistic.quantile import median_absolute_error, quantile
from measurand.statistic.rate import Rate
from measurand.statistic.weighing import not_defined

GROUP = "measurand.statistics"
"""Group of entry points; each names a callable whose keyword arguments are the statistic's parameters."""

Maker = Callable[..., Statistic]

_OWN: Mapping[str, Maker] = MappingProxyType(
    {
        "accuracy": accuracy,
        "auc": Auc,
        "average_precision": AveragePrecision,
        "average_recall": AverageRecall,
        "bias": numbers.bias,
        "bradley_terry": BradleyTerry,
        "brier_score": BrierScore,
        "concordance_correlation": numbers.concordance_correlation,
        "correlation": numbers.correlation,
        "crps": numbers.crps,
        "crps_normal": numbers.crps_normal,
        "f_score": FScore,
        "interval_coverage": numbers.interval_coverage,
        "interval_score": numbers.interval_score,
        "interval_width": numbers.interval_width,
        "mean": Mean,
        "mean_absolute_error": numbers.mean_absolute_error,
        "mean_absolute_percentage_error": numbers.mean_absolute_percentage_error,
        "mean_squared_error": numbers.mean_squared_error,
        "median_absolute_error": median_absolute_error,
        "pinball": numbers.pinball,
        "positive_rate": positive_rate,
        "precision": precision,
        "proportion": proportion,
        "quantile": quantile,
        "r_squared": numbers.r_squared,
        "rate": Rate,
        "root_mean_square_error": numbers.root_mean_square_error,
        "sensitivity": sensitivity,
        "set_coverage": numbers.set_coverage,
        "set_size": numbers.set_size,
        "specificity": specificity,
    }
)


def names() -> tuple[str, ...]:
    """All names that ``by_name`` knows, sorted."""
    return tuple(sorted({*_OWN, *_installed()}))


def by_name(name: str, parameters: Mapping[str, Any] | None = None) -> Statistic:
    """The statistic ``name`` with its ``parameters``.

    Raises StatisticError for an unknown name or parameter, with the nearest that exist, and for a value that is not
    allowed.

    >>> by_name("f_score", {"beta": 2.0}).outputs
    ('f_score',)
    """
    maker = _OWN.get(name) or _installed().get(name)
    if maker is None:
        nearest = difflib.get_close_matches(name, names(), n=3, cutoff=0.4) or names()
        raise not_defined("unknown", name=name, nearest=", ".join(nearest), known=", ".join(names()))
    given = dict(parameters or {})
    allowed = inspect.signature(maker).parameters
    for parameter in given:
        if parameter not in allowed:
            raise not_defined("parameter", name=name, parameter=parameter, known=", ".join(allowed) or "none")
    return maker(**given)


@cache
def _installed() -> Mapping[str, Maker]:
    """What other packages add. Raises StatisticError where one takes a name of ours or does not load."""
    found: dict[str, Maker] = {}
    for entry in entry_points(group=GROUP):
        package = entry.dist.name if entry.dist else "?"
        if entry.name in _OWN or entry.name in found:
            raise not_defined("entry_point", name=entry.name, package=package, reason="name is taken")
        try:
            found[entry.name] = entry.load()
        except (ImportError, AttributeError) as error:
            raise not_defined("entry_point", name=entry.name, package=package, reason=str(error)) from error
    return MappingProxyType(found)
