"""Definitions of quantities from the sector packs: data, loaded and never imported."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from pydantic import ValidationError

from measurand.document.definition import Definition
from measurand.lab.atomic import refusal

SUFFIX = ".toml"
EVERYDAY = "pack"
"""File of the definitions that every field uses."""


@cache
def definitions() -> Mapping[str, Definition]:
    """All definitions by id. Raises StoreError for a pack that is not valid, or an id that two packs define."""
    found: dict[str, Definition] = {}
    for file, several in _packs().items():
        for definition in several:
            if definition.id in found:
                raise refusal("M0712.pack", file, reason=f"{definition.id} is defined twice")
            found[definition.id] = definition
    return found


def places() -> Mapping[str, str]:
    """The file that holds each definition, by its id: ``general/pack.toml``."""
    return {definition.id: file for file, several in _packs().items() for definition in several}


def themes() -> Mapping[str, tuple[str, ...]]:
    """The ids of all definitions by theme: the name of the pack's file, without its ending; the everyday pack first."""
    found: dict[str, tuple[str, ...]] = {}
    for file, several in _packs().items():
        theme = file.rpartition("/")[2].removesuffix(SUFFIX)
        found[theme] = (*found.get(theme, ()), *(definition.id for definition in several))
    return dict(sorted(found.items(), key=lambda entry: (entry[0] != EVERYDAY, entry[0])))


@cache
def _packs() -> Mapping[str, tuple[Definition, ...]]:
    """The definitions of each file of each sector that has any."""
    found: dict[str, tuple[Definition, ...]] = {}
    folder = resources.files("measurand") / "sector"
    for sector in sorted(folder.iterdir(), key=lambda entry: entry.name):
        files = sector.iterdir() if sector.is_dir() else ()
        for pack in sorted((f for f in files if f.name.endswith(SUFFIX)), key=lambda f: f.name):
            file = f"{sector.name}/{pack.name}"
            if several := parsed(pack.read_text(encoding="utf-8"), file=file):
                found[file] = several
    return found


def parsed(text: str, *, file: str) -> tuple[Definition, ...]:
    """The definitions of one pack. Raises StoreError."""
    try:
        entries = tomllib.loads(text).get("definition", [])
    except tomllib.TOMLDecodeError as error:
        raise refusal("M0712.pack", file, reason=str(error)) from None
    several = []
    for entry in entries:
        try:
            several.append(Definition.model_validate(entry))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            reason = f"{entry.get('id', '?')}.{'.'.join(map(str, first['loc']))}: {first['msg']}"
            raise refusal("M0712.pack", file, reason=reason) from None
    return tuple(several)
