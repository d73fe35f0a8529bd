"""``explain`` knows every code that a message carries, every verdict, exit code and quantity, and the glossary."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from measurand.cli.explain import code, glossary
from measurand.lab.pack import definitions
from measurand.message import sentences

ROOT = Path(__file__).parents[2]
CODES = sorted({match[0] for key in sentences() if (match := re.match(r"M\d\d(\d\d)?(?=\.)", key))})


def test_every_code(run: Any) -> None:
    unknown = [code for code in CODES if run("explain", code).code]
    assert unknown == []
    assert len(CODES) > 50


@pytest.mark.parametrize("word", ["conforming", "NON-CONFORMING", "inconclusive", "invalid", "0", "3", "130"])
def test_verdicts_and_exit_codes(run: Any, word: str) -> None:
    assert run("explain", word).out


def test_every_quantity_and_every_term(run: Any) -> None:
    words = [*definitions(), *(entry["term"] for entry in glossary())]
    assert [word for word in words if run("explain", *word.split()).code] == []


def test_the_nearest_is_named(run: Any) -> None:
    ended = run("explain", "gard band")
    assert ended.code == 2
    assert "guard band" in ended.err


def test_every_code_that_can_be_printed_is_explained() -> None:
    spec = importlib.util.spec_from_file_location("write_codes", ROOT / "tools" / "write_codes.py")
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.CODES.read_text(encoding="utf-8") == tool.written(), "run: python tools/write_codes.py"
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    printed = set(re.findall(r'(?:Finding\(|code=)\s*"(M\d{4})"', source))
    assert len(printed) > 70
    assert [name for name in sorted(printed) if not list(code(name))] == []


def test_a_family_may_have_parts_of_its_own(run):
    assert "cannot be compared" in run("explain", "M0852").out and "signature" in run("explain", "M0801").out
    assert "signature" in run("explain", "M08").out and "round" in run("explain", "M0873").out
