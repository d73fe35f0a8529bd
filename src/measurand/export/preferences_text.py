"""Systems by preferences in a terminal of 80 columns: no strength without its uncertainty, no ranks without groups."""

from __future__ import annotations

from collections.abc import Iterator

from measurand.document.number import real
from measurand.document.preferences import PreferenceComparison, Preferred, PreferredPair
from measurand.document.rounding import percent as coverage
from measurand.document.rounding import rounded, significant
from measurand.export.compared_text import p_text
from measurand.export.plain import percent, visible
from measurand.export.terminal import INDENT, wrapped
from measurand.message import say


def render_preferences(found: PreferenceComparison) -> str:
    """Systems, pairs, and what they rest on."""
    lines = [visible(found.title), "", *wrapped(count_text(found)), ""]
    header, *rows = systems_table(found)
    width = [max(len(visible(row[k])) for row in (header, *rows)) for k in range(len(header))]
    for row in (header, *rows):
        lines.append(INDENT + "  ".join(visible(cell).ljust(w) for cell, w in zip(row, width, strict=True)))
    lines.append("")
    for pair in found.pairs:
        mark = "*" if pair.different else " "
        lines.append(f"    {mark} {visible(pair.second)} - {visible(pair.first)}   {pair_text(pair)}")
        lines += wrapped(about(pair), INDENT + "  ")
    lines.append("")
    for text in texts(found):
        lines += wrapped(text)
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def systems_table(found: PreferenceComparison) -> tuple[tuple[str, ...], ...]:
    """Header and a row for each system."""
    keys = ("compare.system", "preferences.strength", "compare.groups", "compare.ranks", "preferences.share",
            "preferences.tally")  # fmt: skip
    return (tuple(map(say, keys)), *(_row(s) for s in found.systems))


def _row(s: Preferred) -> tuple[str, ...]:
    low, high = s.rank
    rank = str(low) if low == high else f"{low}-{high}"
    tally = " / ".join(f"{real(x):g}" for x in (s.wins, s.ties, s.losses))
    return (
        s.name,
        f"{rounded(s.strength, s.u)} (u {significant(s.u)})",
        s.group,
        rank,
        f"{percent(real(s.share))} (u {percent(real(s.share_u))})",
        tally,
    )


def count_text(found: PreferenceComparison) -> str:
    """How many comparisons, of how many units."""
    key = "preferences.count_alone" if found.units is None else "preferences.count_units"
    return say(key, comparisons=f"{real(found.comparisons):g}", systems=len(found.systems), units=found.units)


def pair_text(pair: PreferredPair) -> str:
    """Difference of the strengths with its limits."""
    low, high = rounded(pair.lower, pair.u), rounded(pair.upper, pair.u)
    return f"{rounded(pair.value, pair.u)} [{low}, {high}]"


def about(pair: PreferredPair) -> str:
    """The probability of a preference, and how sure the difference is."""
    p, low, high = (percent(real(x)) for x in pair.probability)
    fields = {"p": p_text(pair.p), "adjusted": p_text(pair.p_adjusted), "compared": f"{real(pair.compared):g}"}
    return say("preferences.about", second=pair.second, share=p, low=low, high=high, **fields)


def texts(found: PreferenceComparison) -> Iterator[str]:
    """Resolution, letters, order and ties, fit, remarks."""
    yield say(
        "preferences.floor", floor=significant(found.floor), family=significant(found.family_floor),
        count=len(found.pairs),
    )  # fmt: skip
    yield say("compare.letters", level=coverage(found.coverage_probability))
    for key, one in (("order", found.order), ("tie", found.tie)):
        if one is not None:
            value, low, high = (rounded(x, one.u) for x in (one.value, one.lower, one.upper))
            yield say(f"preferences.{key}", value=value, lower=low, upper=high)
    yield say("preferences.equal", p=p_text(found.equal_p))
    if found.fit is not None:
        key = "preferences.misfit" if real(found.fit.p) < 0.05 else "preferences.fits"
        rough = say("preferences.rough") if found.fit.few else ""
        yield say(key, statistic=f"{real(found.fit.statistic):.3g}", df=found.fit.df, p=p_text(found.fit.p)) + rough
    yield from found.remarks
