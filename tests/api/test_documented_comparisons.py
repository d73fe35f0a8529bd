"""The examples of the sections on comparing and on the calibration line, run; their digits stand beside them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "python.md").read_text(encoding="utf-8")
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


def test_documented_digits() -> None:
    held: dict[str, object] = {}
    compared = 0
    for block in re.findall(r"^```python\n(.*?)^```", PAGE.split("## Comparing")[1], re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            code, _, comment = line.partition("  # ")
            if not code or not isinstance(ast.parse(code).body[0], ast.Expr):
                exec(code, held)
                continue
            got = repr(eval(code, held))
            if "[" in comment and "]" in comment and "p = " in comment:
                assert got.startswith(comment.split(" (...)")[0]), (line, got)
            elif comment and comment[0] in "-0123456789[(":
                stated = [float(n) for n in NUMBERS.findall(comment.partition(":")[0])]
                found = [float(n) for n in NUMBERS.findall(got)][: len(stated)]
                assert len(found) <= len(stated) and all(
                    abs(a - b) < 6e-3 for a, b in zip(found, stated, strict=False)
                ), line
            compared += bool(comment)
    assert compared >= 12
