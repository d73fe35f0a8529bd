"""Whether a quantity can be evaluated as a measurand asks: parameters, roles, classes, contrast."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from measurand.document.amount import parse_amount
from measurand.document.definition import Definition
from measurand.document.judge import Judge
from measurand.document.live import Scoring
from measurand.document.procedure import Measurand, Procedure
from measurand.document.words import nearest
from measurand.errors import Finding, StatisticError
from measurand.message import say
from measurand.study.binding import Tables, labels
from measurand.study.quantity_of import OPERATING_POINT, statistic_of

_THRESHOLD = re.compile(r"\s*(>=|<=|>|<)?\s*(.+)")
BINARY = ({"0", "1"}, {"false", "true"})
"""Classes of which the second is positive without saying so."""
SYNONYMS = {
    "f1": "f_score", "f1_score": "f_score", "f_measure": "f_score", "fbeta": "f_score", "f_beta": "f_score",
    "dice": "f_score", "auroc": "auc", "roc_auc": "auc", "roc_auc_score": "auc", "c_statistic": "auc",
    "brier": "brier_score", "tpr": "sensitivity", "true_positive_rate": "sensitivity", "hit_rate": "sensitivity",
    "recall": "sensitivity", "tnr": "specificity", "true_negative_rate": "specificity", "selectivity": "specificity",
    "fpr": "false_positive_rate", "fall_out": "false_positive_rate", "false_alarm_rate": "false_positive_rate",
    "fnr": "false_negative_rate", "miss_rate": "false_negative_rate", "fdr": "false_discovery_rate",
    "for": "false_omission_rate", "ppv": "precision", "npv": "negative_predictive_value",
    "acc": "accuracy", "exact_match": "accuracy", "error_rate": "accuracy", "top1": "accuracy",
    "top_1_accuracy": "accuracy", "success_rate": "proportion", "pass_rate": "proportion", "win_rate": "proportion",
    "percentage": "proportion", "share": "proportion", "selection_rate": "positive_rate", "average": "mean",
    "balanced_acc": "balanced_accuracy", "macro_recall": "balanced_accuracy",
    "matthews": "mcc", "matthews_corrcoef": "mcc", "matthews_correlation": "mcc", "phi": "mcc",
    "youden": "informedness", "youden_j": "informedness", "j_statistic": "informedness",
    "bookmaker_informedness": "informedness", "iou": "jaccard", "intersection_over_union": "jaccard",
    "jaccard_score": "jaccard", "critical_success_index": "jaccard", "threat_score": "jaccard",
    "lr+": "positive_likelihood_ratio", "lr_plus": "positive_likelihood_ratio", "plr": "positive_likelihood_ratio",
    "lr-": "negative_likelihood_ratio", "lr_minus": "negative_likelihood_ratio", "nlr": "negative_likelihood_ratio",
    "dor": "diagnostic_odds_ratio", "odds_ratio": "diagnostic_odds_ratio",
    "cohen_kappa": "kappa", "cohens_kappa": "kappa", "cohen_kappa_score": "kappa",
    "qwk": "weighted_kappa", "quadratic_weighted_kappa": "weighted_kappa", "quadratic_kappa": "weighted_kappa",
    "pi": "scott_pi", "scotts_pi": "scott_pi", "ac1": "gwet_ac1", "ac2": "gwet_ac2",
    "krippendorff": "krippendorff_alpha", "alpha": "krippendorff_alpha", "fleiss": "fleiss_kappa",
    "icc": "intraclass_correlation", "percentage_agreement": "percent_agreement",
    "raw_agreement": "percent_agreement",
    "top5": "top_k_accuracy", "top_5_accuracy": "top_k_accuracy", "top_k": "top_k_accuracy",
    "hamming": "hamming_loss", "hamming_distance": "hamming_loss", "subset": "subset_accuracy",
    "exact_match_ratio": "subset_accuracy", "multilabel_f1": "label_f_score",
    "ece": "expected_calibration_error", "calibration_error": "expected_calibration_error",
    "citl": "calibration_in_the_large", "oe_ratio": "observed_to_expected", "o_e_ratio": "observed_to_expected",
    "logloss": "log_score", "log_loss": "log_score", "cross_entropy": "log_score", "nll": "log_score",
    "negative_log_likelihood": "log_score", "logarithmic_score": "log_score", "ap": "average_precision",
    "auprc": "average_precision", "pr_auc": "average_precision", "aucpr": "average_precision",
    "average_precision_score": "average_precision", "pauc": "partial_auc", "partial_auroc": "partial_auc",
    "c_index": "concordance", "concordance_index": "concordance", "harrell_c": "concordance",
    "map": "mean_average_precision", "categorical_cross_entropy": "multiclass_log_score", "macro_auc": "multiclass_auc",
    "auc_ovr": "multiclass_auc", "auc_ovo": "multiclass_auc", "hit_rate_at_k": "recall_at_k",
    "ndcg_score": "ndcg", "mrr": "mean_reciprocal_rank",
    "reciprocal_rank": "mean_reciprocal_rank", "recall@k": "recall_at_k", "precision@k": "precision_at_k",
    "me": "bias", "mean_error": "bias", "mbe": "bias", "mean_bias_error": "bias",
    "mae": "mean_absolute_error", "l1": "mean_absolute_error", "mse": "mean_squared_error", "l2": "mean_squared_error",
    "rmse": "root_mean_square_error", "root_mean_squared_error": "root_mean_square_error",
    "rms": "root_mean_square_error", "rmsd": "root_mean_square_error", "mape": "mean_absolute_percentage_error",
    "medae": "median_absolute_error", "r2": "r_squared", "r2_score": "r_squared",
    "coefficient_of_determination": "r_squared", "pearson": "correlation", "pearsonr": "correlation",
    "pearson_r": "correlation", "ccc": "concordance_correlation", "lin": "concordance_correlation",
    "lins_ccc": "concordance_correlation", "median": "quantile", "percentile": "quantile",
    "pinball_loss": "pinball", "quantile_loss": "pinball", "picp": "interval_coverage", "coverage": "interval_coverage",
    "mpiw": "interval_width", "winkler": "interval_score", "winkler_score": "interval_score",
    "bradley_terry": "bradley_terry_strength", "davidson": "bradley_terry_strength", "elo": "bradley_terry_strength",
    "elo_rating": "bradley_terry_strength", "arena_score": "bradley_terry_strength",
    "win_probability": "bradley_terry_win_probability",
    "word_error_rate": "rate", "character_error_rate": "rate", "wer": "rate", "cer": "rate",
    "event_rate": "rate", "incidence": "rate", "incidence_rate": "rate", "mtbf": "rate", "failure_rate": "rate",
}  # fmt: skip
"""Names of metrics -> the nearest quantity; one that is not served yet has no effect."""
ACCESS_OF: Mapping[str, tuple[str, ...]] = {
    "seconds": ("openai", "kserve", "command", "gguf"),
    "tokens_in": ("openai", "gguf"), "tokens_out": ("openai", "gguf"), "cost": ("openai",),
    "energy": ("python", "command", "gguf", "onnx", "skops"),
}  # fmt: skip
"""What a measurand is of -> the systems of which it is known for each answer."""
MODELS = ("onnx", "skops", "kserve")
"""Access of models that give a score for each class."""
GIVES: Mapping[str, str] = {
    "choice": "class", "similarity": "number", "f1": "number", "rouge-l": "number", "bleu": "number", "chrf": "number",
    "wer": "count", "cer": "count",
}  # fmt: skip
"""Kind of scoring -> what it gives; the others give right (1) and wrong (0)."""
LATER = frozenset({"average_recall", "kendall", "spearman"})
"""Quantities that a later version serves; one that has a definition by now is served."""


def unknown_quantity(path: str, name: str, definitions: Mapping[str, Definition]) -> Finding:
    """The finding of a quantity that has no definition."""
    meant = SYNONYMS.get(name.lower().replace("-", "_").replace(" ", "_"), "")
    near = meant if meant in definitions else nearest(name, definitions)
    hint = say("procedure.did_you_mean", words=near) if near else ""
    if name in LATER:
        return Finding("M0204", f"{path}.quantity", say("M0204.quantity", name=name), hint or say("M0204.hint"))
    hint = hint or say("M0316.hint", count=len(definitions))
    return Finding("M0316", f"{path}.quantity", say("M0316.quantity", name=name), hint)


def unsuitable(
    path: str, measurand: Measurand, definition: Definition, procedure: Procedure, tables: Tables
) -> Iterator[Finding]:
    """Findings about one measurand with a quantity: its parameters, roles, classes and contrast."""
    for name in measurand.at:
        if name not in definition.at:
            known = ", ".join(definition.at) or say("procedure.nothing")
            message = say("M0317.parameter", name=name, quantity=definition.id, known=known)
            yield Finding("M0317", f"{path}.at.{name}", message, _meant(name, definition.at))
    for name in definition.required:
        if name not in measurand.at:
            message = say("M0317.required", name=name, quantity=definition.id)
            yield Finding("M0317", path, message, say("M0317.required_hint", name=name))
    if OPERATING_POINT in measurand.at and OPERATING_POINT in definition.at:
        yield from _threshold(path, measurand.at[OPERATING_POINT], procedure)
    complete = all(name in measurand.at for name in definition.required)
    if complete and all(name in definition.at for name in measurand.at):
        try:
            statistic_of(measurand, definition)
        except StatisticError as problem:
            yield Finding("M0317", f"{path}.at", problem.findings[0].message, problem.findings[0].hint)
        except TypeError as problem:
            yield Finding("M0317", f"{path}.at", say("M0317.other", quantity=definition.id, problem=str(problem)))
    yield from _model_score(path, measurand, definition, procedure)
    if measurand.of is not None:
        yield from _of(path, measurand, definition, procedure)
    yield from _roles(path, measurand, definition, procedure)
    yield from _classes(path, measurand, definition, procedure, tables)
    yield from _contrast(path, measurand, procedure, tables)


def _threshold(path: str, written: str, procedure: Procedure) -> Iterator[Finding]:
    match = _THRESHOLD.fullmatch(written)
    amount = parse_amount(match[2]) if match else None
    if amount is None or amount.unit:
        yield Finding("M0317", f"{path}.at.score", say("M0317.threshold", value=written), say("M0317.threshold_hint"))
    if procedure.observations is not None and procedure.observations.score is None:
        yield Finding("M0332", f"{path}.at.score", say("M0332.score"), say("M0332.score_hint"))


def _model_score(path: str, measurand: Measurand, definition: Definition, procedure: Procedure) -> Iterator[Finding]:
    """A finding where a score is needed of models, and which of their scores it is was not said."""
    needed = "score" in definition.roles.values() or OPERATING_POINT in measurand.at
    models = [system for system in procedure.system if system.access in MODELS]
    if needed and any("positive" not in system.settings for system in models):
        message = say("M0332.model_score", quantity=definition.id)
        yield Finding("M0332", f"{path}.quantity", message, say("M0332.model_score_hint"))


def _of(path: str, measurand: Measurand, definition: Definition, procedure: Procedure) -> Iterator[Finding]:
    """Findings where what a measurand is of is no number of one answer, or is not known of these systems."""
    if definition.kind != "number" or list(definition.roles.values()) != [measurand.of]:
        message = say("M0336.quantity", quantity=definition.id, of=measurand.of)
        yield Finding("M0336", f"{path}.of", message, say("M0336.quantity_hint"))
    known = ACCESS_OF[measurand.of or "seconds"]
    if any(system.access not in known for system in procedure.system):
        message = say("M0336.access", of=measurand.of, known=", ".join(known))
        yield Finding("M0336", f"{path}.of", message, say("M0336.access_hint"))
    if measurand.of == "cost" and any(system.price is None for system in procedure.system):
        yield Finding("M0336", f"{path}.of", say("M0336.price"), say("M0336.price_hint"))


def _roles(path: str, measurand: Measurand, definition: Definition, procedure: Procedure) -> Iterator[Finding]:
    """Findings where what a quantity needs is bound to no column."""
    observations, reference = procedure.observations, procedure.reference
    for role, source in definition.roles.items():
        if source.endswith("?"):
            continue
        if source == "reference":
            if reference is None:
                message = say("M0332.reference", quantity=definition.id)
                yield Finding("M0332", f"{path}.quantity", message, say("M0332.reference_hint"))
        elif source == "event":
            if reference is not None and reference.event is None:
                message = say("M0332.event", quantity=definition.id)
                yield Finding("M0332", "reference", message, say("M0332.event_hint"))
        elif source == "exposure" and procedure.scoring is not None and GIVES.get(procedure.scoring.kind) == "count":
            continue
        elif source == "value" and procedure.scoring is not None:
            yield from _scored(path, definition, procedure.scoring, procedure.judge)
        elif procedure.scoring is not None and _comes_of(procedure.scoring, source):
            continue
        elif source in ("scores", "score", "members") and observations is None and procedure.scoring is not None:
            message = say("M0332.output", quantity=definition.id, role=role, source=source)
            yield Finding(
                "M0332", f"{path}.quantity", message, say(f"M0332.{'bleu' if source == 'members' else 'likely'}_hint")
            )
        elif observations is not None and getattr(observations, source, None) is None:
            if source == measurand.of or (source == "value" and OPERATING_POINT in measurand.at):
                continue
            key = "cut" if source == "value" and observations.score is not None else "output"
            message = say("M0332.output", quantity=definition.id, role=role, source=source)
            yield Finding("M0332", f"{path}.quantity", message, say(f"M0332.{key}_hint", source=source))


def _comes_of(scoring: Scoring, source: str) -> bool:
    """Whether the scoring gives an output beside the value."""
    return (source in ("scores", "score") and scoring.by is not None) or (
        source == "members" and scoring.kind == "bleu"
    )


def _scored(path: str, definition: Definition, scoring: Scoring, judge: Judge | None) -> Iterator[Finding]:
    """Findings where a quantity does not go with what the scoring gives: a class, right (1) or wrong (0), a number."""
    if scoring.kind == "judge" and judge is not None:
        if definition.kind != "number" and not (definition.kind == "outcome" and judge.is_plain):
            message = say("M0334.judge", quantity=definition.id)
            yield Finding("M0334", f"{path}.quantity", message, say("M0334.judge_hint"))
        return
    gives = GIVES.get(scoring.kind, "outcome")
    takes = {"outcome": "outcome", "number": "number"}.get(definition.kind, "class")
    if "exposure" in definition.roles.values():
        takes = "count"
    if gives != takes:
        message = say(f"M0334.{gives}", quantity=definition.id, kind=scoring.kind)
        yield Finding("M0334", f"{path}.quantity", message, say(f"M0334.{gives}_hint"))


def _classes(
    path: str, measurand: Measurand, definition: Definition, procedure: Procedure, tables: Tables
) -> Iterator[Finding]:
    """Findings about the positive class and the average over classes."""
    asked = measurand.positive is not None or definition.needs_positive or definition.needs_average
    classes = _class_set(definition, procedure, tables) if asked else {}
    shown = _some(classes)
    if measurand.positive is not None and classes and not _is_class(measurand.positive, classes, definition):
        hint = _meant(measurand.positive, classes) or say("procedure.known_are", words=shown)
        message = say("M0320.positive", value=measurand.positive, classes=shown)
        yield Finding("M0320", f"{path}.positive", message, hint)
    averaged = definition.needs_average and (measurand.average is not None or len(classes) > 2)
    if (
        definition.needs_positive
        and measurand.positive is None
        and classes
        and not averaged
        and set(classes) not in BINARY
    ):
        hint = say("M0320.hint", value=list(classes)[-1])
        yield Finding("M0320", path, say("M0320.missing", quantity=definition.id, classes=shown), hint)
    if definition.needs_average and len(classes) > 2 and measurand.average is None and measurand.positive is None:
        yield Finding("M0321", path, say("M0321.missing", count=len(classes)), say("M0321.hint"))
    if measurand.average is not None and not definition.needs_average:
        yield Finding("M0314", f"{path}.average", say("M0321.no_effect", quantity=definition.id))


def _is_class(positive: str, classes: Mapping[str, None], definition: Definition) -> bool:
    """Whether it is one of the classes; of outcomes without a reference also the other one of 0 and 1 (or of false and
    true): where every outcome is 0, the share of 1 is 0."""
    if positive in classes:
        return True
    judged = any(source.rstrip("?") == "reference" for source in definition.roles.values())
    return not judged and len(classes) == 1 and {positive, *classes} in BINARY


def _class_set(definition: Definition, procedure: Procedure, tables: Tables) -> dict[str, None]:
    """The classes of a quantity: of its reference, or of the outcomes where it needs none."""
    reference, observations = procedure.reference, procedure.observations
    if any(source.rstrip("?") == "reference" for source in definition.roles.values()):
        if reference is None or tables.reference is None:
            return {}
        if reference.classes:
            return dict.fromkeys(reference.classes)
        of_reference = Tables(None, tables.reference)
        names = reference.annotators or ((reference.value,) if reference.value else ())
        found = {x: None for name in names for x in labels(name, of_reference)}
        return dict.fromkeys(sorted(found))
    if observations is None or observations.value is None or definition.kind not in ("class", "outcome"):
        return {}
    return dict.fromkeys(sorted(labels(observations.value, Tables(tables.observations, None))))


def _contrast(path: str, measurand: Measurand, procedure: Procedure, tables: Tables) -> Iterator[Finding]:
    contrast = measurand.contrast
    if contrast is None or contrast.over == "system":
        return
    factor = next((f for f in procedure.factor if f.id == contrast.over), None)
    known = labels(factor.column if factor and factor.column else contrast.over, tables)
    for side in ("first", "second"):
        value = getattr(contrast, side)
        if known and value is not None and value not in known:
            hint = _meant(value, known) or say("procedure.known_are", words=_some(known))
            message = say("M0302.contrast_level", value=value, over=contrast.over)
            yield Finding("M0302", f"{path}.contrast.{side}", message, hint)


def _meant(name: str, known: Collection[str]) -> str:
    """A hint at the known name that is nearest; "" where none is near."""
    near = nearest(name, known)
    return say("procedure.did_you_mean", words=near) if near else ""


def _some(known: Collection[str]) -> str:
    return ", ".join(list(known)[:12])
