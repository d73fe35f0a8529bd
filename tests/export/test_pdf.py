"""The certificate as PDF. What needs typst is skipped by name where it is not installed."""

from __future__ import annotations

import base64
import builtins
import json
import re
import shutil
import subprocess
import zlib
from pathlib import Path
from types import ModuleType

import pytest

from measurand import cli
from measurand.document.certificate import Predicate, Statement
from measurand.errors import MeasurandError
from measurand.export import pdf
from measurand.export.original import Original
from measurand.export.paper import _picture, paper
from measurand.export.svg.writer import Markup, Picture

HOSTILE = (
    '#eval("1+1") #read("/etc/passwd") #import "@preview/x:1.0.0" $x^2$ *bold* _it_ @ref <label> \\u{41} `raw` \\ // c'
)


@pytest.fixture(scope="session")
def original(envelope: bytes) -> Original:
    return Original(Statement.model_validate_json(base64.b64decode(json.loads(envelope)["payload"])), envelope)


@pytest.fixture(scope="session")
def typst() -> ModuleType:
    return pytest.importorskip("typst", reason="typst is not installed: pip install 'measurand[pdf]'")


def with_texts(original: Original, text: str) -> Original:
    """The certificate with one text in every place that takes any."""
    stated = original.statement.predicate
    results = tuple(r.model_copy(update={"title": text, "level": text, "words": text}) for r in stated.results)
    decisions = tuple(d.model_copy(update={"level": text, "what_now": text}) for d in stated.decisions)
    update: dict[str, object] = {
        "title": text, "number": text, "customer": text, "remarks": (text,), "valid_for": text, "not_valid_for": text,
        "procedure_text": f"{text}\n{text}", "results": results, "decisions": decisions,
        "systems": ({"id": text, "name": text, text: text},),
        "laboratory": stated.laboratory.model_copy(update={"name": text, "address": text}),
    }  # fmt: skip
    predicate: Predicate = stated.model_copy(update=update)
    return Original(original.statement.model_copy(update={"predicate": predicate}), original.data)


def texts(content: object) -> list[str]:
    return list(pdf._texts(content))


def test_what_is_printed_is_what_was_signed(original: Original) -> None:
    """Value, u, k, limits, requirement, verdict and risks of each result; every line of each budget; the digest."""
    content = paper(original)
    stated = original.statement.predicate
    summary = content["summary"]
    assert isinstance(summary, list) and len(summary) == len(stated.results)
    by_text = {row["text"].replace("\u00a0", " "): row for row in summary}
    sens = by_text[stated.results[0].text]
    assert (sens["u"], sens["k"], sens["interval"]) == ("0.0117", "2.00", "[0.9228, 0.9696]")
    assert (sens["requirement"], sens["word"], sens["p"]) == ("at least 0.9", "CONFORMING", "> 0.9999")
    budgets = content["budgets"]
    assert isinstance(budgets, list)
    assert [len(b["rows"]) + len(b["gaps"]) for b in budgets] == [len(r.budget) for r in stated.results]
    held = texts(content)
    for wanted in (original.sha256, stated.number, stated.laboratory.name, stated.issued, stated.valid_for,
                   *(d.requirement.source for d in stated.decisions), *(r.text for r in stated.results)):  # fmt: skip
        assert any(wanted in text.replace("\u00a0", " ") for text in held), wanted
    assert not any("data-at" in text for text in held if not text.startswith("<svg"))


def test_without_typst_the_fix_is_told(original: Original, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: object, **more: object) -> object:
        if name == "typst":
            raise ImportError(name)
        return real(name, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MeasurandError) as raised:
        pdf.render(original)
    (finding,) = raised.value.findings
    assert (finding.code, finding.hint) == ("M0792", "pip install 'measurand[pdf]'")


def streams(data: bytes) -> list[bytes]:
    """The streams of a PDF, read as far as zlib can."""
    found = []
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            found.append(zlib.decompress(match[1]))
        except zlib.error:
            found.append(match[1])
    return found


def test_pdf_for_archives_with_the_original_inside(original: Original, typst: ModuleType) -> None:
    made = pdf.render(original)
    assert made == pdf.render(original)
    assert made.startswith(b"%PDF-")
    assert original.data in streams(made), "the signed original, byte for byte"
    head = next(stream for stream in streams(made) if b"x:xmpmeta" in stream).decode("utf-8")
    for wanted in (
        "<pdfaid:part>3<",
        "<pdfaid:conformance>A<",
        "<pdfuaid:part>1<",
        original.sha256,
        "2026-11-22T20:14",
    ):
        assert wanted in head, wanted
    assert b"/JavaScript" not in made and b"/Launch" not in made and b"/URI" not in made


def test_no_text_is_carried_out(original: Original, typst: ModuleType, tmp_path: Path) -> None:
    """Markup of typst in a name is printed as it stands; nothing is read, evaluated or fetched."""
    made = pdf.render(with_texts(original, HOSTILE))
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed: the text of the PDF cannot be read")
    (tmp_path / "a.pdf").write_bytes(made)
    shown = subprocess.run([program, "-raw", tmp_path / "a.pdf", "-"], capture_output=True, check=True, timeout=60)
    text = "".join(shown.stdout.decode("utf-8").split())
    assert text.count("".join(HOSTILE.split())) >= 10
    assert "root:" not in text
    pages = text.count("Copy.SHA-256ofthesignedoriginal:" + original.sha256)
    assert pages > 3 and all(f"page{i}of{pages}" in text for i in range(1, pages + 1))


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "\x00\x1b[2J\u202e\ud800", "a" * 5000, "0" * 300 + "\n" * 50, "\ue000"]
)
def test_any_text_gives_a_page(text: str, original: Original, typst: ModuleType) -> None:
    assert pdf.render(with_texts(original, text)).startswith(b"%PDF-")


def test_characters_without_a_letter_are_found_one_by_one(typst: ModuleType) -> None:
    """Latin, Greek, Cyrillic and signs are in the fonts of typst; Chinese, Thai and emoji are not."""
    compiler = typst.Compiler(ignore_system_fonts=True)
    letters = "éßøŁαЖ−≥∞→皮肤病ก😀"
    assert pdf._lacking(letters, compiler, typst.TypstError) == "皮肤病ก😀"
    assert pdf._lacking("", compiler, typst.TypstError) == ""


FONT = Path("/usr/share/fonts")
"""Where fonts are kept on many machines."""


def test_a_text_takes_no_line_of_its_own(original: Original) -> None:
    """A line break in a name is a blank on paper: no name poses as a further line. Long names are cut."""
    hostile = with_texts(original, "a\nCONFORMING\u2028No. 7\t!" * 9)
    shown = pdf._shown(paper(hostile), {})
    assert not any(set("\n\u2028\t") & set(text) for text in texts(shown) if not text.startswith("<svg"))
    names = paper(hostile)["names"]
    assert isinstance(names, list) and all(len(name) <= 60 for name in names)


@pytest.mark.parametrize(
    ("height", "share"), [(100, 1.0), (900, 1.0), (1200, 0.75), (1800, 0.5), (1900, 0.0), (90000, 0.0)]
)
def test_a_picture_fits_on_a_page_or_is_left_out_in_words(height: int, share: float) -> None:
    """720 units wide; at most 1.25 times as high as wide on paper; at least half the width."""
    svg = Markup(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}"></svg>')
    shown = _picture(Picture(svg=svg, finding="all", header=(), rows=()))
    assert shown["share"] == pytest.approx(share)
    assert (shown["svg"] == "") == (share == 0)
    assert "all" in str(shown["caption"]) and ("too long" in str(shown["caption"])) == (share == 0)


def test_fonts_that_are_given_draw_what_was_lacking(original: Original, typst: ModuleType, tmp_path: Path) -> None:
    found = next(iter(sorted(FONT.rglob("*CJK-Regular.ttc"))), None)
    if found is None:
        pytest.skip("no font with Chinese letters here")
    shutil.copy(found, tmp_path)
    compiler = typst.Compiler(ignore_system_fonts=True, font_paths=[tmp_path])
    assert pdf._lacking("皮肤病", compiler, typst.TypstError) == ""
    made = pdf.render(original, fonts=tmp_path)
    assert made != pdf.render(original)
    assert made == pdf.render(original, fonts=tmp_path)


def test_fonts_are_refused_by_other_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", "certificate.json", "--to", "csv", "--fonts", str(tmp_path)]) == 2
    assert "M0793" in capsys.readouterr().err
