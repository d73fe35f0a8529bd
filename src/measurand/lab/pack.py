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


@cache
def definitions() -> Mapping[str, Definition]:
    """All definitions by id. Raises StoreError for a pack that is not valid, or an id that two packs define."""
    found: dict[str, Definition] = {}
    folder = resources.files("measurand") / "sector"
    for sector in sorted(folder.iterdir(), key=lambda entry: entry.name):
        files = sector.iterdir() if sector.is_dir() else ()
        for pack in sorted((f for f in files if f.name.endswith(SUFFIX)), key=lambda f: f.name):
            file = f"{sector.name}/{pack.name}"
            for definition in parsed(pack.read_text(encoding="utf-8"), file=file):
                if definition.id in found:
                    raise refusal("M0712.pack", file, reason=f"{definition.id} is defined twice")
                found[definition.id] = definition
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
