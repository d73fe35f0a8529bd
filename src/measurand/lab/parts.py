"""Parts that may leave the laboratory: levels under HMAC ids, and results that name the parts' address."""

from __future__ import annotations

import hashlib
import hmac

from measurand.document.canonical import address_of, canonical
from measurand.document.parts import Parts, SourceParts
from measurand.document.result import Results


def hashed(parts: Parts, salt: bytes) -> Parts:
    """The parts with each level replaced by ``HMAC-SHA256(salt, id)`` in hexadecimal digits; order and values stay."""
    several = tuple(_hashed(source, salt) for source in parts.sources)
    return parts.model_copy(update={"sources": several, "salt_at": address_of(salt)})


def level_id(salt: bytes, level: str) -> str:
    """The id of one level."""
    return hmac.new(salt, level.encode(), hashlib.sha256).hexdigest()


def attached(results: Results, parts: Parts) -> Results:
    """The results with the address of their (hashed) parts."""
    at = address_of(canonical(parts))
    several = tuple(result.model_copy(update={"parts_at": at}) for result in results.results)
    return results.model_copy(update={"results": several})


def _hashed(source: SourceParts, salt: bytes) -> SourceParts:
    return source.model_copy(update={"levels": tuple(level_id(salt, level) for level in source.levels)})
