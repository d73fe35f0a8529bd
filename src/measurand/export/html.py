"""The certificate as one self-contained HTML file: no request, the signed bytes inside, one script that checks them."""

from __future__ import annotations

import base64

from measurand.document.certificate import Predicate
from measurand.document.record import Record
from measurand.document.rounding import percent
from measurand.errors import AuthenticityError, Finding, StoreError
from measurand.export.bound import at, path, span, told
from measurand.export.naming import acceptance_in_words, brief, heading
from measurand.export.page import Page, page_of, signed
from measurand.export.plain import freedom, visible
from measurand.export.script import policy, script, styles
from measurand.export.svg.writer import Markup
from measurand.message import say


def render(record: Record, envelope_bytes: bytes, *, evidence_gz: bytes | None) -> bytes:
    """The page of a signed certificate, as UTF-8.

    What is printed comes from the signed statement alone. The exact bytes of ``certificate.json`` stand between the
    tags of ``<script type="application/vnd.measurand+json" id="certificate">``; the evidence, gzip compressed, in
    base64 in ``<script type="application/gzip;base64" id="evidence">``. Equal input gives equal bytes.

    Raises AuthenticityError when the envelope does not hold a certificate, StoreError when the record holds other
    results or decisions than were signed.
    """
    envelope, statement = signed(envelope_bytes)
    _same(record, statement.predicate)
    if b"<" in envelope_bytes:
        raise AuthenticityError(Finding(code="M08", path="certificate.json", message=say("M08.embedding")))
    evidence = None if evidence_gz is None else base64.b64encode(evidence_gz).decode("ascii")
    return _drawn(page_of(envelope, statement), original=envelope_bytes.decode("utf-8"), evidence=evidence)


def style(number: str) -> str:
    """The style sheet with the certificate's number at the foot of each printed page."""
    return sheet(f"{say('page.number')} {visible(number)}")


def sheet(foot: str) -> str:
    """The style sheet with a text at the foot of each printed page.

    Every character of the text but letters and digits is written as a CSS escape, so that it stays text.
    """
    text = "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in foot)
    return styles().replace("NUMBER", text)


def _same(record: Record, predicate: Predicate) -> None:
    pairs = (
        ("results", record.results.results, predicate.results),
        ("decisions", record.decisions.decisions, predicate.decisions),
    )
    for what, held, stated in pairs:
        if held != stated:
            raise StoreError(Finding(code="M07", path=f"{what}.json", message=say("M08.other_record", what=what)))


def _grouped(key: str) -> str:
    """A fingerprint in groups of four, for comparing by eye; its kind (``sha256:``) stays apart."""
    kind, _, digits = key.rpartition(":")
    groups = " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
    return f"{kind}: {groups}" if kind else groups


def filled(name: str, **values: object) -> bytes:
    """A template with its values as UTF-8: every text escaped and its control characters written out."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("measurand.export"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(say=say, **values).encode("utf-8")


def _drawn(page: Page, *, original: str, evidence: str | None) -> bytes:
    drawn = style(page.predicate.number)
    return filled(
        "certificate.html.j2",
        page=page,
        c=page.predicate,
        sheet=Markup(drawn),
        policy=Markup(policy(drawn)),
        script=Markup(script()),
        original=Markup(original),
        evidence=None if evidence is None else Markup(evidence),
        at=at,
        path=path,
        span=span,
        told=told,
        heading=heading,
        percent=percent,
        u=lambda r: page.budgets[page.predicate.results.index(r)].combined,
        freedom=freedom,
        brief=brief,
        acceptance=acceptance_in_words,
        grouped=_grouped,
    )
