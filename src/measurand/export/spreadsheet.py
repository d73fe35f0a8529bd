"""Results and decisions as CSV (RFC 4180) that no spreadsheet program takes for formulas."""

from __future__ import annotations

import csv
import io
import re

from measurand.document.decision import Verdict
from measurand.export.original import Original
from measurand.export.plain import visible

COLUMNS = (
    "certificate", "sha256", "measurand", "quantity", "title", "system", "level", "unit", "value", "u", "df", "lower",
    "upper", "coverage_probability", "method", "items", "units", "requirement", "lower_limit", "upper_limit",
    "p_conformity", "verdict",
)  # fmt: skip
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


def render(original: Original) -> bytes:
    """One row per result and decision, UTF-8 with CRLF; a result without requirement has empty cells there."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for result, decisions in original.pairs():
        head = [original.number, original.sha256, result.measurand, result.quantity, result.title, result.system]
        head += [result.level, result.unit, result.value, result.u, result.df, result.lower, result.upper]
        head += [result.coverage_probability, result.method, str(result.items), str(result.units)]
        for decision in decisions or (None,):
            stated = ["", "", "", "", ""]
            if decision is not None:
                limits = decision.requirement
                stated = [limits.id, limits.lower_limit or "", limits.upper_limit or ""]
                known = decision.verdict is not Verdict.INVALID
                stated += [decision.p_conformity if known else "", decision.verdict.value]
            writer.writerow([guarded(cell) for cell in (*head, *stated)])
    return stream.getvalue().encode("utf-8")


def guarded(cell: str) -> str:
    """A cell that stays text: one that a spreadsheet would compute (it begins with ``= + - @``) gets a ``'`` before it.

    >>> guarded("=1+1"), guarded("-0.5"), guarded("-x")
    ("'=1+1", '-0.5', "'-x")
    """
    text = visible(cell).replace("\n", " ").replace("\t", " ")
    risky = text.lstrip(" ")[:1] in ("=", "+", "-", "@", "|", "%") and not _NUMBER.fullmatch(text)
    return f"'{text}" if risky else text
