"""The certificate on paper: a PDF/A-3a file with tags (PDF/UA-1), typeset by typst, the signed original inside.

What the certificate says reaches typst as data (JSON in ``sys.inputs``), never as markup: none of it is carried out.
The fonts are those that typst brings and those of a folder that is named, never those of the machine: the bytes are
the same everywhere with the same version of typst.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any

from measurand.errors import Finding, MeasurandError
from measurand.export.original import Original
from measurand.export.paper import paper
from measurand.export.plain import visible
from measurand.export.svg.writer import Markup, template
from measurand.message import say

STANDARDS = ["a-3a", "ua-1"]
"""Both refuse a text without letters for it: no empty box can be printed."""
FONT = "Libertinus Serif"
PROBE = b'#set page(height: auto)\n#set document(title: "probe")\n#for c in json(bytes(sys.inputs.text)) { par(c) }\n'
ORDINARY = frozenset(map(chr, range(128)))
BLANKS = dict.fromkeys(map(ord, "\n\t\u2028\u2029"), " ")
"""No text breaks a line of its own will: it could pose as another line of the certificate."""
VARIABLE = re.compile(r"--([a-z-]+): ([^;]+);")


def render(original: Original, *, fonts: Path | None = None) -> bytes:
    """The PDF of a certificate; equal input and equal typst give equal bytes, dated as the certificate was issued.

    ``fonts``: folder of fonts for letters that those of typst do not have. A character without a letter is written as
    its code, ``<U+8BCA>``, and the first page says so. Raises MeasurandError without typst, and when typst refuses.
    """
    typst = _typst()
    compiler = typst.Compiler(ignore_system_fonts=True, font_paths=[] if fonts is None else [fonts])
    content = {**paper(original), "lacking": ""}
    letters = "".join(sorted({c for text in _texts(content) for c in visible(text)} - ORDINARY))
    lacking = _lacking(letters, compiler, typst.TypstError)
    if lacking:
        content["lacking"] = say("pdf.lacking", count=len(lacking))
    codes = {ord(c): f"<U+{ord(c):04X}>" for c in lacking}
    try:
        made: bytes = compiler.compile(
            template("certificate.typ").encode("utf-8"),
            format="pdf",
            sys_inputs={"page": json.dumps(_shown(content, codes)), "original": original.data.decode("utf-8")},
            pdf_standards=STANDARDS,
            timestamp=int(datetime.fromisoformat(original.statement.predicate.issued).timestamp()),
        )
    except (typst.TypstError, ValueError) as fault:
        raise MeasurandError(Finding("M0792", "", say("M0792.refused", reason=str(fault)))) from fault
    return made


def _typst() -> ModuleType:
    try:
        import typst
    except ImportError:
        raise MeasurandError(Finding("M0792", "", say("M0792.extra"), say("M0792.extra_fix"))) from None
    found: ModuleType = typst
    return found


def _texts(content: object) -> Iterator[str]:
    """Every text in the content, those of drawings included."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for inner in content.values():
            yield from _texts(inner)
    elif isinstance(content, list):
        for inner in content:
            yield from _texts(inner)


def _lacking(letters: str, compiler: Any, refused: type[Exception]) -> str:
    """The characters that no font of typst has: those whose text a standard for archives refuses."""
    if not letters or _printed(letters, compiler, refused):
        return ""
    if len(letters) == 1:
        return letters
    half = len(letters) // 2
    return _lacking(letters[:half], compiler, refused) + _lacking(letters[half:], compiler, refused)


def _printed(letters: str, compiler: Any, refused: type[Exception]) -> bool:
    try:
        compiler.compile(PROBE, format="pdf", sys_inputs={"text": json.dumps(list(letters))}, pdf_standards=STANDARDS)
    except refused:
        return False
    return True


def _shown(content: object, codes: Mapping[int, str]) -> object:
    """The content as typst gets it: control characters and characters without a letter as codes, drawings in colour."""
    if isinstance(content, Markup):
        return _drawn(content).translate({c: escape(code) for c, code in codes.items()})
    if isinstance(content, str):
        return visible(content).translate(BLANKS).translate(codes)
    if isinstance(content, Mapping):
        return {key: _shown(inner, codes) for key, inner in content.items()}
    if isinstance(content, list):
        return [_shown(inner, codes) for inner in content]
    return content


def _drawn(svg: Markup) -> str:
    """The drawing with the colours of paper and a font that is there."""
    start = svg.index(">") + 1
    return f"{svg[:start]}<style>{_sheet()}</style>{svg[start:]}"


@cache
def _sheet() -> str:
    """The style sheet of pictures with the light colours in their places."""
    light = template("colours.css").split("@media")[0]
    colours = dict(VARIABLE.findall(light))
    sheet = re.sub(r"var\(--([a-z-]+)\)", lambda found: colours[found[1]], template("picture.css"))
    return f'{sheet} text {{ font-family: "{FONT}"; }}'
