"""The scorer that a procedure asks for, and its check on known texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from measurand.document.canonical import canonical
from measurand.document.live import Scoring
from measurand.instrument.fault import stopped
from measurand.instrument.scoring.choice import Choice
from measurand.instrument.scoring.code import Code
from measurand.instrument.scoring.contract import Scorer
from measurand.instrument.scoring.fields import Field
from measurand.instrument.scoring.log_probability import LogProbability
from measurand.instrument.scoring.number import Number
from measurand.instrument.scoring.overlap import (
    Errors,
    Overlap,
    character_errors,
    rouge_l,
    token_f1,
    word_errors,
)
from measurand.instrument.scoring.pattern import After, Extracted, Matches, Search
from measurand.instrument.scoring.similarity import Similarity
from measurand.instrument.scoring.structure import Structure
from measurand.instrument.scoring.text import Exact, Normalised
from measurand.instrument.scoring.translation import Translation

PLAIN: Mapping[str, Callable[[], Scorer]] = {
    "exact": Exact,
    "normalised": Normalised,
    "f1": token_f1,
    "rouge-l": rouge_l,
    "wer": word_errors,
    "cer": character_errors,
}
"""Kinds without parameters."""
NUMBERS, COUNTS = ("f1", "rouge-l", "bleu", "chrf", "similarity"), ("wer", "cer")
"""Kinds that give a number from 0 to 1 (a cosine from -1), and counts with what they are counted in."""


def scorer(scoring: Scoring, classes: Sequence[str], folder: Path = Path()) -> tuple[Scorer, Callable[[], None]]:
    """The scorer, and what gives back the processes that it holds. ``classes`` are those of the reference values, the
    choices where the procedure names none; ``folder`` is that of the procedure file."""
    held: list[Search | Structure] = []

    def search(pattern: str) -> Search:
        held.append(one := Search(pattern))
        return one

    found = _core(scoring, classes, search, held, folder)
    if scoring.field is not None:
        found = Field(scoring.field, found)
    if scoring.after is not None:
        found = After(scoring.after, found)
    if scoring.extract is not None:
        found = Extracted(search(scoring.extract), found)

    def close() -> None:
        for one in held:
            one.close()

    return found, close


def _core(
    scoring: Scoring,
    classes: Sequence[str],
    search: Callable[[str], Search],
    held: list[Search | Structure],
    folder: Path,
) -> Scorer:
    if scoring.kind in PLAIN:
        return PLAIN[scoring.kind]()
    if scoring.kind == "json":
        held.append(found := Structure(scoring.schema_))
        return found
    if scoring.kind == "regex":
        return Matches(search(scoring.pattern or ""))
    return WITH_KEYS[scoring.kind](scoring, classes, folder)


def _choice(scoring: Scoring, classes: Sequence[str], folder: Path) -> Scorer:
    choices = scoring.choices or tuple(classes)
    return Choice(choices) if scoring.by is None else LogProbability(choices)


def _number(scoring: Scoring, classes: Sequence[str], folder: Path) -> Scorer:
    tolerance = scoring.tolerance
    value = Fraction(tolerance.value) if tolerance is not None else Fraction(0)
    relative = tolerance is not None and tolerance.unit == "%"
    return Number(which=scoring.which, tolerance=value / 100 if relative else value, relative=relative)


WITH_KEYS: Mapping[str, Callable[[Scoring, Sequence[str], Path], Scorer]] = {
    "choice": _choice,
    "number": _number,
    "bleu": lambda *_: Translation("bleu"),
    "chrf": lambda *_: Translation("chrf"),
    "code": lambda scoring, *_: Code(scoring.seconds, scoring.memory),
    "similarity": lambda scoring, _, folder: Similarity(scoring.model or "", folder),
}
"""Kinds with parameters."""


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
    named = [f"{_name(each, scoring)} {each.version}" for each in _chain(one)]
    return {
        "scoring": ", ".join(named),
        "scoring parameters": hashlib.sha256(canonical(scoring)).hexdigest(),
        "scoring check standards": f"{known} of {known}",
    }


def _name(each: Scorer, scoring: Scoring) -> str:
    """A scorer by its class; measures of overlap and of errors by their kind."""
    if isinstance(each, Overlap | Errors):
        return scoring.kind
    if isinstance(each, Translation | Code | Similarity):
        return f"{scoring.kind} ({each.signature})"
    return type(each).__name__.lower()
