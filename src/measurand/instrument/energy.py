"""Energy that the processors of this machine take, where it reports it: the counters of Linux's powercap (RAPL).

The counters are those of whole processor packages: what else runs there, and what an idle package takes, is in them.
Linux kernel, ``Documentation/power/powercap/powercap.rst``: ``energy_uj`` in microjoules, which begins again at 0 after
``max_energy_range_uj``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measurand.errors import ProcedureError
from measurand.instrument.fault import fault

FOLDER = Path("/sys/class/powercap")
MOST_WATTS = 1000.0
"""More than a package takes: within the time in which this would fill a counter, it cannot have begun anew twice."""


class UnknownEnergyError(Exception):
    """The counters do not say what was taken between two moments."""


@dataclass(frozen=True)
class Counter:
    """The counter of one processor package."""

    name: str
    file: Path
    largest: int
    """In microjoules; then it begins again at 0."""


@dataclass(frozen=True)
class Reading:
    """What the counters say at one moment."""

    seconds: float
    """Of a clock that never goes back."""
    microjoules: tuple[int, ...]


def counters(folder: Path) -> tuple[Counter, ...]:
    """The counters of all processor packages under ``folder``.

    Raises ProcedureError: there is none, or one cannot be read (Linux lets only root read them, as a rule).
    """
    found = []
    for domain in sorted(folder.glob("intel-rapl:*")):  # processors of AMD as well
        try:
            name = (domain / "name").read_text(encoding="ascii").strip()
            if not name.startswith("package-"):
                continue  # parts of a package, memory, or the whole board
            largest = int((domain / "max_energy_range_uj").read_text(encoding="ascii"))
            one = Counter(name, domain / "energy_uj", largest)
            _microjoules(one)
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise ProcedureError(
                fault("M0634.unreadable", file=str(domain), hint="M0634.unreadable_hint", reason=reason)
            ) from None
        found.append(one)
    if not found:
        raise ProcedureError(fault("M0634.absent", file=str(folder), hint="M0634.absent_hint"))
    return tuple(found)


def reading(several: Sequence[Counter]) -> Reading:
    """What the counters say now. Raises OSError, ValueError."""
    return Reading(time.monotonic(), tuple(map(_microjoules, several)))


def joules(before: Reading, after: Reading, several: Sequence[Counter]) -> float:
    """The energy between two readings, over all packages.

    Raises UnknownEnergyError where a counter may have begun anew more than once.
    """
    total = 0
    for first, last, one in zip(before.microjoules, after.microjoules, several, strict=True):
        if (after.seconds - before.seconds) * MOST_WATTS * 1e6 >= one.largest:
            raise UnknownEnergyError(one.name)
        total += last - first if last >= first else last - first + one.largest
    return total / 1e6


def _microjoules(one: Counter) -> int:
    return int(one.file.read_text(encoding="ascii"))
