"""The PDF of every certificate, hostile ones among them, read by pdftotext and pdfdetach; skipped by name without."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from measurand.export import pdf
from measurand.export.original import Original


def poppler(program: str, *arguments: str | Path) -> bytes:
    """What a program of Poppler prints."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} (Poppler) is not installed")
    return subprocess.run([found, *arguments], capture_output=True, check=True, timeout=60).stdout


def test_poppler_reads_what_was_signed(originals: Mapping[str, Original], tmp_path: Path) -> None:
    """Each result with its u, each verdict, each line of the budgets, the digest and number of pages; the original."""
    pytest.importorskip("typst")
    for i, (name, original) in enumerate(originals.items()):
        file = tmp_path / f"{i}.pdf"
        file.write_bytes(pdf.render(original))
        text = "".join(poppler("pdftotext", "-raw", file, "-").decode("utf-8").split())
        predicate = original.statement.predicate
        for result in predicate.results:
            assert "".join(result.text.split()) in text, (name, result.text)
        for decision in predicate.decisions:
            assert decision.verdict.value.upper() in text, name
            if name != "hostile":
                assert "".join(decision.requirement.id.split()) in text, (name, decision.requirement.id)
        pages = text.count(f"original:{original.sha256}")
        assert f"page{pages}of{pages}" in text, name
        held = tmp_path / f"{i}.json"
        poppler("pdfdetach", "-save", "1", "-o", held, file)
        assert held.read_bytes() == original.data, name
