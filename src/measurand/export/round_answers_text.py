"""Qualitative and ordinal answers of a round, in words and lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measurand.document.number import Number, real
from measurand.document.round_answers import AnswersReport, AnswersRow, Disputed, Share
from measurand.document.rounding import percent as level_text
from measurand.export.plain import percent, visible
from measurand.export.terminal import INDENT, MOST_WORD, wrapped
from measurand.message import say

UNSURE = "?"
MOST_ITEMS = 6
"""Items that are named; the data hold all."""


def answers_lines(found: AnswersReport, coverage: Number) -> Iterator[str]:
    """One block for a measurand: what is asked, a line for each laboratory, the items that stand out."""
    yield visible(found.measurand)
    yield ""
    for text in answers_texts(found, coverage):
        yield from wrapped(text)
    header, *rows = answers_table(found)
    yield ""
    width = [max(len(visible(row[k])) for row in (header, *rows)) for k in range(len(header))]
    width[0] = min(width[0], MOST_WORD)
    for row in (header, *rows):
        cells = [visible(row[0])[: width[0]].ljust(width[0])]
        cells += [visible(cell).rjust(w) for cell, w in zip(row[1:-1], width[1:-1], strict=True)]
        yield INDENT + "  ".join([*cells, visible(row[-1])]).rstrip()
    yield ""
    for text in items_texts(found):
        yield from wrapped(text)


def answers_texts(found: AnswersReport, coverage: Number) -> Iterator[str]:
    """Where the assigned categories come from, what the limits are, and what is asked for."""
    needed = "" if found.needed is None else percent(real(found.needed))
    yield say("round.answers", items=found.items, source=say(f"round.answers.{found.assigned_from}", needed=needed))
    yield say("round.answers.level", level=level_text(coverage))
    if found.least_right is not None:
        yield say("round.answers.least", least=percent(real(found.least_right)))


def answers_table(found: AnswersReport) -> tuple[tuple[str, ...], ...]:
    """Header and rows: laboratory, right answers, what the scale allows for, the signal."""
    shares = [name for name in ("sensitivity", "specificity", "adjacent") if any(getattr(r, name) for r in found.rows)]
    names = ["right", *shares, *(["steps"] if found.ordered else []), "missing"]
    last = say("round.signal") if found.least_right is not None else ""
    header = (say("round.laboratory"), *(say(f"round.answers.{name}") for name in names), last)
    return (header, *(_row(r, shares, found) for r in found.rows))


def _row(r: AnswersRow, shares: Sequence[str], found: AnswersReport) -> tuple[str, ...]:
    if r.right is None:
        blank = [""] * (1 + len(shares) + found.ordered)
        return (r.laboratory, *blank, str(r.missing), say("round.answers.none"))
    steps = [f"{r.higher} / {r.lower}"] if found.ordered else []
    signal = ""
    if found.least_right is not None:
        signal = say(f"round.signal.{r.signal}") + ("" if r.shown else f" {UNSURE}")
    own = [_share(getattr(r, name)) for name in shares]
    return (r.laboratory, _share(r.right), *own, *steps, str(r.missing), signal)


def _share(found: Share | None) -> str:
    """A share with its limits, in per cent."""
    if found is None:
        return ""
    share, low, high = (f"{100.0 * real(x):.0f}" for x in (found.share, found.lower, found.upper))
    return f"{share} [{low}, {high}] %"


def items_texts(found: AnswersReport) -> Iterator[str]:
    """What the sign of doubt means, items without an assigned category, and those that many got wrong."""
    if found.least_right is not None and any(r.right is not None and not r.shown for r in found.rows):
        yield say("round.answers.open", sign=UNSURE)
    for key, held in (("disputed", found.disputed), ("hard", found.hard)):
        if held:
            yield say(f"round.answers.{key}", count=len(held), items=_named(held))


def _named(held: Sequence[Disputed]) -> str:
    shown = [
        f"{one.item} ({', '.join(f'{name} {count}' for name, count in one.counts.items())})"
        for one in held[:MOST_ITEMS]
    ]
    more = len(held) - MOST_ITEMS
    return "; ".join([*shown, *([say("round.answers.more", count=more)] if more > 0 else [])])
