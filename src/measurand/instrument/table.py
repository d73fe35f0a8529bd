"""Tables from files: CSV, Parquet and JSON lines, every cell as text, every row with its number in the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from measurand.document.canonical import address_of
from measurand.document.table import Table, TableFile
from measurand.errors import TableError
from measurand.instrument.delimited import read_delimited
from measurand.instrument.fault import refusal
from measurand.instrument.jsonlines import read_json_lines
from measurand.instrument.parquet import read_parquet

EXTENSIONS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
FORMATS = ("csv", "parquet", "jsonl")


def read(paths: Path | str | Sequence[Path | str], format: str | None = None) -> Table:
    """The table in one file or in several with the same columns.

    ``format`` is ``csv``, ``parquet`` or ``jsonl``; without it the name of the file says it. The separator of CSV
    (comma, semicolon, tab) is found in the header; one other than a comma is a remark of the table. Raises TableError
    that names the file, the row and what to do.
    """
    several = [paths] if isinstance(paths, (str, Path)) else list(paths)
    tables = [_one(Path(path), format) for path in several]
    if not tables:
        raise TableError("no file was named")
    return tables[0] if len(tables) == 1 else _together(tables)


def _one(path: Path, format: str | None) -> Table:
    file = str(path)
    kind = format or EXTENSIONS.get(path.suffix.lower())
    if kind not in FORMATS:
        raise refusal("M0422.format", file=file, hint="M0422.hint")
    if not path.exists():
        raise refusal("M0420.missing", file=file, hint="M0420.hint")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refusal("M0421.unreadable", file=file, reason=error.strerror or str(error)) from None
    if not data:
        raise refusal("M0423.empty", file=file)
    if kind == "parquet":
        cells = read_parquet(path, file)
    elif kind == "jsonl":
        cells = read_json_lines(data, file)
    else:
        cells = read_delimited(data, file)
    digest = address_of(data)
    return Table(
        file=file,
        columns=cells.columns,
        row=cells.row,
        digest=digest,
        parts=(TableFile(name=file, digest=digest, rows=len(cells.row)),),
        remarks=cells.remarks,
    )


def _together(tables: Sequence[Table]) -> Table:
    first = tables[0]
    for table in tables[1:]:
        difference = sorted(set(first.columns) ^ set(table.columns))
        if difference:
            raise refusal(
                "M0436.columns",
                file=table.file,
                hint="M0436.hint",
                first=first.file,
                difference=", ".join(difference),
            )
    return Table(
        file=", ".join(table.file for table in tables),
        columns={name: [cell for table in tables for cell in table.columns[name]] for name in first.columns},
        row=[row for table in tables for row in table.row],
        digest=address_of("\n".join(table.digest for table in tables).encode()),
        parts=tuple(part for table in tables for part in table.parts),
        remarks=tuple(remark for table in tables for remark in table.remarks),
    )
