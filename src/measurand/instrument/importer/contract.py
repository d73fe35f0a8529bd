"""What an importer returns: the rows of a log, how many were read, kept and dropped, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from measurand.document.observation import Status

OWN = ("system", "item", "repeat", "status", "reason", "score", "output", "truth")
"""First columns of every imported table."""


@dataclass(frozen=True)
class Asked:
    """What the reader of a log was told: which of several scores, filters and systems. Empty: whichever there is."""

    metric: str = ""
    filter: str = ""
    system: str = ""


@dataclass(frozen=True)
class Row:
    """One observation of a log, every cell as text. ``score`` is empty unless the status is ``ok``."""

    system: str
    item: str
    score: str = ""
    status: Status = "ok"
    reason: str = ""
    repeat: str = "1"
    output: str = ""
    truth: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    """Further columns: conditions, groups of items, costs."""
    log: str = ""
    """The log that it was read from, for messages; no column."""


@dataclass(frozen=True)
class Log:
    """One file that was read."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Stated:
    """A number that the log itself states of these observations, with which ours can be compared."""

    name: str
    value: float
    where: Mapping[str, str] = field(default_factory=dict)
    """Columns and cells of the rows that it is about: ``system``, ``task``."""


@dataclass(frozen=True)
class Reading:
    """All that was read."""

    tool: str
    """Name of the tool, and its version as far as the log says it."""
    logs: Sequence[Log]
    rows: Sequence[Row]
    read: int
    """Records of the logs; the rows beside them are those of ``absent``."""
    about: str
    """What the items are: the names of the tasks."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Reason -> records that are no observation of what was asked for."""
    absent: int = 0
    """Rows for items that the log names and holds no sample of."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """Filter and metric as they were chosen."""
    systems: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Name of each system -> its settings."""
    conditions: Sequence[str] = ()
    """Further columns that say under which condition an observation was made."""
    groups: Sequence[str] = ()
    """Further columns whose cells say which items belong together (clusters, strata, tasks)."""
    cluster: str = ""
    """The one of them that holds observations which are not independent."""
    stated: Sequence[Stated] = ()
    remarks: Sequence[str] = ()


@dataclass(frozen=True)
class Tabled:
    """A table whose columns mean what somebody else meant by them."""

    tool: str
    logs: Sequence[Log]
    columns: Mapping[str, Sequence[str]]
    read: int
    remarks: Sequence[str] = ()


Importer = Callable[[Sequence[Path], Asked], Reading | Tabled]
"""Reads the files of one kind of log. Raises TableError."""
