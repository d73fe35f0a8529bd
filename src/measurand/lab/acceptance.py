"""The library of acceptance rules: data of the package, loaded and never imported."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from pydantic import ValidationError

from measurand.document.acceptance import AcceptanceRule
from measurand.errors import Finding, StoreError
from measurand.lab.atomic import refusal
from measurand.message import say

FOLDER = "acceptance"


@cache
def rules() -> Mapping[str, AcceptanceRule]:
    """All rules by id. Raises StoreError for a file that is not valid, or an id that is there twice."""
    found: dict[str, AcceptanceRule] = {}
    folder = resources.files("measurand") / FOLDER
    for file in sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name):
        try:
            several = [AcceptanceRule.model_validate(row) for row in tomllib.loads(file.read_text("utf-8"))["rule"]]
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
            raise refusal("M0712.pack", file.name, reason=reason) from None
        for one in several:
            if one.id in found:
                raise refusal("M0712.pack", file.name, reason=f"{one.id} is defined twice")
            found[one.id] = one
    return found


def rule_of(name: str) -> AcceptanceRule:
    """A rule by its id. Raises StoreError that names the rules that are known."""
    if name not in rules():
        hint = say("M0914.hint", known=", ".join(rules()))
        raise StoreError(Finding("M0914", "", say("M0914.unknown", name=name), hint))
    return rules()[name]
