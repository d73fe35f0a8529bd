"""Requirements, regimes and kinds of evidence: data of the package, loaded and never imported."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, TypeVar

from pydantic import ValidationError

from measurand.document.canonical import Document
from measurand.document.crosswalk import Entry, Kind, Regime
from measurand.lab.atomic import refusal

FOLDER, REGIMES, EVIDENCE = "crosswalk", "regimes.toml", "evidence.toml"
_D = TypeVar("_D", bound=Document)


@dataclass(frozen=True)
class Requirements:
    """Everything that is asked for."""

    entries: tuple[Entry, ...]
    regimes: Mapping[str, Regime]
    kinds: Mapping[str, Kind]
    digest: str
    """SHA-256 over all files, in the order of their names."""

    def of(self, regime: str) -> tuple[Entry, ...]:
        """The entries of a regime."""
        starts = self.regimes[regime].entries
        return tuple(e for e in self.entries if e.id.startswith(starts))


@cache
def requirements() -> Requirements:
    """All requirements.

    Raises StoreError for data that are not valid: an id twice, a kind that nobody defines, an entry of no regime.
    """
    folder = resources.files("measurand") / FOLDER
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    data = {f.name: f.read_bytes() for f in files}
    digest = hashlib.sha256(b"".join(data.values())).hexdigest()
    tables = {name: tomllib.loads(text.decode("utf-8")) for name, text in data.items()}
    regimes = _read(tables.pop(REGIMES).get("regime", ()), Regime, REGIMES)
    kinds = _read(tables.pop(EVIDENCE).get("evidence", ()), Kind, EVIDENCE)
    entries = [e for name, table in tables.items() for e in _read(table.get("entry", ()), Entry, name)]
    found = Requirements(tuple(entries), {r.id: r for r in regimes}, {k.id: k for k in kinds}, digest)
    _check(found)
    return found


def _read(rows: Sequence[Mapping[str, Any]], kind: type[_D], file: str) -> list[_D]:
    try:
        return [kind.model_validate(row) for row in rows]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise refusal("M0712.pack", file, reason=f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _check(found: Requirements) -> None:
    ids = [e.id for e in found.entries]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    unknown = sorted({k for e in found.entries for k in e.evidence} - set(found.kinds))
    starts = tuple(start for r in found.regimes.values() for start in r.entries)
    alone = [e.id for e in found.entries if not e.id.startswith(starts)]
    for what, names in (("twice", twice), ("unknown kind", unknown), ("of no regime", alone)):
        if names:
            raise refusal("M0712.pack", FOLDER, reason=f"{what}: {', '.join(names)}")
