"""``measurand certify``: sign a record and write its certificate."""

from __future__ import annotations

from pathlib import Path

import click

from measurand.cli.issuing import Earlier, issue
from measurand.cli.place import existing
from measurand.cli.signing import signing_key
from measurand.cli.view import printed
from measurand.lab.keys import fingerprint
from measurand.lab.laboratory import FILE, UNNAMED, laboratory
from measurand.lab.status import own
from measurand.message import say


@click.command("certify", help=say("cli.certify.help"))
@click.argument("record", type=click.Path(path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help=say("cli.option.key"))
@click.option("--number", default="", help=say("cli.option.number"))
@click.option("--sealed", is_flag=True, help=say("cli.option.sealed"))
@click.option("--amends", type=click.Path(path_type=Path), help=say("cli.option.amends"))
@click.option("--reason", default="", help=say("cli.option.because"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(record: Path, key: Path, number: str, sealed: bool, amends: Path | None, reason: str, json: bool) -> int:
    """Issue the certificate of a record."""
    private = signing_key(key)
    earlier = Earlier(own(amends, private), reason) if amends is not None else None
    folder = existing(record)
    if laboratory(folder.parent).name == UNNAMED:
        click.echo(say("cli.certify.unnamed", file=str(folder.parent / FILE)), err=True)
    page = issue(folder, private, number=number, sealed=sealed, earlier=earlier)
    name = fingerprint(private.public_key())
    if json:
        original = str(page.with_suffix(".json"))
        document = {"schema": "measurand/issued/1", "certificate": original, "page": str(page), "keyid": name}
        click.echo(printed(document))
    else:
        click.echo(say("cli.certify.done", page=str(page), original=str(page.with_suffix(".json")), fingerprint=name))
    return 0
