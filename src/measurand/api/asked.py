"""What is asked for: measurands, observations, references and requirements, as the tables of a procedure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measurand.document.definition import Definition
from measurand.lab.pack import definitions

Tables = Mapping[str, Any]


@dataclass(frozen=True)
class Observations:
    """Outputs that already exist: the table ``[observations]`` of a procedure, and what else the rows say."""

    table: Tables
    factors: tuple[Tables, ...] = ()


@dataclass(frozen=True)
class Reference:
    """What is held to be true: the table ``[reference]`` of a procedure."""

    table: Tables


@dataclass(frozen=True)
class Quantity:
    """A measurand to be: an entry of ``[[measurand]]``."""

    table: Tables


@dataclass(frozen=True)
class Requirement:
    """Tolerance limits with the decision rule that holds for them."""

    limits: Tables
    rule: Tables = field(default_factory=dict)

    def entry(self, measurand: str) -> Tables:
        """The entry of ``[[requirement]]`` for a measurand."""
        return {"measurand": measurand, **self.limits, **({"decision_rule": dict(self.rule)} if self.rule else {})}


def read(
    file: str | Path | Sequence[str | Path],
    *,
    item: str | Sequence[str],
    factors: Mapping[str, str] | None = None,
    fixed: Sequence[str] = (),
    **columns: object,
) -> Observations:
    """Observations in a table (CSV, Parquet, JSON lines).

    ``columns`` are the other keys of ``[observations]``: ``value``, ``score``, ``scores``, ``exposure``, ``system``,
    ``repeat``, ``status``, ``format``. ``factors`` maps the id of each factor to its column; those in ``fixed`` hold
    for their levels only, the others stand for a population.
    """
    several = tuple(
        {"id": name, "column": column, "effect": "fixed" if name in fixed else "random"}
        for name, column in (factors or {}).items()
    )
    return Observations({"file": _files(file), "item": _key(item), **columns}, several)


def reference(file: str | Path | Sequence[str | Path], *, item: str | Sequence[str], **columns: object) -> Reference:
    """Reference values in a table. ``columns`` are the other keys of ``[reference]``: ``value``, ``annotators``,
    ``annotations``, ``annotator_model``, ``audit``, ``error``, ``standard_uncertainty``, ``censored``, ``classes``,
    ``format``."""
    return Reference({"file": _files(file), "item": _key(item), **columns})


def quantity(name: str) -> Callable[..., Quantity]:
    """The function that makes a measurand of a served quantity. Raises AttributeError for one that is not served."""
    definition = definitions().get(name)
    if definition is None:
        raise AttributeError(f"module 'measurand' has no attribute {name!r}; quantities: {', '.join(definitions())}")

    def asked(id: str = name, *, at: float | str | Tables | None = None, **keys: object) -> Quantity:
        table: dict[str, object] = {"id": id, "quantity": name, **keys}
        if at is not None:
            table["at"] = dict(at) if isinstance(at, Mapping) else {_parameter(definition): at}
        return Quantity(table)

    asked.__name__ = asked.__qualname__ = name
    asked.__doc__ = (
        f"Measurand: {definition.title}.\n\n{definition.formula}\n\n"
        "``at`` sets the operating point or parameter; ``keys`` are the other keys of ``[[measurand]]``: ``positive``, "
        f"``average``, ``where``, ``by``, ``contrast``, ``model``, ``estimand``.\n\nSource: {definition.source}"
    )
    return asked


def model(expression: str, id: str, **keys: object) -> Quantity:
    """Measurand that is computed from others: ``model("sens / (1 - spec)", "lr")``."""
    return Quantity({"id": id, "model": expression, **keys})


def at_least(limit: float | str, **rule: object) -> Requirement:
    """The measurand shall be at least ``limit``. ``rule`` are the keys of ``[decision_rule]``."""
    return Requirement({"lower_limit": limit}, rule)


def at_most(limit: float | str, **rule: object) -> Requirement:
    """The measurand shall be at most ``limit``. ``rule`` are the keys of ``[decision_rule]``."""
    return Requirement({"upper_limit": limit}, rule)


def between(lower: float | str, upper: float | str, **rule: object) -> Requirement:
    """The measurand shall lie between two limits. ``rule`` are the keys of ``[decision_rule]``."""
    return Requirement({"lower_limit": lower, "upper_limit": upper}, rule)


def _parameter(definition: Definition) -> str:
    """The parameter that a bare ``at`` means: the one that must be set, the score, or the only one."""
    for name in (*definition.required, "score", *definition.at):
        if name in definition.at:
            return name
    raise TypeError(f"{definition.id} has no parameter")


def _files(file: str | Path | Sequence[str | Path]) -> str | list[str]:
    """Paths as they were given; they are relative to the working directory."""
    return str(file) if isinstance(file, str | Path) else [str(one) for one in file]


def _key(item: str | Sequence[str]) -> str | list[str]:
    return item if isinstance(item, str) else list(item)
