"""Files of a record out of an archive (zip, tar, tar.gz) that a stranger sent: read in memory, nothing is written."""

from __future__ import annotations

import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from measurand.errors import StoreError
from measurand.lab.atomic import refusal
from measurand.lab.store import FILES
from measurand.message import say

LARGEST = 512 * 1024 * 1024
"""Of all files of a record together, unpacked."""
MOST = 10_000
"""Entries; a record has about ten."""
UNREADABLE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
"""What the libraries raise for archives that are damaged, encrypted, or compressed in an unknown way."""


def is_archive(path: Path) -> bool:
    """Whether a file is an archive that is read here."""
    return path.is_file() and (zipfile.is_zipfile(path) or tarfile.is_tarfile(path))


def unpacked(path: Path) -> dict[str, bytes]:
    """The files of a record in an archive, by name: at the top, or in one folder.

    Raises StoreError: not readable, a name that leads out of the archive, a link or a device, a name twice, too large.
    """
    found: dict[str, bytes] = {}
    left = LARGEST
    try:
        entries = _zipped(path) if zipfile.is_zipfile(path) else _tarred(path)
        for count, (name, stream) in enumerate(entries):
            place = _place(path, name, count)
            if stream is None:
                raise _refused(path, name, say("archive.link"))
            if len(place.parts) > 2 or place.name not in FILES:
                continue
            if place.name in found:
                raise _refused(path, name, say("archive.twice"))
            with stream:
                found[place.name] = stream.read(left + 1)
            left -= len(found[place.name])
            if left < 0:
                raise _refused(path, name, say("archive.large"))
    except UNREADABLE as error:
        raise _refused(path, path.name, str(error)[:200] or type(error).__name__) from None
    return found


def _place(path: Path, name: str, count: int) -> PurePosixPath:
    place = PurePosixPath(name.replace("\\", "/"))
    if count >= MOST:
        raise _refused(path, name, say("archive.many", most=str(MOST)))
    if place.is_absolute() or ".." in place.parts or ":" in name:
        raise _refused(path, name, say("archive.out"))
    return place


def _zipped(path: Path) -> Iterator[tuple[str, IO[bytes] | None]]:
    """Name and content of each file; None for a link."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                kind = stat.S_IFMT(entry.external_attr >> 16)
                yield entry.filename, archive.open(entry) if kind in (0, stat.S_IFREG) else None


def _tarred(path: Path) -> Iterator[tuple[str, IO[bytes] | None]]:
    with tarfile.open(path) as archive:
        for entry in archive:
            if not entry.isdir():
                yield entry.name, archive.extractfile(entry) if entry.isreg() else None


def _refused(path: Path, name: str, reason: str) -> StoreError:
    return refusal("M0729.archive", path, name=ascii(name), reason=reason)
