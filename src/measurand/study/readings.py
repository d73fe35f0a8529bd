"""How cells are read: what the definitions of a procedure's measurands ask of each output and of the reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from measurand.document.definition import Definition
from measurand.document.label import label
from measurand.document.procedure import Measurand, Procedure

ReferenceKind = Literal["class", "number", "labels"]
SEPARATOR = "|"
"""Between the labels of one cell."""


def asked(procedure: Procedure, definitions: Mapping[str, Definition]) -> Iterator[Definition]:
    """The definition of each measurand that has one."""
    for measurand in procedure.measurand:
        definition = definitions.get(measurand.quantity or "")
        if definition is not None:
            yield reading(measurand, definition)


def reading(measurand: Measurand, definition: Definition) -> Definition:
    """The definition with the column that a measurand reads instead of ``value``, where it names one (``of``)."""
    if measurand.of is None:
        return definition
    roles = {role: measurand.of if source == "value" else source for role, source in definition.roles.items()}
    return definition.model_copy(update={"roles": roles})


def kinds(procedure: Procedure, definitions: Mapping[str, Definition]) -> dict[str, str]:
    """How the cells of ``value``, ``score`` and ``scores`` are read."""
    found: dict[str, str] = {}
    # Probabilities are numbers, numbers are texts: the narrowest reading that a measurand needs holds.
    order = ("class", "labels", "number", "outcome", "probability")
    for definition in asked(procedure, definitions):
        bound = {source.rstrip("?") for source in definition.roles.values()}
        for source in bound & {"value", "score", "scores"}:
            found[source] = max(found.get(source, "class"), definition.kind, key=order.index)
    return found


def outputs_read(procedure: Procedure, definitions: Mapping[str, Definition]) -> frozenset[str]:
    """The outputs that the measurands read: ``value``, ``score``, ``scores``, ``members`` ..."""
    found = asked(procedure, definitions)
    return frozenset(source.rstrip("?") for definition in found for source in definition.roles.values())


def reference_kinds(procedure: Procedure, definitions: Mapping[str, Definition]) -> frozenset[ReferenceKind]:
    """How the cells of ``reference.value`` are read: ``class`` for a role ``truth``, else numbers or sets of labels."""
    found: set[ReferenceKind] = set()
    for definition in asked(procedure, definitions):
        for role, source in definition.roles.items():
            if source.rstrip("?") == "reference":
                found.add("class" if role == "truth" else "labels" if role == "labels" else "number")
    return frozenset(found or {"class"})


def label_set(cell: str) -> str:
    """A set of labels as one text: canonical, each once, sorted.

    >>> label_set("dog | cat|dog")
    'cat|dog'
    """
    return SEPARATOR.join(sorted({label(part) for part in cell.split(SEPARATOR) if part.strip()}))
