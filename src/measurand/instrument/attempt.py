"""One request to a system: an observation, or a fault that says whether and when to ask again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from measurand.document.observation import Observation, Status, Task


@dataclass(frozen=True)
class Fault:
    """Why a request brought no observation. It says nothing about the system's performance."""

    kind: str
    """Short and the same for alike faults, for counting: ``http 500``, ``timeout``, ``not json``."""
    reason: str
    status: Status = "failed"
    """Of the observation, when nothing better ever comes."""
    permanent: bool = False
    """The same request will most likely bring the same fault."""
    wait: float = 0.0
    """Seconds that the other end asks to wait."""
    stops: bool = False
    """No request can succeed (credentials, address): the run must not go on."""


@runtime_checkable
class Asking(Protocol):
    """An instrument of which many requests are under way at once."""

    def identity(self) -> Mapping[str, str]:
        """What the observations depend on: digests, versions, settings. Never the clock or the host."""
        ...

    async def ask(self, task: Task) -> Observation | Fault:
        """One request, never repeated here. Raises RunError where the run cannot go on."""
        ...

    async def close(self) -> None:
        """Give back what the instrument holds."""
        ...


def given_up(task: Task, fault: Fault, *, requests: int) -> Observation:
    """The observation of a task that never got an answer: a technical failure, which the procedure counts by status."""
    return Observation(
        system=task.system,
        item=task.item,
        condition=dict(task.condition),
        repeat=task.repeat,
        status=fault.status,
        output={},
        reason=f"{fault.kind} after {requests} requests",
    )
