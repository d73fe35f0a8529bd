"""What a procedure says of the conditions of a live run: levels inside of levels, and how many of the combinations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from measurand.document.combinations import Levels, combinations
from measurand.document.position import Path
from measurand.document.reading import Reader
from measurand.message import say

Tables = dict[str, Any]
PRIMES = (2, 3, 5, 7)
"""Numbers of levels of which there are orthogonal fractions here."""
MOST_OF_THREE = 7
"""Factors of three levels, at most, beside one of two."""


def nested_levels(entry: Tables, path: Path, earlier: Mapping[str, tuple[str, ...]], reader: Reader) -> None:
    """Levels written as a table, outer level -> its own levels, become one list and ``nest``."""
    key = "files" if "files" in entry else "levels"
    within, written = entry.get("within"), entry.get(key)
    if within is not None and within not in earlier:
        reader.find("M0302.within", (*path, "within"), within=within, known=", ".join(earlier) or "-")
    if not isinstance(written, dict):
        if within is not None and written is not None:
            reader.find("M0302.nest", (*path, key), say("M0302.nest_hint", key=key), key=key, within=within)
        return
    entry[key] = tuple(level for of_one in written.values() for level in of_one)
    entry["nest"] = written
    if within is None:
        reader.find("M0205.within", path, say("M0205.within_hint"), key=key)
    elif within in earlier and set(written) != set(earlier[within]):
        names = ", ".join(sorted(set(written) ^ set(earlier[within])))
        reader.find("M0302.nest_levels", (*path, key), within=within, levels=names)
    if len(set(entry[key])) < len(entry[key]):
        reader.find("M0302.nest_twice", (*path, key))


def fraction(tables: Tables, reader: Reader) -> None:
    """Whether an orthogonal fraction of the combinations, and some of them for each item, can be drawn and analysed."""
    design = tables.get("design", {})
    factors = [entry for entry in tables["factor"] if entry.get("levels") and "id" in entry]
    asked = [key for key in ("fraction", "each") if key in design]
    if not asked:
        return
    random = [entry["id"] for entry in factors if entry.get("effect") == "random"]
    if len(random) > 1:
        reader.find("M0302.fraction_random", ("design", asked[0]), key=asked[0], factors=", ".join(random))
    if "fraction" in design:
        _orthogonal(factors, reader)
    several = combinations(Levels(e["id"], e["levels"], e.get("within"), e.get("nest")) for e in factors)
    if "each" in design and "fraction" not in design and design["each"] >= (most := len(several)):
        reader.find("M0302.each", ("design", "each"), say("M0302.each_hint"), most=most)


def _orthogonal(factors: list[Tables], reader: Reader) -> None:
    numbers = [len(entry["levels"]) for entry in factors]
    alike = len(set(numbers)) == 1 and numbers[0] in PRIMES
    mixed = set(numbers) == {2, 3} and numbers.count(2) == 1 and numbers.count(3) <= MOST_OF_THREE
    path = ("design", "fraction")
    if any("nest" in entry for entry in factors):
        reader.find("M0302.fraction_nested", path)
    elif len(factors) < 3 or not (alike or mixed):
        shown = ", ".join(f"{entry['id']} {len(entry['levels'])}" for entry in factors) or "-"
        reader.find("M0302.fraction", path, say("M0302.fraction_hint"), factors=shown)
