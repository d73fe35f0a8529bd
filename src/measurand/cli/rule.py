"""``measurand rule``: acceptance rules of authorities and standards, and what they risk."""

from __future__ import annotations

import click

from measurand.cli.output import unicode
from measurand.cli.view import numeric, printed
from measurand.document.canonical import plain
from measurand.export.acceptance_text import render_rule
from measurand.lab.acceptance import rule_of, rules
from measurand.message import say
from measurand.study.acceptance import ruled

NUMBERS = frozenset({"limit", "producer", "consumer", "at_limit", "share", "passed", "lower", "upper"})


@click.command("rule", help=say("cli.rule.help"))
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--trials", type=click.IntRange(1), metavar="N", help=say("cli.rule.trials"))
@click.option("--events", type=click.IntRange(0), metavar="X", help=say("cli.rule.events"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(name: str | None, trials: int | None, events: int | None, json: bool) -> int:
    """Print a rule with its risks, or all rules."""
    if name is None:
        return _listed(json)
    found = ruled(rule_of(name), trials=trials, events=events)
    if json:
        click.echo(printed(numeric(plain(found), NUMBERS)))
    else:
        click.echo(render_rule(found, ascii_only=not unicode()), nl=False)
    return 0


def _listed(json: bool) -> int:
    if json:
        shown = [numeric(plain(rule), NUMBERS) for rule in rules().values()]
        click.echo(printed({"schema": "measurand/rules/1", "rules": shown}))
        return 0
    click.echo(say("acceptance.list"))
    for rule in rules().values():
        click.echo(f"  {rule.id:<20} {rule.title}")
    return 0
