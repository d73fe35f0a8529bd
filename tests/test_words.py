"""Words that must not be said: claims that only an accreditation body may make, and places of one machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXTS = (".py", ".md", ".toml", ".html", ".css", ".svg", ".json", ".yml", ".txt", ".jinja", ".j2", "")

CLAIM = re.compile(r"\b(compliant|accredited|certified by|approved by)\b", re.IGNORECASE)
# A sentence may say that something is *not* claimed, or name a laboratory that somebody else has accredited.
DENIED = re.compile(r"\b(not|no|never|nothing|neither|nor|without|unless|only)\b", re.IGNORECASE)
PLACE = re.compile(
    r"(?<![\w.])/(work|opt|root|home|Users|tmp/[a-z])(/|\b)|[A-Z]:\\\\|file://|https?://(localhost|127\.)"
)


def texts(*folders: str) -> list[Path]:
    """The text files of some folders of the project, and of its top level when the folder is ``.``."""
    found: list[Path] = []
    for folder in folders:
        entries = (ROOT / folder).iterdir() if folder == "." else (ROOT / folder).rglob("*")
        found += [e for e in entries if e.is_file() and e.suffix in TEXTS and "__pycache__" not in e.parts]
    return sorted(found)


def sentences(text: str) -> list[tuple[int, str]]:
    """Sentences with the line on which they start; good enough for prose and code."""
    found, start = [], 0
    for match in re.finditer(r"[.;:!?|](\s|$)|\n\s*\n", text):
        found.append((text.count("\n", 0, start) + 1, text[start : match.end()]))
        start = match.end()
    return [*found, (text.count("\n", 0, start) + 1, text[start:])]


OF_OTHERS = "src/measurand/crosswalk"
"""What laws and standards ask for, in our words: it speaks of others, and claims nothing of us."""


@pytest.mark.parametrize(
    "file",
    [f for f in texts("src", "docs", ".") if OF_OTHERS not in f.as_posix()],
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_no_claim_of_conformity_with_a_law_or_of_accreditation(file: Path) -> None:
    claims = [
        f"{file.relative_to(ROOT)}:{line}: {sentence.strip()}"
        for line, sentence in sentences(file.read_text(encoding="utf-8", errors="replace"))
        if CLAIM.search(sentence) and not DENIED.search(sentence)
    ]
    assert claims == []


@pytest.mark.parametrize(
    "file",
    texts("src", "docs", "tests", "tools", "benchmarks", "requirements", "."),
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_no_place_of_one_machine(file: Path) -> None:
    if file == Path(__file__).resolve() or file.name == "flaky_openai_server.py":  # which serves on the loopback
        return
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    assert [f"{n}: {line}" for n, line in enumerate(lines, 1) if PLACE.search(line)] == []


@pytest.mark.parametrize("name", [f"requirements/{n}.txt" for n in ("run", "test", "check", "docs", "conformance")])
def test_locks_have_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(
        r"^\s*(-|https?:)|index-url|find-links|://|@ ", text.replace("    --hash", "hash"), re.MULTILINE
    )
    packages = re.findall(r"^\S+==\S+ \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^\S+==", text, re.MULTILINE)) > 20
