"""What a judge's reply says: the last of the agreed words in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from measurand.instrument.scoring.contract import Known, Scored
from measurand.message import say


class Verdict:
    """``values``: word -> its value as a number in text; ``after``: the mark behind whose last place the word stands.

    >>> Verdict({"RIGHT": "1", "WRONG": "0"}).score("Not WRONG at all: RIGHT.", "").value
    '1'
    """

    version = 1

    def __init__(self, values: Mapping[str, str], after: str | None = None) -> None:
        self.after = after
        self._any_case = len({word.lower() for word in values}) == len(values)
        self._worth = {self._folded(word): value for word, value in values.items()}
        longest = sorted(map(re.escape, values), key=len, reverse=True)
        flags = re.IGNORECASE if self._any_case else 0
        self._places = re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", flags)
        mark = f"{after} " if after else ""
        words = list(values)
        alone = [Known(f"{mark}{word}", "", values[word]) for word in words]
        both = [Known(f"{mark}{words[0]} ... {mark}{word}.", "", values[word]) for word in words[1:]]
        self.known: Sequence[Known] = (*alone, *both, Known(mark, "", ""))
        """Replies with each word alone, with another word before it, and without any."""

    def score(self, text: str, reference: str) -> Scored:
        """The value of the last word behind the last mark; without regard to case where no two words differ by it."""
        if self.after is not None:
            _, mark, text = text.rpartition(self.after)
            if not mark:
                return Scored(reason=say("scoring.no_mark", mark=repr(self.after)))
        found = self._places.findall(text)
        return Scored(self._worth[self._folded(found[-1])]) if found else Scored(reason=say("judge.no_word"))

    def _folded(self, word: str) -> str:
        return word.lower() if self._any_case else word
