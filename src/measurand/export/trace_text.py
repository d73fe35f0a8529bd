"""The chain of a certificate as a tree of characters, with a line for every missing link."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from measurand.document.chain import Chain, Node
from measurand.export.plain import visible
from measurand.message import say

WIDTH = 100
SHORT = len("sha256:") + 12
UNICODE, ASCII = ("├─ ", "└─ ", "│  ", "   "), ("+- ", "`- ", "|  ", "   ")


def tree(chain: Chain, *, ascii_only: bool = False) -> Iterator[str]:
    """One line per link, what it is under it; a link that is missing or does not hold says so in words."""
    shapes = ASCII if ascii_only else UNICODE
    rows = chain.rows()
    open_at: list[bool] = []
    for i, (depth, node) in enumerate(rows):
        last = _last(rows, i)
        del open_at[max(depth - 1, 0) :]
        stem = "".join(shapes[2] if more else shapes[3] for more in open_at)
        lead = stem + (shapes[1] if last else shapes[0]) if depth else ""
        below = i + 1 < len(rows) and rows[i + 1][0] > depth
        under = (stem + (shapes[3] if last else shapes[2]) if depth else "") + (shapes[2] if below else shapes[3])
        if depth:
            open_at.append(not last)
        text = list(_node(node, lead, under))
        yield from (line.encode("ascii", "replace").decode("ascii") for line in text) if ascii_only else text


def _last(rows: tuple[tuple[int, Node], ...], i: int) -> bool:
    """Whether no sibling follows."""
    depth = rows[i][0]
    return all(d != depth for d in _until(rows[i + 1 :], depth))


def _until(rows: tuple[tuple[int, Node], ...], depth: int) -> Iterator[int]:
    for d, _ in rows:
        if d < depth:
            return
        yield d


def _node(node: Node, lead: str, under: str) -> Iterator[str]:
    kind = say(f"trace.kind.{node.kind}")
    name = "" if node.name == "-" else visible(node.name)
    state = "" if node.state == "found" else f"[{say(f'trace.{node.state}')}]"
    text = " ".join(part for part in (f"{kind}:", name, node.digest[:SHORT], state) if part)
    yield from _wrapped(text, lead, under)
    if node.detail:
        yield from _wrapped(visible(node.detail), under, under)


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()), WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    ) or [first.rstrip()]


def gaps(chain: Chain) -> Iterator[str]:
    """What is missing and what does not hold, one entry each; last, how many."""
    for state, nodes in (("broken", chain.broken), ("missing", chain.missing)):
        if not nodes:
            continue
        one = "_one" if len(nodes) == 1 else ""
        yield say(f"cli.trace.{state}{one}", count=str(len(nodes))) + ":"
        for node in nodes:
            name = f" {visible(node.name)}" if node.name not in ("", "-") else ""
            yield from _wrapped(f"{say(f'trace.kind.{node.kind}')}{name}: {visible(node.needs)}", "  - ", "    ")
    if not chain.broken and not chain.missing:
        yield say("cli.trace.complete", number=visible(chain.number))
