"""From the bytes of a procedure file to a resolved procedure, or to all that is wrong with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from pydantic import ValidationError

from measurand.document.consistency import check
from measurand.document.live import Scoring
from measurand.document.position import Path, Positions, positions
from measurand.document.procedure import Procedure
from measurand.document.reading import Reader
from measurand.document.values import FILE_ID
from measurand.errors import Finding, ProcedureError
from measurand.message import say

SCHEMA = "measurand/procedure/1"
MOST = 20
"""Findings that are reported at once."""
MAX_BYTES = 1_000_000
MAX_DEPTH = 40

_AT = re.compile(r"\(at line (\d+), column (\d+)\)")
_SCHEMA = re.compile(r"measurand/procedure/(\d{1,9})\Z")


class WrittenFloat(float):
    """A floating-point number of TOML that remembers how it was written (``0.90``)."""

    text: str

    def __new__(cls, text: str) -> WrittenFloat:
        found = super().__new__(cls, text.replace("_", ""))
        found.text = text.replace("_", "")
        return found


def load(text: bytes, file: str) -> Procedure:
    """The procedure that a file holds, with every default written that does not need the data.

    ``file`` is the name of the file, for messages and for the default ``id``. Raises ProcedureError with all findings
    (at most 20), each with file, line and column.
    """
    decoded = _decoded(text, file)
    data = _parsed(decoded, file)
    places = positions(decoded)
    reader = Reader()
    _schema(data, reader)
    tables = reader.table("", data, ())
    check(tables, reader)
    if not reader.findings:
        built = _built(tables, file, reader)
        if built is not None:
            return built
    raise ProcedureError(_placed(reader, places, file))


def other_scoring(text: bytes, other: bytes, file: str) -> Scoring:
    """The ``[scoring]`` of another file, checked as part of the procedure ``text``. Raises ProcedureError."""
    decoded = _decoded(other, file)
    data = _parsed(decoded, file)
    reader = Reader()
    if set(data) != {"scoring"}:
        reader.find("M0205.only_scoring", (), say("M0205.only_scoring_hint"))
    else:
        tables = reader.table("", _parsed(_decoded(text, file), file) | data, ())
        check(tables, reader)
        built = _built(tables, file, reader) if not reader.findings else None
        if built is not None and built.scoring is not None:
            return built.scoring
    raise ProcedureError(_placed(reader, positions(decoded), file))


def located(findings: Sequence[Finding], text: bytes, file: str) -> tuple[Finding, ...]:
    """Findings of ``study.resolve`` with file, line and column, in the order of the file (at most 20)."""
    places = positions(_decoded(text, file))
    placed = []
    for finding in findings:
        path: Path = tuple(int(p) if p.isdigit() else p for p in finding.path.split("."))
        if path not in places.key and path not in places.value:
            path = tuple(p for n, p in enumerate(path) if not (p == 0 and n == 1))  # a single [table] has no number
        place = places.of(path, value=path in places.value)
        placed.append(replace(finding, file=file, line=max(1, place.line), column=max(1, place.column)))
    return tuple(sorted(placed, key=lambda f: (f.line, f.column))[:MOST])


def _decoded(text: bytes, file: str) -> str:
    if len(text) > MAX_BYTES:
        raise ProcedureError(Finding("M0105", "", say("M0105.size", limit=MAX_BYTES), file=file))
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as problem:
        before = text[: problem.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = say("M0101.encoding", byte=f"0x{text[problem.start]:02x}", position=problem.start + 1)
        raise ProcedureError(Finding("M0101", "", message, say("M0101.hint"), file, line, column)) from None
    return decoded.removeprefix("\ufeff").replace("\r\n", "\n")


def _parsed(text: str, file: str) -> dict[str, Any]:
    if _depth(text) > MAX_DEPTH:
        raise ProcedureError(Finding("M0105", "", say("M0105.depth", limit=MAX_DEPTH), file=file))
    try:
        return tomllib.loads(text, parse_float=WrittenFloat)
    except tomllib.TOMLDecodeError as problem:
        where = _AT.search(str(problem))
        last = text.rstrip().splitlines() or [""]
        line, column = (int(where[1]), int(where[2])) if where else (len(last), len(last[-1]) + 1)
        what = _AT.sub("", str(problem)).replace("(at end of document)", say("procedure.at_end")).strip()
        hint = say("M0102.twice") if "overwrite" in what or "twice" in what else ""
        finding = Finding("M0102", "", say("M0102.toml", problem=what), hint or say("M0102.hint"), file, line, column)
    except (RecursionError, ValueError, OverflowError) as problem:
        finding = Finding("M0102", "", say("M0102.toml", problem=str(problem)), say("M0102.hint"), file)
    raise ProcedureError(finding)


def _depth(text: str) -> int:
    """An upper bound of the depth of nesting: brackets open at once on the text without strings and comments."""
    deepest = open_now = 0
    stripped = re.sub(
        r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', "", text, flags=re.S
    )
    for character in stripped:
        if character in "[{":
            open_now += 1
            deepest = max(deepest, open_now)
        elif character in "]}":
            open_now -= 1
    dots = max((line.count(".") for line in stripped.splitlines()), default=0)
    return max(deepest, dots)


def _schema(data: dict[str, Any], reader: Reader) -> None:
    """Check the number of the schema; a wrong one is taken as this one for the other checks."""
    given = data.get("schema")
    match = _SCHEMA.match(given) if isinstance(given, str) else None
    if given is None:
        reader.find("M0103.missing", (), say("M0103.hint", schema=SCHEMA))
    elif match is None:
        reader.find("M0103.other", ("schema",), say("M0103.hint", schema=SCHEMA), given=str(given)[:80])
    elif int(match[1]) != 1:
        reader.find("M0104.newer", ("schema",), say("M0104.hint"), given=given, schema=SCHEMA)
    data["schema"] = SCHEMA


def _built(tables: dict[str, Any], file: str, reader: Reader) -> Procedure | None:
    name = re.sub(r"\.(measure\.)?toml\Z", "", PurePath(file).name)
    name = re.sub(r"[^\w.+-]+", "-", name).strip("-.+")[:100]
    tables.setdefault("id", name if FILE_ID.match(name) else "procedure")
    tables.setdefault("title", tables["id"])
    try:
        return Procedure.model_validate(_bare(tables))
    except ValidationError as problem:
        for error in problem.errors()[:MOST]:
            path = tuple(p for p in error["loc"])
            reader.find("M0300.other", path, problem=error["msg"])
    return None


def _bare(value: Any) -> Any:
    """The tables without the paths that the reader noted."""
    if isinstance(value, dict):
        return {k: _bare(v) for k, v in value.items() if k != ""}
    return [_bare(v) for v in value] if isinstance(value, list) else value


def _placed(reader: Reader, places: Positions, file: str) -> list[Finding]:
    """The findings with file, line and column, in the order of the file."""
    placed = []
    for n, (finding, path) in enumerate(zip(reader.findings, reader.paths, strict=True)):
        at_value = finding.code.startswith("M03") or finding.code == "M0104"
        place = places.of(path, value=at_value and _is_leaf(path, places))
        column = place.column + reader.columns[n] if n in reader.columns else place.column
        placed.append(
            Finding(finding.code, finding.path, finding.message, finding.hint, file, max(1, place.line), max(1, column))
        )
    placed.sort(key=lambda f: (f.line, f.column))
    unique = list(dict.fromkeys(placed))
    return unique[:MOST]


def _is_leaf(path: Path, places: Positions) -> bool:
    return path in places.value
