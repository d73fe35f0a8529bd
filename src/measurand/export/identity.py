"""Names and one-line texts that exports give to the parts of a certificate: equal in every run."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from measurand.export.original import Original
from measurand.export.plain import visible


def identity(original: Original, *names: object) -> str:
    """UUID (version 5) of a part of an export: follows from the digest of the original and the part's place alone."""
    return str(uuid5(NAMESPACE_URL, "/".join(("urn:sha256", original.sha256, *map(str, names)))))


def one_line(text: str) -> str:
    """The text in one line, control and direction characters written out.

    >>> one_line(" a\\n b\\u202ec ")
    'a b<U+202E>c'
    """
    return " ".join(visible(text).split())
