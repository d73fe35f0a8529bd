"""Parquet through DuckDB, every cell as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from measurand.instrument.delimited import Cells, header
from measurand.instrument.fault import refusal


def read_parquet(path: Path, file: str) -> Cells:
    """The cells of a Parquet file. Raises TableError, also for a truncated file."""
    import duckdb  # deferred: it is slow to load, and CSV does not need it

    # The path goes through a glob: brackets make its special characters literal.
    literal = re.sub(r"([*?\[])", r"[\1]", str(path))
    offline: dict[str, str | bool | int | float | list[str]] = {
        "threads": "1",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with duckdb.connect(config=offline) as connection:
        try:
            schema = connection.execute("select name, num_children from parquet_schema(?)", [literal]).fetchall()
            connection.execute("set TimeZone = 'UTC'")
            rows = connection.execute(
                "select coalesce(columns(*)::varchar, '') from read_parquet(?, hive_partitioning = false)", [literal]
            ).fetchall()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise refusal("M0435.parquet", file=file, hint="M0435.hint", reason=reason) from None
    if not rows:
        raise refusal("M0424.header_only", file=file)
    names = header(_top_names(schema), file, 0)
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    return Cells(columns=dict(columns), row=range(1, len(rows) + 1))


def _top_names(schema: Sequence[tuple[str, int | None]]) -> list[str]:
    """Names of the columns as written (the reader would rename ``A`` beside ``a``); the schema is in preorder."""
    names: list[str] = []
    inside = 0
    for name, children in schema[1:]:
        if inside == 0:
            names.append(name)
        else:
            inside -= 1
        inside += children or 0
    return names
