"""XML from elsewhere as a tree of elements that know their line; nothing outside of the bytes is ever read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.parsers import expat

from measurand.instrument.fault import refusal

MOST_BYTES = 64 * 1024**2
DEEPEST = 100
"""Nesting of elements."""
_DECLARED = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_BETWEEN = "\x1f"
"""Stands between the namespace and the name of an element; XML can hold it nowhere."""


@dataclass(frozen=True)
class Element:
    """An element: namespace, name, the line of its start tag, its own text without what is around it, its children."""

    space: str
    name: str
    line: int
    text: str
    children: tuple[Element, ...]


def xml_tree(data: bytes, file: str) -> Element:
    """The root of an XML document in UTF-8.

    A document type or an entity declaration is refused before anything is parsed: entities are the way in which a file
    makes its reader open other files or grow without end. Raises TableError (M0880): larger than 64 MiB, not UTF-8, a
    document type, not well-formed, nested deeper than 100.
    """
    if len(data) > MOST_BYTES:
        raise refusal("M0880.large", file=file, limit=MOST_BYTES // 1024**2)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refusal("M0880.encoding", file=file, row=line, byte=error.start + 1) from None
    declared = _DECLARED.search(text)
    if declared:
        line = text.count("\n", 0, declared.start()) + 1
        raise refusal("M0880.declared", file=file, row=line, hint="M0880.declared_hint", word=declared[0])
    building = _Building(file)
    try:
        building.parser.Parse(text, True)
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        raise refusal("M0880.xml", file=file, row=error.lineno, hint="M0880.hint", reason=reason) from None
    return building.made[0]


class _Building:
    """Elements that are open, and those that are made at each depth."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.open: list[tuple[str, int, list[str]]] = []
        self.levels: list[list[Element]] = [[]]
        self.parser = expat.ParserCreate(encoding="utf-8", namespace_separator=_BETWEEN)
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    @property
    def made(self) -> Sequence[Element]:
        return self.levels[0]

    def start(self, name: str, attributes: object) -> None:
        line = self.parser.CurrentLineNumber
        if len(self.open) >= DEEPEST:
            raise refusal("M0880.deep", file=self.file, row=line, limit=DEEPEST)
        self.open.append((name, line, []))
        self.levels.append([])

    def end(self, name: str) -> None:
        _, line, texts = self.open.pop()
        space, _, local = name.rpartition(_BETWEEN)
        children = tuple(self.levels.pop())
        self.levels[-1].append(Element(space, local, line, "".join(texts).strip(), children))

    def characters(self, text: str) -> None:
        if self.open:
            self.open[-1][2].append(text)
