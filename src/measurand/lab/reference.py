"""The reference set of an evidence table: its items with what is held to be true of them, its address and its salt."""

from __future__ import annotations

from measurand.document.canonical import Address
from measurand.lab.evidence import EvidenceTable, address, digest

HELD = ("item", "reference", "event", "audit", "annotations", "reference_u", "cluster", "stratum", "weight")


def reference_set(table: EvidenceTable) -> EvidenceTable:
    """One row per item, sorted, with the columns that belong to items; systems, conditions and outputs play no part."""
    names = [name for name in table.columns if name in HELD or name.startswith("annotator:")]
    first: dict[str, int] = {}
    for i, item in enumerate(table.columns["item"]):
        first.setdefault(item, i)
    rows = [first[item] for item in sorted(first)]
    return EvidenceTable({name: table.columns[name][rows] for name in names})


def reference_at(table: EvidenceTable) -> Address:
    """Address of the reference set."""
    return address(reference_set(table))


def salt(table: EvidenceTable) -> bytes:
    """The salt under which ids of this reference set are hashed: equal in every laboratory that holds the set, and
    not to be derived from the set's address."""
    return digest(reference_set(table), b"measurand/salt/1\n")
