"""The chain of a certificate as a picture: a tree of links, the missing ones hatched."""

from __future__ import annotations

from measurand.document.chain import Chain, Node
from measurand.export.svg.writer import WIDTH, Markup, Picture, drawing, element, hatch, label, rule, shortened
from measurand.message import say

PITCH, INDENT, TOP = 38.0, 24.0, 10.0
BOX = 12.0
WORD, LETTER, SMALL = 8.4, 6.9, 6.6
"""Widths of a character of the bold, the plain and the small text, on the safe side, in units of the picture."""


def chain_picture(chain: Chain, identity: str = "chain") -> Picture:
    """One row per link, joined to what rests on it: filled box found, hatched missing, crossed not holding."""
    rows = chain.rows()
    parts = [element("defs", hatch(f"{identity}-gap", 5.0))]
    parent: dict[int, int] = {}
    last: dict[int, int] = {}
    for i, (depth, _) in enumerate(rows):
        if depth:
            parent[i] = last[depth - 1]
        last[depth] = i
    for i, above in parent.items():
        x, y = _x(rows[above][0]) + BOX / 2, _y(above) + BOX
        parts.append(rule(x, y, x, _y(i) + BOX / 2, class_="thin"))
        parts.append(rule(x, _y(i) + BOX / 2, _x(rows[i][0]), _y(i) + BOX / 2, class_="thin"))
    for i, (depth, node) in enumerate(rows):
        parts += _row(node, _x(depth), _y(i), pattern=f"{identity}-gap")
    finding = say(
        "trace.finding", number=chain.number, missing=str(len(chain.missing)), broken=str(len(chain.broken)),
        found=str(sum(node.state == "found" for node in chain.nodes)),
    )  # fmt: skip
    described = "; ".join(f"{say(f'trace.kind.{n.kind}')}: {n.needs}" for n in (*chain.broken, *chain.missing))
    height = _y(len(rows)) + 2.0
    svg = drawing(identity, height, title=finding, description=described or finding, parts=parts)
    table = tuple((say(f"trace.kind.{n.kind}"), n.name, n.digest, n.state, n.needs) for _, n in rows)
    return Picture(svg=svg, finding=finding, header=("kind", "name", "digest", "state", "needs"), rows=table)


def _x(depth: int) -> float:
    return 6.0 + INDENT * depth


def _y(row: int) -> float:
    return TOP + PITCH * row


def _row(node: Node, x: float, y: float, *, pattern: str) -> list[Markup]:
    kind = say(f"trace.kind.{node.kind}")
    state = "" if node.state == "found" else say(f"trace.{node.state}")
    start = x + BOX + 8.0
    name = "" if node.name == "-" else node.name
    right = WIDTH - 4.0 - (WORD * len(state) + 8.0 if state else 0.0)
    room = max(int((right - start - WORD * len(kind)) / LETTER), 8)
    words = (element("tspan", kind, class_="strong"), element("tspan", shortened(name, room), dx=8.0))
    parts = [*_sign(node, x, y, pattern), element("text", *words, x=start, y=y + 10.0)]
    if state:
        parts.append(label(state, WIDTH - 4.0, y + 10.0, class_="strong", text_anchor="end"))
    below = node.needs or " · ".join(part for part in (node.digest[:19], node.detail) if part)
    if below:
        parts.append(label(shortened(below, int((WIDTH - start) / SMALL)), start, y + 25.0, class_="tick"))
    return parts


def _sign(node: Node, x: float, y: float, pattern: str) -> list[Markup]:
    """Shape before colour: filled, hatched with a dashed edge, or an empty box with a cross."""
    if node.state == "found":
        return [element("rect", x=x, y=y, width=BOX, height=BOX, class_="share-a")]
    if node.state == "missing":
        return [element("rect", x=x, y=y, width=BOX, height=BOX, fill=f"url(#{pattern})", class_="gap")]
    return [
        element("rect", x=x, y=y, width=BOX, height=BOX, class_="share-b"),
        rule(x, y, x + BOX, y + BOX, class_="differs"),
        rule(x, y + BOX, x + BOX, y, class_="differs"),
    ]
