"""A certificate file, opened: the bytes of the original, the page around it, the evidence inside."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from measurand.document.canonical import Document, canonical
from measurand.document.certificate import PAYLOAD_TYPE, Envelope, Statement
from measurand.errors import AuthenticityError, Finding
from measurand.lab.atomic import refusal
from measurand.message import say

LARGEST = 512 * 1024 * 1024
"""No certificate and no evidence inside one is larger, compressed or not."""
_D = TypeVar("_D", bound=Document)
_ORIGINAL = re.compile(rb'<script type="application/vnd\.measurand\+json" id="certificate">(.*?)</script>', re.DOTALL)
_EVIDENCE = re.compile(rb'<script type="application/gzip;base64" id="evidence">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Opened:
    """What one file holds. ``payload`` is decoded once; what is verified and what is read are the same bytes."""

    path: Path
    original: bytes
    """The bytes of ``certificate.json``."""
    envelope: Envelope
    payload: bytes
    statement: Statement
    page: bytes | None
    evidence_gz: bytes | None
    faults: tuple[str, ...]
    """Where the file is not as the program writes it."""


def opened(path: Path) -> Opened:
    """Open ``certificate.json`` or ``certificate.html``.

    Raises StoreError when it is neither, AuthenticityError when it was one and is damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refusal("M0713.certificate", path, reason=error.strerror or str(error)) from None
    if len(data) > LARGEST:
        raise refusal("M0713.certificate", path, reason="it is too large")
    page = None if data.lstrip()[:1] == b"{" else data
    faults: list[str] = []
    original = data if page is None else _inside(page, path)
    was_one = page is not None or PAYLOAD_TYPE.encode() in original
    envelope = _parsed(original, Envelope, path, damaged=was_one)
    try:
        payload = base64.b64decode(envelope.payload, validate=True)
    except ValueError as error:
        raise _damaged(path, f"payload: {error}") from None
    statement = _parsed(payload, Statement, path, damaged=True)
    if canonical(envelope) != original:
        faults.append("the envelope is written in another way")
    if canonical(statement) != payload:
        faults.append("the statement is written in another way")
    if base64.b64encode(payload).decode("ascii") != envelope.payload:
        faults.append("the payload is encoded in another way")
    evidence = _evidence(page, faults) if page is not None else None
    return Opened(path, original, envelope, payload, statement, page, evidence, tuple(faults))


def decompressed(data: bytes) -> bytes:
    """The bytes of a gzip stream. Raises ValueError: not one, truncated, or larger than any evidence."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            found = stream.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(str(error)) from None
    if len(found) > LARGEST:
        raise ValueError("it is too large")
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


def _parsed(data: bytes, kind: type[_D], path: Path, *, damaged: bool) -> _D:
    try:
        json.loads(data)  # says in words what is wrong with text that is not JSON
        return kind.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except (ValueError, RecursionError) as error:
        reason = f"not JSON: {error}"[:200]
    raise _damaged(path, reason) if damaged else refusal("M0713.certificate", path, reason=reason)


def _damaged(path: Path, reason: str) -> AuthenticityError:
    text = say("M0801.damaged", file=str(path), reason=reason)
    return AuthenticityError(Finding(code="M0801", path="", message=text, file=str(path)))
