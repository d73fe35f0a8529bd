"""Writes src/measurand/message/codes.json: sentences that are said under a code that their keys do not begin with.

python tools/write_codes.py
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src" / "measurand"
CODES = SOURCE / "message" / "codes.json"


def codes() -> dict[str, list[str]]:
    """Code -> keys of its sentences, read from every ``Finding("M....", path, message, ...)`` of the package; none for
    a code under which the sentence of another finding is passed on (``replace(finding, code="M....")``)."""
    found: dict[str, set[str]] = {}
    for file in sorted(SOURCE.rglob("*.py")):
        for function in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "replace":
                        passed_on = [
                            k.value.value
                            for k in node.keywords
                            if k.arg == "code" and isinstance(k.value, ast.Constant)
                        ]
                        found |= {str(code): found.get(str(code), set()) for code in passed_on}
                for code, key in _said(function):
                    if not key.startswith(f"{code}."):
                        found.setdefault(code, set()).add(key)
    return {code: sorted(keys) for code, keys in sorted(found.items())}


def written() -> str:
    """The text of the file."""
    return json.dumps(codes(), indent=1) + "\n"


def _said(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(function):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding"):
            continue
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        code = node.args[0] if node.args else named.get("code")
        message = node.args[2] if len(node.args) > 2 else named.get("message")
        if isinstance(code, ast.Constant) and isinstance(code.value, str) and message is not None:
            several = assigned.get(message.id, []) if isinstance(message, ast.Name) else [message]
            yield from ((code.value, key) for one in several for key in _keys(one, assigned))


def _keys(message: ast.expr, assigned: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Keys in a call of ``say``: written there, or the texts that a name was given."""
    for call in ast.walk(message):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "say" and call.args:
            first = call.args[0]
            places = assigned.get(first.id, []) if isinstance(first, ast.Name) else [first]
            for place in places:
                for node in ast.walk(place):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value[:1] == "M":
                        yield node.value


if __name__ == "__main__":
    CODES.write_text(written(), encoding="utf-8")
