"""How much of one text is in another: measures of overlap as numbers, against one reference text or several.

A reference value is a text, or a JSON list of texts, of which the nearest counts.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence

from measurand.document.number import number
from measurand.instrument.scoring.contract import Known, Scored
from measurand.instrument.scoring.text import normalised
from measurand.message import say

LONGEST = 20_000
"""Words or characters of a text that are compared, from its begin."""
_ASCII = re.compile(r"[^a-z0-9]+")


def references(reference: str) -> list[str]:
    """The reference texts of a cell.

    >>> references('["a", "b"]'), references("[1] is the answer")
    (['a', 'b'], ['[1] is the answer'])
    """
    if reference.lstrip().startswith("["):
        try:
            found = json.loads(reference)
        except ValueError:
            return [reference]
        if isinstance(found, list) and found and all(isinstance(one, str) for one in found):
            return found
    return [reference]


class Overlap:
    """The largest value over the references of a function of two lists of words."""

    version = 1

    def __init__(
        self, words: Callable[[str], list[str]], value: Callable[[list[str], list[str]], float], known: Sequence[Known]
    ) -> None:
        self._words, self._value, self.known = words, value, known

    def score(self, text: str, reference: str) -> Scored:
        """A number from 0 to 1."""
        said = self._words(text)[:LONGEST]
        return Scored(number(max(self._value(said, self._words(one)[:LONGEST]) for one in references(reference))))


class Errors:
    """Edits from the nearest reference to the text (insertions, deletions, substitutions), per unit of the reference.

    The value is the number of edits, the exposure the number of units of that reference: measured as a ``rate``, the
    corpus' error rate.
    """

    version = 1

    def __init__(self, units: Callable[[str], list[str]], known: Sequence[Known]) -> None:
        self._units, self.known = units, known

    def score(self, text: str, reference: str) -> Scored:
        """A reference without units cannot be scored."""
        said = self._units(text)[:LONGEST]
        held = [units for one in references(reference) if (units := self._units(one)[:LONGEST])]
        if not held:
            return Scored(reason=say("scoring.empty_reference"))
        pairs = [(distance(one, said), len(one)) for one in held]
        edits, count = min(pairs, key=lambda pair: pair[0] / pair[1])
        return Scored(str(edits), exposure=str(count))


def token_f1() -> Overlap:
    """SQuAD F1: ``2 P R / (P + R)`` of the words that both hold, after ``normalised`` (Rajpurkar 2016)."""
    known = (
        Known("The Eiffel tower", "eiffel Tower!", "1"),
        Known("in Paris", "Paris", number(2 / 3)),
        Known("Rome", "Paris", "0"),
        Known("b", '["a", "b c"]', number(2 / 3)),
    )
    return Overlap(lambda text: normalised(text).split(), f1_of_bags, known)


def rouge_l() -> Overlap:
    """ROUGE-L: ``2 P R / (P + R)`` of the longest common subsequence (Lin 2004), words as ``rouge-score`` 0.1.2 takes
    them without stemming: lower case, letters a to z and digits."""
    known = (
        Known("police kill the gunman", "police killed the gunman", number(0.75)),
        Known("the gunman kill police", "police killed the gunman", number(0.5)),
        Known("", "police", "0"),
    )
    return Overlap(ascii_words, f1_of_order, known)


def word_errors() -> Errors:
    """Word error rate: words are what white space parts."""
    known = (
        Known("the cat sat", "the cat sat", "0"),
        Known("the bat sat down", "the cat sat", "2"),
        Known("a", "", ""),
    )
    return Errors(str.split, known)


def character_errors() -> Errors:
    """Character error rate: characters after white space at both ends is taken off."""
    return Errors(lambda text: list(text.strip()), (Known("kitten", "sitting", "3"), Known(" ab ", "ab", "0")))


def ascii_words(text: str) -> list[str]:
    """Words of letters a to z and digits, in lower case."""
    return _ASCII.sub(" ", text.lower()).split()


def f1_of_bags(said: list[str], held: list[str]) -> float:
    """F1 of two bags of words; two empty ones are equal.

    >>> f1_of_bags(["a", "b"], ["b"])
    0.6666666666666666
    """
    if not said or not held:
        return float(said == held)
    return _f1(sum((Counter(said) & Counter(held)).values()), len(said), len(held))


def f1_of_order(said: list[str], held: list[str]) -> float:
    """F1 of the longest common subsequence."""
    return _f1(common(said, held), len(said), len(held)) if said and held else 0.0


def _f1(shared: int, said: int, held: int) -> float:
    return 2.0 * shared / (said + held)


def _places(units: Sequence[str]) -> dict[str, int]:
    """Unit -> the bits of its places."""
    found: dict[str, int] = {}
    for i, unit in enumerate(units):
        found[unit] = found.get(unit, 0) | 1 << i
    return found


def common(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence, in bit vectors (Hyyro 2004).

    >>> common("abcbdab", "bdcaba")
    4
    """
    places, mask = _places(first), (1 << len(first)) - 1
    row = mask
    for unit in second:
        matched = row & places.get(unit, 0)
        row = (row + matched | row - matched) & mask
    return len(first) - row.bit_count()


def distance(first: Sequence[str], second: Sequence[str]) -> int:
    """Levenshtein distance, in bit vectors (Myers 1999, Hyyro 2003).

    >>> distance("kitten", "sitting"), distance("", "ab")
    (3, 2)
    """
    if not first:
        return len(second)
    places, mask, last = _places(first), (1 << len(first)) - 1, 1 << len(first) - 1
    plus, minus, score = mask, 0, len(first)
    for unit in second:
        match = places.get(unit, 0)
        down = match | minus
        across = ((match & plus) + plus ^ plus) | match
        above, below = minus | ~(across | plus) & mask, plus & across
        score += bool(above & last) - bool(below & last)
        above, below = (above << 1 | 1) & mask, below << 1 & mask
        plus, minus = below | ~(down | above) & mask, above & down
    return score
