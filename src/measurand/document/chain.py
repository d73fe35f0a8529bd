"""The chain from a result back to what it rests on: links that were found, that are missing, or that do not hold."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document

State = Literal["found", "missing", "broken"]


class Node(Document):
    """One thing that a result rests on."""

    id: str
    kind: str
    """certificate, key, laboratory, result, definition, input, procedure, seal, evidence, system, reference, labels,
    instrument, ..."""
    name: str
    digest: str = ""
    """Digest or address of its bytes, where it has some."""
    state: State = "found"
    """``broken``: it is there, and is not what it is said to be."""
    detail: str = ""
    needs: str = ""
    """What would supply a missing link, or what is wrong with a broken one."""


class Edge(Document):
    """``source`` rests on ``target``."""

    source: str
    target: str
    relation: str


class Chain(Document):
    """All links of one certificate. The first edge that reaches a node is the one under which it is drawn."""

    schema_: Literal["measurand/trace/1"] = Field(default="measurand/trace/1", alias="schema")
    number: str
    """Number of the certificate."""
    nodes: tuple[Node, ...]
    """The first one is the certificate."""
    edges: tuple[Edge, ...]

    @property
    def missing(self) -> tuple[Node, ...]:
        """Links that are not there."""
        return tuple(node for node in self.nodes if node.state == "missing")

    @property
    def broken(self) -> tuple[Node, ...]:
        """Links that do not hold."""
        return tuple(node for node in self.nodes if node.state == "broken")

    @property
    def exit_code(self) -> int:
        """0 complete, 1 a link does not hold, 3 links are missing."""
        return 1 if self.broken else 3 if self.missing else 0

    def rows(self) -> tuple[tuple[int, Node], ...]:
        """The nodes as a tree, depth first: how deep each stands, and the node."""
        parent: dict[str, str] = {}
        for edge in self.edges:
            parent.setdefault(edge.target, edge.source)
        below: dict[str, list[Node]] = {}
        for node in self.nodes[1:]:
            below.setdefault(parent.get(node.id, self.nodes[0].id), []).append(node)
        found: list[tuple[int, Node]] = []
        waiting = [(0, self.nodes[0])]
        while waiting:
            depth, node = waiting.pop()
            found.append((depth, node))
            waiting += [(depth + 1, child) for child in reversed(below.get(node.id, []))]
        return tuple(found)
