"""Procedures and evidence tables made in memory, for tests of ``study``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from measurand.document.procedure import (
    Amount,
    Factor,
    Input,
    Measurand,
    Observations,
    Procedure,
    Reference,
    Sampling,
    System,
)
from measurand.lab.pack import definitions
from measurand.study.measure import Measured, measure

EVIDENCE = "sha256:" + "0" * 64
NUMERIC = ("score", "weight")


def columns(**given: Sequence[Any]) -> dict[str, np.ndarray]:
    """An evidence table: text columns, ``score`` and ``weight`` as numbers; what is absent has its usual value."""
    n = len(given["item"])
    whole: dict[str, Sequence[Any]] = {
        "system": ["s"] * n,
        "repeat": ["1"] * n,
        "status": ["ok"] * n,
        "reason": [""] * n,
    }
    whole |= {name.replace("__", ":"): cells for name, cells in given.items()}
    return {
        name: np.asarray(cells, float) if name in NUMERIC else np.array([str(c) for c in cells], object)
        for name, cells in whole.items()
    }


def measurand(id: str, quantity: str | None = None, **more: Any) -> Measurand:
    """A measurand, generalised and of unit 1 unless said otherwise."""
    return Measurand.model_validate({"id": id, "quantity": quantity, "estimand": "generalised", "unit": "1", **more})


def procedure(
    measurands: Sequence[Measurand], *, cluster: bool = False, stratum: bool = False, factor: Sequence[Factor] = (),
    reference: Mapping[str, Any] | None = None, **more: Any,
) -> Procedure:  # fmt: skip
    """A procedure on one table ``x.csv``. ``reference={}`` means the column ``y`` is the reference value."""
    table = {"file": ("x.csv",), "format": "csv", "item": ("item",)}
    held = None if reference is None else Reference.model_validate({**table, "value": "y", **reference})
    sampling = Sampling(
        population="the population", cluster=("unit",) if cluster else None, stratum="stratum" if stratum else None,
        population_size=more.pop("population_size", None),
    )  # fmt: skip
    systems = more.pop("systems", ("s",))
    return Procedure(
        id="T", title="test", system=tuple(System(id=s, name=s) for s in systems), reference=held, sampling=sampling,
        observations=Observations.model_validate({**table, "value": "value", "score": "score"}),
        factor=tuple(factor), measurand=tuple(measurands), **more,
    )  # fmt: skip


def measured(p: Procedure, table: Mapping[str, np.ndarray] | None) -> Measured:
    """``study.measure`` with the definitions of the package."""
    evidence = EVIDENCE if table is not None else ""
    return measure(p, definitions(), table, procedure_at="sha256:p", reference_at="sha256:r", evidence_at=evidence)


def known(id: str, distribution: str = "normal", **numbers: float | str) -> Input:
    """An input of type B; numbers as they would be written."""
    amounts = ("value", "standard_uncertainty", "half_width", "lower", "upper")
    given = {k: Amount(text=str(v), value=repr(float(v))) if k in amounts else str(v) for k, v in numbers.items()}
    return Input.model_validate({"id": id, "distribution": distribution, **given})
