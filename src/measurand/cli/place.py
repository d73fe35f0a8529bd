"""Where a record lies, when its folder is given as ``.`` or as one of its files."""

from __future__ import annotations

from pathlib import Path


def existing(path: Path) -> Path:
    """The folder under its own name: a record's name holds the time of its measurement."""
    return path if path.name else path.resolve()
