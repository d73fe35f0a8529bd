"""A key comparison of national metrology institutes: what they submitted, and what was published of it."""

from __future__ import annotations

from measurand.document.canonical import Document
from measurand.document.number import Number


class SubmittedValue(Document):
    """One value of a submission: of one ampoule, one artefact or one method."""

    value: Number
    u: Number
    """Standard uncertainty."""
    specimens: tuple[str, ...] = ()
    """What was measured, as the file calls it."""
    methods: tuple[str, ...] = ()
    linked_to: str = ""
    """Code of another comparison, through which the value was linked to this one."""


class Submission(Document):
    """What one laboratory submitted in one year."""

    laboratory: str
    earlier_names: tuple[str, ...] = ()
    year: int
    in_reference: bool
    """Whether it enters the reference value of the latest release."""
    valid: bool
    """Whether its degree of equivalence is still shown: it is neither superseded nor expired."""
    values: tuple[SubmittedValue, ...] = ()
    """Absent: they are not published."""


class PublishedDegree(Document):
    """A published degree of equivalence: the difference to the reference value and its expanded uncertainty."""

    laboratory: str
    d: Number
    """As written, ``10**exponent`` times the unit of the comparison."""
    expanded: Number
    """Expanded uncertainty as written, of the same unit."""
    exponent: int = 0
    factor: Number
    """Coverage factor of ``expanded``."""
    linked_to: str = ""
    """Code of the comparison, linked to this one, in which the laboratory took part."""


class PublishedReference(Document):
    """A published key comparison reference value."""

    value: Number
    u: Number
    """Standard uncertainty."""


class Release(Document):
    """A publication of the comparison."""

    doi: str = ""
    year: int
    reference: PublishedReference | None = None
    """Absent: none was published, as long as there is one participant."""
    degrees: tuple[PublishedDegree, ...] = ()


class KeyComparison(Document):
    """All submissions and all releases of a key comparison."""

    code: str
    pilot: str = ""
    unit: str
    """Of submitted and reference values, in the names of D-SI."""
    submissions: tuple[Submission, ...]
    releases: tuple[Release, ...]
