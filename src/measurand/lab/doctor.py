"""Is everything in order? The environment, the keys, the clock, and every stored byte of every record."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from measurand.document.certificate import Statement
from measurand.errors import MeasurandError
from measurand.lab import keys
from measurand.lab.atomic import refusal
from measurand.lab.authenticity import file_check
from measurand.lab.check import Check, failed, passed, unchecked
from measurand.lab.envelope import signature_checks
from measurand.lab.journal import UNFINISHED
from measurand.lab.laboratory import laboratory, records
from measurand.lab.opened import opened
from measurand.lab.store import CERTIFICATE, PAGE, check_sums, load, load_evidence, measured_at, read

LIBRARIES = ("numpy", "scipy", "pydantic", "click", "rich", "jinja2", "cryptography", "rfc8785", "duckdb")


def doctor(folder: Path, *, key_folders: tuple[Path, ...] = (), now: datetime | None = None) -> tuple[Check, ...]:
    """All checks of the environment and of a laboratory's folder. Nothing is changed."""
    return (
        *_environment(),
        _writable(folder),
        _clock(folder, now or datetime.now(UTC)),
        *_keys((folder / "keys", *key_folders)),
        *_laboratory(folder),
        *(_record(path) for path in records(folder)),
        *_unfinished(folder / UNFINISHED),
    )


def _environment() -> Iterator[Check]:
    yield _python(platform.python_version(), sys.version_info[:2])
    for name in LIBRARIES:
        try:
            yield passed(name, "doctor.library.passed", name=name, version=metadata.version(name))
        except metadata.PackageNotFoundError:
            yield failed(name, "doctor.library.failed", name=name)


def _python(version: str, found: tuple[int, int]) -> Check:
    if found < (3, 11):
        return failed("python", "doctor.python.failed", version=version)
    return passed("python", "doctor.python.passed", version=version)


def _writable(folder: Path) -> Check:
    nearest = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=nearest) as file:
            file.write(b"measurand")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return failed("write", "doctor.write.failed", folder=str(folder), reason=error.strerror or str(error))
    return passed("write", "doctor.write.passed", folder=str(folder))


def _clock(folder: Path, now: datetime) -> Check:
    """The clock cannot be before the program was made, nor before a record that it wrote."""
    shown = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    made = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    times = {f"{made:%Y-%m-%dT%H:%M:%SZ}": "the program", **{measured_at(p): p.name for p in records(folder)}}
    latest = max(times)
    if latest > shown:
        return failed("clock", "doctor.clock.failed", now=shown, other=times[latest])
    return passed("clock", "doctor.clock.passed", now=shown)


def _keys(folders: tuple[Path, ...]) -> Iterator[Check]:
    public = [path for folder in folders if folder.is_dir() for path in sorted(folder.glob(f"*{keys.PUBLIC}"))]
    private = [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.pem"))]
    private = [path for path in private if path not in public]
    for path in public:
        try:
            keyid = keys.fingerprint(keys.public_key(path))
        except MeasurandError as error:
            yield failed("key", "doctor.key.failed", reason=str(error))
            continue
        secret = path.with_name(path.name.removesuffix(keys.PUBLIC) + ".pem")
        if secret in private:
            if os.name == "posix" and secret.stat().st_mode & 0o077:
                yield failed("key", "doctor.key.mode", file=str(secret))
            else:
                yield passed("key", "doctor.key.passed", file=str(secret), keyid=keyid)
        else:
            yield passed("key", "doctor.key.public", file=str(path), keyid=keyid)
    if not private:
        yield unchecked("key", "doctor.keys.none", needed=False)


def _laboratory(folder: Path) -> Iterator[Check]:
    try:
        yield passed("laboratory", "doctor.laboratory.passed", name=laboratory(folder).name)
    except MeasurandError as error:
        yield failed("laboratory", "doctor.laboratory.failed", reason=str(error))


def _record(folder: Path) -> Check:
    try:
        _check_bytes(folder)
    except MeasurandError as error:
        return failed("record", "doctor.record.failed", name=folder.name, reason=str(error))
    return passed("record", "doctor.record.passed", name=folder.name)


def _check_bytes(folder: Path) -> None:
    """Raise StoreError for the first file of a record that is not as it was written.

    The digests of all files are written with them; the manifest holds those of the evidence once more, and a
    certificate those of all.
    """
    record = load(folder)
    check_sums(folder)
    if record.evidence is not None:
        load_evidence(folder, record.evidence)
    if (folder / CERTIFICATE).exists():
        certificate = opened(folder / CERTIFICATE)
        checks = [file_check(certificate), *signature_checks(certificate, given=None, trusted={}, signed_at="")]
        for check in checks:
            if check.state == "failed":
                raise refusal("M0716.certificate", folder / CERTIFICATE, reason=check.text)
        _digests(folder, certificate.statement)
        if (folder / PAGE).exists() and opened(folder / PAGE).original != certificate.original:
            raise refusal("M0714.page", folder / PAGE)


def _digests(folder: Path, statement: Statement) -> None:
    for subject in statement.subject:
        path = folder / Path(subject.name).name
        found, expected = hashlib.sha256(read(path)).hexdigest(), subject.digest.get("sha256", "")
        if found != expected:
            raise refusal("M0705.digest", path, found=found, expected=expected)


def _unfinished(folder: Path) -> Iterator[Check]:
    for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else ():
        observations = max(path.read_bytes().count(b"\n") - 1, 0)
        yield unchecked("journal", "doctor.journal", needed=False, file=str(path), observations=str(observations))
