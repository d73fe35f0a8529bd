"""``measurand export``: a certificate in another format, for those who cannot read ours."""

from __future__ import annotations

from pathlib import Path

import click

from measurand.cli.view import printed
from measurand.errors import AuthenticityError, Finding, MeasurandError
from measurand.export.original import Original
from measurand.export.registry import OWN, by_name, names
from measurand.lab.atomic import write_file
from measurand.lab.authenticity import file_check, name_check
from measurand.lab.envelope import signature_checks
from measurand.lab.opened import opened
from measurand.lab.status import documents_of, status_check
from measurand.lab.trust import trust_folder, trusted
from measurand.message import say


@click.command("export", help=say("cli.export.help"))
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--to", "name", help=say("cli.option.format"))
@click.option("--out", type=click.Path(path_type=Path), help=say("cli.option.out_file"))
@click.option("--fonts", type=click.Path(path_type=Path, exists=True, file_okay=False), help=say("cli.option.fonts"))
@click.option("--list", "listed", is_flag=True, help=say("cli.option.formats"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(file: Path | None, name: str | None, out: Path | None, fonts: Path | None, listed: bool, json: bool) -> int:
    """Write an export, or list the formats."""
    if listed:
        return _list(json)
    if file is None or name is None:
        raise click.UsageError(say("cli.export.which"))
    export = by_name(name)
    if fonts is not None and export.with_fonts is None:
        raise MeasurandError(Finding("M0793", "", say("M0793.fonts", name=name)))
    certificate = opened(file)
    predicate = certificate.statement.predicate
    known = trusted(trust_folder())
    checks = signature_checks(certificate, given=None, trusted=known, signed_at=predicate.issued)
    status = status_check(certificate, documents_of([file.parent]), given=None, trusted=known)
    checks += [status] if status.needed else []  # nothing known of a withdrawal is no remark about a copy
    for check in (file_check(certificate), name_check(predicate), *checks):
        if check.state == "failed":
            raise AuthenticityError(Finding("M0802", "", say("M0802.export", file=str(file), reason=check.text)))
        if check.state == "not checked":
            click.echo(say("cli.remark", text=check.text), err=True)
    target = out or file.with_name(export.file or file.stem + export.ending)
    original = Original(certificate.statement, certificate.original)
    made = export.render(original) if fonts is None or export.with_fonts is None else export.with_fonts(original, fonts)
    write_file(target, made)
    shown = {"file": str(target), "format": name, "number": predicate.number}
    click.echo(printed({"schema": "measurand/exported/1", **shown}) if json else say("cli.export.done", **shown))
    return 0


def _list(json: bool) -> int:
    rows = [(name, say(f"export.{name}") if name in OWN else "") for name in names()]
    if json:
        shown = [{"name": name, "what": what} for name, what in rows]
        click.echo(printed({"schema": "measurand/exports/1", "formats": shown}))
    else:
        click.echo("\n".join(f"{name:<14} {what}" for name, what in rows))
    return 0
