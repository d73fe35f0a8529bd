"""Answers of multiple choice: which of the offered letters a text names, if it names one only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from measurand.instrument.scoring.contract import Known, Scored
from measurand.message import say


class Choice:
    """The class is the letter that the text names; a text that names none, or several, cannot be scored.

    It is looked for in this order: the text is a letter; after "answer is" or "answer:" (the last one); a letter in
    brackets or before a point at the begin of a line; a single letter that stands alone.
    """

    version = 1

    def __init__(self, choices: Sequence[str]) -> None:
        self.choices = {choice.upper(): choice for choice in choices}
        one = "(?:" + "|".join(re.escape(choice) for choice in sorted(choices, key=len, reverse=True)) + ")"
        mark = r"[*_`\"'$\\]{0,4}"
        letter = rf"{mark}[(\[{{]?{mark}({one}){mark}[)\]}}]?{mark}"
        end = r"(?![A-Za-z0-9])"
        self._whole = re.compile(rf"\s*{letter}[.:]?\s*", re.IGNORECASE)
        self._said = re.compile(
            rf"(?:answer|choice|option)(?: is|:| would be|\s*=)\s{{0,3}}(?:option )?{letter}{end}", re.IGNORECASE
        )
        self._listed = re.compile(rf"^\s{{0,8}}(?:{mark}[(\[]({one})[)\]]|{mark}({one})[.):])", re.MULTILINE)
        self._alone = re.compile(rf"(?<![A-Za-z0-9'])({one})(?![A-Za-z0-9'])")
        first, second = choices[0], choices[-1]
        self.known: Sequence[Known] = (
            Known(first, "", first),
            Known(f" ({second}) ", "", second),
            Known(f"I think the answer is **{second}**.", "", second),
            Known(f"The answer is {first}. It is not {second}.", "", first),
            Known("I do not know.", "", ""),
            Known(f"Either {first} or {second}", "", "" if first != second else first),
            Known("", "", ""),
        )

    def score(self, text: str, reference: str) -> Scored:
        """The letter as the choices have it; the reference value is not looked at."""
        whole = self._whole.fullmatch(text)
        if whole:
            return self._found({whole.group(1)})
        said = [found.group(1) for found in self._said.finditer(text)]
        if said:
            return self._found({said[-1]})  # who corrects himself says it last
        listed = {found.group(1) or found.group(2) for found in self._listed.finditer(text)}
        if len(listed) == 1:
            return self._found(listed)
        return self._found({found.group(1) for found in self._alone.finditer(text)})

    def _found(self, several: set[str]) -> Scored:
        letters = {one.upper() for one in several}
        if len(letters) == 1:
            return Scored(self.choices[letters.pop()])
        return Scored(
            reason=say("scoring.several" if letters else "scoring.no_choice", found=", ".join(sorted(letters)))
        )
