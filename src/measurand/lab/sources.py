"""The tables that a procedure names, read once each, and addresses of what is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from measurand.document.canonical import Address, address_of
from measurand.document.procedure import Procedure
from measurand.document.table import Table, place
from measurand.instrument import cells
from measurand.instrument.fault import refusal
from measurand.instrument.media import path_of
from measurand.instrument.table import read
from measurand.lab.prompts import addresses as at
from measurand.lab.prompts import templates


@dataclass(frozen=True)
class Sources:
    """The input tables of a procedure. ``reference`` is the same object as ``observations`` when both are one file."""

    observations: Table | None
    reference: Table | None
    annotations: Table | None
    audit: Table | None
    addresses: Mapping[str, Address]
    """File as the procedure names it -> address of its contents, equal for any order of the rows."""
    calibration: Table | None = None
    """Answers that people scored, of a judge."""
    prompts: Mapping[str, str] = field(default_factory=dict)
    """Prompt file -> its text."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was found in the files and not declared."""
        several = (self.observations, self.reference, self.annotations, self.audit, self.calibration)
        return tuple(dict.fromkeys(remark for table in several if table is not None for remark in table.remarks))


def sources(procedure: Procedure, folder: Path) -> Sources:
    """Read the tables; paths are relative to ``folder``. Raises TableError."""
    tables: dict[tuple[str, ...], Table] = {}

    def table(files: tuple[str, ...], format: str) -> Table:
        if files not in tables:
            tables[files] = read([folder / file for file in files], format)
        return tables[files]

    observations, reference = procedure.observations, procedure.reference
    annotations = reference.annotations if reference else None
    audit = reference.audit if reference else None
    calibration = procedure.judge.calibration if procedure.judge else None
    found = Sources(
        observations=table(observations.file, observations.format) if observations else None,
        reference=table(reference.file, reference.format) if reference else None,
        annotations=table(annotations.file, annotations.format) if annotations else None,
        audit=table(audit.file, audit.format) if audit else None,
        calibration=table(calibration.file, calibration.format) if calibration else None,
        addresses={},
    )
    addresses = {", ".join(files): contents_at(tables[files]) for files in sorted(tables)}
    if reference is not None and reference.certificate is not None:
        addresses[reference.certificate] = certificate_at(folder / reference.certificate)
    if observations is None and reference is not None and reference.media is not None and found.reference is not None:
        addresses[f"{', '.join(reference.file)}: {reference.media}"] = media_at(
            found.reference, reference.media, folder
        )
    prompts = templates(procedure, folder)
    return replace(found, addresses={**addresses, **at(prompts)}, prompts=prompts)


def certificate_at(path: Path) -> Address:
    """Address of the bytes of a certificate of reference data. Raises TableError."""
    try:
        return address_of(path.read_bytes())
    except OSError as error:
        raise refusal("M0421.unreadable", file=str(path), reason=error.strerror or str(error)) from None


def media_at(table: Table, name: str, folder: Path) -> Address:
    """Address of the contents of all images and sounds that a column names, in any order. Raises TableError."""
    digests = []
    for i, cell in enumerate(cells.column(table, name)):
        file, row = place(table, i)
        digests.append(hashlib.sha256(path_of(cell, folder, file=file, row=row).read_bytes()).hexdigest())
    return address_of("\n".join(sorted(digests)).encode())


def contents_at(table: Table) -> Address:
    """Address of the contents of a table: names of the columns, then the rows, both sorted. Shuffled rows, another
    order of columns or another file format of the same cells give the same address."""
    names = sorted(table.columns)
    digest = hashlib.sha256(b"measurand/table/1\n")
    digest.update(b"".join(_framed(names)))
    rows = zip(*(table.columns[name] for name in names), strict=True)
    # Each cell after its length: no cell can pass for two.
    digest.update(b"".join(_framed(sorted("".join(f"{len(cell)}:{cell}" for cell in row) for row in rows))))
    return "sha256:" + digest.hexdigest()


def _framed(texts: list[str]) -> Iterator[bytes]:
    for text in texts:
        data = text.encode()
        yield len(data).to_bytes(8, "little")
        yield data
