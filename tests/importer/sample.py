"""The stored logs, and what an import of one leaves."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOGS = Path(__file__).parent / "logs"


@dataclass(frozen=True)
class Ended:
    """What a command left: exit code, output, and the files that were written."""

    code: int
    out: str
    err: str
    table: Path

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of the table."""
        with self.table.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    @property
    def record(self) -> dict[str, Any]:
        """The record of the import."""
        return dict(json.loads(self.table.with_name(f"{self.table.stem}.import.json").read_text(encoding="utf-8")))

    @property
    def procedure(self) -> Path:
        """The procedure file."""
        return self.table.with_name(f"{self.table.stem}.measure.toml")
