"""Reference problems of shares and of scores: exact limits, tables of two classes, areas, probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from selftest_parts import (
    asked,
    case,
    closed,
    known,
    measurand,
    numbered,
    observed,
    of_case,
    problem,
    table,
)


def proportions() -> Iterator[dict[str, Any]]:
    """Exact limits of shares."""
    for x, n in ((81, 263), (15, 148), (0, 20)):
        ask = []
        for side in ("lower", "upper"):
            if x:
                answer = known("proportion-single-a", f"{x}/{n}.clopper_pearson.{side}")
            else:  # (1 - p)^n = 0.025
                answer = closed(0.0 if side == "lower" else 1.0 - 0.025 ** (1.0 / n))
            ask.append(asked(side, f"{side} limit for {x} of {n}", answer, "share", side))
        data = {"item": numbered(n), "y": ("1",) * x + ("0",) * (n - x)}
        yield problem(
            f"proportion-{x}-{n}",
            task="Share of ones in y with its exact 95 % limits (Clopper and Pearson, 2.5 % on each side).",
            procedure=observed(', value = "y"', sampling='population = "items"')
            + measurand(id='"share"', quantity='"proportion"'),
            questions=ask,
            tables={"data.csv": data},
            **of_case("proportion-single-a", title=f"Exact limits of a share, {x} of {n}"),
        )


def two_by_two() -> Iterator[dict[str, Any]]:
    """Quantities of a table of two classes."""
    counts = case("diagnostic-2x2-scintigram")["inputs"]
    cells = [("1", "1", "tp"), ("1", "0", "fp"), ("0", "1", "fn"), ("0", "0", "tn")]
    both = [(p, t) for p, t, name in cells for _ in range(counts[name])]
    data = {"item": numbered(len(both)), "p": tuple(p for p, _ in both), "t": tuple(t for _, t in both)}
    names = {
        "sensitivity": "sensitivity",
        "specificity": "specificity",
        "accuracy": "accuracy",
        "positive_likelihood_ratio": "lr_pos",
        "negative_likelihood_ratio": "lr_neg",
        "diagnostic_odds_ratio": "diagnostic_odds_ratio",
        "informedness": "youden",
    }
    ask = []
    for quantity, name in names.items():
        words = quantity.replace("_", " ")
        of = "diagnostic-2x2-scintigram"
        ask.append(asked(quantity, words, known(of, f"{name}.est"), quantity, "value"))
        if quantity in ("sensitivity", "specificity", "accuracy"):
            for side in ("lower", "upper"):
                text = f"{side} exact 95 % limit of {words}"
                ask.append(asked(f"{quantity}.{side}", text, known(of, f"{name}.{side}"), quantity, side))
    several = [
        measurand(id=f'"{q}"', quantity=f'"{q}"', **({} if q == "accuracy" else {"positive": '"1"'})) for q in names
    ]
    yield problem(
        "diagnostic-two-by-two",
        task="Predicted class p, true class t, positive class 1. Exact limits are those of Clopper and Pearson.",
        procedure=observed(
            ', value = "p"',
            reference='file = "data.csv", item = "item", value = "t"',
            sampling='population = "patients"',
        )
        + "".join(several),
        questions=ask,
        tables={"data.csv": data},
        **of_case("diagnostic-2x2-scintigram"),
    )


def areas() -> Iterator[dict[str, Any]]:
    """Areas under the ROC curve with the variance of DeLong."""
    held = table("data/asah.csv", "outcome", "s100b", "wfns")
    n = len(held["outcome"])
    for score in ("s100b", "wfns"):
        variance = known("auc-delong-asah", f"var.{score}")
        u = float(variance["expected"]) ** 0.5
        ask = [
            asked("auc", "area under the ROC curve", known("auc-delong-asah", f"auc.{score}"), "auc", "value"),
            asked("u", "its standard error by DeLong", closed(u, 1e-7 * u), "auc", "u"),
        ]
        data = {"item": numbered(n), "outcome": held["outcome"], "score": held[score]}
        yield problem(
            f"auc-asah-{score}",
            task=f"Larger values of {score} make the outcome Poor more likely. Area under the ROC "
            "curve (ties count one half), and its standard error by DeLong, DeLong and Clarke-Pearson (1988).",
            procedure=observed(
                ', score = "score"',
                reference='file = "data.csv", item = "item", value = "outcome"',
                sampling='population = "patients"',
            )
            + measurand(id='"auc"', quantity='"auc"', positive='"Poor"'),
            questions=ask,
            tables={"data.csv": data},
            **of_case("auc-delong-asah", title=f"AUC of {score} with DeLong's standard error"),
        )


def paired_areas() -> Iterator[dict[str, Any]]:
    """Difference of two areas over the same patients."""
    held = table("data/asah.csv", "outcome", "s100b", "wfns")
    n = len(held["outcome"])
    both = {"item": numbered(n) * 2, "system": ("s100b",) * n + ("wfns",) * n, "score": held["s100b"] + held["wfns"]}
    difference = closed(
        float(known("auc-delong-asah", "auc.wfns")["expected"])
        - float(known("auc-delong-asah", "auc.s100b")["expected"])
    )
    parts = [float(known("auc-delong-asah", name)["expected"]) for name in ("var.s100b", "var.wfns", "cov.s100b.wfns")]
    u = (parts[0] + parts[1] - 2.0 * parts[2]) ** 0.5
    ask = [
        asked("difference", "area of wfns minus area of s100b", difference, "d", "value"),
        asked("u", "its standard error with DeLong's covariance", closed(u, 1e-7 * u), "d", "u"),
    ]
    yield problem(
        "auc-asah-paired",
        task="Two scores of the same patients: difference of the areas under the ROC curve (wfns "
        "minus s100b) and its standard error by DeLong, with the covariance of the two areas.",
        procedure='system = [ { id = "s100b", name = "s100b", version = "1" }, { id = "wfns", name = "wfns", version = '
        '"1" } ]\nobservations = { file = "scores.csv", item = "item", system = "system", score = "score" }\n'
        'reference = { file = "truth.csv", item = "item", value = "outcome" }\nsampling = { population = "patients" }\n'
        + measurand(
            id='"d"',
            quantity='"auc"',
            positive='"Poor"',
            contrast='{ over = "system", first = "s100b", second = "wfns" }',
        ),
        questions=ask,
        tables={"scores.csv": both, "truth.csv": {"item": numbered(n), "outcome": held["outcome"]}},
        **of_case("auc-delong-asah", title="Paired difference of two AUCs"),
    )


def probabilities() -> Iterator[dict[str, Any]]:
    """Scores of predicted probabilities."""
    birth = table("data/calibration-birthwt.csv", "y", "p")
    of = "calibration-birthwt"
    ask = [
        asked("brier", "mean squared difference of p and y", known(of, "brier"), "brier", "value"),
        asked(
            "log_score",
            "mean of -log of the probability of what happened",
            known(of, "mean_log_loss"),
            "logarithmic",
            "value",
        ),
        asked("auc", "area under the ROC curve", known(of, "auc"), "auc", "value"),
        asked("slope", "slope of logit(y) on logit(p)", known(of, "calibration_slope_logistic"), "slope", "value"),
    ]
    names = {"brier": "brier_score", "logarithmic": "log_score", "auc": "auc", "slope": "calibration_slope"}
    yield problem(
        "probabilities-birthwt",
        task="Predicted probability p of y = 1: Brier score, mean logarithmic score, area under "
        "the ROC curve, slope of logistic recalibration.",
        procedure=observed(
            ', score = "p"', reference='file = "data.csv", item = "item", value = "y"', sampling='population = "births"'
        )
        + "".join(measurand(id=f'"{id}"', quantity=f'"{q}"', positive='"1"') for id, q in names.items()),
        questions=ask,
        tables={"data.csv": {"item": numbered(len(birth["y"])), **birth}},
        **of_case(of, title="Scores of predicted probabilities"),
    )
