"""Canonical bytes (RFC 8785) and addresses of documents."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import rfc8785
from pydantic import BaseModel, ConfigDict, StringConstraints

Address = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""``sha256:`` and the hexadecimal SHA-256 of bytes."""
_DAY, _HOUR = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
Time = Annotated[str, StringConstraints(pattern=f"^{_DAY}T{_HOUR}Z$")]
"""UTC. Times are compared as text."""


class Document(BaseModel):
    """Base of every typed document: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def plain(document: BaseModel) -> Any:
    """The document as plain JSON data; what is absent has no key (never ``null``)."""
    return document.model_dump(mode="json", exclude_none=True, by_alias=True)


def canonical(data: BaseModel | Any) -> bytes:
    """Canonical bytes of a document or of plain JSON data (RFC 8785)."""
    return rfc8785.dumps(plain(data) if isinstance(data, BaseModel) else data)


def address_of(data: bytes) -> str:
    """``sha256:...`` of bytes.

    >>> address_of(b"")[:20]
    'sha256:e3b0c44298fc1'
    """
    return "sha256:" + hashlib.sha256(data).hexdigest()
