"""``measurand stamp``: have the time of a certificate attested by a time stamping authority."""

from __future__ import annotations

from pathlib import Path

import click

from measurand.cli.view import printed
from measurand.errors import AuthenticityError
from measurand.lab.atomic import write_file
from measurand.lab.opened import opened
from measurand.lab.timestamp import ENDING, attested, bundle, request
from measurand.message import say


@click.command("stamp", help=say("cli.stamp.help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--request", "to", type=click.Path(path_type=Path), help=say("cli.option.request"))
@click.option("--response", type=click.Path(path_type=Path, exists=True), help=say("cli.option.response"))
@click.option(
    "--authority", multiple=True, type=click.Path(path_type=Path, exists=True), help=say("cli.option.authority")
)
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(file: Path, to: Path | None, response: Path | None, authority: tuple[Path, ...], json: bool) -> int:
    """Write a request, or keep the answer to one."""
    certificate = opened(file)
    if to is not None:
        write_file(to, request(certificate))
        shown = {"file": str(to), "certificate": str(file)}
        click.echo(
            printed({"schema": "measurand/stamp-request/1", **shown}) if json else say("cli.stamp.requested", **shown)
        )
        return 0
    if response is None or not authority:
        raise click.UsageError(say("cli.stamp.which"))
    answer = response.read_bytes()
    try:
        at = attested(certificate, answer, authority)
    except ValueError as error:
        raise AuthenticityError(str(error)) from None
    target = file.with_name(file.stem + ENDING)
    write_file(target, bundle(certificate, answer))
    shown = {"at": at, "file": str(target)}
    click.echo(printed({"schema": "measurand/stamped/1", **shown}) if json else say("cli.stamp.done", **shown))
    return 0
