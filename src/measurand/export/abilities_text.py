"""Abilities of systems in words and lines."""

from __future__ import annotations

from collections.abc import Iterator

from measurand.document.abilities import Abilities, Ability, AbilityPair, ItemParameters, Items
from measurand.document.number import Number, real
from measurand.document.rounding import rounded, significant
from measurand.export.plain import visible
from measurand.export.terminal import INDENT, size, wrapped
from measurand.message import say

MOST_ITEMS = 5
NOISE = 1.3
"""Infit above which a system has another order of difficulty than the others (Wright & Linacre 1994)."""


def abilities_lines(found: Abilities) -> Iterator[str]:
    """The systems, the pairs, what the model assumes, and the items where there are enough systems."""
    yield from wrapped(say("abilities.title"))
    yield ""
    name = max(*(len(visible(s.name)) for s in found.systems), len(say("compare.system")))
    yield f"{INDENT}{say('compare.system'):<{name}}  {say('abilities.ability'):<20}{'infit':>7}{'outfit':>8}"
    for s in found.systems:
        yield f"{INDENT}{visible(s.name):<{name}}  {ability_text(s):<20}{fit_text(s.infit):>7}{fit_text(s.outfit):>8}"
    for pair in found.pairs:
        yield f"{INDENT}  {visible(pair.second)} - {visible(pair.first)}   {pair_text(pair)}"
    yield ""
    for text in abilities_texts(found):
        yield from wrapped(text)


def ability_text(s: Ability) -> str:
    """Ability with its standard uncertainty."""
    return f"{rounded(s.value, s.u)} (u {significant(s.u)})"


def fit_text(x: Number | None) -> str:
    """A mean square; a dash where it was not evaluated."""
    return "-" if x is None else f"{real(x):.2f}"


def pair_text(pair: AbilityPair) -> str:
    """Difference in logits, its limits, and the same by the conditional model."""
    low, high = rounded(pair.lower, pair.u), rounded(pair.upper, pair.u)
    text = say("abilities.pair", value=rounded(pair.value, pair.u), lower=low, upper=high)
    if pair.conditional is None or pair.conditional_u is None:
        return text
    other = rounded(pair.conditional, pair.conditional_u)
    return text + say("abilities.pair_conditional", value=other, u=significant(pair.conditional_u))


def abilities_texts(found: Abilities) -> Iterator[str]:
    """What is assumed, who does not fit, who has no ability, and what was not evaluated."""
    yield say("abilities.assumes", items=found.items, spread=size(found.spread))
    if odd := [s.name for s in found.systems if s.infit is not None and real(s.infit) > NOISE]:
        yield say("abilities.odd", systems=", ".join(odd), limit=NOISE)
    for one in found.left_out:
        yield say("abilities.left_out", name=one.name, reason=one.reason)
    if found.of_items is not None:
        yield from _items(found.of_items)
    yield from found.remarks


def _items(found: Items) -> Iterator[str]:
    p = "-" if found.two_parameter_p is None else f"{real(found.two_parameter_p):.2g}"
    yield say("abilities.items", model=say(f"abilities.{found.model}"), count=len(found.items), p=p)
    tested = [one for one in found.items if one.p is not None]
    worst = [one for one in tested if real(one.p or "1") < 0.05 / max(len(tested), 1)]
    if worst:
        named = "; ".join(map(item_text, worst[:MOST_ITEMS]))
        yield say("abilities.misfit", count=len(worst), tested=len(tested), items=named)
    else:
        yield say("abilities.all_fit", tested=len(tested))
    if found.left_out:
        named = ", ".join(one.name for one in found.left_out[:MOST_ITEMS])
        yield say("abilities.left_items", count=len(found.left_out), items=named)


def item_text(one: ItemParameters) -> str:
    """Item, difficulty and misfit."""
    p = "" if one.p is None else f", p = {real(one.p):.2g}"
    return f"{one.item} (b = {rounded(one.difficulty, one.u)}, infit {real(one.infit):.2f}{p})"
