"""A certificate's page checks itself: what it says of a good one, and what it finds in one that was changed."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from measurand.cli import main
from measurand.lab import keys

GOOD = {
    "signature": "passed",
    "key": "open",
    "status": "open",
    "recomputed": "partly",
    "time": "open",
    "page": "passed",
}


def bad(states: dict[str, str]) -> set[str]:
    """Questions that are answered NO."""
    return {name for name, state in states.items() if state == "failed"}


def test_a_good_one(show: Callable[..., Any], certificate: Any) -> None:
    tab = show(certificate.page)
    assert tab.states() == GOOD
    assert "1 yes, 4 not or not fully checked" in tab.summary()
    assert "8 verdicts" in tab.text("recomputed") and "6 digests" in tab.text("recomputed")
    assert len(tab.requests) == 1 and tab.faults == []


def test_ed25519(show: Callable[..., Any], edwards: Any) -> None:
    tab = show(edwards.page)
    supported = tab.page.evaluate(
        "crypto.subtle.generateKey({name: 'Ed25519'}, false, ['sign', 'verify']).then(() => true, () => false)"
    )
    assert tab.states() == {**GOOD, "signature": "passed" if supported else "open"}


def test_a_page_of_2000_items_and_15_conditions_is_small_and_quick(show: Callable[..., Any], certificate: Any) -> None:
    assert any(
        len(r.item_map.items) == 2000 and len(r.item_map.columns) == 15
        for r in certificate.predicate.results
        if r.item_map
    )
    assert len(certificate.page) < 400_000
    tab = show(certificate.page)
    tab.states()
    print(f"{len(certificate.page)} bytes, all states after {tab.page.evaluate('performance.now()'):.0f} ms")


@pytest.mark.parametrize("example", ["demo", "credit", "carrot"])
def test_real_certificates(example: str, show: Callable[..., Any], tmp_path: Path) -> None:
    out = tmp_path / "out"
    if example == "demo":
        main(["demo", "--out", str(out)])
    else:
        procedure = Path(__file__).parents[2] / "docs" / "examples" / example / f"{example}.measure.toml"
        main(["measure", str(procedure), "--out", str(out)])
        private, _ = keys.new(tmp_path, "lab")
        (record,) = (p for p in out.iterdir() if p.is_dir())
        main(["certify", str(record), "--key", str(private)])
    (page,) = out.glob("*/certificate.html")
    tab = show(page.read_bytes())
    assert tab.states() == GOOD
    assert tab.faults == [] and len(tab.requests) == 1
    assert "demonstration key" in tab.text("key") or example != "demo"


def test_the_readers_key(show: Callable[..., Any], certificate: Any, edwards: Any) -> None:
    tab = show(certificate.page)
    tab.states()
    tab.page.click(".own summary")
    grouped = " ".join(re.findall("....", certificate.fingerprint)).upper()
    cases = [
        (certificate.pem, "passed", "public key that you gave"),
        ("SHA256:" + grouped, "passed", "fingerprint that you gave"),
        (edwards.fingerprint, "failed", "You gave the key"),
        (edwards.pem, "failed", "You gave the key"),
        (certificate.fingerprint[:-1], "open", "64 hexadecimal digits"),
        (certificate.pem.replace("M", "?"), "open", "not"),
        ("", "open", "Compare it"),
    ]
    for text, state, words in cases:
        tab.page.fill("#own-key", text)
        tab.until(
            "([state, words]) => { const e = document.querySelector('[data-name=key]');"
            " return e.dataset.state === state && e.innerText.includes(words); }",
            [state, words],
        )
        assert tab.states() == {**GOOD, "key": state}
    tab.page.set_input_files("#own-file", {"name": "lab.pub.pem", "mimeType": "", "buffer": certificate.pem.encode()})
    tab.page.wait_for_selector('[data-name="key"][data-state="passed"]')
    assert tab.page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    assert len(tab.requests) == 1 and tab.faults == []


def test_the_demonstration_key_is_never_known(show: Callable[..., Any], sign: Callable[..., Any]) -> None:
    made = sign(keys.demonstration_key())
    tab = show(made.page)
    tab.states()
    tab.page.click(".own summary")
    for text in (made.pem, made.fingerprint):
        tab.page.fill("#own-key", text)
        tab.page.wait_for_timeout(300)
        assert tab.states() == GOOD
        assert "demonstration key" in tab.text("key")
    hidden = sign(keys.demonstration_key(), demonstration=False)
    assert "demonstration key" in show(hidden.page).text("key")


CHANGES: dict[str, tuple[str, str, str]] = {
    "value": ('"value" data-at="results/0/text">0.946', '"value" data-at="results/0/text">0.956', "results/0/text"),
    "verdict": (">INCONCLUSIVE</span></p>", ">CONFORMING</span></p>", "decisions/1/verdict"),
    "budget": ("<td>75.0 %</td>", "<td>57.0 %</td>", "results/0/budget/0"),
    "tick": (">0.92</text>", ">0.82</text>", "results/0 (drawing)"),
    "label in a drawing": (">limit 0.9</text>", ">limit 0.8</text>", "decisions/0/requirement/lower_limit"),
    "heading": ("2026-11-20T14:03:11Z</span>", "2026-11-21T14:03:11Z</span>", "measured"),
    "digest": ("sha256:", "sha256:0", "systems/0/digest"),
    "a binding to another place": ('data-at="results/0/text"', 'data-at="results/1/text"', "results/1/text"),
    "a binding to no place": ('data-at="results/0/text"', 'data-at="results/99/text"', "results/99/text"),
    "a binding to the prototype": ('data-at="results/0/text"', 'data-at="constructor/name"', "constructor/name"),
    "no binding": (' data-at="results/0/text">0.946', ">0.956", "page text"),
    "a new paragraph": ("<h2>How good", "<p>Approved for all uses.</p><h2>How good", "page text"),
    "limits of use": ("patients under 18", "patients under 81", "not_valid_for"),
    "number in print": ('\\000020LAB7', '\\000020LAB8', "number"),
    "procedure": ('lower_limit = &#34;90 %&#34;', 'lower_limit = &#34;80 %&#34;', "procedure_text"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_page_is_named(change: str, show: Callable[..., Any], certificate: Any) -> None:
    old, new, place = CHANGES[change]
    text = certificate.page.decode()
    head, script = text.split('<script type="application/vnd', 1)
    assert old in head
    start = head.index(old)
    page = head[:start] + new + head[start + len(old) :] + '<script type="application/vnd' + script
    if change == "number in print":  # whoever changes the style sheet changes its digest as well
        page = re.sub(r"style-src '[^']*'", "style-src 'unsafe-inline'", page)
    tab = show(page.encode())
    assert bad(tab.states()) == {"page"}
    assert place in tab.text("page")
    assert "something else than what was signed" in tab.summary()
    assert tab.page.get_attribute("#check", "data-state") == "failed"


def test_what_was_changed_is_filled_in_again(show: Callable[..., Any], certificate: Any) -> None:
    old, new, _ = CHANGES["value"]
    tab = show(certificate.page.replace(old.encode(), new.encode(), 1))
    tab.states()
    assert tab.page.inner_text(".value.differs") == "0.946 ± 0.023 (k = 2.00)"
    assert "shows “0.956 ± 0.023 (k = 2.00)”; signed: “0.946 ± 0.023 (k = 2.00)”" in tab.text("page")


def test_a_changed_payload(show: Callable[..., Any], certificate: Any) -> None:
    text = certificate.page.decode()
    payload = re.findall(r'"payload":"([^"]*)"', text)[0]
    statement = base64.b64decode(payload).decode()
    for old, new in (('"0.9462"', '"0.9562"'), ('"verdict":"inconclusive"', '"verdict":"conforming"')):
        other = base64.b64encode(statement.replace(old, new, 1).encode()).decode()
        states = show(text.replace(payload, other, 1).encode()).states()
        assert {"signature", "recomputed"} <= bad(states)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"title":"Sens', '"title":"Sens","title":"Sens'),
        ('"partial":false', '"partial": false'),
        ('"items":1100', '"items":9007199254740993'),
        ('"items":1100', '"items":NaN'),
        ('"items":1100', '"items":1e3'),
        ('"remarks":[', '"remarks":' + "[" * 100_000),
        ('"_type":"https://in-toto.io/Statement/v1"', '"_type":"https://in-toto.io/Statement/v2"'),
        ("measurand.dev/certificate/v1", "measurand.dev/status/v1"),
    ],
    ids=["key twice", "other writing", "beyond 2^53", "NaN", "exponent", "deep", "type", "predicate type"],
)
def test_a_statement_that_is_none_is_refused(
    old: str, new: str, show: Callable[..., Any], sign: Callable[..., Any], certificate: Any
) -> None:
    text = certificate.page.decode()
    payload = re.findall(r'"payload":"([^"]*)"', text)[0]
    statement = base64.b64decode(payload).decode()
    assert old in statement
    other = base64.b64encode(statement.replace(old, new, 1).encode()).decode()
    tab = show(text.replace(payload, other, 1).encode())
    tab.page.wait_for_selector('#check[data-state="failed"]')
    assert "cannot be read as a certificate" in tab.summary()
    assert tab.faults == []


def test_a_changed_signature_and_key(show: Callable[..., Any], certificate: Any, edwards: Any) -> None:
    text = certificate.page.decode()
    (signature,) = re.findall(r'"sig":"([^"]*)"', text)
    stripped = re.sub(r'"signatures":\[.*?\]', '"signatures":[]', text, count=1)
    other = base64.b64encode(base64.b64decode(signature)[:-1] + b"\0").decode()
    foreign = text.replace(certificate.pem.replace("\n", "\\n"), edwards.pem.replace("\n", "\\n"), 1)
    for page in (stripped, text.replace(signature, other, 1), foreign):
        assert page != text
        assert "signature" in bad(show(page.encode()).states())
    confused = foreign.replace(certificate.fingerprint, edwards.fingerprint)
    assert "signature" in bad(show(confused.encode()).states())


def test_changed_evidence(show: Callable[..., Any], certificate: Any) -> None:
    text = certificate.page.decode()
    (evidence,) = re.findall(r'id="evidence">([^<]*)<', text)
    for at in (20, len(evidence) // 2, len(evidence) - 8):
        letter = "A" if evidence[at] != "A" else "B"
        page = text.replace(evidence, evidence[:at] + letter + evidence[at + 1 :], 1)
        tab = show(page.encode())
        assert bad(tab.states()) == {"recomputed"}
        assert "evidence" in tab.text("recomputed")


def test_two_certificates_inside(show: Callable[..., Any], certificate: Any) -> None:
    inside = '<script type="application/vnd.measurand+json" id="certificate">{}</script>'
    tab = show(certificate.page.replace(b"<main>", b"<main>" + inside.encode(), 1))
    tab.page.wait_for_selector('#check[data-state="failed"]')


def test_digits_in_random_places(show: Callable[..., Any], certificate: Any) -> None:
    """Every digit that a reader sees is one that was signed, or one on a scale."""
    tab = show(certificate.page)
    tab.states()
    missed, tried = tab.page.evaluate(FUZZ, [random.Random(20261123).randrange(2**31), 1000])
    assert tried == 1000
    assert missed == []


FUZZ = """async ([seed, count]) => {
  let state = seed;
  const random = (n) => { state = (state * 1103515245 + 12345) % 2147483648; return Math.floor(state / 65536) % n; };
  const found = await opened(encoder.encode(document.getElementById("certificate").textContent));
  const places = [];
  const walker = document.createTreeWalker(document.querySelector("main"), 4);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest("#check, desc, title")) continue;
    if (node.parentElement.closest("figure") && !node.parentElement.closest("[data-of]")) continue;
    [...node.data].forEach((c, i) => { if (/[0-9]/.test(c)) places.push([node, i]); });
  }
  const missed = [];
  let tried = 0;
  for (; tried < count; tried++) {
    const [node, i] = places[random(places.length)];
    const [text, old] = [node.data, node.data[i]];
    node.data = text.slice(0, i) + ((Number(old) + 1 + random(9)) % 10) + text.slice(i + 1);
    const html = node.parentElement.outerHTML.slice(0, 200);
    const copy = document.cloneNode(true);
    node.data = text;
    if (!differencesOf(copy, found).length) missed.push([html, text.slice(0, 100)]);
  }
  return [missed, tried];
}"""


def test_without_scripts(browser: Any, certificate: Any, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(certificate.page)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    box = page.inner_text("#check")
    assert "Not checked: use measurand verify, or enable scripts." in box
    assert "drop it on a verifier that you already have" in box
    text = page.inner_text("main")
    assert all(result.text in text.replace("\u00a0", " ") for result in certificate.predicate.results)
    context.close()


def test_the_keyboard_reaches_everything_and_news_are_read_out(show: Callable[..., Any], certificate: Any) -> None:
    tab = show(certificate.page)
    tab.states()
    for attribute, value in (("role", "status"), ("aria-live", "polite")):
        assert tab.page.get_attribute("#box-summary", attribute) == value
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.closest('.own') !== null")
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.id") == "own-key"
    tab.page.keyboard.type(certificate.fingerprint)
    tab.page.wait_for_selector('[data-name="key"][data-state="passed"]')
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.id") == "own-file"
    assert "2 yes" in tab.summary()


def test_no_name_becomes_markup_or_code(show: Callable[..., Any], certificate: Any, sign: Callable[..., Any]) -> None:
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u202e{{7*7}} $& $1 `${1}`"
    made = sign(
        ec.generate_private_key(ec.SECP256R1()),
        title=hostile,
        customer=hostile,
        remarks=(hostile,),
        valid_for="__proto__",
    )
    tab = show(made.page)
    assert tab.states() == {**GOOD, "names": "failed"}
    assert "U+202E is not seen" in tab.text("names")
    assert "<U+202E>" in tab.page.inner_text("h1")
    assert len(tab.requests) == 1 and tab.faults == []


def test_the_policy_allows_no_other_script(show: Callable[..., Any], certificate: Any) -> None:
    page = certificate.page.replace(b"<main>", b"<main><script>window.injected = 1</script>", 1)
    tab = show(page)
    tab.page.wait_for_timeout(200)
    assert tab.page.evaluate("window.injected") is None
    outcome = tab.page.evaluate("fetch('https://example.org/').then(() => 'sent', () => 'refused')")
    assert outcome == "refused"
