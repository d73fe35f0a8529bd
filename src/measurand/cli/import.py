"""``measurand import``: the logs of another tool as a table with its procedure."""

# ruff: noqa: N999 - a verb is the file of its name

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from measurand.cli.view import printed
from measurand.document.canonical import plain
from measurand.document.imported import Import, Stated
from measurand.instrument.importer.contract import Asked
from measurand.instrument.importer.registry import KINDS
from measurand.lab.importing import Done, import_logs
from measurand.message import say


@click.command("import", help=say("cli.import.help", kinds=", ".join(KINDS)))
@click.argument("kind", metavar="KIND", type=click.Choice(list(KINDS)))
@click.argument("files", nargs=-1, required=True, metavar="FILES...", type=click.Path(path_type=Path))
@click.option(
    "--to", "target", required=True, metavar="TABLE", type=click.Path(path_type=Path), help=say("cli.import.to")
)
@click.option("--metric", default="", metavar="NAME", help=say("cli.import.metric"))
@click.option("--filter", "kept", default="", metavar="NAME", help=say("cli.import.filter"))
@click.option("--system", default="", metavar="NAME", help=say("cli.import.system"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(kind: str, files: tuple[Path, ...], target: Path, metric: str, kept: str, system: str, json: bool) -> int:
    """Import, and say what was read, kept and dropped."""
    done = import_logs(kind, files, Asked(metric=metric, filter=kept, system=system), to=target)
    for remark in done.remarks:
        click.echo(say("cli.remark", text=remark), err=True)
    if json:
        files_written = {"table": str(done.table), "record": str(done.record), "procedure": str(done.procedure)}
        click.echo(printed({"schema": "measurand/imported/1", **files_written, "import": plain(done.imported)}))
    else:
        click.echo("\n".join(told(done)))
    return 0


def told(done: Done) -> Iterator[str]:
    """What was done, line by line."""
    found = done.imported
    yield say("import.read", read=found.read, logs=len(found.logs), tool=found.tool)
    yield say("import.kept", kept=found.kept)
    for reason, count in found.dropped.items():
        yield say("import.dropped", count=count, reason=reason)
    if found.absent:
        yield say("import.absent", count=found.absent)
    yield say("import.counts", counts=", ".join(f"{status} {count}" for status, count in found.counts.items()))
    yield from (agreement(stated, found) for stated in found.stated)
    yield say("import.table", file=str(done.table))
    yield say("import.record", file=str(done.record))
    yield say("import.procedure", file=str(done.procedure))
    yield say("import.next", file=shlex.quote(str(done.procedure)))


def agreement(stated: Stated, found: Import) -> str:
    """What the log states beside what follows from the rows."""
    several = len(found.stated) > 1
    where = f" ({', '.join(stated.where.values())})" if several and stated.where else ""
    close = abs(float(stated.stated) - float(stated.found)) <= 5e-5
    key = "import.agrees" if close else "import.differs"
    return say(key, name=stated.name, where=where, stated=stated.stated, found=stated.found)
