"""Answers that are compared as text: character for character, or after what does not matter was taken off."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from measurand.instrument.scoring.contract import Known, Scored, outcome

_ARTICLES = re.compile(r"\b(a|an|the)\b")


class Exact:
    """Right when the text is the reference value, white space at both ends aside."""

    version = 1
    known: Sequence[Known] = (
        Known(" Paris\n", "Paris", "1"),
        Known("paris", "Paris", "0"),
        Known("It is Paris", "Paris", "0"),
        Known("caf\u00e9", "cafe\u0301", "1"),
        Known("", "Paris", "0"),
    )

    def score(self, text: str, reference: str) -> Scored:
        """Compared after Unicode normalisation (NFC)."""
        return outcome(_plain(text) == _plain(reference))


class Normalised:
    """Right when both are equal without case, punctuation, English articles and repeated white space.

    Source: the normalisation of SQuAD's evaluation (Rajpurkar et al. 2016), with Unicode's punctuation.
    """

    version = 1
    known: Sequence[Known] = (
        Known("The  Eiffel Tower.", "eiffel tower", "1"),
        Known("An apple", "the apple!", "1"),
        Known("Theodore", "odore", "0"),
        Known("3.5", "35", "0"),
        Known("twenty-one", "twenty one", "1"),
        Known("STRASSE", "stra\u00dfe", "1"),
    )

    def score(self, text: str, reference: str) -> Scored:
        """Compared after ``normalised``."""
        return outcome(normalised(text) == normalised(reference))


def normalised(text: str) -> str:
    """Without case, punctuation, articles and repeated spaces; a point or comma between digits stays.

    >>> normalised("The  Eiffel-Tower, in 1,889.5!")
    'eiffel tower in 1,889.5'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    inside = re.sub(r"(?<=\d)[.,](?=\d)", lambda found: chr(0xE000 + ord(found.group())), folded)
    bare = "".join(" " if unicodedata.category(c)[0] == "P" else c for c in inside)
    words = _ARTICLES.sub(" ", bare).split()
    return "".join(chr(ord(c) - 0xE000) if 0xE000 <= ord(c) < 0xE080 else c for c in " ".join(words))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
