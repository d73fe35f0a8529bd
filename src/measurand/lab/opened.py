"""A certificate file, opened: the bytes of the original, the page around it, the evidence inside."""

from __future__ import annotations

import base64
import gzip
import io
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from measurand.document.certificate import Statement
from measurand.lab.atomic import refusal
from measurand.lab.envelope import Signed, read
from measurand.message import say

LARGEST = 512 * 1024 * 1024
"""No evidence inside a certificate is larger, unpacked."""
LARGEST_FILE = 32 * 1024 * 1024
"""Bytes of a certificate: a result takes 3,000 to 13,000, a page of 2,000 items x 15 conditions is below 400,000."""
_ORIGINAL = re.compile(rb'<script type="application/vnd\.measurand\+json" id="certificate">(.*?)</script>', re.DOTALL)
_EVIDENCE = re.compile(rb'<script type="application/gzip;base64" id="evidence">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Opened(Signed[Statement]):
    """A certificate and what is around it in its file; ``original`` are the bytes of ``certificate.json``."""

    page: bytes | None
    evidence_gz: bytes | None

    @property
    def path(self) -> Path:
        """The file that was opened."""
        return Path(self.file)


def opened(path: Path) -> Opened:
    """Open ``certificate.json`` or ``certificate.html``.

    Raises StoreError when it is neither, AuthenticityError when it was one and is damaged.
    """
    try:
        with path.open("rb") as stream:  # a size that is asked for beforehand may not be what is read
            data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise refusal("M0713.certificate", path, reason=error.strerror or str(error)) from None
    if len(data) > LARGEST_FILE:
        raise refusal("M0713.certificate", path, reason=say("certificate.large", limit=str(LARGEST_FILE // 1024**2)))
    page = None if data.lstrip()[:1] == b"{" else data
    faults: list[str] = []
    original = data if page is None else _inside(page, path)
    found = read(original, Statement, file=path, was_one=page is not None)
    faults += found.faults
    evidence = _evidence(page, faults) if page is not None else None
    return Opened(path, original, found.envelope, found.payload, found.statement, tuple(faults), page, evidence)


def decompressed(data: bytes) -> bytes:
    """The bytes of a gzip stream. Raises ValueError: not one, truncated, or larger than any evidence."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            found = stream.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(str(error)) from None
    if len(found) > LARGEST:
        raise ValueError(say("archive.large"))
    return found


def _inside(page: bytes, path: Path) -> bytes:
    found = _ORIGINAL.findall(page)
    if len(found) != 1:
        reason = "no certificate is embedded" if not found else "more than one certificate is embedded"
        raise refusal("M0713.certificate", path, reason=reason)
    return bytes(found[0])


def _evidence(page: bytes, faults: list[str]) -> bytes | None:
    found = _EVIDENCE.findall(page)
    if not found:
        return None
    if len(found) > 1:
        faults.append("more than one evidence is embedded")
    try:
        return base64.b64decode(found[0], validate=True)
    except ValueError as error:
        faults.append(f"the evidence inside is not base64: {error}")
        return None
