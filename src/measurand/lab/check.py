"""One check that was made, in words that are printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from measurand.message import say

State = Literal["passed", "failed", "not checked"]


@dataclass(frozen=True)
class Check:
    """``needed``: while it is not checked, nobody may say that everything was."""

    name: str
    state: State
    text: str
    needed: bool = True


def passed(name: str, key: str, /, **fields: str) -> Check:
    """A check that passed, with the sentence of ``key``."""
    return Check(name, "passed", say(key, "en", **fields))


def failed(name: str, key: str, /, **fields: str) -> Check:
    """A check that failed."""
    return Check(name, "failed", say(key, "en", **fields))


def unchecked(name: str, key: str, /, *, needed: bool = True, **fields: str) -> Check:
    """A check that could not be made, or that says nothing."""
    return Check(name, "not checked", say(key, "en", **fields), needed)


def exit_code(checks: Iterable[Check]) -> int:
    """1 when one failed, 3 when one that is needed could not be made, else 0."""
    several = tuple(checks)
    if any(check.state == "failed" for check in several):
        return 1
    return 3 if any(check.state == "not checked" and check.needed for check in several) else 0
