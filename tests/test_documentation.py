"""The procedure files in the documentation load, its code compiles, and its links lead somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from measurand.document.loading import load

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])


def blocks(language: str) -> list[tuple[str, str]]:
    """Fenced blocks of a language in all pages, with where they stand."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            found.append((f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}", match[1]))
    return found


@pytest.mark.parametrize(("where", "text"), blocks("toml"), ids=lambda value: value.split("\n")[0])
def test_toml_parses_and_whole_files_load(where: str, text: str) -> None:
    assert tomllib.loads(text)
    if "schema" in tomllib.loads(text):
        load(text.encode(), where)


@pytest.mark.parametrize(("where", "text"), blocks("python"), ids=lambda value: value.split("\n")[0])
def test_python_compiles(where: str, text: str) -> None:
    compile(text, where, "exec")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [page.parent / target for target in targets if "://" not in target]
    missing = [str(path.relative_to(ROOT)) for path in local if not path.exists()]
    assert missing == []
