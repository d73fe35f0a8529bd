"""Regular expressions of a procedure, searched for in a process of their own: one that takes too long is ended."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from measurand.document.live import SystemLimit
from measurand.instrument.lines import Lines
from measurand.instrument.scoring.contract import Known, Scored, Scorer, outcome
from measurand.message import say

SECONDS = 5
"""For one text; an ordinary search takes microseconds."""
LONGEST = 200_000
"""Characters of a text that are searched, from its end."""


class Search:
    """All places of a pattern in a text: the first group of each, or the place itself."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        words = [sys.executable, "-P", "-m", "measurand.instrument.scoring.searching"]
        self._lines = Lines(words, Path.cwd(), SystemLimit(seconds=SECONDS), name=f"search for {pattern[:60]}")

    def all(self, text: str) -> list[str] | None:
        """None when it took too long."""
        line = self._lines.asked(json.dumps([self.pattern, text[-LONGEST:]]).encode() + b"\n")
        if line is None:
            return None
        found: list[str] = json.loads(line)
        return found

    def close(self) -> None:
        """End the process."""
        self._lines.close()


class Matches:
    """1 where the pattern is found in the text, else 0; the reference value is not looked at."""

    version = 1

    def __init__(self, search: Search) -> None:
        self.search = search
        self.known: Sequence[Known] = (Known("", "", _value(re.search(search.pattern, "", re.MULTILINE) is not None)),)

    def score(self, text: str, reference: str) -> Scored:
        """A search that takes too long cannot be scored."""
        found = self.search.all(text)
        return outcome(bool(found)) if found is not None else Scored(reason=say("scoring.slow", seconds=str(SECONDS)))


class Extracted:
    """The last place of a pattern in the text is what another scorer scores; without one the text cannot be scored."""

    version = 1

    def __init__(self, search: Search, then: Scorer) -> None:
        self.search, self.then = search, then
        self.known: Sequence[Known] = ()

    def score(self, text: str, reference: str) -> Scored:
        """A search that takes too long cannot be scored."""
        found = self.search.all(text)
        if found is None:
            return Scored(reason=say("scoring.slow", seconds=str(SECONDS)))
        return self.then.score(found[-1], reference) if found else Scored(reason=say("scoring.no_place"))


class After:
    """What follows the last ``mark`` in its line is what another scorer scores; without it nothing can be scored."""

    version = 1

    def __init__(self, mark: str, then: Scorer) -> None:
        self.mark, self.then = mark, then
        self.known: Sequence[Known] = (
            *(
                Known(f"so {mark} {one.text}", one.reference, one.value)
                for one in then.known
                if "\n" not in one.text and f"{mark} {one.text}".rfind(mark) == 0  # its own mark would cut it
            ),
            Known("", "x", ""),
        )

    def score(self, text: str, reference: str) -> Scored:
        """The rest of the line after the mark's last place."""
        _, found, rest = text.rpartition(self.mark)
        if not found:
            return Scored(reason=say("scoring.no_mark", mark=self.mark))
        return self.then.score(rest.split("\n", 1)[0].strip(), reference)


def _value(right: bool) -> str:
    return "1" if right else "0"
