"""From Python: a procedure sealed before observing, items of private evidence opened, a record as one file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from measurand.api.certificate import Certificate
from measurand.document.canonical import canonical
from measurand.errors import MeasurandError
from measurand.lab import disclosure, keys
from measurand.lab.archiving import packed
from measurand.lab.atomic import write_file
from measurand.lab.job import opened as procedure_of
from measurand.lab.laboratory import laboratory
from measurand.lab.opened import opened
from measurand.lab.seal import beside, sealed
from measurand.lab.sign import program
from measurand.lab.store import CERTIFICATE
from measurand.message import say


def seal(
    procedure: str | Path,
    *,
    key: str | Path,
    to: str | Path | None = None,
    out: str | Path = "out",
    passphrase: str | None = None,
) -> Path:
    """Fix a procedure file and its reference data, signed, before anything is observed. Returns the file of the seal.

    ``to``: by default beside the procedure, where ``measurand measure`` looks for it; ``out``: the folder of the
    laboratory, whose name is stated. Raises MeasurandError, also when observations are there already.
    """
    written = procedure_of(Path(procedure))
    data = sealed(
        written.text,
        written.procedure,
        written.folder,
        keys.private_key(Path(key), passphrase=passphrase.encode() if passphrase else None),
        laboratory=laboratory(Path(out)),
        at=datetime.now(UTC),
        program=program(),
        file=Path(procedure),
    )
    return _written(Path(to) if to is not None else beside(Path(procedure)), data)


def challenge(certificate: str | Path | Certificate, count: int, *, to: str | Path, seed: str = "") -> Path:
    """Ask for so many random items of a certificate with private evidence (the auditor's side). Returns the file.

    The seed is drawn unless it is given. Raises MeasurandError: no item can be opened, or there are fewer.
    """
    one = disclosure.challenged(opened(_certificate(certificate)), count, seed=seed)
    return _written(Path(to), canonical(one))


def disclose(
    record: str | Path | Certificate,
    *,
    to: str | Path,
    items: Sequence[str] = (),
    challenge: str | Path | None = None,
    random: int | None = None,
    seed: str = "",
) -> Path:
    """Open items of a record with private evidence: rows, and proofs that lead to the signed root. Returns the file.

    Which ones is said in one way: ``items``, the file of an auditor's ``challenge``, or ``random`` and ``seed``.
    Raises MeasurandError.
    """
    ways = (bool(items), challenge is not None, random is not None)
    if sum(ways) != 1 or (random is not None) != bool(seed):
        raise MeasurandError(say("api.which_items"))
    folder = record.folder if isinstance(record, Certificate) else Path(record)
    certificate = opened(folder / CERTIFICATE)
    asked = disclosure.drawn(random, seed) if random is not None else None
    if challenge is not None:
        asked = disclosure.challenge(Path(challenge), certificate)
    data, _ = disclosure.disclosed_items(certificate, folder, items=items, asked=asked)
    return _written(Path(to), data, mode=0o600)


def archive(record: str | Path | Certificate, *, to: str | Path) -> Path:
    """A record as one zip file, which ``verify(evidence=...)`` reads. Returns the file.

    Raises MeasurandError for a record whose evidence is not open, or whose files were changed.
    """
    folder = record.folder if isinstance(record, Certificate) else Path(record)
    return _written(Path(to), packed(folder))


def _certificate(certificate: str | Path | Certificate) -> Path:
    place = certificate.folder if isinstance(certificate, Certificate) else Path(certificate)
    return place / CERTIFICATE if place.is_dir() else place


def _written(path: Path, data: bytes, *, mode: int = 0o644) -> Path:
    write_file(path, data, mode=mode)
    return path
