"""Laws of the certificate's page: self-contained, deterministic, escaped, no result without its uncertainty."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from measurand.document.certificate import Predicate
from measurand.errors import AuthenticityError, StoreError
from measurand.export.html import render, style
from measurand.message import sentences


class Reader(HTMLParser):
    """Elements with their attributes, and the text that a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.seen: list[str] = []
        self.hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.hidden += tag in ("script", "style")
        self.seen.append("" if tag in ("span", "strong", "code") else " ")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style")
        self.seen.append("" if tag in ("span", "strong", "code") else " ")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.seen.append(data)


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    return Reader(page)


@pytest.fixture(scope="module")
def seen(reader: Reader) -> str:
    return " ".join("".join(reader.seen).split())


def test_equal_input_gives_equal_bytes(sample: ModuleType, predicate: Predicate, envelope: bytes, page: str) -> None:
    assert render(sample.record(predicate), envelope, evidence_gz=None).decode() == page


def test_bytes_do_not_depend_on_the_hash_seed(page: str) -> None:
    code = (
        "import runpy; s = runpy.run_path('sample.py'); from measurand.export.html import render; import hashlib;"
        "p = s['predicate'](); page = render(s['record'](p), s['envelope'](p), evidence_gz=None);"
        "print(hashlib.sha256(page).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "LC_ALL": "C", "TZ": "Asia/Shanghai"}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.strip() == hashlib.sha256(page.encode()).hexdigest()


def test_size(page: str) -> None:
    assert len(page.encode()) < 400_000


def test_exact_bytes_of_the_original_are_inside(page: str, envelope: bytes) -> None:
    found = re.findall(
        rb'<script type="application/vnd.measurand\+json" id="certificate">(.*?)</script>', page.encode()
    )
    assert found == [envelope]


def test_evidence_travels_when_given(sample: ModuleType, predicate: Predicate, envelope: bytes) -> None:
    table = gzip.compress(b"invented evidence", mtime=0)
    page = render(sample.record(predicate), envelope, evidence_gz=table)
    found = re.findall(rb'<script type="application/gzip;base64" id="evidence">(.*?)</script>', page)
    assert [base64.b64decode(f) for f in found] == [table]
    assert b"--evidence" not in page.split(b"<script>")[0]


def test_no_request_can_leave_the_page(reader: Reader, page: str) -> None:
    for tag, attributes in reader.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base", "form", "audio", "video", "img"), tag
        for name, value in attributes.items():
            if name in ("src", "href", "xlink:href", "srcset", "action", "data"):
                assert (value or "").startswith(("data:image/png;base64,", "#")), (tag, name, value)
    assert set(re.findall(r"url\((.)", page)) == {"#"}
    assert "@import" not in page and "@font-face" not in page


def test_content_security_policy_allows_this_style_sheet_and_script_and_nothing_else(reader: Reader, page: str) -> None:
    digests = []
    for tag in ("style", "script"):
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert len(found) == 1
        digests.append(base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode())
    policy = next(a["content"] for _, a in reader.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{digests[1]}'; style-src 'sha256-{digests[0]}'; img-src data:;"
        " connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
    assert not any("style" in attributes for _, attributes in reader.elements)


def test_names_are_text_never_markup(reader: Reader, page: str, seen: str) -> None:
    scripts = [attributes for tag, attributes in reader.elements if tag == "script"]
    assert scripts == [{"type": "application/vnd.measurand+json", "id": "certificate"}, {}]
    assert not any(name.startswith("on") for _, attributes in reader.elements for name in attributes)
    assert "<script>alert(1)</script>" in seen
    assert "皮肤病变分诊系统" in seen
    assert "{{ 7 * 7 }}" in seen
    assert "\u202e" not in page and "\x1b" not in page
    assert "<U+202E>txet" in seen


def test_hostile_number_stays_text_in_the_style_sheet() -> None:
    sheet = style('"; } </style><script>alert(1)</script> \\')
    assert "<" not in sheet and "alert(1)" not in sheet.replace("\\", "")


def test_no_result_without_its_uncertainty(predicate: Predicate, seen: str) -> None:
    for result in predicate.results:
        assert seen.count(result.text) >= 2, result.title
        rest = seen.replace(result.text, "")
        value = re.escape(result.text.split()[0])
        assert not re.search(rf"(?<![\d.,\[]){value}(?![\d.,\]])", rest), result.text


def test_everything_that_was_stated_is_shown(predicate: Predicate, seen: str) -> None:
    for result in predicate.results:
        assert result.words in seen
        for entry in result.budget:
            assert (entry.needs if hasattr(entry, "needs") else entry.line) in seen
        for check in result.checks:
            assert check.text in seen
        for warning in result.warnings:
            assert warning in seen
    for decision in predicate.decisions:
        assert all(reason in seen for reason in decision.reasons)
        assert decision.what_now in seen
        assert decision.requirement.text in seen
    for text in (
        predicate.number,
        predicate.valid_for,
        predicate.not_valid_for,
        *predicate.remarks,
        *predicate.validity,
    ):
        assert text in seen
    for text in (
        "consecutive referrals to 4 clinics",
        "rate 0.03, u = 0.005; not declared independent",
        "site (random)",
    ):
        assert text in seen
    assert "End of certificate" in seen and "DEMONSTRATION" in seen
    assert " ".join(predicate.procedure_text.split()) in seen


@pytest.mark.parametrize("word", ["CONFORMING", "NON-CONFORMING", "INCONCLUSIVE", "INVALID"])
def test_each_verdict_is_a_word_and_a_shape(word: str, page: str) -> None:
    assert re.search(rf'<p class="chip {word.lower()}"><svg [^>]*class="badge"', page)
    assert f">{word}</span></p>" in page


def test_no_claim_that_only_others_can_make(page: str) -> None:
    written = page + " ".join(text for key, text in sentences().items() if key.startswith(("page.", "text.", "rule.")))
    assert not re.search(r"\bcompliant\b|\baccredited\b|\bcertified by\b", written, re.IGNORECASE)


def test_pictures_are_well_formed_and_described(page: str) -> None:
    drawings = [ElementTree.fromstring(text) for text in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]
    pictures = [d for d in drawings if d.get("class") == "picture"]
    assert len(pictures) >= 14
    space = "{http://www.w3.org/2000/svg}"
    for picture in pictures:
        assert picture.get("role") == "img"
        named = {e.get("id"): e.text for e in picture if e.tag in (f"{space}title", f"{space}desc")}
        assert all(named[identity] for identity in (picture.get("aria-labelledby") or "").split())
    assert all(d.get("aria-hidden") == "true" for d in drawings if d.get("class") == "badge")


def test_identities_are_unique_and_references_resolve(page: str) -> None:
    page = page.split("<script>", maxsplit=1)[0]
    identities = re.findall(r'\bid="([^"]*)"', page)
    assert len(identities) == len(set(identities))
    assert set(re.findall(r"url\(#([^)]*)\)", page)) <= set(identities)


def test_a_record_other_than_the_signed_one_is_refused(sample: ModuleType, predicate: Predicate) -> None:
    other = predicate.model_copy(update={"results": predicate.results[:1], "decisions": predicate.decisions[:1]})
    with pytest.raises(StoreError, match="results"):
        render(sample.record(predicate), sample.envelope(other), evidence_gz=None)


@pytest.mark.parametrize("text", [b"", b"{}", b'{"payload":"e30=","signatures":[]}', b"\xff", b'{"payload":"<"}'])
def test_what_is_no_certificate_is_refused(text: bytes, sample: ModuleType, predicate: Predicate) -> None:
    with pytest.raises(AuthenticityError):
        render(sample.record(predicate), text, evidence_gz=None)


def test_a_budget_without_observations_and_requirements(sample: ModuleType, predicate: Predicate) -> None:
    interval = (50.000745436, 50.000930564)
    plain = sample.result("y", "length of the gauge block", 50.000838, 0.0000317, interval,
                          unit="mm", bounds=(None, None), items=0, units=0, evidence_at=None)  # fmt: skip
    stated = predicate.model_copy(
        update={"results": (plain,), "decisions": (), "evidence": None, "demonstration": False, "remarks": ()}
    )
    seen = " ".join(Reader(render(sample.record(stated), sample.envelope(stated), evidence_gz=None).decode()).seen)
    assert "50.000838 ± 0.000093 mm (k = 2.92)" in seen
    assert "no requirement stated" in seen and "No observations" in seen
    assert "DEMONSTRATION" not in seen
