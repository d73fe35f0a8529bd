"""``measurand archive``: a record as one file, for those who verify its certificate elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from measurand.cli.place import existing
from measurand.cli.view import printed
from measurand.lab.archiving import packed
from measurand.lab.atomic import write_file
from measurand.message import say


@click.command("archive", help=say("cli.archive.help"))
@click.argument("record", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help=say("cli.option.out_file"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(record: Path, out: Path | None, json: bool) -> int:
    """Write the archive of a record."""
    folder = existing(record)
    data = packed(folder)
    target = out or folder.with_name(f"{folder.name}.zip")
    write_file(target, data)
    shown = {"record": str(folder), "file": str(target)}
    click.echo(printed({"schema": "measurand/archived/1", **shown}) if json else say("cli.archive.done", **shown))
    return 0
