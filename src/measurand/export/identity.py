"""Names and one-line texts that exports give to the parts of a certificate: equal in every run."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from measurand.export.original import Original
from measurand.export.plain import visible


def identity(original: Original, *names: object) -> str:
    """UUID (version 5) of a part of an export: follows from the digest of the original and the part's place alone."""
    return str(uuid5(NAMESPACE_URL, "/".join(("urn:sha256", original.sha256, *map(str, names)))))


def systems_of(system: str, ids: Sequence[str]) -> tuple[str, ...]:
    """The listed systems that a result is about: one; of a difference "second - first" both, the second first; or none.

    >>> systems_of("b - a", ["a", "b"]), systems_of("a", ["a", "b"]), systems_of("", ["a"])
    (('b', 'a'), ('a',), ())
    """
    if system in ids:
        return (system,)
    return next(((b, a) for b in ids for a in ids if system == f"{b} - {a}"), ())


def one_line(text: str) -> str:
    """The text in one line, control and direction characters written out.

    >>> one_line(" a\\n b\\u202ec ")
    'a b<U+202E>c'
    """
    return " ".join(visible(text).split())
