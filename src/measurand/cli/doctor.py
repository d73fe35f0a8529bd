"""``measurand doctor``: is the installation sound, and is every stored byte as it was written?"""

from __future__ import annotations

from pathlib import Path

import click

from measurand.cli.verify import row
from measurand.cli.view import printed
from measurand.lab.check import exit_code
from measurand.lab.doctor import doctor
from measurand.lab.trust import trust_folder
from measurand.message import say


@click.command("doctor", help=say("cli.doctor.help"))
@click.option("--out", default="out", show_default=True, type=click.Path(path_type=Path), help=say("cli.option.lab"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(out: Path, json: bool) -> int:
    """One line per check; exit 1 when one failed."""
    checks = doctor(out, key_folders=(trust_folder(),))
    code = 1 if exit_code(checks) == 1 else 0
    if json:
        rows = [{"name": c.name, "state": c.state, "text": c.text} for c in checks]
        click.echo(printed({"schema": "measurand/doctor/1", "folder": str(out), "checks": rows, "exit": code}))
    else:
        click.echo("\n".join(row(check) for check in checks))
    return code
