"""``measurand export``: a certificate in another format, for those who cannot read ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from measurand.cli.signing import signing_key
from measurand.cli.view import printed
from measurand.document.reference_certificate import ReferenceStatement
from measurand.errors import AuthenticityError, Finding, MeasurandError, StoreError
from measurand.export import croissant_reference
from measurand.export.original import Original
from measurand.export.registry import OWN, Export, by_name, names
from measurand.lab.atomic import write_file
from measurand.lab.check import Check, failed
from measurand.lab.envelope import Signed, signature_checks, signed
from measurand.lab.opened import Opened, opened
from measurand.lab.reference_certify import opened as opened_reference
from measurand.lab.reference_status import reference_status
from measurand.lab.standing import standing
from measurand.lab.trust import trust_folder, trusted
from measurand.message import say


@click.command("export", help=say("cli.export.help"))
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--to", "name", help=say("cli.option.format"))
@click.option("--out", type=click.Path(path_type=Path), help=say("cli.option.out_file"))
@click.option("--key", type=click.Path(path_type=Path), help=say("cli.option.statement_key"))
@click.option("--fonts", type=click.Path(path_type=Path, exists=True, file_okay=False), help=say("cli.option.fonts"))
@click.option("--status", multiple=True, type=click.Path(path_type=Path), help=say("cli.option.status"))
@click.option("--authority", multiple=True, type=click.Path(path_type=Path), help=say("cli.option.authority"))
@click.option("--list", "listed", is_flag=True, help=say("cli.option.formats"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(
    file: Path | None,
    name: str | None,
    out: Path | None,
    key: Path | None,
    fonts: Path | None,
    status: tuple[Path, ...],
    authority: tuple[Path, ...],
    listed: bool,
    json: bool,
) -> int:
    """Write an export, or list the formats."""
    if listed:
        return _list(json)
    if file is None or name is None:
        raise click.UsageError(say("cli.export.which"))
    export = by_name(name)
    if fonts is not None and export.with_fonts is None:
        raise MeasurandError(Finding("M0793", "", say("M0793.fonts", name=name)))
    if key is not None and not export.statement:
        raise MeasurandError(Finding("M0795", "", say("M0795.key", name=name)))
    try:
        certificate = opened(file)
    except (StoreError, AuthenticityError):
        if (described := _reference(file)) is None:
            raise
        return _of_reference(file, described, name, out, json=json)
    return _of_certificate(
        certificate, export, name, out, key=key, fonts=fonts, status=status, authorities=authority, json=json
    )


def _of_certificate(
    certificate: Opened,
    export: Export,
    name: str,
    out: Path | None,
    *,
    key: Path | None,
    fonts: Path | None,
    status: Sequence[Path],
    authorities: Sequence[Path],
    json: bool,
) -> int:
    file, predicate = certificate.path, certificate.statement.predicate
    known = trusted(trust_folder())
    checks = standing(certificate, given=None, trusted=known, status=status, authorities=authorities).checks
    # nothing known of a withdrawal, and no time stamp, are no remarks about a copy
    _refuse_failed([check for check in checks if check.needed or check.state == "failed"], file)
    target = out or file.with_name(export.file or file.stem + export.ending)
    original = Original(certificate.statement, certificate.original)
    made = export.render(original) if fonts is None or export.with_fonts is None else export.with_fonts(original, fonts)
    if key is not None:
        made = signed(made, signing_key(key))
        target = out or target.with_suffix(".dsse.json")
    return _written(target, made, name, predicate.number, json=json)


def _reference(file: Path) -> Signed[ReferenceStatement] | None:
    """A certificate of reference data, if the file is one."""
    try:
        return opened_reference(file)
    except (StoreError, AuthenticityError):
        return None


def _of_reference(file: Path, found: Signed[ReferenceStatement], name: str, out: Path | None, *, json: bool) -> int:
    if name != "croissant":
        raise MeasurandError(Finding("M0794", "", say("M0794.reference", name=name)))
    predicate = found.statement.predicate
    known = trusted(trust_folder())
    checks = signature_checks(found, given=None, trusted=known, signed_at=predicate.issued)
    status = reference_status(found, given=None, trusted=known, places=(file.parent,))
    damaged = [failed("file", "check.file.failed", reason="; ".join(found.faults))] if found.faults else []
    _refuse_failed((*damaged, *checks, *([status] if status.needed else [])), file)
    target = out or file.with_name(file.name.removesuffix(".json") + ".croissant.json")
    made = croissant_reference.render(croissant_reference.ReferenceOriginal(found.statement, found.original))
    return _written(target, made, name, predicate.id, json=json)


def _refuse_failed(checks: Iterable[Check], file: Path) -> None:
    """A copy of what is not authentic is not made; what was not checked is said."""
    for check in checks:
        if check.state == "failed":
            raise AuthenticityError(Finding("M0802", "", say("M0802.export", file=str(file), reason=check.text)))
        if check.state == "not checked":
            click.echo(say("cli.remark", text=check.text), err=True)


def _written(target: Path, made: bytes, name: str, number: str, *, json: bool) -> int:
    write_file(target, made)
    shown = {"file": str(target), "format": name, "number": number}
    click.echo(printed({"schema": "measurand/exported/1", **shown}) if json else say("cli.export.done", **shown))
    return 0


def _list(json: bool) -> int:
    rows = [(name, say(f"export.{name}") if name in OWN else "") for name in names()]
    if json:
        shown = [{"name": name, "what": what} for name, what in rows]
        click.echo(printed({"schema": "measurand/exports/1", "formats": shown}))
    else:
        click.echo("\n".join(f"{name:<16} {what}" for name, what in rows))
    return 0
