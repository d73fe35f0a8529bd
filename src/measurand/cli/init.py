"""``measurand init``: a procedure written by looking at a table."""

from __future__ import annotations

import os
from pathlib import Path

import click

from measurand.document.loading import load
from measurand.document.sketch import sketch
from measurand.instrument.table import read
from measurand.lab.atomic import write_file
from measurand.message import say

SUFFIX = ".measure.toml"


@click.command("init", help=say("cli.init.help"))
@click.option("--from", "source", required=True, type=click.Path(path_type=Path), help=say("cli.option.from"))
@click.option("--to", "target", type=click.Path(path_type=Path), help=say("cli.option.to"))
def verb(source: Path, target: Path | None) -> int:
    """Write a procedure beside the table; a file that exists is never written over."""
    path = target or source.with_name(source.stem + SUFFIX)
    file = Path(os.path.relpath(source.resolve(), path.resolve().parent)).as_posix()
    text = sketch(read([source]), file=file).encode()
    load(text, str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, text)
    click.echo(say("cli.init.done", file=str(path)))
    return 0
