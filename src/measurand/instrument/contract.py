"""What an instrument is: something that observes what a system does with items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, runtime_checkable

from measurand.document.observation import Observation, Task


@runtime_checkable
class Instrument(Protocol):
    """One way to obtain observations. An instrument knows nothing of how they are judged."""

    batch: int
    """Tasks that are handed over together. What a system computes may depend, in the last digit, on its neighbours in
    a batch: a resumed run repeats whole batches, so that its digits are those of an unbroken run."""

    def identity(self) -> Mapping[str, str]:
        """What the observations depend on: digests, versions, settings. Never the clock or the host."""
        ...

    def observe(self, tasks: Iterable[Task]) -> Iterator[Observation]:
        """One observation per task, in the order of the tasks. Raises RunError when observing cannot go on."""
        ...

    def close(self) -> None:
        """Give back what the instrument holds (processes, connections)."""
        ...
