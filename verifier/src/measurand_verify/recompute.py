"""Values, uncertainties, correlations, sums of the budget and limits, from ``parts.json`` and stated numbers."""

from __future__ import annotations

import math
from typing import Any

from measurand_verify.check import Check, RefusedError, failed, passed, unchecked
from measurand_verify.distribution import GUM, Distribution, distribution_of
from measurand_verify.numbers import near, real
from measurand_verify.printed import printed
from measurand_verify.variance import Parts

UNIT = "(unit)"
"""The units that were sampled, in the key of a source that crosses them with a factor."""
CLOSE = 1e-7
"""Relative tolerance of sums whose terms cancel; digits that are printed are five orders coarser."""


def name_of(result: dict[str, Any]) -> str:
    """The name of a result in ``parts.json``."""
    return f"{result['measurand']}|{result['system']}|{result['level']}"


def shown(result: dict[str, Any]) -> str:
    """The name of a result in the list of checks."""
    return name_of(result).rstrip("|")


def result_checks(predicate: dict[str, Any], parts: Parts | None) -> tuple[list[Check], list[Distribution]]:
    """The checks of all results, and their distributions. Raises RefusedError for numbers that are none."""
    results = predicate["results"]
    if parts is not None and parts.results != [name_of(result) for result in results]:
        raise RefusedError("parts.json holds other results than the certificate")
    checks, distributions = [], []
    for i, result in enumerate(results):
        estimate = parts.values[i] if parts is not None else real(result["value"])
        distribution = distribution_of(result, estimate)
        distributions.append(distribution)
        many = sum((r["measurand"], r["system"]) == (result["measurand"], result["system"]) for r in results)
        where = shown(result)
        checks.append(_value(where, result, parts, estimate))
        checks.append(_u(where, result, parts, i))
        checks.append(_budget(where, result))
        checks.append(_limits(where, result, distribution, many))
        checks.append(_text(where, result))
    checks.append(_correlation(predicate, parts))
    return checks, distributions


def _value(where: str, result: dict[str, Any], parts: Parts | None, estimate: float) -> Check:
    name, value, lower, upper = f"value {where}", real(result["value"]), real(result["lower"]), real(result["upper"])
    low, high = ((real(b) if b is not None else s * math.inf) for b, s in zip(result["bounds"], (-1, 1), strict=True))
    if not lower <= value <= upper or not low <= value <= high:
        return failed(name, f"the value {result['value']} lies outside of its limits")
    if parts is None:
        return unchecked(name, "parts.json is not there")
    inside = min(max(estimate, low), high)
    if not near(min(max(inside, lower), upper), value, absolute=1e-15):
        return failed(name, f"{result['value']} is stated; parts.json has {estimate!r}")
    return passed(name, f"{result['value']} is that of parts.json")


def _u(where: str, result: dict[str, Any], parts: Parts | None, i: int) -> Check:
    name, u = f"u {where}", real(result["u"])
    if parts is None:
        return unchecked(name, "parts.json is not there")
    own = parts.variances(i)
    variance, terms = math.fsum(own), math.fsum(map(abs, own))
    more = u * u - variance
    used = [s for s, v in zip(parts.sources, own, strict=True) if v != 0.0]
    what = f"type A sources {sum(s.type == 'A' for s in used)}, type B {sum(s.type == 'B' for s in used)}"
    if abs(more) <= CLOSE * max(u * u, terms):
        if result["distribution"]["rule"] == GUM and not _degrees(result, parts, own):
            return failed(name, f"the degrees of freedom {result['df']} do not follow from parts.json")
        return passed(name, f"{result['u']} recomputed ({what})")
    if near(more, _dropped(parts, own), relative=1e-6):
        return passed(name, f"{result['u']} recomputed ({what}); a negative component counts as zero")
    if why := _beyond_parts(result, more, variance, own):
        return unchecked(name, f"{why}; parts.json gives {_root(variance)}", needed=False)
    return failed(name, f"{result['u']} is stated; parts.json gives {_root(variance)}")


def _beyond_parts(result: dict[str, Any], more: float, variance: float, own: list[float]) -> str:
    """Why u may differ from what the parts give, in words; empty where it may not."""
    if result["method"] == "monte-carlo":
        return "propagated by Monte Carlo"
    if more <= 0:
        return ""
    if variance <= 1e-12 * real(result["u"]) ** 2 or _at_bound(result):
        return "no spread was seen: u is that of an unseen unit"
    dropped = any(line.get("variance") == "0" and line.get("note") for line in result["budget"])
    limited = more <= -math.fsum(v for v in own if v < 0)
    return "a negative component counts as zero, and its amount needs the evidence" if dropped and limited else ""


def _dropped(parts: Parts, own: list[float]) -> float:
    """What negative components of random factors take from the sum: each is V of its margin less V of its crossings."""
    effects: dict[frozenset[str], float] = {}
    for source, variance in zip(parts.sources, own, strict=True):
        if source.key.startswith(("items:", "factor:", "cross:")):
            kind, _, rest = source.key.partition(":")
            names = frozenset(rest.rpartition(":")[2].split("*")) if kind != "items" else frozenset({UNIT})
            effects[names] = effects.get(names, 0.0) + source.sign * variance
    if frozenset({UNIT}) not in effects:
        return 0.0
    found = 0.0
    for one in (names for names in effects if UNIT not in names):
        component = math.fsum((-1.0) ** (len(b) - len(one)) * v for b, v in effects.items() if one <= b)
        found -= min(component, 0.0)
    return found


def _root(variance: float) -> str:
    return f"{math.sqrt(max(variance, 0.0)):.6g}"


def _at_bound(result: dict[str, Any]) -> bool:
    return any(b is not None and near(real(b), real(result["value"]), absolute=1e-9) for b in result["bounds"])


def _degrees(result: dict[str, Any], parts: Parts, own: list[float]) -> bool:
    """Welch and Satterthwaite: u^4 over the sum of u_i^4 / nu_i."""
    under = math.fsum(v * v / s.df for v, s in zip(own, parts.sources, strict=True) if 0 < s.df < math.inf)
    return near(math.fsum(own) ** 2 / under if under > 0 else math.inf, real(result["df"]), relative=1e-6)


def _budget(where: str, result: dict[str, Any]) -> Check:
    """Do the lines add up to u, and is each line's arithmetic right?"""
    name, u = f"budget {where}", real(result["u"])
    lines = [line for line in result["budget"] if "variance" in line]
    total = math.fsum(real(line["variance"]) for line in lines)
    size = math.fsum(abs(real(line["variance"])) for line in lines)
    if not lines:
        return unchecked(name, "no component was evaluated", needed=False)
    if abs(total - u * u) > CLOSE * max(size, u * u):
        return failed(name, f"the lines add up to {_root(total)}, not to u = {result['u']}")
    for line in lines:
        variance, contribution = real(line["variance"]), real(line["contribution"])
        product = abs(real(line["coefficient"])) * real(line["u"])
        wanted = variance / (u * u) if u > 0 else 0.0
        if not near(product, contribution, relative=1e-6, absolute=1e-12 * u):
            return failed(name, f"{line['line']}: coefficient times u is not the contribution")
        if not near(contribution**2, abs(variance), relative=1e-6, absolute=1e-12 * u * u):
            return failed(name, f"{line['line']}: the variance is not the square of the contribution")
        if not near(real(line["share"]), wanted, relative=1e-6, absolute=1e-9):
            return failed(name, f"{line['line']}: the share is not that of the variance")
    return passed(name, f"{len(lines)} lines add up to u")


def _limits(where: str, result: dict[str, Any], distribution: Distribution, many: int) -> Check:
    """Are the limits those of the ladder at the coverage probability, and the ladder that of its rule?"""
    name, p = f"limits {where}", real(result["coverage_probability"])
    lower, upper = real(result["lower"]), real(result["upper"])
    levels = [1.0 - (1.0 - p) / m for m in range(1, many + 1)]
    at = [row for row in distribution.ladder for level in levels if near(row[0], level)]
    if at and not any(near(a, lower) and near(b, upper) for _, a, b in at):
        return failed(name, f"[{result['lower']}, {result['upper']}] is not the interval of the stored distribution")
    if distribution.rule is None:
        return unchecked(name, f"rule: {result['distribution']['rule']}; it needs the evidence", needed=False)
    for level, a, b in distribution.ladder:
        if not distribution.rule.agrees(0.5 * (1.0 - level), a, b):
            return failed(name, f"at level {level:g} the rule does not give [{a:.9g}, {b:.9g}]")
    return passed(name, f"{len(distribution.ladder)} levels recomputed: {result['distribution']['rule']}")


def _text(where: str, result: dict[str, Any]) -> Check:
    """Is the printed text that of the numbers?"""
    name = f"text {where}"
    if real(result["u"]) <= 0:
        return unchecked(name, "nothing is printed with u = 0", needed=False)
    text, symmetric = printed(result)
    if text != result["text"]:
        return failed(name, f"{result['text']!a} is printed; the numbers give {text!a}")
    if symmetric != ("U" in result) or symmetric != ("k" in result):
        return failed(name, "U and k belong to a symmetric interval, and to no other")
    half = 0.5 * (real(result["upper"]) - real(result["lower"]))
    if symmetric and not (near(real(result["U"]), half) and near(real(result["k"]), half / real(result["u"]))):
        return failed(name, f"U = {result['U']} or k = {result['k']} is not that of the interval")
    return passed(name, f"{text!a}"[1:-1])


def _correlation(predicate: dict[str, Any], parts: Parts | None) -> Check:
    name, rows = "correlation", predicate.get("correlation", [])
    n = len(predicate["results"])
    if not rows:
        return unchecked(name, "no correlations are stated", needed=False)
    if len(rows) != n or any(len(row) != n for row in rows):
        return failed(name, "the matrix has not one row and one column per result")
    if parts is None:
        return unchecked(name, "parts.json is not there")
    u = [math.sqrt(max(math.fsum(parts.variances(i)), 0.0)) or 1.0 for i in range(n)]
    for i in range(n):
        for j in range(n):
            wanted = 1.0 if i == j else min(max(parts.covariance(i, j) / u[i] / u[j], -1.0), 1.0)
            if abs(real(rows[i][j]) - wanted) > CLOSE:
                return failed(
                    name, f"row {i + 1}, column {j + 1}: {rows[i][j]} is stated; parts.json gives {wanted:.9g}"
                )
    return passed(name, f"{n} x {n} recomputed")
