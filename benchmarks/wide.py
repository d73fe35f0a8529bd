"""Tables and procedures of many quantities: classifiers of two classes (30) and of several, numbers with intervals."""

from __future__ import annotations

import math
import random
from pathlib import Path

CLASSES = ("red", "green", "blue", "grey")
HEAD = """\
schema = "measurand/procedure/1"
id     = "BENCH-{name}"
system = {{ name = "bench", version = "1" }}
observations = {{ file = "{file}.csv", item = "item", {outputs} }}
reference    = {{ file = "{file}.csv", item = "item", value = "truth" }}
sampling     = {{ population = "drawn rows in clusters", cluster = "cluster" }}
measurand = [
{measurands}
]
"""
YES = 'positive = "yes"'
TWO = (
    ("accuracy", ""),
    ("balanced_accuracy", ""),
    ("mcc", ""),
    ("kappa", ""),
    ("scott_pi", ""),
    ("gwet_ac1", ""),
    ("sensitivity", YES),
    ("specificity", YES),
    ("precision", YES),
    ("f_score", YES),
    ("jaccard", YES),
    ("informedness", YES),
    ("positive_likelihood_ratio", YES),
    ("negative_likelihood_ratio", YES),
    ("diagnostic_odds_ratio", YES),
    ("false_positive_rate", YES),
    ("false_discovery_rate", YES),
    ("positive_rate", YES),
    ("auc", YES),
    ("average_precision", YES),
    ("brier_score", YES),
    ("log_score", YES),
    ("calibration_in_the_large", YES),
    ("observed_to_expected", YES),
    ("calibration_slope", YES),
    ("calibration_intercept", YES),
    ("expected_calibration_error", YES),
    ("positive_predictive_value", f"{YES}, at = {{ prevalence = 0.1 }}"),
    ("negative_predictive_value", f"{YES}, at = {{ prevalence = 0.1 }}"),
    ("partial_auc", f"{YES}, at = {{ fpr = 0.2 }}"),
)
"""The 30 quantities of one table that have a limit of time."""
SEVERAL = (
    ("balanced_accuracy", ""),
    ("f_score", 'average = "macro"'),
    ("scott_pi", ""),
    ("gwet_ac1", ""),
    ("top_k_accuracy", "at = { k = 2 }"),
    ("multiclass_log_score", ""),
    ("multiclass_brier_score", ""),
)
NUMBERS = (
    ("bias", ""),
    ("mean_absolute_error", ""),
    ("root_mean_square_error", ""),
    ("median_absolute_error", ""),
    ("r_squared", ""),
    ("concordance_correlation", ""),
    ("interval_coverage", ""),
    ("interval_width", ""),
)
PROCEDURES = {
    "two": ('value = "predicted", score = "score"', TWO),
    "several": (
        'value = "predicted", scores = { ' + ", ".join(f'{c} = "p_{c}"' for c in CLASSES) + " }",
        SEVERAL,
    ),
    "numbers": ('value = "value", lower = "lower", upper = "upper"', NUMBERS),
}
"""Name of the table -> columns of the outputs, and quantities with what else they need."""


def write(folder: Path, rows: int, clusters: int) -> tuple[str, ...]:
    """Writes three tables and three procedures, the same bytes every time; the names of the procedures."""
    rng = random.Random(20261123)
    level = [rng.gauss(0, 0.5) for _ in range(clusters)]
    of_row = [i if i < clusters else min(int(rng.expovariate(1) * clusters / 4), clusters - 1) for i in range(rows)]
    for name, head, line in (
        ("two", "truth,predicted,score", _two),
        ("several", "truth,predicted," + ",".join(f"p_{c}" for c in CLASSES), _several),
        ("numbers", "truth,value,lower,upper", _numbers),
    ):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(f"item,cluster,{head}\n")
            for i, cluster in enumerate(of_row):
                file.write(f"i{i:06d},c{cluster:04d},{line(rng, level[cluster])}\n")
        outputs, quantities = PROCEDURES[name]
        measurands = "\n".join(
            f'  {{ id = "{quantity}", quantity = "{quantity}"{", " + more if more else ""} }},'
            for quantity, more in quantities
        )
        text = HEAD.format(name=name, file=name, outputs=outputs, measurands=measurands)
        (folder / f"{name}.measure.toml").write_text(text, encoding="utf-8")
    return tuple(f"{name}.measure.toml" for name in PROCEDURES)


def _two(rng: random.Random, level: float) -> str:
    positive = rng.random() < 0.4
    score = 1 / (1 + math.exp(-rng.gauss(1.2 if positive else -1.2, 1.5) - level))
    words = ("yes" if positive else "no", "yes" if score >= 0.5 else "no")
    return f"{words[0]},{words[1]},{min(max(score, 0.0001), 0.9999):.4f}"


def _several(rng: random.Random, level: float) -> str:
    truth = rng.randrange(len(CLASSES))
    power = [math.exp(rng.gauss(0, 1) + (1.5 + level if c == truth else 0)) for c in range(len(CLASSES))]
    shares = [round(p / sum(power), 4) for p in power]
    most = shares.index(max(shares))
    shares[most] = round(1 - sum(s for c, s in enumerate(shares) if c != most), 4)
    return ",".join([CLASSES[truth], CLASSES[most], *(f"{s:.4f}" for s in shares)])


def _numbers(rng: random.Random, level: float) -> str:
    truth = rng.gauss(20, 5)
    value, half = truth + level + rng.gauss(0, 1), rng.uniform(1.5, 2.1)
    return f"{truth:.3f},{value:.3f},{value - half:.3f},{value + half:.3f}"
