"""The reference pages of the quantities are those that are written from the definitions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_pages_are_written_from_the_definitions() -> None:
    command = [sys.executable, str(ROOT / "tools" / "write_quantities.py"), "--check"]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0, "run tools/write_quantities.py"
