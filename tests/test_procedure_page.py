"""docs/procedure.md names every key that a procedure file may have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from measurand.document.keys import TABLES

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "procedure.md").read_text(encoding="utf-8")
NAMED = {word for code in re.findall(r"`([^`\n]+)`", PAGE) for word in re.findall(r"\w+", code)}
SERVED, LATER = PAGE.split("## Not served yet")


@pytest.mark.parametrize(("table", "key"), [(table, key) for table, keys in TABLES.items() for key in keys])
def test_key_is_on_the_page(table: str, key: str) -> None:
    assert key in NAMED
    if TABLES[table][key].later:
        assert re.search(rf"`[^`]*\b{key}\b[^`]*`", LATER), f"{key} is not listed as not served yet"
