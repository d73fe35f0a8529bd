"""The statistics by name: those of this room, and those that other packages add as entry points."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from measurand.statistic import (
    calibration,
    classes_agreement,
    classes_average,
    classes_diagnostic,
    classes_hit,
    classes_labels,
    compared,
    log_score,
    numbers,
    ranking,
    raters,
    repeats,
    tally,
)
from measurand.statistic.auc import Auc
from measurand.statistic.average_precision import AveragePrecision
from measurand.statistic.average_recall import AverageRecall
from measurand.statistic.brier import BrierScore
from measurand.statistic.concordance import Concordance
from measurand.statistic.contract import Statistic
from measurand.statistic.corpus_bleu import corpus_bleu
from measurand.statistic.expected_calibration_error import expected_calibration_error
from measurand.statistic.intraclass import IntraclassCorrelation
from measurand.statistic.krippendorff import KrippendorffAlpha
from measurand.statistic.mean import Mean
from measurand.statistic.multiclass_auc import MulticlassAuc
from measurand.statistic.partial_auc import PartialAuc
from measurand.statistic.precision_recall import PrecisionRecallArea
from measurand.statistic.preference import BradleyTerry
from measurand.statistic.proportion import accuracy, positive_rate, proportion, sensitivity, specificity
from measurand.statistic.quantile import median_absolute_error, quantile
from measurand.statistic.rate import Rate
from measurand.statistic.selective import RiskCoverageArea, SelectiveRisk
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
        "balanced_accuracy": classes_average.balanced_accuracy,
        "bias": numbers.bias,
        "bradley_terry": BradleyTerry,
        "bradley_terry_strength": compared.bradley_terry_strength,
        "bradley_terry_win_probability": compared.bradley_terry_win_probability,
        "brennan_prediger": classes_agreement.brennan_prediger,
        "brier_score": BrierScore,
        "calibration_in_the_large": calibration.calibration_in_the_large,
        "calibration_intercept": calibration.calibration_intercept,
        "calibration_slope": calibration.calibration_slope,
        "concordance": Concordance,
        "concordance_correlation": numbers.concordance_correlation,
        "consistency": repeats.consistency,
        "corpus_bleu": corpus_bleu,
        "correlation": numbers.correlation,
        "crps": numbers.crps,
        "crps_normal": numbers.crps_normal,
        "diagnostic_odds_ratio": classes_diagnostic.diagnostic_odds_ratio,
        "expected_calibration_error": expected_calibration_error,
        "f_score": classes_average.f_score,
        "false_discovery_rate": classes_diagnostic.false_discovery_rate,
        "false_negative_rate": classes_diagnostic.false_negative_rate,
        "false_omission_rate": classes_diagnostic.false_omission_rate,
        "false_positive_rate": classes_diagnostic.false_positive_rate,
        "fleiss_kappa": raters.fleiss_kappa,
        "gwet_ac1": classes_agreement.gwet_ac1,
        "gwet_ac1_raters": raters.gwet_ac1_raters,
        "gwet_ac2": classes_agreement.gwet_ac2,
        "hamming_loss": classes_labels.hamming_loss,
        "informedness": classes_diagnostic.informedness,
        "interval_coverage": numbers.interval_coverage,
        "interval_score": numbers.interval_score,
        "interval_width": numbers.interval_width,
        "intraclass_correlation": IntraclassCorrelation,
        "jaccard": classes_average.jaccard,
        "kappa": classes_agreement.kappa,
        "krippendorff_alpha": KrippendorffAlpha,
        "label_f_score": classes_labels.label_f_score,
        "log_score": log_score.log_score,
        "mcc": classes_agreement.mcc,
        "mean": Mean,
        "mean_absolute_error": numbers.mean_absolute_error,
        "mean_absolute_percentage_error": numbers.mean_absolute_percentage_error,
        "mean_average_precision": ranking.mean_average_precision,
        "mean_reciprocal_rank": ranking.mean_reciprocal_rank,
        "mean_squared_error": numbers.mean_squared_error,
        "median_absolute_error": median_absolute_error,
        "modal_agreement": repeats.modal_agreement,
        "multiclass_auc": MulticlassAuc,
        "multiclass_brier_score": log_score.multiclass_brier_score,
        "multiclass_log_score": log_score.multiclass_log_score,
        "ndcg": ranking.ndcg,
        "negative_likelihood_ratio": classes_diagnostic.negative_likelihood_ratio,
        "negative_predictive_value": classes_diagnostic.negative_predictive_value,
        "observed_to_expected": calibration.observed_to_expected,
        "partial_auc": PartialAuc,
        "pass_at_k": repeats.pass_at_k,
        "pass_hat_k": repeats.pass_hat_k,
        "percent_agreement": raters.percent_agreement,
        "pinball": numbers.pinball,
        "positive_likelihood_ratio": classes_diagnostic.positive_likelihood_ratio,
        "positive_predictive_value": classes_diagnostic.positive_predictive_value,
        "positive_rate": positive_rate,
        "precision": classes_average.precision,
        "precision_at_k": ranking.precision_at_k,
        "precision_recall_area": PrecisionRecallArea,
        "proportion": proportion,
        "quantile": quantile,
        "r_squared": numbers.r_squared,
        "rate": Rate,
        "recall": classes_average.recall,
        "recall_at_k": ranking.recall_at_k,
        "risk_coverage_area": RiskCoverageArea,
        "root_mean_square_error": numbers.root_mean_square_error,
        "scott_pi": classes_agreement.scott_pi,
        "selective_risk": SelectiveRisk,
        "sensitivity": sensitivity,
        "set_coverage": numbers.set_coverage,
        "set_size": numbers.set_size,
        "share_of_parts": tally.share_of_parts,
        "specificity": specificity,
        "subset_accuracy": classes_hit.subset_accuracy,
        "top_k_accuracy": classes_hit.top_k_accuracy,
        "weighted_kappa": classes_agreement.weighted_kappa,
        "win_rate": tally.win_rate,
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
    maker = _maker(name)
    given = dict(parameters or {})
    allowed = inspect.signature(maker).parameters
    for parameter in given:
        if parameter not in allowed:
            raise not_defined("parameter", name=name, parameter=parameter, known=", ".join(allowed) or "none")
    return maker(**given)


def defaults(name: str) -> Mapping[str, Any]:
    """Parameters of the statistic ``name`` that have a default, with it. Raises StatisticError for an unknown name.

    >>> dict(defaults("f_score"))["beta"]
    1.0
    """
    allowed = inspect.signature(_maker(name)).parameters
    return {key: one.default for key, one in allowed.items() if one.default is not inspect.Parameter.empty}


def _maker(name: str) -> Maker:
    maker = _OWN.get(name) or _installed().get(name)
    if maker is None:
        nearest = difflib.get_close_matches(name, names(), n=3, cutoff=0.4) or names()
        raise not_defined("unknown", name=name, nearest=", ".join(nearest), known=", ".join(names()))
    return maker


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
