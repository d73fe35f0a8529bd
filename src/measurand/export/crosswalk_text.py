"""Evidence for requirements, in lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from measurand.document.crosswalk import Asked, Crosswalk, OfRegime
from measurand.export.plain import visible
from measurand.export.terminal import INDENT, wrapped
from measurand.message import say

MOST_FIELDS = 3
"""Fields of one kind that are named; the data hold all."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def render_crosswalk(found: Crosswalk) -> str:
    """The fields that are evidence; for each regime how many requirements they serve; of one regime each of them."""
    lines = [say("crosswalk.title", title=visible(found.title), source=visible(found.source)), ""]
    lines += [say("crosswalk.evidence"), *_fields(found), ""]
    for regime in found.regimes:
        lines += wrapped(count_text(regime), "")
        if len(found.regimes) == 1:
            lines += _requirements(regime)
    lines.append("")
    for text in found.remarks:
        lines += wrapped(text, "")
    return "\n".join([*lines, data_text(found)]) + "\n"


def count_text(regime: OfRegime) -> str:
    """How many requirements a regime has, and for how many there is evidence."""
    return say(
        "crosswalk.count", regime=regime.title, count=len(regime.asked), all=regime.all_kinds, some=regime.some_kinds,
        none=regime.none,
    )  # fmt: skip


def kind_text(kind: str) -> str:
    """A kind of evidence in words.

    >>> kind_text("sample_size")
    'sample size'
    """
    return kind.replace("_", " ")


def data_text(found: Crosswalk) -> str:
    """Which data the requirements are of."""
    count = sum(len(regime.asked) for regime in found.regimes)
    return say("crosswalk.data", count=count, digest=found.data[:16])


def state_text(row: Asked) -> str:
    """Whether it binds, from when, and how well it was read."""
    later = _DAY.search(row.applies_from)
    key = (
        "crosswalk.applies.unknown" if row.applies == "later" and later is None else f"crosswalk.applies.{row.applies}"
    )
    applies = say(key, day=later.group() if later else "") if row.applies != "not stated" else ""
    words = (say(f"crosswalk.binding.{row.binding}"), applies, say(f"crosswalk.reading.{row.reading}"))
    return ", ".join(filter(None, words))


def _fields(found: Crosswalk) -> Iterator[str]:
    kinds = list(dict.fromkeys(f.kind for f in found.found))
    for kind in kinds:
        own = [f for f in found.found if f.kind == kind]
        yield f"  {kind_text(kind)}"
        for one in own[:MOST_FIELDS]:
            yield from wrapped(f"{one.where}: {one.text}")
        if len(own) > MOST_FIELDS:
            yield INDENT + say("crosswalk.more", count=len(own) - MOST_FIELDS)


def _requirements(regime: OfRegime) -> Iterator[str]:
    for row in regime.asked:
        yield ""
        yield from wrapped(f"{row.clause}  ({state_text(row)})", "  ")
        yield from wrapped(f"{row.requirement} [{row.limits}]" if row.limits else row.requirement)
        if row.present:
            yield from wrapped(f"+ {', '.join(map(kind_text, row.present))}")
        if row.absent:
            yield from wrapped(f"- {', '.join(map(kind_text, row.absent))}")
