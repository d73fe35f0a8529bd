"""Comparing what several records and certificates state, measurand by measurand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from measurand.document.comparison import Comparison, Comparisons
from measurand.document.defined import defined
from measurand.document.procedure import Measurand
from measurand.errors import DesignError, Finding
from measurand.lab.stated import Stated, stated
from measurand.lab.trust import Trusted
from measurand.message import say
from measurand.study.across import across
from measurand.study.comparison import compared
from measurand.study.contender import Contender, contender
from measurand.study.from_parts import estimates_from
from measurand.study.pairing import Asked
from measurand.study.shared_levels import FACTOR

RUNS = "repeatability"
"""The curve of the values under each condition and in each repeat."""
Named = tuple[str, Path]
"""A name (may be empty: that of the system) and a file."""


def comparisons(
    files: Sequence[Named], asked: Asked, *, trusted: Mapping[str, Trusted], measurand: str = "",
    same: Sequence[str] = (),
) -> Comparisons:  # fmt: skip
    """One comparison for each measurand (and level) that at least two systems of the files have in common.

    Measurands with the same id belong together; whether they are the same is checked. ``same``: factors whose levels
    are declared to be the same in all files. Raises DesignError, RefusedError, StoreError, AuthenticityError.
    """
    several = read(files, trusted)
    groups = contenders(several, same=same)
    wanted = {key: group for key, group in groups.items() if measurand in ("", key[0])}
    kept = {key: group for key, group in wanted.items() if len(group) > 1}
    if not kept:
        known = ", ".join(sorted({id for id, _ in groups}))
        raise DesignError(Finding("M0851", "", say("M0851.nothing", measurands=known), say("M0851.nothing_hint")))
    done: list[Comparison] = [compared(group, asked) for group in kept.values()]
    alone = [" ".join(filter(None, key)) for key, group in wanted.items() if len(group) == 1]
    remarks = [text for _, one in several for text in one.remarks]
    if hinted := _equal_levels([one for _, one in several], same):
        remarks.append(
            say("comparison.remark.same", factors=", ".join(hinted), options=" ".join(f"--same {f}" for f in hinted))
        )
    if alone:
        remarks.append(say("comparison.remark.alone", measurands=", ".join(alone)))
    over_tasks, why = across(done, level=asked.level, scale=asked.scale)
    remarks += [say("comparison.remark.no_means", why=why)] if why else []
    return Comparisons(comparisons=tuple(done), across=over_tasks, remarks=tuple(dict.fromkeys(remarks)))


def read(files: Sequence[Named], trusted: Mapping[str, Trusted]) -> list[tuple[str, Stated]]:
    """What each file states, under its name. Raises StoreError, AuthenticityError."""
    return [(name, stated(path, trusted=trusted)) for name, path in files]


def contenders(
    several: Sequence[tuple[str, Stated]], *, same: Sequence[str] = ()
) -> dict[tuple[str, str], list[Contender]]:
    """All results that the files state, by measurand and level. Contrasts inside of a record are left out."""
    groups: dict[tuple[str, str], list[Contender]] = {}
    for place, (name, one) in enumerate(several):
        for key, found in _contenders(one, name, place, same, several):
            groups.setdefault(key, []).append(found)
    return groups


def _contenders(
    one: Stated, name: str, place: int, same: Sequence[str], several: Sequence[tuple[str, Stated]]
) -> list[tuple[tuple[str, str], Contender]]:
    shared = {i.shared_as for i in one.procedure.input if i.shared_as}
    estimates = estimates_from(one.parts, own=f"{one.source}/{place}", shared_inputs=shared, same=same)
    by_id: dict[str, Measurand] = {m.id: m for m in one.procedure.measurand}
    found = []
    for result in one.results:
        m = by_id[result.measurand]
        if m.contrast is not None:
            continue
        shown = _shown(result.system, result.measurand, name, one, several)
        estimate = estimates[f"{result.measurand}|{result.system}|{result.level}"]
        seen = [str(c) for curve in result.curves if curve.name == RUNS for c in curve.columns["condition"]]
        made = contender(
            shown, result, estimate, defined(one.procedure, m, conditions=seen), source=one.source, evidence=one.kind,
            names=one.names,
        )  # fmt: skip
        found.append(((result.measurand, result.level), made))
    return found


def _shown(system: str, measurand: str, name: str, one: Stated, several: Sequence[tuple[str, Stated]]) -> str:
    """The given name; else that of the system, with its file where two files state the same of it."""
    own = len(one.procedure.system) == 1
    if name:
        return name if own else f"{name}/{system}"
    elsewhere = sum(any((r.system, r.measurand) == (system, measurand) for r in other.results) for _, other in several)
    return system if elsewhere < 2 else f"{system} ({one.source})"


def _equal_levels(several: Sequence[Stated], same: Sequence[str]) -> list[str]:
    """Factors that have levels of the same names in all files, and were not declared to be the same."""
    levels: dict[str, list[frozenset[str]]] = {}
    for one in several:
        for source in one.parts.sources:
            if source.key.startswith(FACTOR):
                levels.setdefault(source.key.rpartition(":")[2], []).append(frozenset(source.levels))
    everywhere = {name: sets for name, sets in levels.items() if len(sets) == len(several) > 1 and name not in same}
    return sorted(name for name, sets in everywhere.items() if len(set(sets)) == 1)
