"""What a commitment to the items of an evidence table rests on: rows, salts, leaves, and positions that are asked."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from measurand.document.disclosure import Asked, Secret
from measurand.document.number import number
from measurand.lab import merkle
from measurand.lab.evidence import EvidenceTable
from measurand.lab.store import document
from measurand.message import say

SECRET = "disclosure.secret.json"
"""File of a record from which the salts follow; it never leaves the laboratory."""
Row = Mapping[str, str]


@dataclass(frozen=True)
class Rows:
    """The cells of a table as text (absent: ``""``), by columns in canonical order, and the rows of each item."""

    names: Sequence[str]
    cells: Sequence[Sequence[str]]
    places: Mapping[str, Sequence[int]]

    def of(self, item: str) -> list[Row]:
        """The rows of an item, in the order of the table: cells by column, absent ones left out."""
        named = list(zip(self.names, self.cells, strict=True))
        return [{name: cell for name, column in named if (cell := column[i])} for i in self.places[item]]


@dataclass(frozen=True)
class Committed:
    """Items sorted by id (code points), their rows, the salt of each, and the tree over them."""

    items: tuple[str, ...]
    rows: Rows
    salts: Sequence[bytes]
    levels: merkle.Levels

    @property
    def root(self) -> str:
        """The root in hexadecimal digits."""
        return self.levels[-1][0].hex()


def committed(table: EvidenceTable, secret: bytes) -> Committed:
    """The tree over the items of a table, salted with what follows from ``secret``."""
    rows = rows_of(table)
    items = tuple(sorted(rows.places))
    salts = [salt(secret, item) for item in items]
    leaves = [merkle.leaf(leaf_data(one, _written(rows.of(item)))) for item, one in zip(items, salts, strict=True)]
    return Committed(items, rows, salts, merkle.levels(leaves))


def salt(secret: bytes, item: str) -> bytes:
    """The salt of one item: HMAC-SHA256(secret, UTF-8 of its id). It tells nothing of the secret or of other salts."""
    return hmac.digest(secret, item.encode(), "sha256")


def secret_of(folder: Path) -> bytes:
    """The secret of a record. Raises StoreError."""
    return bytes.fromhex(document(folder / SECRET, Secret).secret)


def leaf_data(salt: bytes, rows: bytes) -> bytes:
    """The data of a leaf: salt || canonical JSON (RFC 8785) of the array of the item's rows."""
    return salt + rows


def rows_of(table: EvidenceTable) -> Rows:
    """The rows of a table by item; numbers as decimal strings."""
    names = sorted(table.columns, key=lambda name: name.encode("utf-16-be"))  # the order of RFC 8785
    cells = [_texts(table.columns[name].tolist(), table.kinds[name] == "text") for name in names]
    places: dict[str, list[int]] = {}
    for i, item in enumerate(table.columns["item"]):
        places.setdefault(item, []).append(i)
    return Rows(names, cells, places)


def _texts(cells: list[str] | list[float], text: bool) -> list[str]:
    if text:
        return [str(cell) for cell in cells]
    return [number(x) if (x := float(cell)) == x else "" for cell in cells]  # NaN: absent


def _written(rows: Sequence[Row]) -> bytes:
    """Canonical JSON of rows whose keys are in canonical order already: of text alone, it is this (and much faster)."""
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def positions(asked: Asked, size: int, *, first: int | None = None) -> tuple[int, ...]:
    """The positions that a challenge asks for, in the order of drawing; who knows the seed computes the same ones.

    Places 0 ... size-1 stand in a row. For i = 0, 1, ..., count-1 the place i is exchanged with the place
    i + h mod (size - i), h = SHA-256(UTF-8 of the seed || i as 8 bytes, the highest first) as a number. The first
    ``count`` are asked; ``first`` stops after so many. Raises ValueError when more are asked for than there are.
    """
    if asked.count > size:
        raise ValueError(say("disclosure.too_many", count=asked.count, items=size))
    seed, moved, found = asked.seed.encode(), dict[int, int](), []
    for i in range(asked.count if first is None else first):
        drawn = int.from_bytes(hashlib.sha256(seed + i.to_bytes(8, "big")).digest(), "big")
        j = i + drawn % (size - i)
        found.append(moved.get(j, j))
        moved[j] = moved.get(i, i)
    return tuple(found)
