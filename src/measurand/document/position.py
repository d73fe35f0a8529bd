"""Where each key and value of a TOML text stands: ``tomllib`` gives none, so the text is scanned once more.

The text has been parsed by ``tomllib`` before: the scan relies on that and only finds positions.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\r\n]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)


@dataclass(frozen=True)
class Place:
    """A stretch of text: line and column from 1, and its width on that line."""

    line: int
    column: int
    width: int


@dataclass
class Positions:
    """Places of keys (and table headers) and of values, by path; an element of an array has its number in the path."""

    key: dict[Path, Place] = field(default_factory=dict)
    value: dict[Path, Place] = field(default_factory=dict)

    def of(self, path: Path, *, value: bool = False) -> Place:
        """The place of a path, or of the nearest path above it that is known; line 0 when there is none."""
        if value and path in self.value:
            return self.value[path]
        while path and path not in self.key:
            if path in self.value:
                return self.value[path]
            path = path[:-1]
        return self.key.get(path, Place(0, 0, 0))


def positions(text: str) -> Positions:
    """Places of all keys and values of a valid TOML text.

    >>> positions('[design]\\nseed = 3').key[("design", "seed")]
    Place(line=2, column=1, width=4)
    """
    scan = _Scan(text)
    scan.document()
    return scan.found


class _Scan:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.found = text, 0, Positions()
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self.line = 0
        self.length: dict[Path, int] = {}

    def place(self, start: int, end: int) -> Place:
        while self.line + 1 < len(self.starts) and self.starts[self.line + 1] <= start:
            self.line += 1
        while self.starts[self.line] > start:
            self.line -= 1
        stop = self.starts[self.line + 1] - 1 if self.line + 1 < len(self.starts) else len(self.text)
        return Place(self.line + 1, start - self.starts[self.line] + 1, max(1, min(end, stop) - start))

    def skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def document(self) -> None:
        prefix: Path = ()
        while True:
            self.skip(_BLANK)
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                prefix = self.header()
            else:
                self.pair(prefix)

    def header(self) -> Path:
        start, array = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        names = [name for name, _, _ in self.dotted()]
        self.at += 2 if array else 1
        path: Path = ()
        for n, name in enumerate(names):
            path = (*path, name)
            if array and n == len(names) - 1:
                self.length[path] = self.length.get(path, 0) + 1
            if path in self.length:
                self.found.key.setdefault(path, self.place(start, self.at))
                path = (*path, self.length[path] - 1)
        self.found.key[path] = self.place(start, self.at)
        return path

    def dotted(self) -> list[tuple[str, int, int]]:
        names = []
        while True:
            self.skip(_SPACE)
            start = self.at
            if self.text[start] in "\"'":
                self.skip(_STRING)
                name = tomllib.loads("k = " + self.text[start : self.at])["k"]
            else:
                self.skip(_BARE)
                name = self.text[start : self.at]
            names.append((name, start, self.at))
            self.skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def pair(self, prefix: Path) -> None:
        path = prefix
        for name, start, end in self.dotted():
            path = (*path, name)
            self.found.key.setdefault(path, self.place(start, end))
        self.at += 1  # the equals sign
        self.skip(_SPACE)
        self.read(path)

    def read(self, path: Path) -> None:
        start = self.at
        if self.text[start] == "[":
            self.array(path)
        elif self.text[start] == "{":
            self.inline(path)
        elif self.text[start] in "\"'":
            self.skip(_STRING)
        else:
            self.skip(_SCALAR)
            self.at = start + len(self.text[start : self.at].rstrip())
        self.found.value[path] = self.place(start, self.at)

    def array(self, path: Path) -> None:
        self.at += 1
        n = 0
        while True:
            self.skip(_BLANK)
            if self.text[self.at] == "]":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.read((*path, n))
            n += 1

    def inline(self, path: Path) -> None:
        self.at += 1
        while True:
            self.skip(_BLANK)
            if self.text[self.at] == "}":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.pair(path)
