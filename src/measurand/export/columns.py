"""Text in columns of a terminal, where wide characters take two."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from measurand.export.plain import columns_of, visible

REPLACED = str.maketrans(
    {
        "±": "+-",
        "−": "-",
        "∞": "inf",
        "ν": "df",
        "·": ".",
        "≥": ">=",
        "≤": "<=",
        "×": "x",
        "–": "-",
        "…": "~",
        "’": "'",
    }
)
"""What ASCII output writes instead; any other character outside of ASCII becomes ``?``."""


def to_ascii(text: str) -> str:
    """The text for a terminal that cannot show Unicode.

    >>> to_ascii("0.90 ± 0.02 …被")
    '0.90 +- 0.02 ~?'
    """
    return text.translate(REPLACED).encode("ascii", "replace").decode("ascii")


def broken(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns; wide characters count two."""
    if columns_of(text) == len(text):
        return textwrap.wrap(text, width) or [""]
    lines, line = [], ""
    for word in text.split(" "):
        trial = f"{line} {word}" if line else word
        if columns_of(trial) <= width:
            line = trial
            continue
        if line:
            lines.append(line)
        line = word
        while columns_of(line) > width:
            head = cut(line, width, ellipsis="")
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line]


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """The text, cut to ``width`` columns."""
    if columns_of(text) <= width:
        return text
    kept, used = "", columns_of(ellipsis)
    for c in text:
        used += columns_of(c)
        if used > width:
            break
        kept += c
    return kept + ellipsis


def told_apart(names: Iterable[str], width: int) -> list[str]:
    """The names in exactly ``width`` columns each; those that would be alike are cut in the middle.

    >>> told_apart(["laboratory 1", "laboratory 2"], 9)
    ['labor…y 1', 'labor…y 2']
    """
    known = [" ".join(visible(name).split()) for name in names]
    short = [fit(name, width) for name in known]
    alike = {s for s in short if short.count(s) > 1}
    return [fit(_middle(name, width), width) if s in alike else s for name, s in zip(known, short, strict=True)]


def _middle(text: str, width: int) -> str:
    """The text without its middle."""
    end = ""
    for c in reversed(text):
        if columns_of(c + end) > width // 3:
            break
        end = c + end
    return text if columns_of(text) <= width else cut(text, width - columns_of(end)) + end


def fit(text: str, width: int) -> str:
    """The text in exactly ``width`` columns."""
    kept = cut(visible(text), width)
    return kept + " " * (width - columns_of(kept))
