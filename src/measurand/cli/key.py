"""``measurand key``: make signing keys; list, trust, revoke and replace keys."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Literal

import click

from measurand.cli.signing import signing_key
from measurand.cli.view import printed
from measurand.document.trusted import Trust
from measurand.lab import keys
from measurand.lab.atomic import write_file
from measurand.lab.status import applied, of_key
from measurand.lab.trust import named, trust_folder, trusted
from measurand.lab.trust import revoke as revoked
from measurand.lab.trust import trust as trust_key
from measurand.message import say

TIME = "%Y-%m-%dT%H:%M:%SZ"
DATE = click.DateTime(["%Y-%m-%d", TIME])


@click.group("key", help=say("cli.key.help"))
def verb() -> None:
    """Keys."""


@verb.command("new", help=say("cli.key.new.help"))
@click.argument("name")
@click.option("--dir", "folder", default=".", type=click.Path(path_type=Path), help=say("cli.option.dir"))
@click.option("--algorithm", type=click.Choice(["p256", "ed25519"]), default="p256", help=say("cli.option.algorithm"))
@click.option("--passphrase", is_flag=True, help=say("cli.option.passphrase"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def new(name: str, folder: Path, algorithm: Literal["p256", "ed25519"], passphrase: bool, json: bool) -> int:
    """Make a key pair; nothing is written over."""
    secret = (
        click.prompt(say("cli.key.prompt"), hide_input=True, confirmation_prompt=True, err=True) if passphrase else ""
    )
    private, fingerprint = keys.new(folder, name, passphrase=secret.encode() or None, algorithm=algorithm)
    public = private.with_name(private.name.removesuffix(keys.PRIVATE) + keys.PUBLIC)
    if json:
        made = {"private": str(private), "public": str(public), "fingerprint": fingerprint}
        click.echo(printed({"schema": "measurand/key-made/1", **made}))
    else:
        click.echo(say("cli.key.made", private=str(private), public=str(public), fingerprint=fingerprint))
    return 0


@verb.command("list", help=say("cli.key.list.help"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def list_(json: bool) -> int:
    """Print the trusted keys, and for which time."""
    folder = trust_folder()
    found = trusted(folder)
    if json:
        rows = [
            {"name": one.name, "fingerprint": fingerprint, **one.trust.model_dump(exclude={"schema_"})}
            for fingerprint, one in found.items()
        ]
        click.echo(printed({"schema": "measurand/keys/1", "folder": str(folder), "trusted": rows}))
    elif found:
        click.echo("\n".join(f"{one.name}  {fingerprint}{_limits(one.trust)}" for fingerprint, one in found.items()))
    else:
        click.echo(say("cli.key.none", folder=str(folder)))
    return 0


def _limits(limits: Trust) -> str:
    words = []
    if limits.revoked_at:
        words.append(say(f"cli.key.{limits.reason}", at=limits.revoked_at))
    if limits.valid_from:
        words.append(say("cli.key.from", at=limits.valid_from))
    if limits.valid_until:
        words.append(say("cli.key.until", at=limits.valid_until))
    return "".join(f"  {word}" for word in words)


@verb.command("trust", help=say("cli.key.trust.help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help=say("cli.option.name"))
@click.option("--from", "start", type=DATE, help=say("cli.option.since"))
@click.option("--until", "end", type=DATE, help=say("cli.option.until"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def trust(file: Path, name: str | None, start: datetime | None, end: datetime | None, json: bool) -> int:
    """Trust the public key of a file."""
    known_as = name or file.name.removesuffix(keys.PUBLIC).removesuffix(".pem")
    limits = Trust(valid_from=_time(start), valid_until=_last(end)) if start or end else None
    fingerprint = trust_key(keys.public_key(file), trust_folder(), name=known_as, file=file, limits=limits)
    if json:
        click.echo(printed({"schema": "measurand/key-trusted/1", "name": known_as, "fingerprint": fingerprint}))
    else:
        click.echo(say("cli.key.trusted", name=known_as, fingerprint=fingerprint))
    return 0


@verb.command("revoke", help=say("cli.key.revoke.help"))
@click.argument("what")
@click.option(
    "--reason", type=click.Choice(["compromised", "retired"]), default="compromised", help=say("cli.option.reason")
)
@click.option("--at", "at", type=DATE, help=say("cli.option.at"))
@click.option("--since", "since", type=DATE, help=say("cli.option.compromised_since"))
@click.option("--key", "own", type=click.Path(path_type=Path), help=say("cli.option.own_key"))
@click.option("--out", type=click.Path(path_type=Path), help=say("cli.option.out_file"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def revoke(
    what: str, reason: str, at: datetime | None, since: datetime | None, own: Path | None, out: Path | None, json: bool
) -> int:
    """Revoke in the reader's own trust, or as the holder of the key for everybody."""
    folder, when = trust_folder(), _time(at) or f"{datetime.now(UTC):{TIME}}"
    compromised, begun = reason == "compromised", _time(since)
    if begun and not compromised:
        raise click.UsageError(say("key.since"))
    if own is not None:
        private = signing_key(own)
        target = out or Path(f"{what}.key.json")
        write_file(target, of_key(private, compromised=compromised, at=when, since=begun))
        return _done("cli.key.announced", json, file=str(target), name=what)
    if Path(what).is_file():
        one, successor = applied(Path(what).read_bytes(), folder, file=Path(what))
        key = "cli.key.replaced" if successor else "cli.key.revoked"
        return _done(key, json, name=one.name, fingerprint=keys.fingerprint(one.key), successor=successor)
    one = named(what, folder)
    revoked(one, folder, at=when, compromised=compromised, since=begun)
    return _done("cli.key.revoked", json, name=one.name, fingerprint=keys.fingerprint(one.key), successor="")


@verb.command("replace", help=say("cli.key.replace.help"))
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new_key", metavar="NEW", type=click.Path(path_type=Path))
@click.option("--at", "at", type=DATE, help=say("cli.option.at"))
@click.option("--out", required=True, type=click.Path(path_type=Path), help=say("cli.option.out_file"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def replace(old: Path, new_key: Path, at: datetime | None, out: Path, json: bool) -> int:
    """Sign with the old key that the new one takes its place."""
    when = _time(at) or f"{datetime.now(UTC):{TIME}}"
    write_file(out, of_key(signing_key(old), compromised=False, at=when, replaced_by=keys.public_key(new_key)))
    return _done("cli.key.announced", json, file=str(out), name=old.name)


def _last(day: datetime | None) -> str:
    """The end of a day that is named without a time: it belongs to what it ends."""
    if day is not None and day.time() == time():
        day += timedelta(days=1, seconds=-1)
    return _time(day)


def _time(at: datetime | None) -> str:
    return f"{at:{TIME}}" if at is not None else ""


def _done(key: str, json: bool, **fields: str) -> int:
    said = {name: text for name, text in fields.items() if text}
    click.echo(printed({"schema": "measurand/key-status/1", **said}) if json else say(key, **fields))
    return 0
