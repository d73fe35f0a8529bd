"""An observation: what a system did with one item, under one condition, in one repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

Status = Literal["ok", "refused", "failed", "timeout", "unscored"]


@dataclass(frozen=True)
class Task:
    """What an instrument is asked to observe."""

    system: str
    item: str
    condition: Mapping[str, str]
    """Factor id -> level."""
    repeat: int
    input: Mapping[str, str] = field(default_factory=dict)
    """What is sent to the system: columns of the reference table named by ``reference.input`` / ``media``."""
    seed: int = 0
    """Seed of this task, from (procedure address, item, condition, repeat): the same in any order of execution."""
    prompt: str = ""
    """The filled prompt template, where the procedure has some."""
    media: str = ""
    """The column of ``input`` that names a file (an image, a sound) which is sent itself, where there is one."""
    settings: Mapping[str, JsonValue] = field(default_factory=dict)
    """Settings that factors give, over those of the system."""


@dataclass(frozen=True)
class Observation:
    """Identified by (system, item, condition, repeat)."""

    system: str
    item: str
    condition: Mapping[str, str]
    repeat: int
    status: Status
    output: Mapping[str, str]
    """Cells as text, by role: ``value``, ``score``, ``score:CLASS``, ``exposure``; read later by role."""
    reason: str = ""
    """Why the status is not ok."""
