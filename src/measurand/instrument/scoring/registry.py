"""The scorer that a procedure asks for, and its check on known texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from measurand.document.canonical import canonical
from measurand.document.live import Scoring
from measurand.instrument.fault import stopped
from measurand.instrument.scoring.choice import Choice
from measurand.instrument.scoring.contract import Scorer
from measurand.instrument.scoring.fields import Field
from measurand.instrument.scoring.number import Number
from measurand.instrument.scoring.pattern import After, Extracted, Matches, Search
from measurand.instrument.scoring.text import Exact, Normalised


def scorer(scoring: Scoring, classes: Sequence[str]) -> tuple[Scorer, Callable[[], None]]:
    """The scorer, and what gives back the processes that it holds. ``classes`` are those of the reference values, the
    choices where the procedure names none."""
    searches: list[Search] = []

    def search(pattern: str) -> Search:
        searches.append(Search(pattern))
        return searches[-1]

    found = _core(scoring, classes, search)
    if scoring.field is not None:
        found = Field(scoring.field, found)
    if scoring.after is not None:
        found = After(scoring.after, found)
    if scoring.extract is not None:
        found = Extracted(search(scoring.extract), found)

    def close() -> None:
        for one in searches:
            one.close()

    return found, close


def _core(scoring: Scoring, classes: Sequence[str], search: Callable[[str], Search]) -> Scorer:
    if scoring.kind == "exact":
        return Exact()
    if scoring.kind == "normalised":
        return Normalised()
    if scoring.kind == "choice":
        return Choice(scoring.choices or tuple(classes))
    if scoring.kind == "number":
        tolerance = scoring.tolerance
        value = Fraction(tolerance.value) if tolerance is not None else Fraction(0)
        relative = tolerance is not None and tolerance.unit == "%"
        return Number(which=scoring.which, tolerance=value / 100 if relative else value, relative=relative)
    return Matches(search(scoring.pattern or ""))


def check(one: Scorer, *, kind: str) -> int:
    """Score all known texts of a scorer, and of each that it hands its parts to; their number.

    Raises RunError for one that comes out otherwise.
    """
    count = 0
    for each in _chain(one):
        for known in each.known:
            value = each.score(known.text, known.reference).value
            if value != known.value:
                raise stopped(
                    "M0620.known", kind=kind, text=repr(known.text[:60]), value=repr(value), expected=repr(known.value)
                )
        count += len(each.known)
    return count


def _chain(one: Scorer) -> Iterator[Scorer]:
    """A scorer, and the one that scores what it cuts out, to the last."""
    yield one
    if isinstance(one, After | Extracted | Field):
        yield from _chain(one.then)


def identity(scoring: Scoring, one: Scorer, known: int) -> Mapping[str, str]:
    """Kind, versions, parameters and how many known texts were scored before the run."""
    return {
        "scoring": ", ".join(f"{type(each).__name__.lower()} {each.version}" for each in _chain(one)),
        "scoring parameters": hashlib.sha256(canonical(scoring)).hexdigest(),
        "scoring check standards": f"{known} of {known}",
    }
