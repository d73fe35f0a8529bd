"""``measurand show --items``: the items that a system gets wrong, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from measurand.cli.view import printed
from measurand.document.record import Record
from measurand.document.rounding import significant
from measurand.export.plain import columns_of, percent, visible
from measurand.lab.worst import worst
from measurand.message import say
from measurand.study.worst_items import WorstItem, WorstItems, WrongTogether

WIDTH = 80
NAME, LONGEST_NAME = 24, 46
"""Columns of the names of the items, at least and at most."""
SCHEMA = "measurand/items/1"


def show_items(record: Record, place: Path, *, most: int, json: bool) -> None:
    """Print the ``most`` worst items of every result of a record or certificate at ``place``."""
    several, together = worst(record, place, most=most)
    if json:
        click.echo(printed({"schema": SCHEMA, "record": record.name, **_data(several, together, most)}))
        return
    titles = {r.measurand: r.title for r in record.results.results}
    blocks = [list(_block(one, titles.get(one.measurand, ""))) for one in several]
    blocks += [list(_alike(one)) for one in together]
    click.echo("\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks))


def _block(one: WorstItems, title: str) -> Iterator[str]:
    """One result: what was found, then a line for each item."""
    yield "  ".join(visible(text) for text in (one.measurand, title, one.system, one.level) if text)
    if not one.items:
        yield f"  {say('items.none')}"
        return
    key = f"items.{one.kind}"
    yield f"  {say(key, items=one.items, always=one.always, sometimes=one.sometimes)}"
    widest = max((columns_of(visible(found.item)) + 1 for found in one.worst), default=0)
    name = min(max(NAME, widest), LONGEST_NAME)
    if one.worst:
        item, amount, rows, where = (say(f"items.column.{key}") for key in ("item", one.kind, "rows", "where"))
        placed = where if any(found.levels for found in one.worst) else ""
        yield f"  {item:<{name}}{amount:>12}{rows:>8}  {placed}"
    for found in one.worst:
        yield _line(found, name)
    left = (one.always + one.sometimes) - len(one.worst)
    if left > 0 and one.kind == "wrong":
        yield f"  {say('items.more', count=left)}"


def _line(item: WorstItem, name: int) -> str:
    amount = _signed(item.pull)
    if item.wrong is not None:
        amount = percent(item.wrong).replace("100.0 %", "100 %")
    elif item.error is not None:
        amount = _signed(item.error)
    head = f"{amount:>12}{item.rows:>8}  "
    where = _cut(visible(_where(item)), WIDTH - 2 - name - len(head))
    return f"  {_fit(visible(item.item), name)}{head}{where}"


def _where(item: WorstItem) -> str:
    """Where an item is wrong: conditions with their number of repeats, or all of them."""
    if item.levels and item.wrong == 1.0:
        return say("items.anywhere")
    parts = [level.rpartition(" / ") for level in item.levels]
    if not all(condition for condition, _, _ in parts):
        return ", ".join(item.levels)
    count = Counter(condition for condition, _, _ in parts)
    return ", ".join(f"{condition} ({n})" if n > 1 else condition for condition, n in count.items())


def _alike(one: WrongTogether) -> Iterator[str]:
    """What several systems got wrong alike."""
    yield "  ".join(visible(text) for text in (one.measurand, one.level, say("items.together")) if text)
    yield f"  {say('items.everywhere', count=len(one.everywhere), items=one.items)}{_named(one.everywhere)}"
    for system, items in one.only.items():
        yield f"  {say('items.only', system=visible(system), count=len(items))}{_named(items)}"


def _named(items: Sequence[str]) -> str:
    if not items:
        return ""
    shown = ", ".join(visible(item) for item in items[:5])
    more = f", +{len(items) - 5}" if len(items) > 5 else ""
    return f": {_cut(shown, 120)}{more}"


def _signed(x: float) -> str:
    return f"{'+' if x > 0 else ''}{significant(repr(x))}"


def _cut(text: str, width: int) -> str:
    return text if columns_of(text) <= width else text[: max(0, width - 3)].rstrip(", ") + "..."


def _fit(text: str, width: int) -> str:
    """A name in its column; a longer one loses its middle, since names often differ at their ends."""
    if columns_of(text) >= width:
        half = (width - 4) // 2
        text = f"{text[: width - 4 - half]}...{text[-half:]}"
    return text + " " * max(1, width - columns_of(text))


def _data(several: Sequence[WorstItems], together: Sequence[WrongTogether], most: int) -> dict[str, Any]:
    return {
        "results": [
            {
                **_present({f.name: getattr(one, f.name) for f in fields(one) if f.name != "worst"}),
                "worst": [
                    _present({f.name: getattr(item, f.name) for f in fields(item)}) for item in one.worst
                ],
            }
            for one in several
        ],
        "together": [
            _present(
                {
                    "measurand": one.measurand, "level": one.level, "items": one.items,
                    "everywhere": {"count": len(one.everywhere), "items": list(one.everywhere[:most])},
                    "only": [
                        {"system": system, "count": len(items), "items": list(items[:most])}
                        for system, items in one.only.items()
                    ],
                }
            )
            for one in together
        ],
    }  # fmt: skip


def _present(found: dict[str, Any]) -> dict[str, Any]:
    """What has a value; tuples as lists."""
    listed = {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}
    return {key: value for key, value in listed.items() if value is not None and value not in ("", [])}
