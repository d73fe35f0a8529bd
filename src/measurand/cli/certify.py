"""``measurand certify``: sign a record and write its certificate."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from measurand.cli.issuing import issue
from measurand.cli.place import existing
from measurand.cli.view import printed
from measurand.errors import StoreError
from measurand.lab.keys import PrivateKey, fingerprint, private_key
from measurand.lab.laboratory import FILE, UNNAMED, laboratory
from measurand.message import say

PASSPHRASE = "MEASURAND_PASSPHRASE"


@click.command("certify", help=say("cli.certify.help"))
@click.argument("record", type=click.Path(path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help=say("cli.option.key"))
@click.option("--number", default="", help=say("cli.option.number"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(record: Path, key: Path, number: str, json: bool) -> int:
    """Issue the certificate of a record."""
    private = signing_key(key)
    folder = existing(record)
    if laboratory(folder.parent).name == UNNAMED:
        click.echo(say("cli.certify.unnamed", file=str(folder.parent / FILE)), err=True)
    page = issue(folder, private, number=number)
    name = fingerprint(private.public_key())
    if json:
        original = str(page.with_suffix(".json"))
        document = {"schema": "measurand/issued/1", "certificate": original, "page": str(page), "keyid": name}
        click.echo(printed(document))
    else:
        click.echo(say("cli.certify.done", page=str(page), original=str(page.with_suffix(".json")), fingerprint=name))
    return 0


def signing_key(path: Path) -> PrivateKey:
    """The private key of a file; its passphrase comes from the environment, or is asked for on a terminal."""
    given = os.environ.get(PASSPHRASE)
    try:
        return private_key(path, passphrase=given.encode() if given else None)
    except StoreError as problem:
        if given or problem.findings[0].code != "M0721" or not sys.stdin.isatty():
            raise
    return private_key(path, passphrase=click.prompt(say("cli.key.prompt"), hide_input=True, err=True).encode())
