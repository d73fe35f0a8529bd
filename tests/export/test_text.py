"""The terminal view: 80 columns, words and shapes, nothing that steers a terminal."""

from __future__ import annotations

import doctest
import importlib
import unicodedata
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.document.certificate import Predicate
from measurand.export.drawing import ASCII, UNICODE, Alphabet, line_drawing
from measurand.export.plain import columns_of, visible
from measurand.export.text import render_results


@pytest.fixture(scope="module")
def text(sample: ModuleType, predicate: Predicate) -> str:
    return render_results(sample.record(predicate))


def test_no_line_is_longer_than_80_columns(text: str) -> None:
    assert [line for line in text.splitlines() if columns_of(line) > 80] == []


def test_ascii_view_is_ascii_and_80_columns(sample: ModuleType, predicate: Predicate) -> None:
    text = render_results(sample.record(predicate), ascii_only=True)
    assert text.isascii()
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert "0.946 +- 0.023 (k = 2.00, 95 %)" in text
    assert "o CONFORMING" in text and "# NON-CONFORMING" in text and "? INCONCLUSIVE" in text and "X INVALID" in text


def test_what_a_reader_must_find(text: str) -> None:
    for words in (
        "0.946 ± 0.023 (k = 2.00, 95 %)", "0.912 [0.885, 0.937] (95 %)", "requirement: at least 0.9", "● CONFORMING",
        "■ NON-CONFORMING", "◆ INCONCLUSIVE", "✕ INVALID", "probability of conformity > 0.9999",
        "what now   the result is",
        "8 requirements: 3 conforming, 1 non-conforming, 3 inconclusive, 1 invalid", "exit 4",
        "not evaluated: implementation", "To evaluate what is missing:",
    ):  # fmt: skip
        assert words in text


def test_colour_only_when_asked_and_never_from_a_name(sample: ModuleType, predicate: Predicate, text: str) -> None:
    assert "\x1b" not in text and "\u202e" not in text
    coloured = render_results(sample.record(predicate), colour=True)
    for code in ("\x1b[34m", "\x1b[31m", "\x1b[33m", "\x1b[35m", "\x1b[1m", "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == text


@given(st.text())
def test_visible_text_holds_no_control_character(text: str) -> None:
    assert all(c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in visible(text))


@pytest.mark.parametrize("alphabet", [UNICODE, ASCII])
@given(
    value=st.floats(0.05, 0.95), below=st.floats(0.001, 0.05), above=st.floats(0.001, 0.05), limit=st.floats(0.0, 1.0),
    guard=st.floats(-0.2, 0.2), width=st.integers(40, 100),
)  # fmt: skip
def test_drawing_has_one_mark_inside_of_its_width(
    alphabet: Alphabet, value: float, below: float, above: float, limit: float, guard: float, width: int
) -> None:
    lines = line_drawing(value, (value - below, value + above), u=below / 2, limits=((limit, limit + guard),),
                         width=width, alphabet=alphabet, mark="@")  # fmt: skip
    assert all(len(line) <= width for line in lines)
    assert len(lines[1]) == width and lines[1].count("@") == 1
    assert "limit" in "".join(lines[2:])


@pytest.mark.parametrize("name", ["plain", "drawing", "svg.writer", "svg.scale"])
def test_examples_in_docstrings(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"measurand.export.{name}")).failed == 0
