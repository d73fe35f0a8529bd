"""What a verb without a report of its own says when it is done."""

from __future__ import annotations

from typing import Any

import click

from measurand.cli.view import printed
from measurand.message import say


def said(json: bool, key: str, **fields: Any) -> int:
    """Say one sentence, or print its fields; returns the exit code 0."""
    schema = f"measurand/{key.removeprefix('cli.').replace('.', '-')}/1"
    click.echo(printed({"schema": schema, **fields}) if json else say(key, **fields))
    return 0
