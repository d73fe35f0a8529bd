"""The 2 x 2 table of a test against a reference: every quantity derived from it, with its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, inf, log, sqrt

import numpy as np

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.exact import clopper_pearson, middle
from measurand.quantity.share_ratio import katz, miettinen_nurminen_ratio
from measurand.quantity.student import normal_factor
from measurand.quantity.two_shares import Counts, miettinen_nurminen

Pair = tuple[float, float]
EXACT, SCORE, LOG = "Clopper-Pearson", "Miettinen-Nurminen", "normal on the log"
RATIO: Mapping[str, tuple[str, Callable[..., Pair]]] = {
    "miettinen-nurminen": (SCORE, miettinen_nurminen_ratio),
    "katz": (LOG, katz),
}


@dataclass(frozen=True)
class Derived:
    """One quantity of the table. The upper limit of a ratio may be infinite, and the value with it."""

    value: float
    lower: float
    upper: float
    method: str


@dataclass(frozen=True)
class Table:
    """Counts of a test against a reference: true and false positives, false and true negatives."""

    tp: float
    fp: float
    fn: float
    tn: float


def two_by_two(
    table: Table, *, prevalence: float | None = None, likelihood_ratio: str = "miettinen-nurminen", level: float = 0.95
) -> dict[str, Derived]:
    """Every quantity of a 2 x 2 table by name.

    Shares have exact limits (Clopper & Pearson 1934), F1 and Jaccard those of the share of true positives among all
    items that are positive by either; likelihood ratios and Youden's index those of Miettinen & Nurminen (1985), since
    sensitivity and specificity come from different items; the odds ratio those of Woolf (1955), with 1/2 added to
    each count when one is 0 (Gart 1966). With ``prevalence`` the predictive values hold for a population of that
    prevalence, their limits composed of those of both shares on the log odds (Zou & Donner 2008); without, they are
    those of the table. ``likelihood_ratio``: ``miettinen-nurminen`` or ``katz``. Raises DesignError without a positive
    or negative item.
    """
    t = table
    positives, negatives, n = t.tp + t.fn, t.fp + t.tn, t.tp + t.fp + t.fn + t.tn
    if positives <= 0 or negatives <= 0:
        raise DesignError(say("comparison.both_classes"))
    shares = {
        "sensitivity": (t.tp, positives), "specificity": (t.tn, negatives),
        "false_negative_rate": (t.fn, positives), "false_positive_rate": (t.fp, negatives),
        "prevalence": (positives, n), "share_of_positive_results": (t.tp + t.fp, n), "accuracy": (t.tp + t.tn, n),
    }  # fmt: skip
    if prevalence is None:
        shares |= {"ppv": (t.tp, t.tp + t.fp), "npv": (t.tn, t.tn + t.fn)}
    out = {name: _share(x, of, level) for name, (x, of) in shares.items() if of > 0}
    if t.tp + t.fp + t.fn > 0:
        out["jaccard"] = jaccard = _share(t.tp, t.tp + t.fp + t.fn, level)
        out["f1"] = _mapped(jaccard, lambda j: 2.0 * j / (1.0 + j))
    apart = Counts(t.tp, positives, t.fp, negatives)
    youden = t.tp / positives - t.fp / negatives
    out["youden"] = Derived(youden, *miettinen_nurminen(apart, level=level), SCORE)
    out["balanced_accuracy"] = _mapped(out["youden"], lambda j: (1.0 + j) / 2.0)
    method, rule = RATIO[likelihood_ratio]
    for name, c in (("lr_pos", apart), ("lr_neg", Counts(t.fn, positives, t.tn, negatives))):
        if c.x1 + c.x2 > 0:
            value = (c.x1 / c.n1) / (c.x2 / c.n2) if c.x2 > 0 else inf
            out[name] = Derived(value, *rule(c, level=level), method)
    out["diagnostic_odds_ratio"] = _odds_ratio(t, level)
    return out if prevalence is None else out | _predictive(t, prevalence, level)


def _share(x: float, n: float, level: float) -> Derived:
    lower, upper = clopper_pearson(x, n, tail=(1.0 - level) / 2.0)
    return Derived(x / n, float(lower), float(upper), EXACT)


def _mapped(d: Derived, by: Callable[[float], float]) -> Derived:
    """An increasing function of a quantity and of its limits."""
    return Derived(by(d.value), by(d.lower), by(d.upper), d.method)


def _odds_ratio(t: Table, level: float) -> Derived:
    cells = np.array([t.tp, t.fp, t.fn, t.tn])
    value = t.tp * t.tn / (t.fp * t.fn) if t.fp * t.fn > 0 else (inf if t.tp * t.tn > 0 else 1.0)
    zero = bool(np.any(cells == 0))
    tp, fp, fn, tn = cells + 0.5 if zero else cells
    step = float(normal_factor((1.0 - level) / 2.0)) * sqrt(float(np.sum(1.0 / np.array([tp, fp, fn, tn]))))
    middle_log = log(tp * tn / (fp * fn))
    lower, upper = exp(middle_log - step), exp(middle_log + step)
    if zero:
        lower, upper = (0.0 if t.tp * t.tn == 0 else lower), (inf if t.fp * t.fn == 0 else upper)
        return Derived(value, lower, upper, f"{LOG}, 1/2 added to each count")
    return Derived(value, lower, upper, LOG)


def _predictive(t: Table, prevalence: float, level: float) -> dict[str, Derived]:
    """Bayes' rule at a stated prevalence: log odds of a predictive value are prior log odds + log likelihood ratio."""
    if not 0.0 < prevalence < 1.0:
        raise DesignError(say("comparison.prevalence", prevalence=prevalence))
    prior = log(prevalence / (1.0 - prevalence))
    se, sp = (t.tp, t.tp + t.fn), (t.tn, t.fp + t.tn)
    inverse = (sp[1] - sp[0], sp[1]), (se[1] - se[0], se[1])
    pairs = {"ppv": (prior, se, inverse[0]), "npv": (-prior, sp, inverse[1])}
    return {name: _composed(*p, level) for name, p in pairs.items() if p[1][0] > 0 or p[2][0] > 0}


def _composed(prior: float, above: Pair, below: Pair, level: float) -> Derived:
    """``1 / (1 + exp(-(prior + log above - log below)))`` with the deviations of both logs added as squares."""
    (up, u1, u2), (down, d1, d2) = _logs(*above, level), _logs(*below, level)
    if np.isfinite(up) and np.isfinite(down):
        value = prior + up - down
        lower, upper = value - float(np.hypot(up - u1, d2 - down)), value + float(np.hypot(u2 - up, down - d1))
    elif np.isfinite(up):  # nothing below: the value is 1, and the lower limit takes the worst of both
        value, lower, upper = inf, prior + u1 - d2, inf
    else:
        value, lower, upper = -inf, -inf, prior + u2 - d1
    method = "composed of both shares on the log odds"
    return Derived(_odds_to_share(value), _odds_to_share(lower), _odds_to_share(upper), method)


def _logs(x: float, n: float, level: float) -> tuple[float, float, float]:
    """Log of a share and of its limits."""
    lower, upper = (float(v) for v in middle(x, n, tail=(1.0 - level) / 2.0))
    return (log(x / n) if x > 0 else -inf, log(lower) if lower > 0 else -inf, log(upper))


def _odds_to_share(log_odds: float) -> float:
    return 1.0 / (1.0 + exp(-log_odds)) if log_odds > -700.0 else 0.0
