"""``measurand completion``: the script that makes a shell complete verbs and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from measurand.errors import Finding, MeasurandError
from measurand.message import say

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", help=say("cli.completion.help"))
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def verb(ctx: click.Context, shell: str) -> int:
    """Print the script of a shell."""
    made = get_completion_class(shell)
    if made is None:
        raise MeasurandError(Finding("M0121", "", say("M0121.shell", shell=shell)))
    click.echo(made(ctx.find_root().command, {}, "measurand", "_MEASURAND_COMPLETE").source())
    return 0
