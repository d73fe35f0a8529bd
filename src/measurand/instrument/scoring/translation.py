"""BLEU and chrF of one text, by sacrebleu (extra ``text``)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module, metadata
from typing import Any, Literal

from measurand.document.number import number
from measurand.instrument.fault import stopped
from measurand.instrument.scoring.contract import Known, Scored
from measurand.instrument.scoring.overlap import references


class Translation:
    """Sentence BLEU (Post 2018; effective order, 13a tokens) or chrF (Popovic 2015), from 0 to 1.

    ``members`` of BLEU are what ``corpus_bleu`` sums: matched and all n-grams (n = 1...4), lengths of both texts.
    """

    version = 1

    def __init__(self, kind: Literal["bleu", "chrf"]) -> None:
        try:
            library: Any = import_module("sacrebleu")
        except ImportError:
            raise stopped("M0621.library", kind=kind, library="sacrebleu", extra="text") from None
        self._metric = library.BLEU(effective_order=True) if kind == "bleu" else library.CHRF()
        self._counts = kind == "bleu"
        self._metric.sentence_score("a", ["a"])  # before something was scored sacrebleu has no signature
        settings = [part for part in str(self._metric.get_signature()).split("|") if not part.startswith("nrefs")]
        self.signature = f"sacrebleu {metadata.version('sacrebleu')}, {'|'.join(settings)}"  # references: as items have
        self.known: Sequence[Known] = (
            Known("the cat sat on the mat", "the cat sat on the mat", "1"),
            Known("xyz", "the cat sat on the mat", "0"),
        )

    def score(self, text: str, reference: str) -> Scored:
        """All references together, as sacrebleu takes them."""
        found = self._metric.sentence_score(text, references(reference))
        counts = [*found.counts, *found.totals, found.sys_len, found.ref_len] if self._counts else []
        value = number(min(max(round(float(found.score) / 100.0, 12), 0.0), 1.0))
        return Scored(value, members=tuple(map(str, counts)))
