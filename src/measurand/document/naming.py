"""Names that look like other names: invisible characters, turned writing direction, letters that pose as Latin ones."""

from __future__ import annotations

import re
import unicodedata

from measurand.message import say

_WORD = re.compile(r"\w+")
POSING = frozenset("аеорсухѕіјԁһӏԛԝАВЕЅІЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧονϲօսհոցᎪᎬᏴᎻ")
"""Cyrillic, Greek, Armenian and Cherokee letters that are drawn like Latin ones (from the confusables of Unicode
Technical Standard 39)."""


def disguise(name: str) -> str:
    """What makes a name look like another one; empty when nothing does.

    >>> disguise("Laboratory 7")
    ''
    >>> disguise("Labor\\u0430tory 7")
    'the letter U+0430 (CYRILLIC SMALL LETTER A) stands among Latin letters'
    """
    for character in name:
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
            return say("name.unseen", code=f"U+{ord(character):04X}")
    for word in _WORD.findall(name):
        posing = next((letter for letter in word if letter in POSING), "")
        if posing and any(unicodedata.name(letter, "").startswith("LATIN ") for letter in word):
            return say("name.posing", code=f"U+{ord(posing):04X}", letter=unicodedata.name(posing))
    return ""
