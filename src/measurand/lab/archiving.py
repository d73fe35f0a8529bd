"""A record as one file for those who verify it elsewhere: equal records give equal bytes."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

from measurand.document.procedure import Procedure
from measurand.errors import Finding, NotCertifiableError
from measurand.lab import store
from measurand.lab.archive import LARGEST
from measurand.lab.atomic import refusal
from measurand.lab.opened import opened
from measurand.message import say

OPEN = "open"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip file can state: no clock enters."""


def packed(folder: Path) -> bytes:
    """The zip file of a record: the files of its certificate, and the certificate where there is one.

    It is what ``verify --evidence`` reads. Files are stored as they are, in the order of a certificate's subjects, with
    one time: no compressor and no clock enter, so that equal records give equal bytes.

    Raises NotCertifiableError for a record whose evidence is not open: it may not leave; StoreError for one whose
    files are not those that were written or signed, or that is larger than an archive is read.
    """
    kind = store.document(folder / "procedure.json", Procedure).report.disclosure
    if kind != OPEN:
        text = say("M0910.private", file=str(folder), kind=kind)
        raise NotCertifiableError(Finding("M0910", "", text, say("M0910.hint"), str(folder)))
    store.check_sums(folder)
    files = {name: store.read(folder / name) for name in store.FILES if (folder / name).is_file()}
    if sum(map(len, files.values())) > LARGEST:
        raise refusal("M0748.large", folder, limit=str(LARGEST // 2**20))
    if (folder / store.CERTIFICATE).is_file():
        _same(folder, files)
        files[store.CERTIFICATE] = store.read(folder / store.CERTIFICATE)
    return zipped(files, inside=folder.resolve().name)


def zipped(files: Mapping[str, bytes], *, inside: str) -> bytes:
    """Files by name as the bytes of a zip file, in one folder, uncompressed and without a time of their own."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(f"{inside}/{name}", date_time=_EARLIEST)
            entry.create_system, entry.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, data)
    return whole.getvalue()


def _same(folder: Path, files: Mapping[str, bytes]) -> None:
    """Refuse files that are not those of the certificate beside them."""
    for subject in opened(folder / store.CERTIFICATE).statement.subject:
        if subject.name not in files:
            raise refusal("M0703.missing", folder / subject.name)
        found, expected = hashlib.sha256(files[subject.name]).hexdigest(), subject.digest.get("sha256", "")
        if found != expected:
            raise refusal("M0705.digest", folder / subject.name, found=found, expected=expected)
