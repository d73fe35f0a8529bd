"""The page that checks any certificate: what is dropped is checked, drawn from what was signed, and goes nowhere."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from measurand.document.status import Certificate
from measurand.export.viewer import page
from measurand.lab.opened import opened
from measurand.lab.status import of_key, superseded, withdrawn

ALONE = {"signature": "passed", "key": "open", "status": "open", "recomputed": "partly", "time": "open"}
AT = "2027-01-01T00:00:00Z"


def give(tab: Any, *files: tuple[str, bytes]) -> None:
    """Choose files with the button, and wait for what is said."""
    buffers = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    tab.page.evaluate("document.getElementById('check').dataset.state = 'given'")
    tab.page.set_input_files("#file", buffers)
    tab.until("document.getElementById('check').dataset.state !== 'given'")


def test_equal_in_every_run() -> None:
    assert page() == page()
    assert len(page()) < 120_000


def test_it_says_what_it_is(show: Callable[..., Any], alone: bytes) -> None:
    tab = show(alone)
    assert "does not leave your computer: the page can make no request" in tab.page.inner_text("main")
    assert tab.summary() == "No certificate yet."
    assert tab.page.is_visible("#zone") and tab.faults == []


@pytest.mark.parametrize("name", ["certificate.html", "certificate.json"])
def test_a_good_certificate_is_checked_and_drawn(
    name: str, show: Callable[..., Any], alone: bytes, certificate: Any
) -> None:
    tab = show(alone)
    html = name.endswith("html")
    give(tab, (name, certificate.page if html else certificate.envelope))
    assert tab.states() == {**ALONE, **({"page": "passed"} if html else {})}
    assert "This file did not leave your computer" in tab.page.inner_text("main")
    shown = tab.page.inner_text("#content")
    assert certificate.predicate.number in shown and name in shown
    for result in certificate.predicate.results:
        assert result.text in shown
    for decision in certificate.predicate.decisions:
        assert decision.requirement.text in shown and decision.verdict.value.upper() in shown
    tab.page.click("#content > details > summary")
    tab.page.click("#content .tree summary >> nth=0")
    assert len(tab.requests) == 1 and tab.faults == []


def test_dropped_by_hand(show: Callable[..., Any], alone: bytes, certificate: Any) -> None:
    tab = show(alone)
    tab.page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], "certificate.html"));
          document.getElementById("zone").dispatchEvent(
            new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        certificate.page.decode(),
    )
    assert tab.states() == {**ALONE, "page": "passed"}


def test_a_page_that_shows_something_else(show: Callable[..., Any], alone: bytes, certificate: Any) -> None:
    """Bindings, script and policy of a dropped page are the forger's: nothing of it runs; what it shows is compared."""
    forged = re.sub(rb"<script>.*?</script>", b"<script>alert(1)</script>", certificate.page, flags=re.DOTALL)
    forged = forged.replace(b"0.946 ", b"0.996 ").replace(b"default-src 'none'", b"default-src *")
    tab = show(alone)
    give(tab, ("certificate.html", forged))
    assert tab.states() == {**ALONE, "page": "failed"}
    assert "results/0/text" in tab.text("page")
    assert "0.996" not in tab.page.inner_text("#content")
    assert len(tab.requests) == 1 and tab.faults == []


@pytest.mark.parametrize(
    "hidden",
    [
        b'<p data-at="number">LAB7-2026-00041</p><p>All systems CONFORMING</p>',
        b"<p>0.999</p>",
        b'<figure><svg><text class="tick">0.999</text></svg></figure>',
        b'<figure data-of="results/0"><svg><text>0.999</text></svg></figure>',
        b'<table><tbody data-at="results/0/item_map" data-as="items_table"><tr><td>1</td></tr></tbody></table>',
        b'<p data-at="results/0/text" data-as="toString">[object Undefined]</p>',
        b'<p data-at="results/0/text" data-as="constructor">0.999</p>',
        b'<p data-at="results/0/text" data-as="__proto__">0.999</p>',
    ],
)
def test_text_of_the_forger_is_not_overlooked(
    hidden: bytes, show: Callable[..., Any], alone: bytes, certificate: Any
) -> None:
    tab = show(alone)
    give(tab, ("certificate.html", certificate.page.replace(b"<h2>How good", hidden + b"<h2>How good", 1)))
    assert tab.states()["page"] == "failed"


def test_keys_and_documents(
    show: Callable[..., Any], alone: bytes, certificate: Any, edwards: Any, tmp_path: Path
) -> None:
    (tmp_path / "certificate.json").write_bytes(certificate.envelope)
    own = opened(tmp_path / "certificate.json")
    stranger = ec.generate_private_key(ec.SECP256R1())
    who = certificate.predicate.laboratory
    one = Certificate(number=certificate.predicate.number, sha256=hashlib.sha256(certificate.envelope).hexdigest())
    other = Certificate(number="LAB7-2", sha256="0" * 64)
    said = {
        "withdrawn": withdrawn(own, certificate.key, reason="labels were swapped", laboratory=who, at=AT),
        "superseded": superseded(one, other, certificate.key, reason="a typing error", laboratory=who, at=AT),
        "other": superseded(other, one, certificate.key, reason="of another", laboratory=who, at=AT),
        "stranger": withdrawn(own, stranger, reason="spite", laboratory=who, at=AT),
        "compromised": of_key(certificate.key, compromised=True, at=AT),
        "retired before": of_key(certificate.key, compromised=False, at="2020-01-01T00:00:00Z"),
        "retired after": of_key(certificate.key, compromised=False, at=AT),
        "another's key": of_key(edwards.key, compromised=True, at=AT),
    }
    damaged = said["withdrawn"].replace(b'"sig":"ME', b'"sig":"MF')
    expected = [
        ("withdrawn", "failed", "open", "labels were swapped"),
        ("superseded", "failed", "open", "Replaced by certificate LAB7-2"),
        ("other", "open", "open", "about another certificate"),
        ("stranger", "open", "open", "was not believed"),
        ("compromised", "open", "failed", "revoked as compromised"),
        ("retired before", "open", "failed", "was retired"),
        ("retired after", "open", "open", "after the certificate was issued"),
        ("another's key", "open", "open", "about another certificate or key"),
    ]
    for name, status, key, words in expected:
        tab = show(alone)
        give(tab, ("certificate.json", certificate.envelope))
        give(tab, (f"{name}.status.json", said[name]))
        assert tab.states() == {**ALONE, "status": status, "key": key}, name + tab.text("status")
        assert words in tab.text("status") + tab.text("key"), name
    tab = show(alone)
    give(
        tab,
        ("certificate.json", certificate.envelope),
        ("x.status.json", damaged),
        ("lab.pub.pem", certificate.pem.encode()),
    )
    assert tab.states() == {**ALONE, "key": "passed"}
    assert "was not believed" in tab.text("status")
    give(tab, ("certificate.json", edwards.envelope))
    assert tab.states()["key"] == "failed"


NOT_ONE = {
    "empty": b"",
    "text": b"hello",
    "json": b"{}",
    "not utf-8": b"\xff\xfe{",
    "page without": b"<html><body>nothing</body></html>",
    "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 100_000,
    "payload": b'{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[]}',
}


@pytest.mark.parametrize("what", NOT_ONE)
def test_what_is_no_certificate_is_refused(what: str, show: Callable[..., Any], alone: bytes, certificate: Any) -> None:
    tab = show(alone)
    give(tab, ("certificate.json", certificate.envelope))
    give(tab, ("file.html", NOT_ONE[what]))
    assert "cannot be read as a certificate" in tab.summary()
    assert tab.page.inner_text("#content") == "" and tab.faults == []
    assert tab.page.query_selector(".states") is None


def test_hostile_names_are_text(show: Callable[..., Any], alone: bytes, sign: Callable[..., Any]) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e</script>"
    made = sign(ec.generate_private_key(ec.SECP256R1()), number=hostile, title=hostile, customer=hostile)
    tab = show(alone)
    give(tab, (f"{hostile.replace('/', '')}.json", made.envelope))
    tab.states()
    tab.page.click("#content > details > summary")
    assert "<img src=x onerror=alert(1)><U+202E>" in tab.page.inner_text("#content")
    assert tab.page.query_selector("#content img") is None
    assert len(tab.requests) == 1 and tab.faults == []


def test_every_changed_letter_of_the_envelope(show: Callable[..., Any], alone: bytes, certificate: Any) -> None:
    """One letter of base64 in 100 places of the payload: refused, or the signature is answered NO."""
    tab = show(alone)
    text = certificate.envelope.decode()
    start = text.index('"payload":"') + 11
    places = range(start, text.index('"', start), (text.index('"', start) - start) // 100)
    missed = tab.page.evaluate(
        """async ([text, places]) => {
          const missed = [];
          for (const i of places) {
            const changed = text.slice(0, i) + (text[i] === "A" ? "B" : "A") + text.slice(i + 1);
            try {
              const found = await opened(encoder.encode(changed));
              if ((await signatureOf(found, null)).state !== "failed") missed.push(i);
            } catch (error) {
              if (!(error instanceof Error)) missed.push(i);
            }
          }
          return missed;
        }""",
        [text, list(places)],
    )
    assert missed == []


def test_the_keyboard_reaches_the_file_button(show: Callable[..., Any], alone: bytes) -> None:
    tab = show(alone)
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.id") == "file"


def test_without_scripts(browser: Any, alone: bytes, tmp_path: Path) -> None:
    (tmp_path / "verify.html").write_bytes(alone)
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((tmp_path / "verify.html").as_uri())
    assert "Not checked: use measurand verify, or enable scripts." in tab.inner_text("main")
    assert not tab.is_visible("#zone")
    context.close()
