"""Who writes a journal: the lock of the system decides, and a file beside it names the process that holds it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from measurand.instrument.fault import stopped
from measurand.message import say


def claim(file: IO[bytes], path: Path) -> Path:
    """Lock an open journal for this process; the file that names the owner. Raises RunError: who writes, since when."""
    named = path.with_suffix(".owner")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise stopped("M0604.in_use", file=str(path), owner=_shown(named)) from None
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    owner = {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
    try:
        named.write_text(json.dumps(owner), encoding="utf-8")
    except OSError as error:
        raise stopped("M0609.disk", file=str(named), reason=error.strerror or str(error)) from None
    return named


def _shown(named: Path) -> str:
    try:
        found = json.loads(named.read_text(encoding="utf-8"))
        return say("run.owner", pid=str(found["pid"]), host=str(found["host"]), since=str(found["since"]))
    except (OSError, ValueError, KeyError, TypeError):  # it has the lock and has not yet said who it is
        return say("run.owner_unknown")
