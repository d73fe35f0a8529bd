"""JSON that has one reading only, and names that look like other names."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.document.naming import disguise
from measurand.document.strict import strict

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_json_says(value):
    assert strict(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ('{"a": {"b": 1, "c": 2, "b": 3}}', "'b' stands twice"),
        ('{"\\u0061": 1, "a": 2}', "'a' stands twice"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": -Infinity}', "-Infinity is no number"),
        ('{"a": 9007199254740993}', "beyond 2^53"),
        ('{"a": ' + "1" * 5000 + "}", "beyond 2^53"),
        ('{"a": 1,}', "not JSON"),
        ("", "not JSON"),
        ("[" * 101 + "]" * 101, "deeper than 100"),
        ('{"a":' * 101 + "1" + "}" * 101, "deeper than 100"),
    ],
)
def test_every_other_reading_is_refused(text, said):
    with pytest.raises(ValueError, match="(?s)" + said.replace("^", r"\^")):
        strict(text.encode())


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'{"a":' * 100_000, b'"' * 100_001, b'"\\' * 100_000, b"[]" * 100_000]
)
def test_hostile_bytes_end_soon(data):
    with pytest.raises(ValueError, match=r"."):
        strict(data)


def test_not_text():
    with pytest.raises(ValueError, match="not UTF-8"):
        strict(b'{"a": "\xff"}')


def test_brackets_inside_text_are_not_nesting():
    assert strict(json.dumps({"a": "[" * 500 + '"\\' + "{" * 500}).encode())["a"].startswith("[[[")


@pytest.mark.parametrize(
    "name",
    [
        "Laboratory Seven",
        "PTB Berlin-Charlottenburg",
        "Лаборатория 7",
        "計量研究院",
        "α-Modell v2",
        "Δx model",
        "naïve café",
        "Ångström (µm)",
        "",
    ],
)
def test_plain_names(name):
    assert disguise(name) == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Labor\u0430tory", "U+0430"),
        ("Seven\u202etxt", "U+202E"),
        ("Se\u200bven", "U+200B"),
        ("Se\u2066ven\u2069", "U+2066"),
        ("Lab\u0000", "U+0000"),
        ("\u039fbjective", "U+039F"),
    ],
)
def test_names_that_look_like_others(name, said):
    assert said in disguise(name)
