"""Repeatability, reproducibility, conditions, bias: the precision of a level in words."""

from __future__ import annotations

from collections.abc import Iterator

from measurand.document.number import real
from measurand.document.round_report import Bias, Intermediate, Precision, QuantityReport, Relation, RobustPrecision
from measurand.export.terminal import INDENT, size, wrapped
from measurand.message import say


def precision_rows(p: Precision) -> tuple[tuple[str, str, str], ...]:
    """Symbol, value and limits of the standard deviations."""
    found = []
    for symbol, value, limits in (("s_r", p.s_r, p.s_r_limits), ("s_R", p.s_R, p.s_R_limits)):
        low, high = map(size, limits)
        found.append((symbol, size(value), f"[{low}, {high}]"))
    return tuple(found)


def precision_lines(q: QuantityReport, p: Precision) -> Iterator[str]:
    """Standard deviations with limits, robust ones, conditions, bias, and what the tests found."""
    yield from wrapped(say("round.precision", laboratories=p.laboratories, results=p.results, singles=p.singles))
    for symbol, value, limits in precision_rows(p):
        yield f"{INDENT}  {symbol:<6}{value:<12}{limits}"
    if p.s_L_negative:
        yield from wrapped(say("round.negative"), INDENT + "  ")
    for one in p.robust:
        text = f"{robust_name(one)}: s_r {size(one.s_r)}, s_R {size(one.s_R)}"
        yield from wrapped(text, INDENT + "  ")
    if p.components:
        yield from wrapped(say("round.components"), INDENT + "  ")
    for symbol, value, limits in intermediate_rows(p):
        yield f"{INDENT}    {symbol:<30}{value:<12}{limits}"
    if p.bias is not None:
        yield from wrapped(bias_text(p.bias), INDENT + "  ")
    for text in flags(q):
        yield from wrapped(text, INDENT + "  ")
    if p.without is not None:
        (_, s_r, within), (_, s_R, total) = precision_rows(p.without)
        yield from wrapped(say("round.without", s_r=f"{s_r} {within}", s_R=f"{s_R} {total}"), INDENT + "  ")


def robust_name(p: RobustPrecision) -> str:
    """By which methods."""
    return say("round.robust", method=say(f"round.robust.{p.method}"))


def bias_text(b: Bias) -> str:
    """Bias of the method, as a sentence."""
    return say("round.bias.none" if real(b.lower) <= 0.0 <= real(b.upper) else "round.bias", text=b.text)


def intermediate_rows(p: Precision) -> tuple[tuple[str, str, str], ...]:
    """Conditions with their standard deviation, then what differs together: name, value, limits."""
    parts = [(say("round.of", factor=condition(c.factor)), c.s, c.lower, c.upper) for c in p.components]
    parts += [(differing(one, p), one.s, one.lower, one.upper) for one in p.intermediate[1:]]
    return tuple((name, size(s), f"[{size(low)}, {size(high)}]") for name, s, low, high in parts)


def condition(factor: str) -> str:
    """Name of a condition as printed."""
    return say(f"round.condition.{factor}") if factor in ("laboratory", "repeatability") else factor


def differing(one: Intermediate, p: Precision) -> str:
    """What differs between two results, in words."""
    if len(one.differs) == len(p.components) - 1:
        return say("round.differs.all")
    return say("round.differs", factors=", ".join(map(condition, one.differs)))


def flags(q: QuantityReport) -> tuple[str, ...]:
    """What the tests of outliers found, and who lies beyond Mandel's limits."""
    found = [
        say(
            f"round.verdict.{f.verdict}", laboratories=", ".join(f.laboratories), test=say(f"round.test.{f.test}"),
            statistic=f"{real(f.statistic):.3f}", critical=f"{real(f.five if f.verdict == 'straggler' else f.one):.3f}",
        )
        for f in q.findings
    ]  # fmt: skip
    if q.precision is not None:
        held = (("h", q.precision.h, q.precision.h_limits), ("k", q.precision.k, q.precision.k_limits))
        for symbol, values, limits in held:
            if limits is None:
                continue
            far = [f"{name} ({real(x):.2f})" for name, x in values.items() if abs(real(x)) > real(limits[1])]
            if far:
                found.append(
                    say("round.mandel", symbol=symbol, limit=f"{real(limits[1]):.2f}", laboratories=", ".join(far))
                )
    return tuple(found)


def relation_text(measurand: str, r: Relation) -> str:
    """How a standard deviation depends on the level, as a sentence."""
    of, c = r.of, tuple(map(real, r.coefficients))
    formula = {
        "s = b m": f"{of} = {c[0]:.3g} m",
        "s = a + b m": f"{of} = {c[0]:.3g} + {c[-1]:.3g} m",
        "lg s = c + d lg m": f"lg {of} = {c[0]:.3g} + {c[-1]:.3g} lg m",
    }[r.form]
    key = f"round.relation.{'fits' if r.fits else 'none'}"
    return say(key, measurand=measurand, formula=formula, p=f"{real(r.p):.2g}")
