"""``measurand withdraw``: a signed document that a certificate is withdrawn, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from measurand.cli.signing import signing_key
from measurand.cli.view import printed
from measurand.lab.laboratory import laboratory
from measurand.lab.reference_certify import ENDING, opened
from measurand.lab.reference_status import withdrawn as of_reference
from measurand.lab.status import own, placed, withdrawn
from measurand.message import say


@click.command("withdraw", help=say("cli.withdraw.help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help=say("cli.option.key"))
@click.option("--reason", required=True, help=say("cli.option.because"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(file: Path, key: Path, reason: str, json: bool) -> int:
    """Withdraw a certificate of one's own."""
    private = signing_key(key)
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if file.name.endswith(ENDING):
        reference = opened(file)
        number, data = reference.statement.predicate.id, of_reference(reference, private, reason=reason, at=at)
    else:
        certificate = own(file, private)
        who = laboratory(file.resolve().parent.parent)
        number = certificate.statement.predicate.number
        data = withdrawn(certificate, private, reason=reason, laboratory=who, at=at)
    target = placed(file, data)
    shown = {"number": number, "file": str(target)}
    click.echo(printed({"schema": "measurand/withdrawn/1", **shown}) if json else say("cli.withdraw.done", **shown))
    return 0
