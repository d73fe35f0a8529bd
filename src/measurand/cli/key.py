"""``measurand key``: make a signing key, list and trust the keys of others."""

from __future__ import annotations

from pathlib import Path

import click

from measurand.cli.view import printed
from measurand.lab import keys
from measurand.message import say


@click.group("key", help=say("cli.key.help"))
def verb() -> None:
    """Keys."""


@verb.command("new", help=say("cli.key.new.help"))
@click.argument("name")
@click.option("--dir", "folder", default=".", type=click.Path(path_type=Path), help=say("cli.option.dir"))
@click.option("--passphrase", is_flag=True, help=say("cli.option.passphrase"))
def new(name: str, folder: Path, passphrase: bool) -> int:
    """Make a key pair; nothing is written over."""
    secret = (
        click.prompt(say("cli.key.prompt"), hide_input=True, confirmation_prompt=True, err=True) if passphrase else ""
    )
    private, fingerprint = keys.new(folder, name, passphrase=secret.encode() or None)
    public = private.with_name(private.name.removesuffix(keys.PRIVATE) + keys.PUBLIC)
    click.echo(say("cli.key.made", private=str(private), public=str(public), fingerprint=fingerprint))
    return 0


@verb.command("list", help=say("cli.key.list.help"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def list_(json: bool) -> int:
    """Print the trusted keys."""
    folder = keys.trust_folder()
    found = {fingerprint: key.name for fingerprint, key in keys.trusted(folder).items()}
    if json:
        rows = [{"name": name, "fingerprint": fingerprint} for fingerprint, name in found.items()]
        click.echo(printed({"schema": "measurand/keys/1", "folder": str(folder), "trusted": rows}))
    elif found:
        click.echo("\n".join(f"{name}  {fingerprint}" for fingerprint, name in found.items()))
    else:
        click.echo(say("cli.key.none", folder=str(folder)))
    return 0


@verb.command("trust", help=say("cli.key.trust.help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help=say("cli.option.name"))
def trust(file: Path, name: str | None) -> int:
    """Trust the public key of a file."""
    known_as = name or file.name.removesuffix(keys.PUBLIC).removesuffix(".pem")
    fingerprint = keys.trust(file, keys.trust_folder(), name=known_as)
    click.echo(say("cli.key.trusted", name=known_as, fingerprint=fingerprint))
    return 0
