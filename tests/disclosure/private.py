"""Invented private evidence with its certificate, for tests."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from measurand.document.canonical import address_of, canonical
from measurand.document.certificate import Laboratory, Predicate, Statement
from measurand.document.disclosure import ALGORITHM, Disclosure, Secret
from measurand.document.evidence import Evidence
from measurand.lab import merkle
from measurand.lab.committed import SECRET, committed
from measurand.lab.envelope import signed
from measurand.lab.evidence import EvidenceTable, address, ordered
from measurand.lab.keys import demonstration_key
from measurand.lab.opened import Opened, opened
from measurand.lab.parquet import written

KEY = bytes(range(32))


def texts(cells: list[str]) -> np.ndarray[Any, Any]:
    found = np.empty(len(cells), dtype=object)
    found[:] = cells
    return found


def table(count: int, *, systems: int = 2) -> EvidenceTable:
    """``count`` items, each observed with every system; some scores are absent."""
    places = [(s, i) for s in range(systems) for i in range(count)]
    return ordered(
        {
            "system": texts([f"s{s}" for s, _ in places]),
            "item": texts([f"item {i}" for _, i in places]),
            "repeat": texts(["1"] * len(places)),
            "status": texts(["ok" if (i + s) % 5 else "missing" for s, i in places]),
            "reason": texts([""] * len(places)),
            "value": texts([("yes" if i % 3 else "no") if (i + s) % 5 else "" for s, i in places]),
            "score": np.array([(i % 7) / 7 - 0.2 * s if (i + s) % 5 else np.nan for s, i in places]),
        }
    )


def manifest(rows: EvidenceTable, parquet: bytes = b"") -> Evidence:
    return Evidence(
        procedure_at=address_of(b""),
        table_sha256=hashlib.sha256(parquet).hexdigest(),
        table_at=address(rows),
        columns=rows.kinds,
        rows=len(rows),
        items=len(set(rows.columns["item"])),
        counts={},
        excluded={},
        sources={},
        instrument={},
        reference_at=address_of(b""),
        environment={},
    )


def certificate(folder: Path, evidence: Evidence, disclosure: Disclosure | None) -> Opened:
    predicate = Predicate(
        number="N-1",
        title="invented",
        laboratory=Laboratory(name="Laboratory Seven"),
        measured="2026-11-22T10:00:00Z",
        issued="2026-11-22T11:00:00Z",
        procedure_id="T-1",
        procedure_sha256="",
        procedure_text="",
        systems=(),
        evidence=evidence,
        results=(),
        decisions=(),
        program={},
        disclosure=disclosure,
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "certificate.json"
    path.write_bytes(signed(Statement(subject=(), predicate=predicate), demonstration_key()))
    return opened(path)


def record(folder: Path, rows: EvidenceTable) -> Opened:
    """A folder with evidence, secret and certificate."""
    parquet = written(rows)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evidence.parquet").write_bytes(parquet)
    (folder / SECRET).write_bytes(canonical(Secret(secret=KEY.hex())))
    tree = committed(rows, KEY)
    stated = Disclosure(kind="private", items=len(tree.items), algorithm=ALGORITHM, root=tree.root)
    return certificate(folder, manifest(rows, parquet), stated)


Leaves = list[tuple[str, list[dict[str, str]]]]


def dishonest(folder: Path, rows: EvidenceTable, leaves: Leaves) -> tuple[Opened, bytes]:
    """A certificate over whatever leaves a laboratory put into its tree, and all of them opened."""
    salts = [hashlib.sha256(b"%d" % i).digest() for i in range(len(leaves))]
    hashes = [merkle.leaf(s + canonical(own)) for s, (_, own) in zip(salts, leaves, strict=True)]
    tree = merkle.levels(hashes)
    stated = Disclosure(kind="private", items=len(leaves), algorithm=ALGORITHM, root=tree[-1][0].hex())
    found = certificate(folder, manifest(rows), stated)
    several = [
        {
            "position": i,
            "item": item,
            "salt": salts[i].hex(),
            "path": [one.hex() for one in merkle.path(tree, i)],
            "rows": own,
        }
        for i, (item, own) in enumerate(leaves)
    ]
    one = {"number": "N-1", "sha256": hashlib.sha256(found.original).hexdigest()}
    document = {"schema": "measurand/disclosed/1", "certificate": one, "opened": several}
    return found, json.dumps(document).encode()
