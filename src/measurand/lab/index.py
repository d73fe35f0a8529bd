"""The index of a laboratory's records: a cache in SQLite that may be deleted, and is rebuilt from the records."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from measurand.lab.laboratory import records
from measurand.lab.store import CERTIFICATE, load

FILE = "index.sqlite"
VERSION = 1


@dataclass(frozen=True)
class Entry:
    """One record in the index."""

    name: str
    procedure: str
    title: str
    systems: str
    measured: str
    verdict: str
    """Empty when nothing was required."""
    certified: int


def index(laboratory: Path) -> tuple[Entry, ...]:
    """All records, oldest first. The index is rebuilt when it is absent, of another version, broken, or not of the
    records that are there. Raises StoreError for a record that cannot be read."""
    found = _stored(laboratory)
    present = {(path.name, int((path / CERTIFICATE).exists())) for path in records(laboratory)}
    if found is None or {(entry.name, entry.certified) for entry in found} != present:
        return rebuild(laboratory)
    return found


def rebuild(laboratory: Path) -> tuple[Entry, ...]:
    """Read every record and write the index anew."""
    entries = sorted((_entry(path) for path in records(laboratory)), key=lambda entry: (entry.measured, entry.name))
    path = laboratory / FILE
    if laboratory.is_dir():
        path.unlink(missing_ok=True)
        names = [field.name for field in fields(Entry)]
        with _open(path) as connection:
            connection.execute(f"pragma user_version = {VERSION}")
            connection.execute(f"create table record ({', '.join(names)})")
            connection.executemany(f"insert into record values ({', '.join('?' * len(names))})", map(astuple, entries))
            connection.commit()
    return tuple(entries)


def _stored(laboratory: Path) -> tuple[Entry, ...] | None:
    path = laboratory / FILE
    if not path.exists():
        return None
    try:
        with _open(path) as connection:
            version = connection.execute("pragma user_version").fetchone()[0]
            if version != VERSION:
                return None
            rows = connection.execute("select * from record order by measured, name").fetchall()
    except sqlite3.DatabaseError:
        return None  # broken: it is only a cache
    return tuple(Entry(*row) for row in rows)


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def _entry(folder: Path) -> Entry:
    record = load(folder)
    verdict = record.decisions.verdict
    return Entry(
        name=record.name,
        procedure=record.procedure.id,
        title=record.procedure.title,
        systems=", ".join(system.name or system.id for system in record.procedure.system),
        measured=record.measured,
        verdict=verdict.value if verdict is not None else "",
        certified=int((folder / CERTIFICATE).exists()),
    )
