"""``measurand verify``: is a certificate authentic, and does every printed number follow from the evidence?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from measurand.cli.later import later
from measurand.cli.verify_17025 import data, text
from measurand.cli.view import printed
from measurand.lab.atomic import write_file
from measurand.lab.check import Check
from measurand.lab.disclosure import ANSWER, answer_checks
from measurand.lab.iso17025 import missing, of_file
from measurand.lab.trust import trust_folder, trusted
from measurand.lab.verify import Verification
from measurand.lab.verify import verify as verified
from measurand.message import say

EVALUATED = later("measurand.lab.job", "evaluated")
PAGE_OF = later("measurand.cli.issuing", "page_of")
VIEWER = later("measurand.export.viewer", "page")
"""Two thirds of what verifying needs, loaded for a certificate that comes so far: a refusal takes no second."""


def write_page(context: click.Context, _: click.Parameter, to: Path | None) -> None:
    """Write ``verify.html`` and end: it checks any certificate, so none is named with it."""
    if to is not None:
        write_file(to, VIEWER())
        click.echo(say("cli.verify.page", file=str(to)))
        context.exit(0)


@click.command("verify", help=say("cli.verify.help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), help=say("cli.option.public"))
@click.option("--evidence", type=click.Path(path_type=Path), help=say("cli.option.evidence"))
@click.option("--out", "laboratory", default="out", type=click.Path(path_type=Path), help=say("cli.option.laboratory"))
@click.option("--status", multiple=True, type=click.Path(path_type=Path), help=say("cli.option.status"))
@click.option("--authority", multiple=True, type=click.Path(path_type=Path), help=say("cli.option.authority"))
@click.option("--disclosed", type=click.Path(path_type=Path), help=say("cli.option.disclosed"))
@click.option("--challenge", type=click.Path(path_type=Path), help=say("cli.option.kept_challenge"))
@click.option("--17025", "report", is_flag=True, help=say("cli.option.17025"))
@click.option(
    "--page",
    type=click.Path(path_type=Path),
    is_eager=True,
    expose_value=False,
    callback=write_page,
    help=say("cli.option.page"),
)
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(
    file: Path,
    key: Path | None,
    evidence: Path | None,
    laboratory: Path,
    status: tuple[Path, ...],
    authority: tuple[Path, ...],
    disclosed: Path | None,
    challenge: Path | None,
    report: bool,
    json: bool,
) -> int:
    """Print one line per check; the exit code is what they amount to."""
    found = certificate(file, key=key, evidence=evidence, laboratory=laboratory, status=status, authorities=authority)
    if disclosed is not None:
        found = replace(found, checks=(*found.checks, *answer_checks(file, disclosed, challenge=challenge)))
    elif challenge is not None:
        raise click.UsageError(say("M0747.challenge"))
    asked = of_file(file) if report else ()
    code = found.exit_code or (3 if missing(asked) else 0)
    if json:
        rows = [{"name": c.name, "state": c.state, "text": c.text} for c in found.checks]
        document = {"schema": "measurand/verification/1", "file": str(file), "number": found.number, "checks": rows}
        more = {"iso17025": data(asked)} if report else {}
        click.echo(printed({**document, **more, "exit": code}))
    else:
        click.echo("\n".join([*lines(found), *(("", *text(asked)) if report else ())]))
    return code


def certificate(
    file: Path,
    *,
    key: Path | None = None,
    evidence: Path | None = None,
    laboratory: Path | None = None,
    status: Sequence[Path] = (),
    authorities: Sequence[Path] = (),
) -> Verification:
    """Verify a certificate with everything that this program can check. Raises StoreError for a file that is none."""
    known = trusted(trust_folder())
    return verified(
        file,
        recompute=EVALUATED,
        render=PAGE_OF,
        key=key,
        trusted=known,
        evidence=evidence,
        laboratory=laboratory,
        status=status,
        authorities=authorities,
    )


def lines(found: Verification) -> list[str]:
    """One line per check, and what they amount to."""
    failed = {check.name for check in found.checks if check.state == "failed"}
    key = "status" if failed == {"status"} else "answer" if failed and failed <= ANSWER else found.exit_code
    return [*map(row, found.checks), say(f"cli.verify.exit_{key}", number=found.number)]


def row(check: Check) -> str:
    """One check in one line; its name is left out where the sentence begins with it."""
    state = say(f"cli.verify.{check.state.replace(' ', '_')}")
    text = check.text if check.text.startswith(check.name) else f"{check.name}: {check.text}"
    return f"{state:<11}  {text}"
