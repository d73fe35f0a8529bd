"""``measurand seal``: fix procedure and reference data, signed and timed, before anything is observed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from measurand.cli.signing import signing_key
from measurand.cli.view import printed
from measurand.lab.atomic import write_file
from measurand.lab.job import opened
from measurand.lab.laboratory import laboratory
from measurand.lab.seal import beside, sealed
from measurand.lab.seal import opened as seal_of
from measurand.lab.sign import program
from measurand.message import say


@click.command("seal", help=say("cli.seal.help"))
@click.argument("procedure", metavar="PROC", type=click.Path(path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help=say("cli.option.key"))
@click.option("--out", "folder", default="out", type=click.Path(path_type=Path), help=say("cli.option.laboratory"))
@click.option("--to", type=click.Path(path_type=Path), help=say("cli.option.out_file"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(procedure: Path, key: Path, folder: Path, to: Path | None, json: bool) -> int:
    """Write the seal of a procedure."""
    written = opened(procedure)
    data = sealed(
        written.text,
        written.procedure,
        written.folder,
        signing_key(key),
        laboratory=laboratory(folder),
        at=datetime.now(UTC),
        program=program(),
        file=procedure,
    )
    target = to or beside(procedure)
    write_file(target, data)
    stated = seal_of(data, file=target).statement.predicate
    if json:
        shown = {"seal": str(target), "procedure_at": stated.procedure_at, "reference": dict(stated.reference)}
        click.echo(printed({"schema": "measurand/sealed/1", **shown, "sealed": stated.sealed}))
        return 0
    reference = ", ".join(f"{name} {address}" for name, address in stated.reference.items()) or "-"
    click.echo(
        say("cli.seal.done", seal=str(target), at=stated.procedure_at, reference=reference, sealed=stated.sealed)
    )
    return 0
