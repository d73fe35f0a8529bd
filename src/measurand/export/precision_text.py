"""A study of precision in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from measurand.document.number import real
from measurand.document.precision import Absent, Plan, Precision, Spread, Study
from measurand.document.rounding import rounded, significant
from measurand.export.plain import visible
from measurand.message import say

NAME = 26


def render_study(study: Study) -> str:
    """One block per result: precision of a run, components, and where to spend further calls."""
    return "\n".join(line.rstrip() for one in study.result for line in (*_block(one, study.calls), "")) + "\n"


def _block(one: Precision, calls: int) -> Iterator[str]:
    of = " ".join(t for t in (one.system, one.level) if t)
    yield visible(f"{one.measurand}  {one.title}  {of}")
    u = real(one.u)
    unit = "" if one.unit == "1" else f" {one.unit}"
    yield "      " + say("study.value", value=rounded(real(one.value), u), unit=unit, u=significant(u))
    yield "      " + say("study.runs", items=one.items, runs=one.runs)
    yield ""
    percent = f"{100 * real(one.coverage_probability):g} %"
    yield f"      {say('study.precision'):<{NAME}}{'s':<10}{percent:<22}{'df'}"
    for spread in one.spread:
        yield from _spread(spread, say(f"study.{spread.name}"))
    yield ""
    yield f"      {say('study.component'):<{NAME}}{'s':<10}{percent:<22}{say('study.levels'):<9}{say('study.share')}"
    for component in one.component:
        yield from _component(component)
    yield ""
    if one.no_plan:
        yield "      " + say("study.no_plan", why=one.no_plan)
        return
    yield "      " + say("study.spend", calls=f"{calls:,}")
    present = real(one.plan[0].u)
    for plan in one.plan:
        yield _plan(plan, present, one.counted)


def _spread(spread: Spread | Absent, name: str) -> Iterator[str]:
    if isinstance(spread, Absent):
        yield f"      {name:<{NAME}}{say('study.not_evaluated')}"
        yield f"      {'':<{NAME}}{say('study.needed', needs=spread.needs)}"
        return
    df = f"{real(spread.df):.1f}" if spread.df is not None else ""
    yield f"      {name:<{NAME}}{_s(spread):<10}{_limits(spread):<22}{df}"
    if spread.negative:
        yield f"      {'':<{NAME}}{say('study.negative_part')}"


def _component(one: Spread) -> Iterator[str]:
    share = f"{100 * real(one.share or '0'):.1f} %"
    name = say("study.observation") if one.name == "observation" else one.name
    yield f"      {visible(name):<{NAME}}{_s(one):<10}{_limits(one):<22}{one.levels or '':<9}{share}"
    if one.negative:
        yield f"      {'':<{NAME}}{say('study.negative')}"


def _s(spread: Spread) -> str:
    return significant(real(spread.s)) if real(spread.s) > 0 else "0"


def _limits(spread: Spread) -> str:
    lower, upper = real(spread.lower), real(spread.upper)
    if upper == 0.0:
        return ""
    u = (upper - lower) / 4.0
    return f"[{rounded(lower, u)}, {rounded(upper, u)}]"


def _plan(plan: Plan, present: float, counted: str) -> str:
    levels = "".join(f" x {n} {visible(name)}" for name, n in plan.levels.items())
    design = say("study.design", units=plan.units, counted=visible(counted), levels=levels, repeats=plan.repeats)
    way = say(f"study.way.{plan.way}", factor=visible(plan.factor), counted=visible(counted))
    u = real(plan.u)
    return f"      {way:<{NAME}}u = {significant(u):<9}{design}  ({100 * (u / present - 1):+.0f} %)"
