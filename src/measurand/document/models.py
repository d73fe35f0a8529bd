"""Checks of measurands and their models: names that exist, no cycle, every input used, nothing that has no effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from measurand.document.expression import column_of, names, parse
from measurand.document.reading import Reader
from measurand.document.words import nearest
from measurand.message import say

_OF_QUANTITY = ("positive", "at", "average", "where", "by", "contrast", "pooling")
"""Keys that say how a quantity is evaluated: without a quantity they would have no effect."""


def check_measurands(entries: Sequence[dict[str, Any]], inputs: Sequence[dict[str, Any]], reader: Reader) -> None:
    """Check all ``[[measurand]]`` tables together with the ids of the inputs."""
    known = [e["id"] for e in (*inputs, *entries) if "id" in e]
    used: dict[str, tuple[str, ...]] = {}
    complete = True
    for entry in entries:
        path = entry[""]
        if "quantity" not in entry and "model" not in entry:
            complete = False
            if not any(f.path.startswith(f"{path[0]}.{path[-1]}.") for f in reader.findings):
                reader.find("M0205.quantity", path)
        if "model" in entry:
            used[entry.get("id", "")] = _model(entry, known, reader)
        if "quantity" not in entry and "model" in entry:
            for key in _OF_QUANTITY:
                if key in entry:
                    reader.find("M0314.of_quantity", (*path, key), key=key)
        if "target_uncertainty" in entry and float(entry["target_uncertainty"].value) <= 0:
            reader.find("M0302.positive", (*path, "target_uncertainty"), key="target_uncertainty")
        contrast = entry.get("contrast", {})
        if "second" in contrast and contrast.get("first") == contrast["second"]:
            reader.find("M0302.contrast_same", (*path, "contrast", "second"), value=contrast["first"])
    _cycles(entries, used, reader)
    everywhere = {name for found in used.values() for name in found}
    models_fine = all("model" in e or "quantity" in e for e in entries) and complete
    if models_fine and not any(f.code == "M0308" for f in reader.findings):
        for entry in inputs:
            if "id" in entry and entry["id"] not in everywhere:
                reader.find("M0311.unused", (*entry[""], "id"), say("M0311.hint", name=entry["id"]), name=entry["id"])


def _model(entry: dict[str, Any], known: Sequence[str], reader: Reader) -> tuple[str, ...]:
    text, path = entry["model"], (*entry[""], "model")
    found = names(parse(text))
    for name in found:
        if name == "value":
            if "quantity" not in entry:
                _at(reader, text, name)
                reader.find("M0310.value", path)
        elif name == entry.get("id"):
            _at(reader, text, name)
            reader.find("M0309.itself", path, name=name)
        elif name not in known:
            near = nearest(name, [*known, "value"])
            _at(reader, text, name)
            reader.find(
                "M0310.unknown",
                path,
                say("procedure.did_you_mean", words=near) if near else say("M0310.hint"),
                name=name,
            )
    if "quantity" in entry and "value" not in found:
        reader.find("M0310.no_value", path, say("M0310.no_value_hint"), quantity=entry["quantity"])
    return found


def _at(reader: Reader, text: str, name: str) -> None:
    """The next finding points at a name inside of the expression."""
    reader.columns[len(reader.findings)] = column_of(text, name)


def _cycles(entries: Sequence[dict[str, Any]], used: Mapping[str, Sequence[str]], reader: Reader) -> None:
    ends: set[str] = set()
    for entry in entries:
        name = entry.get("id", "")
        if name not in used or name in ends:
            continue
        cycle = _cycle(name, used)
        if cycle and not ends & set(cycle):
            ends |= set(cycle)
            reader.find("M0309.cycle", (*entry[""], "model"), cycle=" -> ".join(cycle))


def _cycle(start: str, used: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """A way from a measurand back to itself through other models, or nothing."""
    came: dict[str, str] = {}
    stack = [start]
    while stack:
        name = stack.pop()
        for other in used.get(name, ()):
            if other == start and name != start:
                way = [start]
                while name != start:
                    way.append(name)
                    name = came[name]
                return (start, *reversed(way))
            if other in used and other not in came and other != start:
                came[other] = name
                stack.append(other)
    return ()
