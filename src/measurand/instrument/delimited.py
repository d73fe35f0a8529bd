"""CSV: text with a separator, read without guessing types.

The standard library's reader is used because it knows the line of every record, also after quoted line breaks: an
error can name the row that a person sees.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from measurand.instrument.fault import refusal, shown
from measurand.message import say

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
LONGEST_CELL = 64 * 1024 * 1024


@dataclass(frozen=True)
class Cells:
    """Columns of text as a format's reader returns them."""

    columns: dict[str, Sequence[str]]
    row: Sequence[int]
    remarks: tuple[str, ...] = ()


def text_of(data: bytes, file: str) -> str:
    """The text of UTF-8 bytes, without byte order mark. Raises TableError that names the byte and the row."""
    if not data.strip():
        raise refusal("M0423.empty", file=file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        row = data.count(b"\n", 0, at) + 1
        raise refusal("M0425.encoding", file=file, row=row, hint="M0425.hint", byte=at + 1) from None
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise refusal("M0426.nul", file=file, row=row, hint="M0426.hint")
    return text


def delimiter_of(text: str) -> str:
    """The separator of the header line: the one of comma, semicolon and tab that is there most often outside quotes."""
    first = next(iter(text.lstrip("\r\n").splitlines()), "")
    outside = "".join(first.split('"')[::2])
    count = Counter({mark: outside.count(mark) for mark in DELIMITERS})
    return max(DELIMITERS, key=lambda mark: count[mark])


def read_delimited(data: bytes, file: str) -> Cells:
    """The cells of a CSV file; a separator other than a comma is a remark. Raises TableError."""
    text = text_of(data, file)
    mark = delimiter_of(text)
    limit = csv.field_size_limit(LONGEST_CELL)
    try:
        records, row = _records(text, mark, file)
    finally:
        csv.field_size_limit(limit)
    if not records:
        raise refusal("M0423.empty", file=file)
    names = header(records[0], file, row[0])
    width = len(names)
    for record, line in zip(records, row, strict=True):
        if len(record) != width:
            raise refusal(
                "M0427.ragged",
                file=file,
                row=line,
                hint="M0427.hint",
                found=len(record),
                expected=width,
                delimiter=DELIMITERS[mark].rstrip("s"),
            )
    if len(records) == 1:
        raise refusal("M0424.header_only", file=file)
    columns = dict(zip(names, zip(*records[1:], strict=True), strict=True))
    remarks = () if mark == "," else (say("table.delimiter", file=file, delimiter=DELIMITERS[mark]),)
    return Cells(columns=dict(columns), row=row[1:], remarks=remarks)


def _records(text: str, mark: str, file: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    records: list[list[str]] = []
    row: list[int] = []
    line = 1
    try:
        for record in reader:
            if record:  # an empty line is no record
                records.append(record)
                row.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise refusal("M0430.quotes", file=file, row=line, hint="M0430.hint", reason=str(error)) from None
    return records, row


def header(names: Sequence[str], file: str, row: int) -> list[str]:
    """Names of columns: none empty, none twice. Raises TableError."""
    found = [name.strip() for name in names]
    for position, name in enumerate(found, start=1):
        if not name:
            raise refusal("M0428.header_empty", file=file, row=row, hint="M0428.hint", position=position)
        if name in found[: position - 1]:
            raise refusal("M0429.header_twice", file=file, row=row, hint="M0429.hint", column=shown(name))
    return found
