"""Stated against recomputed: unrounded numbers at 1e-9 relative, everything printed exactly.

Another version of the program may word a sentence otherwise, or state more. Then sentences must hold the same numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from measurand.document.number import real

RELATIVE = 1e-9
ABSOLUTE = 1e-15
"""A covariance that cancels leaves rounding errors of this size; no stated number is this small."""
EXACT = frozenset({"text", "words", "title", "outcome", "items", "name", "id", "system", "measurand", "level_name"})
"""Fields that are text, also when they look like numbers."""
SENTENCES = frozenset({
    "text", "words", "title", "line", "note", "needs", "rule", "distribution", "checks", "warnings", "remarks",
    "reasons", "what_now", "reason",
})  # fmt: skip
"""Fields, and lists, of sentences from the catalogue of the program."""
SHOWN = 60
"""Characters of a content that are printed."""
_NUMERAL = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")


@dataclass(frozen=True)
class Difference:
    """One field whose stated content is not what was recomputed; None: there is no such field."""

    path: str
    one: Any
    other: Any

    @property
    def stated(self) -> str:
        """What is stated, as it is printed."""
        return _shown(self.one)

    @property
    def recomputed(self) -> str:
        """What was recomputed, as it is printed."""
        return _shown(self.other)

    def __str__(self) -> str:
        stated, recomputed = _apart(self.stated, self.recomputed, self.one, self.other)
        return f"{self.path} is stated as {stated}, recomputed {recomputed}"


def of_another_version(differing: Sequence[Difference]) -> list[Difference]:
    """The differences that another wording does not explain: sentences with other numbers, and all that is no sentence.

    A field that only the later version has is none; a list that is missing is one.
    """
    return [
        one
        for one in differing
        if not (one.one is None and not isinstance(one.other, list)) and not _worded_otherwise(one)
    ]


def same_sentences(stated: Sequence[str], found: Sequence[str]) -> bool:
    """Whether two lists of sentences may be the same ones, worded by two versions: as many, with the same numbers."""
    pairs = zip(stated, found, strict=False)
    return len(stated) == len(found) and all(_numerals(one) == _numerals(other) for one, other in pairs)


def _worded_otherwise(one: Difference) -> bool:
    names = [step for step in one.path.split(".") if not step.isdigit()]
    if not (isinstance(one.one, str) and isinstance(one.other, str) and names and names[-1] in SENTENCES):
        return False
    return _numerals(one.one) == _numerals(one.other)


def _numerals(text: str) -> list[str]:
    return sorted(_NUMERAL.findall(text))


def differences(stated: Any, recomputed: Any, path: str = "") -> Iterator[Difference]:
    """Every field of plain JSON data that differs."""
    if isinstance(stated, dict) and isinstance(recomputed, dict):
        for name in sorted({*stated, *recomputed}):
            below = f"{path}.{name}" if path else name
            if name in stated and name in recomputed:
                yield from differences(stated[name], recomputed[name], below)
            else:
                yield Difference(below, stated.get(name), recomputed.get(name))
    elif isinstance(stated, list) and isinstance(recomputed, list):
        if len(stated) != len(recomputed):
            yield Difference(path, f"{len(stated)} entries", f"{len(recomputed)} entries")
            return
        for i, (one, other) in enumerate(zip(stated, recomputed, strict=True)):
            yield from differences(one, other, f"{path}.{i}")
    elif stated != recomputed and not _close(stated, recomputed, path):
        yield Difference(path, stated, recomputed)


def numbers(data: Any) -> int:
    """How many numbers plain JSON data hold."""
    if isinstance(data, dict):
        return sum(numbers(value) for name, value in data.items() if name not in EXACT)
    if isinstance(data, list):
        return sum(numbers(value) for value in data)
    return int(_number(data) is not None)


def _close(stated: Any, recomputed: Any, path: str) -> bool:
    names = [step for step in path.split(".") if not step.isdigit()]
    if names and names[-1] in EXACT:
        return False
    one, other = _number(stated), _number(recomputed)
    if one is None or other is None:
        return False
    if math.isinf(one) or math.isinf(other):  # no number is close to infinity
        return one == other
    return abs(one - other) <= max(RELATIVE * max(abs(one), abs(other)), ABSOLUTE)


def _number(data: Any) -> float | None:
    if not isinstance(data, str):
        return None
    try:
        return real(data)
    except ValueError:
        return None


def _shown(data: Any) -> str:
    return "absent" if data is None else str(data)[:SHOWN]


def _apart(stated: str, recomputed: str, one: Any, other: Any) -> tuple[str, str]:
    """Long texts from where they begin to differ: their first characters may be equal."""
    if stated != recomputed:
        return stated, recomputed
    first, second = str(one), str(other)
    at = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second)))
    start = max(0, at - 20)
    return f"...{first[start : start + SHOWN]}", f"...{second[start : start + SHOWN]}"
