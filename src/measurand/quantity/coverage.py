"""Which rule makes the limits of a result: the decision table of coverage intervals, with its refusals and warnings.

One mechanism for every statistic; the rules themselves are in the modules imported here, their simulated coverage in
the documentation. Methods are cited there by author and year.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from measurand.errors import RefusedError
from measurand.message import say
from measurand.quantity.bell_mccaffrey import degrees_of_freedom, effective_units, variance_by_block
from measurand.quantity.effective_count import boundary_u, effective_count
from measurand.quantity.exact import clopper_pearson, garwood, hypergeometric, middle
from measurand.quantity.factor import coverage_factor
from measurand.quantity.limits import Limits, clipped
from measurand.quantity.mover import composition, input_part
from measurand.quantity.sampling import Blocks, Sampling, Share, only_type
from measurand.quantity.skewed_mean import skewed_mean, standard_skewness
from measurand.quantity.strata import blocks_hull, smoothed
from measurand.quantity.student import normal_factor

Array = NDArray[np.float64]


NO_SPREAD = 1e-20
"""Variance over the squared range below which it is rounding: sums of parts that differ by 1e-12 stay far below."""
NO_SPREAD_OF_VALUE = 1e-24
"""Variance over the squared value below which it is rounding, where there is no range."""
AT_BOUND = 1e-10
"""Distance from a bound over the range below which it is rounding."""
FEW_SQUARES, SOME_SQUARES = 6, 30
"""Units below which the root of a mean of squares is refused, and below which it warns (INTERVALS section 5)."""


def limits(sampling: Sampling, others: Sequence[Share] = (), *, part: bool = False, two_levels: bool = False) -> Limits:
    """Limits of one result from its sampling and the variance shares of its other sources (INTERVALS section 3).

    ``part``: the limits go into a composition, where plain shares use middle instead of exact limits. ``two_levels``:
    random factors with two levels were asked for by name. Raises RefusedError, saying what is needed, where no rule
    gives an honest limit (INTERVALS section 5).
    """
    seen = [s for s in others if s.variance > 0.0 or s.is_factor]
    warnings = [*_units_warnings(sampling), *_factor_warnings(seen, two_levels)]
    if sampling.scale != "identity":
        return _on_scale(sampling, seen).with_warnings(*warnings)
    bounded = sampling.kind == "poisson" or bool(np.all(np.isfinite(sampling.bounds)))
    inputs = only_type(seen, "B") if bounded else ()
    inside = [s for s in seen if s not in inputs]
    result = _by_kind(sampling, inside, part or bool(inputs)).with_warnings(*warnings)
    if inputs:
        parts = [result, *(input_part(s) for s in inputs)]
        result = composition(parts, np.ones(len(parts)), bounds=sampling.bounds)
    return result


def _by_kind(sampling: Sampling, others: Sequence[Share], part: bool) -> Limits:
    factors = any(s.is_factor for s in others)
    if np.all(sampling.remaining() <= 0.0) and not others:
        return _census(sampling)
    if sampling.kind == "continuous":
        return _mean(sampling, others)
    if sampling.kind == "poisson":
        return _rate(sampling, others)
    if sampling.kind == "binomial" and sampling.plain and sampling.counts and not factors:
        return _share(sampling, sampling.counts, part)
    if sampling.kind == "binomial" and sampling.blocks is not None and not factors:
        return _blocks(sampling, sampling.blocks)
    return _bounded(sampling, others)


def _share(sampling: Sampling, counts: tuple[float, float], part: bool) -> Limits:
    """R1: plain 0/1 observations."""
    x, n = counts
    population = sampling.population
    remaining = 1.0 if population is None else 1.0 - n / population
    variance = remaining * x * (n - x) / n**2 / (n - 1.0) if n > 1 else 0.0
    u = np.sqrt(variance) if variance > 0 else boundary_u(x / n, bounds=(0.0, 1.0), floor=n / remaining)
    low, high = sampling.bounds
    width = high - low

    def tails(tail: Array) -> tuple[Array, Array]:
        if population is not None:
            lower, upper = hypergeometric(round(x), round(n), population, tail=tail)
        else:
            lower, upper = (middle if part else clopper_pearson)(x, n, tail=tail)
        return low + width * lower, low + width * upper

    name = "middle" if part else "clopper_pearson"
    rule = say("coverage.rule.hypergeometric" if population else f"coverage.rule.{name}", population=population)
    return Limits(sampling.value, width * float(u), np.inf, rule, tails, sampling.bounds, counts=counts)


def _blocks(sampling: Sampling, b: Blocks) -> Limits:
    """R5 for independent 0/1 blocks of known weights."""
    p, remaining = b.events / b.trials, 1.0 if b.fraction is None else 1.0 - b.fraction
    variance = float(np.sum(b.weight**2 * remaining * p * (1.0 - p) / np.maximum(b.trials - 1.0, 1.0)))
    u = np.sqrt(variance if variance > 0 else smoothed(b)[1])
    tails = clipped(blocks_hull(b), sampling.bounds)
    return Limits(sampling.value, float(u), np.inf, say("coverage.rule.blocks"), tails, sampling.bounds)


def _bounded(sampling: Sampling, others: Sequence[Share]) -> Limits:
    """R2 with the variance and degrees of freedom of R3, factors by R6 and R7."""
    sampling = replace(sampling, value=_snapped(sampling))
    variances = variance_by_block(sampling)
    # rows that are units of one block are bounded by the range; by class or stratum a few far ones can carry a block
    heavy = sampling.is_clustered() or not sampling.is_equal() or len(variances) > 1
    df = degrees_of_freedom(sampling, variances, kurtosis=heavy)
    v = float(variances.sum())
    at_bound = sampling.value in sampling.bounds
    least_spread = rounding(sampling.value, sampling.bounds)
    mixed = sampling.mixed and v > least_spread and not at_bound
    if mixed:
        # units of both kinds bound the unseen one better than the worst that a unit could be: one more like the largest
        v += float(np.max(sampling.contribution**2))
    factor, effective = coverage_factor([Share(v, df, "A"), *others])
    total = v + sum(s.variance for s in others)
    remaining = float(np.average(sampling.remaining(), weights=sampling.weights()))
    floor = sampling.floor if np.isfinite(sampling.floor) else _unseen_unit(sampling)
    floor = np.inf if mixed else floor / max(remaining, 1e-9)
    most = sampling.counts[1] / max(remaining, 1e-9) if sampling.counts and sampling.kind == "binomial" else np.inf
    # what rounding leaves of a variance that is zero is no spread
    no_spread = total <= least_spread or at_bound
    seen = 0.0 if no_spread else total
    rule = effective_count(sampling.value, seen, bounds=sampling.bounds, floor=floor, factor=factor, most=most)
    least = boundary_u(sampling.value, bounds=sampling.bounds, floor=floor) if no_spread else 0.0
    u = max(float(np.sqrt(total)), least)
    name = say("coverage.rule.boundary", units=min(floor, most)) if no_spread else say("coverage.rule.effective_count")
    return Limits(sampling.value, u, np.inf if no_spread else effective, name, rule, sampling.bounds)


def rounding(value: float, bounds: tuple[float, float], *, least: float = 0.0) -> float:
    """Variance that rounding leaves of no spread: beside the range, else beside the value or ``least``."""
    width = bounds[1] - bounds[0]
    return NO_SPREAD * width**2 if np.isfinite(width) else NO_SPREAD_OF_VALUE * max(least, abs(value)) ** 2


def _snapped(sampling: Sampling) -> float:
    """The value, at a bound where only rounding keeps it from there: the order of rows must not choose the rule."""
    low, high = sampling.bounds
    near = [b for b in sampling.bounds if abs(sampling.value - b) <= AT_BOUND * (high - low)]
    return near[0] if near else sampling.value


def _unseen_unit(sampling: Sampling) -> float:
    """n0 where the caller knows no extreme kinds: effective units over the larger distance to a bound."""
    low, high = sampling.bounds
    th = (sampling.value - low) / (high - low)
    return effective_units(sampling) / max(th, 1.0 - th)


def _mean(
    sampling: Sampling, others: Sequence[Share], *, skew: bool = True, kurtosis: bool = False, least: float = 0.0
) -> Limits:
    """R4: means of scores; with a random factor ``T -+ k u`` (R7). ``kurtosis``: its bound on df as in R2. ``least``:
    size of the value beside which rounding is seen, on scales where 0 is no small value."""
    variances = variance_by_block(sampling)
    v = float(variances.sum())
    total = v + sum(s.variance for s in others)
    no_spread = v <= rounding(sampling.value, sampling.bounds, least=least) and not others
    # at an end of a range without other end, nothing says how far an unseen unit could lie
    if no_spread and np.all(np.isfinite(sampling.bounds)) and _snapped(sampling) in sampling.bounds:
        units = effective_units(sampling)
        return _bounded(replace(sampling, floor=min(sampling.floor, units), counts=None), others)
    if total <= 0.0 or no_spread:
        raise RefusedError(say("coverage.equal_scores"))
    df = degrees_of_freedom(sampling, variances, kurtosis=kurtosis)
    factor, effective = coverage_factor([Share(v, df, "A"), *others])
    u = float(np.sqrt(total))
    skewed = skew and v > 0.0 and not any(s.is_factor for s in others)
    q = standard_skewness(sampling, variances) * (v / total) ** 1.5 if skewed else 0.0
    name = say("coverage.rule.skewed_mean" if q else "coverage.rule.student")
    tails = clipped(skewed_mean(sampling.value, u, q=q, factor=factor), sampling.bounds)
    warnings = _skewness_warnings(sampling, variances) if v > 0 else ()
    return Limits(sampling.value, u, effective, name, tails, sampling.bounds, warnings)


@dataclass(frozen=True)
class _Scale:
    """A monotone scale: the value on it, its derivative by the value, and back."""

    to: Callable[[float], float]
    slope: Callable[[float], float]
    back: Callable[[Array], Array]


def _fisher(x: float) -> float:
    return float(np.arctanh(x)) if abs(x) < 1.0 else float(np.copysign(np.inf, x))


def _exp(y: Array) -> Array:
    """Infinite where no floating-point number is that large: no limit exists there."""
    with np.errstate(over="ignore"):
        return np.exp(y)


_SCALES = {
    "root": _Scale(lambda x: x * x, lambda x: 2.0 * x, lambda y: np.sqrt(np.maximum(y, 0.0))),
    "log": _Scale(lambda x: float(np.log(x)) if x > 0 else -np.inf, lambda x: 1.0 / x, _exp),
    "fisher": _Scale(_fisher, lambda x: 1.0 / (1.0 - x * x), np.tanh),
}


def _on_scale(sampling: Sampling, others: Sequence[Share]) -> Limits:
    """R4 on another scale, then its limits back; the variances are those of first order there. Log odds: R2."""
    if sampling.scale == "logit":
        return _log_odds(sampling, others)
    scale, value, units = _SCALES[sampling.scale], sampling.value, len(sampling.contribution)
    if sampling.scale == "root" and units < FEW_SQUARES:
        raise RefusedError(say("coverage.few_squares", units=units))
    if (sampling.scale == "fisher" and abs(value) >= 1.0) or (sampling.scale == "log" and value <= 0.0):
        raise RefusedError(say("coverage.end_of_scale", value=f"{value:g}"))
    slope = scale.slope(value)
    low, high = (scale.to(b) if np.isfinite(b) else b for b in sampling.bounds)
    moved = replace(
        sampling, value=scale.to(value), contribution=slope * sampling.contribution, bounds=(low, high),
        scale="identity",
    )  # fmt: skip
    # a ratio is symmetric on the log already; second moments rest on few far items
    mean = _mean(
        moved, [replace(s, variance=slope**2 * s.variance) for s in others], skew=sampling.scale != "log",
        kurtosis=sampling.scale == "fisher", least=0.0 if sampling.scale == "root" else 1.0,
    )  # fmt: skip

    def tails(tail: Array) -> tuple[Array, Array]:
        lower, upper = mean.tails(tail)
        return scale.back(lower), scale.back(upper)

    u = mean.u / abs(slope) if slope != 0 else float(np.sqrt(mean.u))
    rule = say(f"coverage.rule.{sampling.scale}", rule=mean.rule)
    result = Limits(value, u, mean.df, rule, tails, sampling.bounds, mean.warnings)
    some = sampling.scale == "root" and units < SOME_SQUARES
    return result.with_warnings(say("coverage.some_squares", units=units)) if some else result


def _log_odds(sampling: Sampling, others: Sequence[Share]) -> Limits:
    """The log odds of the limits of the probability, which follow R2: equal to those of a share where it is one."""
    p = float(1.0 / (1.0 + np.exp(-sampling.value)))
    slope = p * float(1.0 / (1.0 + np.exp(sampling.value)))
    probability = replace(
        sampling, value=p, contribution=slope * sampling.contribution, bounds=(0.0, 1.0), kind="bounded",
        floor=sampling.floor / slope, scale="identity",
    )  # fmt: skip
    found = _bounded(probability, [replace(s, variance=slope**2 * s.variance) for s in others])

    def tails(tail: Array) -> tuple[Array, Array]:
        with np.errstate(divide="ignore"):
            lower, upper = (np.log(x) - np.log1p(-x) for x in found.tails(tail))
        return lower, upper

    rule = say("coverage.rule.logit", rule=found.rule)
    return Limits(sampling.value, found.u / slope, found.df, rule, tails, sampling.bounds, found.warnings)


def _rate(sampling: Sampling, others: Sequence[Share]) -> Limits:
    """R1 Garwood; with more than Poisson spread over units, gamma limits with an effective count (Fay & Feuer 1997)."""
    events, exposure = sampling.counts or (0.0, np.nan)
    if np.isnan(exposure):
        raise RefusedError(say("coverage.no_spread_rate"))
    poisson_u = np.sqrt(max(events, 1.0)) / exposure
    if sampling.plain and not others:

        def exact(tail: Array) -> tuple[Array, Array]:
            return garwood(events, exposure, tail=tail)

        return Limits(sampling.value, float(poisson_u), np.inf, say("coverage.rule.garwood"), exact, sampling.bounds)
    variances = variance_by_block(sampling)
    v = float(variances.sum())
    factor, effective = coverage_factor([Share(v, degrees_of_freedom(sampling, variances), "A"), *others])
    total = v + sum(s.variance for s in others)
    count = min(sampling.value**2 / total if total > 0 else np.inf, events)

    def gamma(tail: Array) -> tuple[Array, Array]:
        inside = np.minimum(tail, 0.4999)
        n = count * (normal_factor(inside) / factor(inside)) ** 2
        return garwood(n, n / sampling.value if sampling.value > 0 else exposure, tail=tail)

    u = max(float(np.sqrt(total)), float(poisson_u)) if count >= events else float(np.sqrt(total))
    return Limits(sampling.value, u, effective, say("coverage.rule.gamma"), gamma, sampling.bounds)


def _census(sampling: Sampling) -> Limits:
    """The whole population was measured: no sampling uncertainty is left."""

    def tails(tail: Array) -> tuple[Array, Array]:
        return np.full(np.shape(tail), sampling.value), np.full(np.shape(tail), sampling.value)

    return Limits(sampling.value, 0.0, np.inf, say("coverage.rule.census"), tails, sampling.bounds)


def _units_warnings(sampling: Sampling) -> list[str]:
    if not sampling.is_clustered():
        return []
    units = _all_units(sampling)
    if len(sampling.contribution) < 2:
        raise RefusedError(say("coverage.one_unit"))
    if units < 3.0:
        raise RefusedError(say("coverage.few_units", units=units))
    return [say("coverage.some_units", units=units)] if units < 10.0 else []


def _all_units(sampling: Sampling) -> float:
    k = sampling.weights()
    return float(np.sum(k) ** 2 / np.sum(k**2))


def _factor_warnings(others: Sequence[Share], two_levels: bool) -> list[str]:
    for s in others:
        if s.is_factor and s.levels < 2:
            raise RefusedError(say("coverage.one_level", factor=s.key))
        if s.is_factor and s.levels == 2 and not two_levels:
            raise RefusedError(say("coverage.two_levels", factor=s.key))
    few = [s for s in others if s.is_factor and s.levels < 5]
    return [say("coverage.few_levels", factor=s.key, levels=s.levels) for s in few]


def _skewness_warnings(sampling: Sampling, variances: Array) -> tuple[str, ...]:
    """Fewer than 10 scores with skewness above 2; heavy tails in up to 100."""
    m, c = len(sampling.contribution), sampling.contribution
    if m < 3:
        return ()
    g = abs(float(m**2 / ((m - 1) * (m - 2)) * np.sum(c**3) / variances.sum() ** 1.5 * np.sqrt(m)))
    heavy = g > 4.0 and m <= 100 and not bool(np.all(np.isfinite(sampling.bounds)))
    if (m < 10 and g > 2.0) or heavy:
        return (say("coverage.rare_large", units=m, skewness=g),)
    return ()
