"""Answers of multiple choice by what the model holds likely: the choice whose tokens had most probability."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence

from measurand.instrument.scoring.contract import Known, Scored
from measurand.message import say

_BEFORE = " \t\r\n▁Ġ(["
"""What may stand before a choice in its token."""


class LogProbability:
    """The text is the JSON array ``[[token, log-probability], ...]`` of tokens that an answer could begin with.

    A token belongs to a choice that it is, or of which it is the begin (``pos`` of ``positive``) and not that of
    another one (a letter is the begin of none); words in any case. ``p(choice)`` is the sum of
    ``exp(log-probability)`` over its tokens. The class is the choice with the largest. ``scores`` are the ``p`` divided
    by their sum, where each choice was listed.

    A text that lists no choice cannot be scored, nor one where two are equal, or where tokens that begin several
    choices could change the order.
    """

    version = 1

    def __init__(self, choices: Sequence[str]) -> None:
        self.choices = tuple(choices)
        first, second = choices[0], choices[-1]
        self.known: Sequence[Known] = (
            Known(listed([(first, -0.1), (second, -2.5)]), "", first),
            Known(listed([(f" {second}", -0.1), (first, -2.5)]), "", second),
            Known(listed([(first, -1.0), (second, -1.0)]), "", first if first == second else ""),
            Known(listed([(" \u00b6", -0.1)]), "", ""),
            Known("[]", "", ""),
            Known("no JSON", "", ""),
        )

    def score(self, text: str, reference: str) -> Scored:
        """The choice and the scores of all; the reference value is not looked at."""
        listed = _read(text)
        if listed is None:
            return Scored(reason=say("scoring.no_log_probabilities"))
        several = {choice: 0.0 for choice in self.choices}
        open_to = 0.0
        for token, logarithm in listed:
            found = self._choices(token)
            if len(found) == 1:
                several[found[0]] += math.exp(logarithm)
            elif found:
                open_to += math.exp(logarithm)
        order = sorted(several, key=several.__getitem__, reverse=True)
        best = several[order[0]]
        if best == 0.0:
            return Scored(reason=say("scoring.not_listed", choices=", ".join(self.choices)))
        if len(order) > 1 and best - several[order[1]] <= open_to:
            return Scored(reason=say("scoring.several", found=", ".join(sorted(order[:2]))))
        total = math.fsum(several.values())
        scores = {choice: repr(p / total) for choice, p in several.items()} if min(several.values()) > 0.0 else {}
        return Scored(order[0], scores=scores)

    def _choices(self, token: str) -> list[str]:
        bare = token.lstrip(_BEFORE).rstrip()
        if not bare:
            return []
        same = [choice for choice in self.choices if _folded(choice) == _folded(bare, like=choice)]
        begin = bare.casefold() if len(bare) > 1 else " "  # one letter is the begin of too much
        return same or [choice for choice in self.choices if choice.casefold().startswith(begin)]


def _folded(text: str, *, like: str = "") -> str:
    """Words in any case, letters as they are."""
    return text.casefold() if len(like or text) > 1 else text


def _read(text: str) -> list[tuple[str, float]] | None:
    """The tokens with their log-probabilities; None for anything else."""
    try:
        found = json.loads(text)
        pairs = [(token, float(logarithm)) for token, logarithm in found]
    except (ValueError, TypeError, RecursionError):
        return None
    return pairs if pairs and all(isinstance(t, str) and p <= 1e-6 for t, p in pairs) else None


def listed(pairs: Iterable[tuple[str, float]]) -> str:
    """Tokens with their log-probabilities as the text that is scored."""
    return json.dumps([[token, logarithm] for token, logarithm in pairs], ensure_ascii=False, separators=(",", ":"))


def alternatives(choice: Mapping[str, object]) -> str:
    """What an answer in the shape of OpenAI's lists for its first token, as the text that is scored; empty: nothing.

    Chats have ``logprobs.content[0].top_logprobs``, completions ``logprobs.top_logprobs[0]``.
    """
    found = choice.get("logprobs")
    try:
        if isinstance(found, Mapping) and found.get("content"):
            several = [(one["token"], one["logprob"]) for one in found["content"][0]["top_logprobs"]]
        elif isinstance(found, Mapping) and found.get("top_logprobs"):
            several = list(found["top_logprobs"][0].items())
        else:
            return ""
        return listed((token, float(p)) for token, p in several if isinstance(token, str) and p > -math.inf)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return ""
