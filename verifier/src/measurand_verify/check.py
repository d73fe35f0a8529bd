"""One check, and what several of them amount to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["passed", "failed", "not checked"]


class RefusedError(Exception):
    """The bytes are not what the format allows; the text says why."""


class NotACertificateError(Exception):
    """The file was never a certificate, or cannot be read."""


@dataclass(frozen=True)
class Check:
    """``needed``: while it is not checked, the exit code is 3."""

    name: str
    state: State
    text: str
    needed: bool = True


def passed(name: str, text: str) -> Check:
    """A check that passed."""
    return Check(name, "passed", text)


def failed(name: str, text: str) -> Check:
    """A check that failed."""
    return Check(name, "failed", text)


def unchecked(name: str, text: str, *, needed: bool = True) -> Check:
    """A check that could not be made."""
    return Check(name, "not checked", text, needed)


def exit_code(checks: Iterable[Check]) -> int:
    """1 when one failed, 3 when one that is needed was not checked, else 0."""
    several = tuple(checks)
    if any(check.state == "failed" for check in several):
        return 1
    return 3 if any(check.state == "not checked" and check.needed for check in several) else 0
