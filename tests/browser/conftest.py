"""A real browser without a window, and certificates signed for it. Skipped without Chromium or Playwright."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from measurand.document.certificate import Predicate, Statement, Subject
from measurand.export.html import render
from measurand.export.viewer import page as viewer
from measurand.lab import keys
from measurand.lab.authenticity import inside
from measurand.lab.envelope import signed

REFUSED = "Applying inline style"
"""Said when a dropped page is read: its style sheet is not applied to the page that reads it."""
EVIDENCE = b"invented evidence"


def chromium() -> str | None:
    """The browser on this machine, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, driven by Playwright."""
    drive = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: the browser tests are skipped"
    )
    program = chromium()
    if program is None:
        pytest.skip("no Chromium on PATH: the browser tests are skipped")
    with drive.sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        found = playwright.chromium.launch(executable_path=program, args=arguments)
        yield found
        found.close()


@dataclass
class Tab:
    """One page of the browser, with everything that it asked for or complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def states(self) -> dict[str, str]:
        """State of each question, by name."""
        self.page.wait_for_selector(".states")
        found: dict[str, str] = self.page.eval_on_selector_all(
            ".states > li", "all => Object.fromEntries(all.map((e) => [e.dataset.name, e.dataset.state]))"
        )
        return found

    def until(self, expression: str, given: Any = None) -> None:
        """Wait until an expression is true (the page's policy forbids Playwright's own way)."""
        for _ in range(100):
            if self.page.evaluate(expression, given):
                return
            time.sleep(0.1)
        raise AssertionError(f"never true: {expression}")

    def text(self, name: str) -> str:
        """What is said about one question."""
        return " ".join(self.page.inner_text(f'.states > li[data-name="{name}"]').split())

    def summary(self) -> str:
        """The line that is read out."""
        return str(self.page.inner_text("#box-summary"))


Open = Callable[[bytes], Tab]


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens bytes as a file of its own."""
    context = browser.new_context()
    context.set_default_timeout(10_000)

    def opened(data: bytes) -> Tab:
        tab = Tab(context.new_page())
        file = tmp_path / f"page{len(context.pages)}.html"
        file.write_bytes(data)
        tab.page.on("request", lambda request: tab.requests.append(request.url))
        tab.page.on("pageerror", lambda error: tab.faults.append(str(error)))
        tab.page.on("console", lambda message: REFUSED in message.text or tab.faults.append(message.text))
        tab.page.on("dialog", lambda dialog: tab.faults.append(dialog.message))
        tab.page.goto(file.as_uri())
        assert tab.requests == [file.as_uri()]
        return tab

    yield opened
    context.close()


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The module that invents the record of the page's own tests."""
    path = Path(__file__).parent.parent / "export" / "sample.py"
    spec = importlib.util.spec_from_file_location("invented_sample", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Signed:
    """A certificate that was really signed, and its page."""

    key: keys.PrivateKey
    predicate: Predicate
    envelope: bytes
    page: bytes

    @property
    def pem(self) -> str:
        """The public key."""
        return keys.pem(self.key.public_key()).decode()

    @property
    def fingerprint(self) -> str:
        """Of the public key."""
        return keys.fingerprint(self.key.public_key())


@pytest.fixture(scope="session")
def sign(sample: ModuleType) -> Callable[..., Signed]:
    """Signs the invented record, with changes to what it states."""

    def made(key: keys.PrivateKey, **changes: Any) -> Signed:
        stated = sample.predicate().model_copy(
            update={"demonstration": keys.is_demonstration(key.public_key()), **changes}
        )
        files = {**inside(stated), "evidence.parquet": EVIDENCE}
        subjects = tuple(
            Subject(name=name, digest={"sha256": hashlib.sha256(data).hexdigest()}) for name, data in files.items()
        )
        envelope = signed(Statement(subject=subjects, predicate=stated), key)
        page = render(sample.record(stated), envelope, evidence_gz=gzip.compress(EVIDENCE, mtime=0))
        return Signed(key, stated, envelope, page)

    return made


@pytest.fixture(scope="session")
def certificate(sign: Callable[..., Signed]) -> Signed:
    """Signed with ECDSA on P-256, by a key that nobody knows."""
    return sign(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(scope="session")
def edwards(sign: Callable[..., Signed]) -> Signed:
    """Signed with Ed25519."""
    return sign(ed25519.Ed25519PrivateKey.generate())


@pytest.fixture(scope="session")
def alone() -> bytes:
    """The page that checks any certificate."""
    return viewer()
