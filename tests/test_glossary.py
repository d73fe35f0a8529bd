"""The glossary: every term can be found, and the page is the one written from the catalogue."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def terms() -> list[dict[str, object]]:
    text = (resources.files("measurand.message") / "en" / "glossary.toml").read_text(encoding="utf-8")
    found: list[dict[str, object]] = tomllib.loads(text)["term"]
    return found


def test_terms_are_whole_and_their_names_unambiguous() -> None:
    names: list[str] = []
    for entry in terms():
        assert set(entry) - {"also"} == {"id", "term", "words", "source"}, entry["id"]
        assert all(entry.values())
        also = entry.get("also", [])
        assert isinstance(also, list)
        names += {str(name).casefold() for name in (entry["id"], entry["term"], *also)}
    assert sorted(names) == sorted(set(names))
    assert len(terms()) >= 40


def test_the_page_is_written_from_the_catalogue() -> None:
    command = [sys.executable, str(ROOT / "tools" / "write_glossary.py"), "--check"]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0
