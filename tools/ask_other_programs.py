"""Asks programs whose licence or weight keeps them out of every lock for numbers, and writes those down as facts.

Run in an environment of its own, never in the project's:

    python -m venv asked && asked/bin/pip install krippendorff pingouin scikit-survival scoringrules mapie
    asked/bin/pip install --no-deps irrCAC
    asked/bin/python tools/ask_other_programs.py

writes tests/statistic/other-programs.json: data drawn at random (ties, missing ratings, edge cases), the number that
the program gave for them, its name and version. tests/statistic/test_other_programs.py compares ours with them.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pandas as pd
import pingouin
import scoringrules
from irrCAC.raw import CAC
from mapie.metrics.classification import classification_coverage_score, classification_mean_width_score
from mapie.metrics.regression import regression_coverage_score, regression_mean_width_score
from sksurv.metrics import concordance_index_censored

OUT = Path(__file__).parent.parent / "tests" / "statistic" / "other-programs.json"
SEEDS = (1, 2, 3)


def main() -> None:
    """Ask for every quantity, in the order of the file."""
    cases: list[dict[str, Any]] = []
    for seed in SEEDS:
        for items, raters, missing in ((12, 3, 0.0), (40, 5, 0.25), (150, 2, 0.1)):
            cases += ratings(np.random.default_rng([seed, items]), items, raters, missing)
        for items, raters in ((6, 4), (60, 3)):
            cases += intraclass(np.random.default_rng([seed, items, raters]), items, raters)
        for n in (8, 60, 200):
            cases += survival(np.random.default_rng([seed, n, 7]), n)
        for n, members in ((5, 1), (30, 7), (100, 20)):
            cases += forecasts(np.random.default_rng([seed, n, members]), n, members)
        cases += sets(np.random.default_rng([seed, 77]), 50, 4)
    OUT.write_text(
        json.dumps({"note": __doc__.split("\n", 1)[0], "cases": cases}, indent=None, separators=(",", ":")) + "\n"
    )
    print(f"{OUT}: {len(cases)} cases")


def case(program: str, statistic: str, expected: float, parameters: dict[str, Any], **data: Any) -> dict[str, Any]:
    """One number of another program with what it was asked."""
    if not np.isfinite(expected):
        raise SystemExit(f"{program} gave {expected} for {statistic}")
    plain = {k: np.asarray(v, float).tolist() for k, v in data.items()}
    name = f"{program} {version(program)}"
    return {"program": name, "statistic": statistic, "parameters": parameters, "expected": float(expected), **plain}


def ratings(rng: np.random.Generator, items: int, raters: int, missing: float) -> list[dict[str, Any]]:
    """Chance-corrected agreement of a table (items, raters) of the grades 1 to 4; an absent rating is 0 in the file."""
    level = rng.integers(1, 5, items)[:, None]
    x = np.where(rng.random((items, raters)) < 0.6, level, rng.integers(1, 5, (items, raters))).astype(float)
    x[:4, 0] = [1, 2, 3, 4]
    absent = rng.random(x.shape) < missing
    absent[:4] = False
    x[absent] = np.nan
    x = x[np.sum(~np.isnan(x), axis=1) > 0]
    shown = np.nan_to_num(x)
    made = []
    for metric in ("nominal", "ordinal", "interval", "ratio"):
        alpha = krippendorff.alpha(reliability_data=x.T, level_of_measurement=metric)
        made.append(case("krippendorff", "krippendorff_alpha", alpha, {"metric": metric}, ratings=shown))
    of = [1.0, 2.0, 3.0, 4.0]
    asked = {
        weights: CAC(pd.DataFrame(x), weights=weights, categories=of, digits=17)
        for weights in ("identity", "linear", "quadratic")
    }
    plain = asked["identity"]
    made.append(case("irrCAC", "gwet_ac1_raters", plain.gwet()["est"]["coefficient_value"], {}, ratings=shown))
    made.append(case("irrCAC", "percent_agreement", plain.gwet()["est"]["pa"], {}, ratings=shown))
    if raters == 2:
        both = ~np.isnan(x).any(axis=1)
        pairs = {k: CAC(pd.DataFrame(x[both]), weights=k, categories=of, digits=17) for k in asked}
        made.append(
            case("irrCAC", "gwet_ac1", pairs["identity"].gwet()["est"]["coefficient_value"], {}, ratings=x[both])
        )
        made.append(
            case("irrCAC", "scott_pi", pairs["identity"].fleiss()["est"]["coefficient_value"], {}, ratings=x[both])
        )
        made.append(
            case("irrCAC", "kappa", pairs["identity"].conger()["est"]["coefficient_value"], {}, ratings=x[both])
        )
        made.append(
            case("irrCAC", "brennan_prediger", pairs["identity"].bp()["est"]["coefficient_value"], {}, ratings=x[both])
        )
        for weights in ("linear", "quadratic"):
            got = pairs[weights].gwet()["est"]["coefficient_value"]
            made.append(case("irrCAC", "gwet_ac2", got, {"weights": weights}, ratings=x[both]))
            got = pairs[weights].conger()["est"]["coefficient_value"]
            made.append(case("irrCAC", "weighted_kappa", got, {"weights": weights}, ratings=x[both]))
    return made


def intraclass(rng: np.random.Generator, items: int, raters: int) -> list[dict[str, Any]]:
    """All six forms, of ratings with one decimal."""
    x = np.round(rng.normal(5.0, 1.0, (items, 1)) + 0.3 * np.arange(raters) + rng.normal(0.0, 0.7, (items, raters)), 1)
    item, rater = (at.ravel() for at in np.indices(x.shape))
    table = pd.DataFrame({"item": item, "rater": rater, "x": x.ravel()})
    pingouin.options["round.column.ICC"] = None
    found = pingouin.intraclass_corr(table, targets="item", raters="rater", ratings="x").set_index("Type")["ICC"]
    forms = {"1": "one-way", "A": "agreement", "C": "consistency"}
    made = []
    for name, value in found.items():
        form, mean = forms[str(name)[4]], str(name).endswith("k)")
        made.append(
            case("pingouin", "intraclass_correlation", value, {"form": form, "mean_of_raters": mean}, ratings=x)
        )
    return made


def survival(rng: np.random.Generator, n: int) -> list[dict[str, Any]]:
    """Times with ties, a third of them censored; scores with ties."""
    time = np.ceil(rng.exponential(10.0, n))
    event = rng.random(n) < 0.66
    event[:2] = True
    score = np.round(-np.log(time) + rng.normal(0.0, 1.0, n), 1)
    got = concordance_index_censored(event, time, score)[0]
    return [case("scikit-survival", "concordance", got, {}, score=score, time=time, event=event)]


def forecasts(rng: np.random.Generator, n: int, members: int) -> list[dict[str, Any]]:
    """Means over items of scores of ensembles, normal distributions and intervals."""
    r = np.round(rng.normal(0.0, 1.0, n), 2)
    m = np.round(r[:, None] + rng.normal(0.2, 1.0, (n, members)), 1)
    x, s = np.round(r + rng.normal(0.0, 1.0, n), 2), np.round(rng.uniform(0.2, 2.0, n), 2)
    low, high = x - s, x + 1.5 * s
    ends = np.stack([low, high], axis=1)
    got = np.mean(scoringrules.crps_ensemble(r, m, estimator="nrg"))
    made = [case("scoringrules", "crps", got, {}, members=m, reference=r)]
    got = np.mean(scoringrules.crps_normal(r, x, s))
    made.append(case("scoringrules", "crps_normal", got, {}, value=x, spread=s, reference=r))
    got = np.mean(scoringrules.interval_score(r, low, high, 0.2))
    made.append(case("scoringrules", "interval_score", got, {"level": 0.8}, lower=low, upper=high, reference=r))
    got = regression_coverage_score(r, ends[:, :, None])[0]
    made.append(case("mapie", "interval_coverage", got, {}, lower=low, upper=high, reference=r))
    got = regression_mean_width_score(ends[:, :, None])[0]
    made.append(case("mapie", "interval_width", got, {}, lower=low, upper=high))
    return made


def sets(rng: np.random.Generator, n: int, classes: int) -> list[dict[str, Any]]:
    """Predicted sets, some of them empty."""
    truth, chosen = rng.integers(0, classes, n), rng.random((n, classes)) < 0.5
    got = classification_coverage_score(truth, chosen[:, :, None])[0]
    made = [case("mapie", "set_coverage", got, {}, set=chosen, truth=truth)]
    got = classification_mean_width_score(chosen[:, :, None])[0]
    made.append(case("mapie", "set_size", got, {}, set=chosen))
    return made


if __name__ == "__main__":
    main()
