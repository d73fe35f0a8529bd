"""What a run has to observe: every system, item, condition and repeat, each with its own seed, in a random order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import product

from pydantic import JsonValue

from measurand.document.canonical import Address
from measurand.document.evidence import join_key
from measurand.document.number import real
from measurand.document.observation import Task
from measurand.document.procedure import Procedure
from measurand.errors import ProcedureError
from measurand.instrument.fault import fault
from measurand.lab.prompts import factor_of, filled


def tasks(
    procedure: Procedure,
    procedure_at: Address,
    items: Sequence[str],
    inputs: Mapping[str, Mapping[str, str]],
    templates: Mapping[str, str] | None = None,
) -> tuple[Task, ...]:
    """All tasks of a live run, in a random order; ``templates`` are the texts of its prompt files.

    The seed of a task follows from the address and seed of the procedure, item, condition and repeat: systems are
    asked with the same seeds, and the order changes nothing. Raises ProcedureError for a factor without levels.
    """
    factors = [(factor.id, factor.levels or ()) for factor in procedure.factor]
    for name, levels in factors:
        if not levels:
            raise ProcedureError(fault("M0607.levels", file="", factor=name))
    conditions = [
        dict(zip([name for name, _ in factors], levels, strict=True))
        for levels in product(*(levels for _, levels in factors))
    ]
    several = [
        Task(
            system=system.id,
            item=item,
            condition=condition,
            repeat=repeat,
            input=inputs.get(item, {}),
            seed=_stream(procedure_at, procedure.design.seed, "seed", item, condition, repeat) % 2**32,
            prompt=_prompt(procedure, condition, inputs.get(item, {}), templates or {}),
            settings=_settings(procedure, condition),
        )
        for system in procedure.system
        for item in sorted(items)
        for condition in conditions
        for repeat in range(1, procedure.design.repeats + 1)
    ]

    def position(task: Task) -> tuple[int, str, str]:
        at = _stream(procedure_at, procedure.design.seed, "order", task.item, task.condition, task.repeat)
        return at, task.system, task.item

    return tuple(sorted(several, key=position))


def _prompt(
    procedure: Procedure, condition: Mapping[str, str], inputs: Mapping[str, str], templates: Mapping[str, str]
) -> str:
    factor = factor_of(procedure)
    return "" if factor is None else filled(templates[condition[factor.id]], inputs)


def _settings(procedure: Procedure, condition: Mapping[str, str]) -> dict[str, JsonValue]:
    return {factor.setting: _value(condition[factor.id]) for factor in procedure.factor if factor.setting is not None}


def _value(level: str) -> JsonValue:
    """A level as a setting: a number where it is written as one, else its text."""
    try:
        return int(level) if level.lstrip("-").isdigit() else real(level)
    except ValueError:
        return level


def _stream(address: Address, seed: int, purpose: str, item: str, condition: Mapping[str, str], repeat: int) -> int:
    levels = (f"{name}={condition[name]}" for name in sorted(condition))
    text = join_key((address, str(seed), purpose, item, *levels, str(repeat)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
