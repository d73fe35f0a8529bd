"""``measurand reference``: certify, show and verify reference data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from measurand.cli.reference_shown import shown
from measurand.cli.signing import signing_key
from measurand.cli.verify import row
from measurand.cli.view import printed
from measurand.document.canonical import plain
from measurand.lab.atomic import write_file
from measurand.lab.keys import public_key
from measurand.lab.laboratory import laboratory
from measurand.lab.reference_certify import beside, certified, items_file, opened
from measurand.lab.reference_verify import verify as verified
from measurand.lab.sign import program
from measurand.lab.trust import trust_folder, trusted
from measurand.message import say


@click.group("reference", help=say("cli.reference.help"))
def verb() -> None:
    """Certificates of reference data."""


@verb.command("certify", help=say("cli.reference.certify.help"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help=say("cli.option.key"))
@click.option(
    "--out", "folder", default="out", type=click.Path(path_type=Path), help=say("cli.reference.option.laboratory")
)
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def certify(file: Path, key: Path, folder: Path, json: bool) -> int:
    """Write the certificate and the table of label uncertainty by item; nothing is written over."""
    private = signing_key(key)
    found = certified(file, private, laboratory=laboratory(folder), at=datetime.now(UTC), program=program())
    target, table = beside(file), items_file(file)
    write_file(target, found.original)
    if found.items_csv:
        write_file(table, found.items_csv, replace=True)
    stated = opened(target).statement.predicate
    written = {"certificate": str(target), **({"items": str(table)} if found.items_csv else {})}
    if json:
        uncertainty = {} if stated.uncertainty is None else {"uncertainty": plain(stated.uncertainty)}
        click.echo(printed({"schema": "measurand/reference-certified/1", **written, **uncertainty}))
        return 0
    click.echo("\n".join(shown(stated)))
    click.echo(say("cli.reference.done", **({"items": "-"} | written)))
    return 0


@verb.command("show", help=say("cli.reference.show.help"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def show(file: Path, json: bool) -> int:
    """Print what is stated."""
    stated = opened(file).statement.predicate
    click.echo(printed(plain(stated)) if json else "\n".join(shown(stated)))
    return 0


@verb.command("verify", help=say("cli.reference.verify.help"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), help=say("cli.option.public"))
@click.option("--higher", multiple=True, type=click.Path(path_type=Path), help=say("cli.reference.option.higher"))
@click.option("--status", multiple=True, type=click.Path(path_type=Path), help=say("cli.option.status"))
@click.option("--data", type=click.Path(path_type=Path), help=say("cli.reference.option.data"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verify(
    file: Path, key: Path | None, higher: tuple[Path, ...], status: tuple[Path, ...], data: Path | None, json: bool
) -> int:
    """Print one line per check; the exit code is what they amount to."""
    found = verified(
        file,
        at=datetime.now(UTC),
        given=public_key(key) if key else None,
        trusted=trusted(trust_folder()),
        higher=higher,
        data=data,
        status=status,
    )
    if json:
        rows = [{"name": c.name, "state": c.state, "text": c.text} for c in found.checks]
        document = {"schema": "measurand/reference-verification/1", "file": str(file), "id": found.id, "checks": rows}
        click.echo(printed({**document, "exit": found.exit_code}))
    else:
        click.echo("\n".join([*map(row, found.checks), say(f"cli.reference.exit_{found.exit_code}", id=found.id)]))
    return found.exit_code
