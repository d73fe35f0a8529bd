"""``measurand list``: the quantities that are known, or those that a word is about."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import click

from measurand.cli.explain_quantity import matching, theme_title
from measurand.cli.view import printed
from measurand.errors import Finding, MeasurandError
from measurand.export.terminal import WIDTH
from measurand.lab.pack import definitions, themes
from measurand.message import say

NEAREST = 3
"""Ids that are named where a word is about nothing."""


@click.command("list", help=say("cli.list.help"))
@click.argument("word", required=False, metavar="[WORD]")
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(word: str | None, json: bool) -> int:
    """Print ids, titles, units and directions by theme."""
    found = tuple(definitions()) if word is None else matching(word)
    if not found:
        near = difflib.get_close_matches(word or "", definitions(), n=NEAREST, cutoff=0.5)
        hint = say("M0120.near", words=", ".join(near)) if near else say("M0120.hint_list")
        raise MeasurandError(Finding("M0120", "", say("M0120.unknown", word=word), hint))
    if json:
        rows = [
            {"theme": theme, "id": d.id, "quantity": d.title, "unit": d.unit, "direction": d.direction}
            for theme, ids in themes().items()
            for d in (definitions()[name] for name in ids if name in found)
        ]
        click.echo(printed({"schema": "measurand/quantities/1", "quantities": rows}))
        return 0
    click.echo("\n".join(_lines(found)))
    return 0


def _lines(found: tuple[str, ...]) -> Iterator[str]:
    width = max(map(len, found))
    for theme, ids in themes().items():
        own = [definitions()[name] for name in ids if name in found]
        if not own:
            continue
        yield theme_title(theme)
        for d in own:
            about = f"{d.unit}, {say(f'list.{d.direction}')}"
            room = WIDTH - width - len(about) - 6
            title = d.title if len(d.title) <= room else f"{d.title[: room - 1]}…"
            yield f"  {d.id:<{width}}  {title:<{room}}  {about}"
        yield ""
    yield say("explain.all", count=len(found))
