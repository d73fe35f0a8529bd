"""A comparison of systems in a terminal: 80 columns, no number without its uncertainty, no ranks without groups."""

from __future__ import annotations

from collections.abc import Iterator

from measurand.document.comparison import Across, Comparison, Comparisons, Contender, OverTasks, Pair
from measurand.document.number import real
from measurand.document.rounding import at_place, percent, place, plain, significant
from measurand.export.abilities_text import abilities_lines
from measurand.export.plain import visible
from measurand.export.terminal import INDENT, size, wrapped
from measurand.message import say

MOST_ITEMS = 8
HASHED = 64
"""Characters of a hashed id."""


def render_comparisons(several: Comparisons) -> str:
    """One block per measurand."""
    lines = [line for one in several.comparisons for line in (*block(one), "")]
    if several.across is not None:
        lines += [*_across(several.across), ""]
    for text in several.remarks:
        lines += wrapped(text)
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def block(one: Comparison) -> Iterator[str]:
    """The systems with groups and ranks, the pairs, what they rest on."""
    items = {c.items for c in one.contenders}
    shared = say("compare.same_items", items=max(items)) if one.same_items else say("compare.other_items")
    level = one.contenders[0].level
    yield visible(f"{one.title}  {level}".rstrip()) + f"  ({shared})"
    yield ""
    ranked = any(c.group for c in one.contenders)
    name = max(*(len(visible(c.name)) for c in one.contenders), len(say("compare.system")))
    value = max(*(len(c.text) for c in one.contenders), len(say("compare.value")))
    if ranked:
        head = f"{INDENT}{say('compare.system'):<{name}}  {say('compare.value'):<{value}}  {say('compare.groups'):<8}"
        yield head + (say("compare.ranks") if any(c.rank for c in one.contenders) else "")
    for c in one.contenders:
        yield f"{INDENT}{visible(c.name):<{name}}  {c.text:<{value}}  {c.group:<8}{rank_text(c)}"
    yield ""
    for pair in one.pairs:
        yield from _pair(one, pair)
    yield from wrapped(floor(one))
    if ranked:
        yield from wrapped(say("compare.letters", level=percent(one.coverage_probability)))
    if one.abilities is not None:
        yield ""
        yield from abilities_lines(one.abilities)
    for text in one.remarks:
        yield from wrapped(text)


def across_text(one: Across) -> str:
    """Friedman's test and the critical difference, as a sentence."""
    return say(
        "compare.across", tasks=len(one.tasks), p=p_text(one.p), chi_square=f"{real(one.chi_square):.3g}",
        difference=f"{real(one.critical_difference):.2f}",
    )  # fmt: skip


def _across(one: Across) -> Iterator[str]:
    yield say("compare.page.across")
    yield ""
    name = max(*(len(visible(s.name)) for s in one.systems), len(say("compare.system")))
    yield f"{INDENT}{say('compare.system'):<{name}}  {say('compare.mean_rank'):<10}  {say('compare.groups')}"
    for s in one.systems:
        yield f"{INDENT}{visible(s.name):<{name}}  {real(s.rank):<10.2f}  {s.group}"
    yield from wrapped(across_text(one))
    yield from wrapped(say("compare.across_tasks", tasks=", ".join(one.tasks)))
    if one.means:
        yield ""
        yield from wrapped(means_text(one))
        for m in one.means:
            yield f"{INDENT}  {visible(m.second)} - {visible(m.first)}   {m.text}   {p_text(m.p)}"
            yield f"{INDENT}    {new_task_text(m)}"


def means_text(one: Across) -> str:
    """What the mean differences over tasks are."""
    return say("compare.means", scale=one.scale, tasks=len(one.tasks))


def new_task_text(m: OverTasks) -> str:
    """Limits for one more task, and the spread between tasks."""
    low, high = _limits(m.new_lower, m.new_upper, m.u)
    return say("compare.new_task", lower=low, upper=high, tau=size(m.tau))


def rank_text(c: Contender) -> str:
    """``2-3``, or one rank; empty without any."""
    if c.rank is None:
        return ""
    low, high = c.rank
    return str(low) if low == high else f"{low}-{high}"


def _pair(one: Comparison, pair: Pair) -> Iterator[str]:
    sign = "-" if one.kind == "difference" else "/"
    mark = "=" if pair.identical else "*" if pair.different else " "
    yield f"    {mark} {visible(pair.second)} {sign} {visible(pair.first)}   {pair.text}"
    p = say(
        "compare.p", p=p_text(pair.p), adjusted=p_text(pair.p_adjusted), how=say(f"compare.adjust.{one.adjustment}")
    )
    yield f"{INDENT}  {p if len(one.pairs) > 1 else p_text(pair.p)}"
    for text in about(one, pair):
        yield from wrapped(text, INDENT + "  ")
    yield ""


def about(one: Comparison, pair: Pair) -> Iterator[str]:
    """What the difference rests on."""
    if pair.shared:
        u, alone = significant(pair.u), significant(pair.u_if_independent)
        r = f"{real(pair.correlation):.2f}"
        yield say("compare.shared", shared=", ".join(pair.shared), r=r, u=u, independent=alone)
    if pair.counts is not None:
        c = pair.counts
        counts = {"both": str(c.both), "first": str(c.first), "second": str(c.second), "neither": str(c.neither)}
        yield say("compare.counts", a=pair.first, b=pair.second, **counts)
    if pair.claim is not None:
        lower, upper = _limits(pair.claim.lower, pair.claim.upper, pair.u)
        shown = {"lower": lower, "upper": upper, "level": f"{100 * real(pair.claim.coverage_probability):g} %"}
        yield say("compare.claim", text=pair.claim.text, p=p_text(pair.claim.p_adjusted), **shown)
    if pair.discordant and len(one.pairs) <= MOST_ITEMS and len(pair.discordant[0].item) < HASHED:
        listed = ", ".join(d.item for d in pair.discordant[:MOST_ITEMS])
        more = (pair.discordant_items or 0) - MOST_ITEMS
        yield say("compare.items", items=listed, more=say("compare.more", count=more) if more > 0 else "")


def floor(one: Comparison) -> str:
    """The smallest difference that the items can show, as a sentence."""
    half = significant(one.floor)
    unit = "" if one.unit == "1" or one.kind == "ratio" else f" {one.unit}"
    if len(one.pairs) == 1:
        return say(f"compare.floor.{one.kind}", floor=half, unit=unit)
    return say(
        f"compare.floors.{one.kind}", floor=half, unit=unit, count=len(one.pairs), family=significant(one.family_floor)
    )


def _limits(lower: str, upper: str, u: str) -> tuple[str, str]:
    last = place(real(u))
    return plain(at_place(real(lower), last)), plain(at_place(real(upper), last))


def p_text(text: str) -> str:
    """A p-value as printed."""
    p = real(text)
    return "p < 1e-11" if p < 1e-11 else f"p = {p:.2g}"
