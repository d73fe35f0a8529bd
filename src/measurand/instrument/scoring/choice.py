"""Answers of multiple choice: which of the offered letters a text names, if it names one only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from measurand.instrument.scoring.contract import Known, Scored
from measurand.message import say

_FOLLOWS = re.compile(r"\s+(?!(?:is|was|seems|because|since|as|and|or)\b)[A-Za-z]")
"""A word that goes on with the sentence, and says nothing of the letter before it."""
_NOT = re.compile(r"(?:\bnot|n't|\bnor|\bneither)\s+(?:option\s+|choice\s+)?[(\[*]{0,3}\Z", re.IGNORECASE)
_SENTENCE = re.compile(r"(?:\A|[.!?:\n])\s*\Z")


def _article(text: str, found: re.Match[str]) -> bool:
    """Whether an A at the begin of a sentence may be the article of the next word."""
    follows = _FOLLOWS.match(text, found.end())
    begin = _SENTENCE.search(text, max(0, found.start() - 30), found.start())
    return found.group(1) == "A" and begin is not None and follows is not None and text[follows.end() - 1].islower()


def _as_written(choice: str) -> str:
    """A pattern of a choice that stands alone: letters as they are, words in any case."""
    return f"(?i:{re.escape(choice)})" if len(choice) > 1 else re.escape(choice)


class Choice:
    """The class is the letter that the text names; a text that names none, or several, cannot be scored.

    It is looked for in this order: the text is a letter; after "answer is" or "answer:" (the last one); a letter in
    brackets or before a point at the begin of a line; a single letter that stands alone. A choice that is a word may
    stand alone in any case: ``Positive``. The pronoun I, an a within a
    sentence and a letter after "not" name nothing; an A that may be the article is not enough.
    """

    version = 3

    def __init__(self, choices: Sequence[str]) -> None:
        self.choices = {choice.upper(): choice for choice in choices}
        one = "(?:" + "|".join(re.escape(choice) for choice in sorted(choices, key=len, reverse=True)) + ")"
        bare = "|".join(_as_written(choice) for choice in sorted(choices, key=len, reverse=True))
        mark = r"[*_`\"'$\\]{0,4}"
        letter = rf"{mark}[(\[{{]?{mark}({one}){mark}[)\]}}]?{mark}"
        end = r"(?![A-Za-z0-9])"
        self._whole = re.compile(rf"\s*{letter}[.:]?\s*", re.IGNORECASE)
        self._said = re.compile(
            rf"(?:answer|choice|option)(?: is|:| would be|\s*=)\s{{0,3}}(?:option )?{letter}{end}", re.IGNORECASE
        )
        self._listed = re.compile(rf"^\s{{0,8}}(?:{mark}[(\[]({one})[)\]]|{mark}({one})[.):])", re.MULTILINE)
        self._more = re.compile(rf"\s*(?:,|/|&|,? ?\b(?:or|and)\b)\s{{0,3}}(?i:option )?{letter}{end}")
        self._alone = re.compile(rf"(?<![A-Za-z0-9'])({bare})(?![A-Za-z0-9'])")
        first, second = choices[0], choices[-1]
        self.known: Sequence[Known] = (
            Known(first, "", first),
            Known(f" ({second}) ", "", second),
            Known(f"I think the answer is **{second}**.", "", second),
            Known(f"The answer is {first}. It is not {second}.", "", first),
            Known("I do not know.", "", ""),
            Known(f"Either {first} or {second}", "", "" if first != second else first),
            Known("", "", ""),
            *(Known(f"So: {word.capitalize()}.", "", word) for word in choices if len(word) > 1 and word.isalpha()),
        )

    def score(self, text: str, reference: str) -> Scored:
        """The letter as the choices have it; the reference value is not looked at."""
        whole = self._whole.fullmatch(text)
        if whole:
            return self._found({whole.group(1)})
        said = [found for found in self._said.finditer(text) if not self._spoken(text, found)]
        if said:
            return self._found(self._series(text, said[-1]))  # who corrects himself says it last
        listed = {found.group(1) or found.group(2) for found in self._listed.finditer(text)}
        if len(listed) == 1:
            return self._found(listed)
        alone = [found for found in self._alone.finditer(text) if not self._spoken(text, found)]
        alone = [found for found in alone if not _NOT.search(text, max(0, found.start() - 30), found.start())]
        if all(_article(text, found) for found in alone):
            return self._found(set())
        return self._found({found.group(1) for found in alone})

    def _series(self, text: str, found: re.Match[str]) -> set[str]:
        """The letter that was said, and those that follow it: "A or B", "A, B and C"."""
        letters, next_one = {found.group(1)}, self._more.match(text, found.end())
        while next_one is not None and not self._spoken(text, next_one):
            letters.add(next_one.group(1))
            next_one = self._more.match(text, next_one.end())
        return letters

    def _spoken(self, text: str, found: re.Match[str]) -> bool:
        """Whether the letter is a word of its sentence: "the answer is a bit unclear", "I think"."""
        word, begin = found.group(1), found.start(1)
        bare = found.end() == found.end(1) and text[max(0, begin - 1) : begin] in ("", " ", "\n")
        if not bare or _FOLLOWS.match(text, found.end()) is None:
            return False
        return word == "I" or (word == "a" and "a" not in self.choices.values())

    def _found(self, several: set[str]) -> Scored:
        letters = {one.upper() for one in several}
        if len(letters) == 1:
            return Scored(self.choices[letters.pop()])
        return Scored(
            reason=say("scoring.several" if letters else "scoring.no_choice", found=", ".join(sorted(letters)))
        )
