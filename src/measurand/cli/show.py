"""``measurand show``: a readable view of a procedure, a record or a certificate."""

from __future__ import annotations

import json as json_format
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from measurand.cli.output import show_record, show_views
from measurand.cli.place import existing
from measurand.cli.show_items import show_items
from measurand.cli.stated import stated
from measurand.cli.view import exit_code, printed, record_at, view
from measurand.document.canonical import plain
from measurand.document.record import Record
from measurand.document.result import Line, Result
from measurand.document.rounding import percent, significant
from measurand.errors import Finding, StoreError
from measurand.export.summary import of_result, summary
from measurand.lab.job import opened, resolved
from measurand.lab.store import load
from measurand.message import say


@click.command("show", help=say("cli.show.help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
@click.option("--resolved", "whole", is_flag=True, help=say("cli.option.resolved"))
@click.option("--budget", is_flag=True, help=say("cli.option.budget"))
@click.option("--items", type=click.IntRange(1, 1_000_000), is_flag=False, flag_value=10, help=say("cli.option.items"))
@click.option("--summary", "short", is_flag=True, help=say("cli.option.summary"))
def verb(file: Path, json: bool, whole: bool, budget: bool, items: int | None, short: bool) -> int:
    """Print what a file of ours holds. The exit code is 0 whatever the verdict is."""
    if file.suffix == ".toml":
        procedure = resolved(opened(file))
        click.echo(printed(plain(procedure)) if json else "\n".join(outline(plain(procedure))))
        return 0
    record, folder, at = found(file)
    if whole:
        document = plain(record.procedure)
        click.echo(printed(document) if json else "\n".join(outline(document)))
    elif items is not None:
        show_items(record, folder, most=items, json=json)
    elif json:
        show_views([view(record, folder=str(folder), code=exit_code(record.decisions.verdict), at=at)])
    elif short:
        click.echo("\n\n".join(paragraphs(record)))
    elif budget:
        click.echo("\n\n".join("\n".join(table(result)) for result in record.results.results))
    else:
        show(record)
    return 0


def found(file: Path) -> tuple[Record, Path, str]:
    """The record of a folder, of one of its files, or as a certificate states it; where it lies, and its address."""
    if file.suffix in (".html", ".json") and file.name != "results.json":
        record, at = stated(file)
        return record, file, at
    if not file.is_dir() and file.name != "results.json":
        raise StoreError(Finding("M0732", "", say("M0732.kind", file=str(file)), say("M0732.hint"), str(file)))
    folder = existing(file if file.is_dir() else file.parent)
    record = load(folder)
    return record, folder, record_at(record)


def show(record: Record) -> None:
    """Print a record as text, with the time of its measurement."""
    click.echo(say("cli.show.record", name=record.name, measured=record.measured) + "\n")
    show_record(record)


def paragraphs(record: Record) -> Iterator[str]:
    """Each result with its decisions in plain words, in 80 columns."""
    for result in record.results.results:
        text = summary(result, of_result(result, record.decisions.decisions)).replace(" %", "\u00a0%")
        yield textwrap.fill(text, 80, break_on_hyphens=False).replace("\u00a0", " ")


def table(result: Result) -> Iterator[str]:
    """The uncertainty budget of a result with every column (GUM, table H.1)."""
    level = " ".join(part for part in (result.system, result.level) if part)
    yield f"{result.measurand}  {result.title}  {level}".rstrip()
    yield f"  {result.text}"
    head = f"  {'component':<15}{'type':<5}{'distribution':<14}{'u(x)':>10}"
    yield head + f"{'c':>9}{'|c| u':>10}{'share':>9}{'df':>10}  line"
    for line in result.budget:
        if isinstance(line, Line):
            df = "inf" if line.df == "infinite" else f"{float(line.df):.4g}"
            yield (
                f"  {line.component:<15}{line.type:<5}{line.distribution[:13]:<14}{significant(line.u):>10}"
                f"{significant(line.coefficient):>9}{significant(line.contribution):>10}{_share(line.share):>9}{df:>10}"
                f"  {line.line}{f' ({line.note})' if line.note else ''}"
            )
    for gap in result.budget:
        if not isinstance(gap, Line):
            yield f"  {gap.component:<15}{gap.state}: {gap.needs}"
    df = "inf" if result.df == "infinite" else f"{float(result.df):.4g}"
    yield f"  {'combined':<34}{'':>19}{significant(result.u):>10}{percent(1):>9}{df:>10}"


def _share(share: str) -> str:
    return f"{float(share) * 100:.1f} %"


def outline(document: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Plain data as one ``path = value`` a line."""
    for key, value in document.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, Mapping) and value:
            yield from outline(value, here)
        elif isinstance(value, list) and value and all(isinstance(entry, Mapping) for entry in value):
            for n, entry in enumerate(value):
                yield from outline(entry, f"{here}[{n + 1}]")
        else:
            yield f"{here} = {json_format.dumps(value, ensure_ascii=False)}"
