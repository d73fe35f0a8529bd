"""Records in a laboratory's folder: written whole, never written over, and checked when they are read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from measurand.document.canonical import Document, canonical
from measurand.document.decision import Decisions
from measurand.document.evidence import Evidence
from measurand.document.parts import Parts
from measurand.document.procedure import Procedure
from measurand.document.record import Record
from measurand.document.result import Results
from measurand.lab.atomic import refusal, write_file, write_folder
from measurand.lab.evidence import EvidenceTable, address
from measurand.lab.parquet import loaded

FILES = (
    "procedure.toml",
    "procedure.json",
    "evidence.json",
    "evidence.parquet",
    "results.json",
    "decisions.json",
    "parts.json",
    "seal.json",
)
"""Files of a record, in the order of a certificate's subjects; a plain budget has no evidence, few have a seal."""
SUMS = "SHA256SUMS"
"""Digests of the files as they were written, in the format of ``sha256sum``."""
CERTIFICATE = "certificate.json"
PAGE = "certificate.html"
_TIME = re.compile(r"-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-\d+)?$")
_D = TypeVar("_D", bound=Document)


@dataclass(frozen=True)
class Measurement:
    """What one measurement left, before it has a place: the documents, and the Parquet bytes of the evidence."""

    procedure_text: bytes
    procedure: Procedure
    evidence: Evidence | None
    parquet: bytes | None
    results: Results
    decisions: Decisions
    parts: Parts
    seal: bytes | None = None
    """The seal under which was measured, as signed."""


def save(laboratory: Path, measurement: Measurement, *, when: datetime) -> Path:
    """Write a record ``<id>-<UTC time>/`` into the laboratory and return its folder. Raises StoreError."""
    files: dict[str, bytes] = {
        "procedure.toml": measurement.procedure_text,
        "procedure.json": canonical(measurement.procedure),
        "results.json": canonical(measurement.results),
        "decisions.json": canonical(measurement.decisions),
        "parts.json": canonical(measurement.parts),
    }
    if measurement.evidence is not None and measurement.parquet is not None:
        files["evidence.json"] = canonical(measurement.evidence)
        files["evidence.parquet"] = measurement.parquet
    if measurement.seal is not None:
        files["seal.json"] = measurement.seal
    files[SUMS] = sums(files)
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", measurement.procedure.id).lstrip(".") or "record"
    return write_folder(laboratory, f"{plain[:100]}-{when:%Y%m%dT%H%M%SZ}", files)


def sums(files: Mapping[str, bytes]) -> bytes:
    """The lines of ``SHA256SUMS``, sorted by name."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def check_sums(folder: Path) -> None:
    """Raise StoreError for the first file of a record whose bytes are not those that were written."""
    written = read(folder / SUMS)
    files = {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}
    for line in written.decode("ascii", "replace").splitlines():
        expected, _, name = line.partition("  ")
        if name not in files:
            raise refusal("M0703.missing", folder / name)
        found = hashlib.sha256(files[name]).hexdigest()
        if found != expected:
            raise refusal("M0705.digest", folder / name, found=found, expected=expected)
    if sums(files) != written:
        raise refusal("M0715.sums", folder / SUMS)


def load(folder: Path) -> Record:
    """The documents of a record. Raises StoreError that names the file and what is wrong with it."""
    measured = measured_at(folder)
    return Record(
        name=folder.name,
        measured=measured,
        procedure_text=read(folder / "procedure.toml"),
        procedure=document(folder / "procedure.json", Procedure),
        evidence=document(folder / "evidence.json", Evidence) if (folder / "evidence.json").exists() else None,
        seal=read(folder / "seal.json") if (folder / "seal.json").exists() else None,
        results=document(folder / "results.json", Results),
        decisions=document(folder / "decisions.json", Decisions),
        parts=document(folder / "parts.json", Parts),
    )


def load_evidence(folder: Path, evidence: Evidence) -> EvidenceTable:
    """The evidence table of a record. Raises StoreError when bytes, rows or address are not the manifest's."""
    path = folder / "evidence.parquet"
    return checked_evidence(read(path), evidence, file=str(path))


def checked_evidence(data: bytes, evidence: Evidence, *, file: str) -> EvidenceTable:
    """The table of Parquet bytes, compared with its manifest: digest, columns, rows, address."""
    found = hashlib.sha256(data).hexdigest()
    if found != evidence.table_sha256:
        raise refusal("M0705.digest", file, found=found, expected=evidence.table_sha256)
    table = loaded(data, evidence.columns, file=file)
    if len(table) != evidence.rows:
        raise refusal("M0706.rows", file, found=str(len(table)), expected=str(evidence.rows))
    at = address(table)
    if at != evidence.table_at:
        raise refusal("M0707.address", file, found=at, expected=evidence.table_at)
    return table


def add(folder: Path, files: Mapping[str, bytes]) -> None:
    """Add files to a record (the certificate); none may be there yet. Raises StoreError."""
    for name in files:
        if (folder / name).exists():
            raise refusal("M0708.exists", folder / name)
    for name, data in files.items():
        write_file(folder / name, data)


def is_record(folder: Path) -> bool:
    """Whether a folder looks like a record."""
    return (folder / "results.json").is_file() and _TIME.search(folder.name) is not None


def measured_at(folder: Path) -> str:
    """UTC time at which observing ended, from the name of the record: ``2026-11-22T22:08:08Z``. Raises StoreError."""
    found = _TIME.search(folder.name)
    if found is None or not (folder / "results.json").is_file():
        inside = [one for one in folder.iterdir() if is_record(one)] if folder.is_dir() else []
        if inside:
            raise refusal("M0710.laboratory", folder, newest=str(max(inside, key=measured_at)))
        raise refusal("M0710.record", folder)
    year, month, day, hour, minute, second = found.groups()
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"


def read(path: Path) -> bytes:
    """The bytes of a file of a record. Raises StoreError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise refusal("M0703.missing", path) from None
    except OSError as error:
        raise refusal("M0704.document", path, what="file", reason=error.strerror or str(error)) from None


def document(path: Path, kind: type[_D]) -> _D:
    """A document of a record. Raises StoreError."""
    return parsed(read(path), kind, file=path)


def parsed(data: bytes, kind: type[_D], *, file: Path | str) -> _D:
    """A document of bytes. Raises StoreError that says where it is not one."""
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        first: Mapping[str, Any] = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        reason = f"{where}: {first['msg']}" if where else str(first["msg"])
        raise refusal("M0704.document", file, what=kind.__name__.lower(), reason=reason) from None
