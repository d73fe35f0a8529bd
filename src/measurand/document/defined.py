"""The definition of a measurand with an address: what two results must have in common to be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from measurand.document.canonical import Document, address_of, canonical, plain
from measurand.document.procedure import Measurand, Procedure


class Defined(Document):
    """What is measured, without whose it is, on which items, and how surely."""

    schema_: Literal["measurand/defined/1"] = Field(default="measurand/defined/1", alias="schema")
    measurand: Mapping[str, Any]
    """Quantity, parameters, restriction, pooling, estimand, unit; without its id."""
    population: str
    scoring: Mapping[str, Any]
    """How an output becomes a value; empty where the values are read."""
    judge: Mapping[str, Any]
    status: Mapping[str, str]
    """How observations without a value count."""
    fixed: Mapping[str, Any]
    """Fixed factors over whose levels is averaged, with their weights; and the conditions, where all factors are."""

    @property
    def address(self) -> str:
        """The address of the definition."""
        return address_of(canonical(self))


def defined(procedure: Procedure, measurand: Measurand, *, conditions: Iterable[str] = ()) -> Defined:
    """The definition of a measurand of a procedure.

    ``conditions`` are those that were observed ("order as given"): the levels of fixed factors belong to the
    definition. They are left out where a factor is random too, whose levels stand for others.
    """
    fixed: dict[str, Any] = {f.id: plain(f).get("weights", "equal") for f in procedure.factor if f.effect == "fixed"}
    if fixed and len(fixed) == len(procedure.factor):
        fixed["conditions"] = sorted(set(conditions))
    own = plain(measurand)
    for name in ("id", "target_uncertainty", "contrast"):
        own.pop(name, None)
    judge = {} if procedure.judge is None else plain(procedure.judge)
    judge.pop("calibration", None)
    return Defined(
        measurand=own,
        population=procedure.sampling.population or "",
        scoring={} if procedure.scoring is None else plain(procedure.scoring),
        judge=judge,
        status=plain(procedure.status),
        fixed=fixed,
    )


def differing(first: Defined, second: Defined) -> tuple[str, ...]:
    """Where two definitions differ: ``measurand.at.score: 0.42 / 0.5``."""
    return tuple(_differing(plain(first), plain(second), ""))


def _differing(one: Any, other: Any, path: str) -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        found: list[str] = []
        for name in sorted({*one, *other}):
            found += _differing(one.get(name), other.get(name), f"{path}.{name}" if path else name)
        return found
    return [] if one == other else [f"{path}: {_shown(one)} / {_shown(other)}"]


def _shown(value: Any) -> str:
    return "-" if value is None else str(value)
