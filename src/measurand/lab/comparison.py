"""Stated against recomputed: unrounded numbers at 1e-9 relative, everything printed exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from measurand.document.number import real

RELATIVE = 1e-9
ABSOLUTE = 1e-15
"""A covariance that cancels leaves rounding errors of this size; no stated number is this small."""
EXACT = frozenset({"text", "words", "title", "outcome", "items", "name", "id", "system", "measurand", "level_name"})
"""Fields that are text, also when they look like numbers."""


@dataclass(frozen=True)
class Difference:
    """One field whose stated content is not what was recomputed."""

    path: str
    stated: str
    recomputed: str

    def __str__(self) -> str:
        return f"{self.path} is stated as {self.stated}, recomputed {self.recomputed}"


def differences(stated: Any, recomputed: Any, path: str = "") -> Iterator[Difference]:
    """Every field of plain JSON data that differs."""
    if isinstance(stated, dict) and isinstance(recomputed, dict):
        for name in sorted({*stated, *recomputed}):
            below = f"{path}.{name}" if path else name
            if name in stated and name in recomputed:
                yield from differences(stated[name], recomputed[name], below)
            else:
                yield Difference(below, _shown(stated.get(name)), _shown(recomputed.get(name)))
    elif isinstance(stated, list) and isinstance(recomputed, list):
        if len(stated) != len(recomputed):
            yield Difference(path, f"{len(stated)} entries", f"{len(recomputed)} entries")
            return
        for i, (one, other) in enumerate(zip(stated, recomputed, strict=True)):
            yield from differences(one, other, f"{path}.{i}")
    elif stated != recomputed and not _close(stated, recomputed, path):
        yield Difference(path, _shown(stated), _shown(recomputed))


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
    return abs(one - other) <= max(RELATIVE * max(abs(one), abs(other)), ABSOLUTE)


def _number(data: Any) -> float | None:
    if not isinstance(data, str):
        return None
    try:
        return real(data)
    except ValueError:
        return None


def _shown(data: Any) -> str:
    return "absent" if data is None else str(data)[:60]
