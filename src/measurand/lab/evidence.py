"""The evidence table: what was observed beside what is held to be true, one row per observation, in one order."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from measurand.document.canonical import Address
from measurand.document.evidence import STATUSES

Kind = Literal["text", "float64", "int64"]
MAGIC = b"measurand/evidence/1\n"
TOGETHER = 1 << 16
"""Cells of which the bytes are in memory together."""


@dataclass(frozen=True)
class EvidenceTable:
    """Columns by name in their order: object arrays of text (absent: ``""``) or float64 (absent: NaN, which no cell can
    be, since none is read)."""

    columns: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    @property
    def kinds(self) -> dict[str, Kind]:
        """Type of each column."""
        return {name: _kind(cells) for name, cells in self.columns.items()}


def _kind(cells: NDArray[Any]) -> Kind:
    return "text" if cells.dtype == object else "float64" if cells.dtype.kind == "f" else "int64"


def ordered(columns: dict[str, NDArray[Any]]) -> EvidenceTable:
    """The table sorted by system, item, factor levels and repeat (by code point, in any locale).

    The columns are taken out of ``columns`` one by one, so that no more than one of them is there twice.
    """
    factors = [name for name in columns if name.startswith("factor:")]
    ranks = [_ranks(columns[name]) for name in ("repeat", *reversed(factors), "item", "system")]
    order = np.lexsort([rank for rank in ranks if rank is not None] or [np.zeros(len(columns["item"]), np.int32)])
    del ranks
    return EvidenceTable({name: columns.pop(name)[order] for name in tuple(columns)})


def _ranks(cells: NDArray[Any]) -> NDArray[np.int32] | None:
    """Rank of each text among the distinct ones; None where all are the same."""
    distinct = set(cells)
    if len(distinct) < 2:
        return None
    rank = {text: i for i, text in enumerate(sorted(distinct))}
    return np.fromiter(map(rank.__getitem__, cells), np.int32, len(cells))


def counts(table: EvidenceTable) -> dict[str, int]:
    """Observations by status, in the order of the statuses."""
    found = Counter(table.columns["status"])
    return {status: found[status] for status in STATUSES if found[status]}


def address(table: EvidenceTable) -> Address:
    """Address over canonical column bytes (CONTRACTS section 6): equal for any Parquet writer.

    After a magic line: the number of columns; name and type of each, sorted by name; the number of rows; then each
    column in that order, as little-endian numbers (minus zero as zero, absent as the quiet NaN 7ff8...) or as text.
    Text is UTF-8 after its length; lengths and counts are 64-bit little-endian.
    """
    return "sha256:" + digest(table, MAGIC).hex()


def digest(table: EvidenceTable, magic: bytes) -> bytes:
    """SHA-256 of ``magic`` and the canonical column bytes."""
    found = hashlib.sha256(magic)
    found.update(len(table.columns).to_bytes(8, "little"))
    for name, kind in sorted(table.kinds.items()):
        found.update(b"".join(_framed((name, kind))))
    found.update(len(table).to_bytes(8, "little"))
    for name in sorted(table.columns):
        for start in range(0, len(table), TOGETHER):
            found.update(_bytes(table.columns[name][start : start + TOGETHER]))
    return found.digest()


def _bytes(cells: NDArray[Any]) -> bytes:
    kind = _kind(cells)
    if kind == "text":
        return b"".join(_framed(cells))
    if kind == "int64":
        return cells.astype("<i8").tobytes()
    plain = np.where(np.isnan(cells), np.nan, cells + 0.0)
    return plain.astype("<f8").tobytes()


def _framed(texts: Sequence[str] | NDArray[Any]) -> list[bytes]:
    """Each text after its length; a text that stands in many cells is encoded once."""
    known: dict[str, bytes] = {}
    for text in texts:
        if text not in known:
            data = text.encode()
            known[text] = len(data).to_bytes(8, "little") + data
    return [known[text] for text in texts]
