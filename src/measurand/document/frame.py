"""A finding as a person reads it: what, where, the line itself, and what to do."""

from __future__ import annotations

import re
import unicodedata

from measurand.errors import Finding
from measurand.message import say

MAX_WIDTH = 100
"""Characters of the source line that are shown."""


def render_finding(finding: Finding, text: str) -> str:
    """The finding with its line of the source (UX 3.4). ``text`` is the source; "" shows no line.

    >>> found = Finding("M0203", "design.sed", "unknown key `sed`", "did you mean `seed`?", "a.toml", 1, 1)
    >>> print(render_finding(found, "sed = 1"))
    error[M0203]: unknown key `sed`
      ┌─ a.toml:1:1   in [design]
     1│ sed = 1
      │ ^^^ did you mean `seed`?
      = more: measurand explain M0203
    """
    out = [f"{say('procedure.error')}[{finding.code}]: {_visible(finding.message)}"]
    lines = text.splitlines()
    # what is missing in the file as a whole stands on no line
    somewhere = bool(finding.path) or finding.code in ("M0101", "M0102")
    shown = somewhere and 0 < finding.line <= len(lines) and bool(lines[finding.line - 1].strip())
    gutter = max(2, len(str(finding.line)))
    pad = " " * gutter
    if finding.file:
        where = ":".join([finding.file, *(str(n) for n in (finding.line, finding.column) if n)])
        out.append(f"{pad}┌─ {_visible(where)}{_inside(finding.path)}")
    hint = _visible(finding.hint)
    if shown:
        line = lines[finding.line - 1]
        cut, column = _window(line, finding.column)
        out.append(f"{finding.line:>{gutter}}│ {_visible(cut)}")
        before = "".join("\u3000" if _wide(c) else " " for c in _visible(cut[: column - 1]))
        note = hint if len(hint) <= 72 else ""
        out.append(f"{pad}│ {before}{'^' * _extent(cut, column)} {note}".rstrip())
        hint = "" if note else hint
    if hint:
        out.append(f"{pad}= {say('procedure.help')}: {hint}")
    out.append(f"{pad}= {say('procedure.more')}: measurand explain {finding.code}")
    return "\n".join(out)


def _inside(path: str) -> str:
    """The table of a path, as ``   in [[requirement]] no. 1``."""
    parts = path.split(".")
    numbers = [n for n, part in enumerate(parts) if part.isdigit()]
    if numbers and numbers[0] > 0:
        n = numbers[0]
        words = say("procedure.number_of", table=".".join(parts[:n]), number=int(parts[n]) + 1)
    elif len(parts) > 1:
        words = f"[{parts[0]}]"
    else:
        return ""
    return f"   {say('procedure.in')} {_visible(words)}"


def _window(line: str, column: int) -> tuple[str, int]:
    """The part of a long line around a column, and the column in it."""
    start = max(0, column - 1 - MAX_WIDTH // 2) if column > MAX_WIDTH - 20 else 0
    return line[start : start + MAX_WIDTH], column - start


def _extent(line: str, column: int) -> int:
    """How far the thing at a column goes: a string, a name or a number."""
    rest = line[column - 1 :]
    found = re.match(r"\[\[?[^\]]*\]\]?|\"(?:[^\"\\]|\\.)*\"|'[^']*'|[\w.+-]+", rest)
    return max(1, sum(2 if _wide(c) else 1 for c in (found[0] if found else "")))


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


def _visible(text: str) -> str:
    """Text without control characters: a file must not be able to move the cursor."""
    return "".join(
        c if unicodedata.category(c) not in ("Cc", "Cf", "Cs") else " " if c == "\t" else "\ufffd" for c in text
    )
