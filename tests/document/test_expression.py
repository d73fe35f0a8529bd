"""Expressions: a whitelist, never executed; any text gives a tree or a finding."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.document.expression import MAX_DEPTH, column_of, names, parse
from measurand.errors import ProcedureError


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a + b*c", ("+", ("name", "a"), ("*", ("name", "b"), ("name", "c")))),
        ("-a ** 2", ("neg", ("**", ("name", "a"), ("number", "2")))),
        ("+a", ("name", "a")),
        ("exp(-x/0.50)", ("exp", ("/", ("neg", ("name", "x")), ("number", "0.5")))),
        (" value + drift ", ("+", ("name", "value"), ("name", "drift"))),
        ("1e-3", ("number", "0.001")),
    ],
)
def test_tree(text: str, tree: tuple[object, ...]) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1), ("a\nb", 1), ("a +", 1), ("a.b", 1), ("1 + a[0]", 5), ("f(x)", 1), ("exp", 1), ("exp(a, b)", 1),
        ("exp(x=1)", 1), ("lambda: 1", 1), ("a if b else c", 1), ("'a'", 1), ("True", 1), ("1j", 1), ("a and b", 1),
        ("a == b", 1), ("a % b", 1), ("a // b", 1), ("~a", 1), ("[a]", 1), ("1e999", 1), ("(" * 300 + ")" * 300, 1),
        ("-" * 500 + "a", 60), ("a" * 3000, 1), ("a; b", 2), ("__import__('os')", 1), ("a := 1", 3), ("\x00", 1),
        ("1" * 400, 1), ("await a", 1), ("*a", 1),
    ],
)  # fmt: skip
def test_refused(text: str, column: int) -> None:
    with pytest.raises(ProcedureError) as caught:
        parse(text)
    finding = caught.value.findings[0]
    assert finding.code == "M0308"
    assert finding.column == column or len(text) > MAX_DEPTH


def test_names_in_order_of_appearance() -> None:
    assert names(parse("b + a*(b - exp(c)) / 2")) == ("b", "a", "c")
    assert column_of(" a + bc", "bc") == 6


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab1.+-*/() exp,log='\"[]{}:%\\\n\x00é", max_size=60))
def test_any_text(text: str) -> None:
    try:
        names(parse(text))
    except ProcedureError as problem:
        assert problem.findings[0].column >= 1
