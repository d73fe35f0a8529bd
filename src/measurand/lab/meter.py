"""What observing takes: seconds and energy of the tasks that are handed over together, shared equally among them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from measurand.document.observation import Observation, Task
from measurand.instrument.contract import Instrument
from measurand.instrument.energy import Counter, Reading, UnknownEnergyError, joules, reading
from measurand.instrument.fault import stopped
from measurand.lab.asking import with_seconds


@dataclass(frozen=True)
class Meter:
    """What is kept with each answer beside what the system gave."""

    timed: bool = False
    counters: Sequence[Counter] = ()
    """Of energy; none: it is not measured."""

    def observed(self, instrument: Instrument, tasks: Sequence[Task]) -> list[Observation]:
        """The observations of tasks, with ``seconds`` and ``energy`` (in J). Raises RunError: a counter is gone.

        Where a counter may have begun anew twice meanwhile, the energy is not known and no answer holds one.
        """
        began = time.monotonic()
        before = self._read()
        answers = list(instrument.observe(tasks))
        after = self._read()
        if self.timed:
            answers = [with_seconds(one, (time.monotonic() - began) / len(answers)) for one in answers]
        if not self.counters:
            return answers
        try:
            taken = joules(before, after, self.counters)
        except UnknownEnergyError:
            return answers
        return [replace(one, output={**one.output, "energy": f"{taken / len(answers):.9f}"}) for one in answers]

    def _read(self) -> Reading:
        try:
            return reading(self.counters)
        except (OSError, ValueError) as error:
            raise stopped("M0634.lost", reason=str(error)) from None


PLAIN = Meter()
"""Keeps nothing beside the answers."""
