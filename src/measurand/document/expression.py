"""Measurement models as text: parsed to a tree of plain tuples, never executed.

A tree is ``("number", text)``, ``("name", name)``, ``("neg", a)``, ``(operator, a, b)`` with ``+ - * / **``, or
``(function, a)`` with ``exp log sqrt abs``.
"""

from __future__ import annotations

import ast
from typing import Any

from measurand.document.number import number
from measurand.errors import Finding, ProcedureError
from measurand.message import say

Tree = tuple[Any, ...]

FUNCTIONS = ("exp", "log", "sqrt", "abs")
RESERVED = (*FUNCTIONS, "value")
"""Names that no input and no measurand may have: ``value`` is the value of the quantity of the same measurand."""

MAX_LENGTH = 2000
MAX_DEPTH = 60

_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}


def parse(text: str) -> Tree:
    """The tree of an expression. Raises ProcedureError (M0308) with the column in the text.

    >>> parse("sens / (1 - spec)")
    ('/', ('name', 'sens'), ('-', ('number', '1'), ('name', 'spec')))
    """
    if len(text) > MAX_LENGTH:
        raise _error("M0308.too_long", 1, limit=MAX_LENGTH)
    if not text.strip() or "\n" in text or "\r" in text:
        raise _error("M0308.one_line", 1)
    margin = len(text) - len(text.lstrip())
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as problem:
        raise _error("M0308.syntax", margin + max(1, problem.offset or 1)) from None
    except (RecursionError, MemoryError):
        raise _error("M0308.too_deep", 1, limit=MAX_DEPTH) from None
    except ValueError:
        raise _error("M0308.syntax", 1) from None
    return _tree(body, text.strip(), margin, 0)


def names(tree: Tree) -> tuple[str, ...]:
    """The names in a tree, each once, in order of appearance.

    >>> names(parse("a * exp(b) - a"))
    ('a', 'b')
    """
    found: dict[str, None] = {}
    stack = [tree]
    while stack:
        node = stack.pop()
        if node[0] == "name":
            found[node[1]] = None
        elif node[0] != "number":
            stack.extend(reversed(node[1:]))
    return tuple(found)


def column_of(text: str, name: str) -> int:
    """Column (from 1) of the first use of a name in an expression that parses."""
    margin = len(text) - len(text.lstrip())
    found = [n for n in ast.walk(ast.parse(text.strip(), mode="eval")) if isinstance(n, ast.Name) and n.id == name]
    return margin + 1 + min((n.col_offset for n in found), default=0)


def _tree(node: ast.expr, text: str, margin: int, depth: int) -> Tree:
    column = margin + node.col_offset + 1
    if depth > MAX_DEPTH:
        raise _error("M0308.too_deep", column, limit=MAX_DEPTH)
    match node:
        case ast.Constant(value=int() | float() as x) if not isinstance(x, bool):
            return ("number", _number(x, column))
        case ast.Name(id=name):
            if name in FUNCTIONS:
                raise _error("M0308.function", column, name=name)
            return ("name", name)
        case ast.UnaryOp(op=ast.USub(), operand=a):
            return ("neg", _tree(a, text, margin, depth + 1))
        case ast.UnaryOp(op=ast.UAdd(), operand=a):
            return _tree(a, text, margin, depth + 1)
        case ast.BinOp(left=a, op=op, right=b) if type(op) in _OPERATORS:
            return (_OPERATORS[type(op)], _tree(a, text, margin, depth + 1), _tree(b, text, margin, depth + 1))
        case ast.Call(func=ast.Name(id=name), args=[a], keywords=[]) if name in FUNCTIONS:
            return (name, _tree(a, text, margin, depth + 1))
    raise _error("M0308.not_served", column, piece=ast.get_source_segment(text, node) or type(node).__name__)


def _number(x: int | float, column: int) -> str:
    try:
        text = number(x)
    except (OverflowError, ValueError):
        text = "infinite"
    if text == "infinite":
        raise _error("M0308.number", column)
    return text


def _error(key: str, column: int, **fields: object) -> ProcedureError:
    return ProcedureError(
        Finding(
            "M0308", "model", say(key, "en", **fields), say("M0308.hint", functions=", ".join(FUNCTIONS)), column=column
        )
    )
