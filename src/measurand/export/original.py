"""The signed original of which every export is a copy: its number, its digest, its results with their decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from measurand.document.certificate import Statement
from measurand.document.decision import Decision
from measurand.document.result import Result

UNIT_OF_SHARE = "1"


@dataclass(frozen=True)
class Original:
    """A certificate as exports see it. ``data`` are the bytes of ``certificate.json``."""

    statement: Statement
    data: bytes

    @property
    def sha256(self) -> str:
        """Digest of the signed original, which every export names."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def number(self) -> str:
        """Number of the certificate."""
        return self.statement.predicate.number

    def pairs(self) -> Iterator[tuple[Result, tuple[Decision, ...]]]:
        """Each result with the decisions about it."""
        for result in self.statement.predicate.results:
            key = (result.measurand, result.system, result.level)
            yield (
                result,
                tuple(d for d in self.statement.predicate.decisions if (d.measurand, d.system, d.level) == key),
            )
