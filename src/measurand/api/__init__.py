"""The Python interface: what a notebook or a test uses.

``sensitivity``, ``accuracy``, ``auc``, ... are made from the definitions of the packs: one function per quantity.
"""

from __future__ import annotations

from collections.abc import Callable

from measurand.api.asked import (
    Observations,
    Quantity,
    Reference,
    Requirement,
    at_least,
    at_most,
    between,
    model,
    quantity,
    read,
    reference,
)
from measurand.api.certificate import Certificate, Verification, certify, verify
from measurand.api.measuring import Measurement, measure
from measurand.api.result import Decision, Difference, Result
from measurand.document.decision import Verdict
from measurand.errors import MeasurandError
from measurand.lab.pack import definitions

__all__ = [
    "Certificate",
    "Decision",
    "Difference",
    "MeasurandError",
    "Measurement",
    "Observations",
    "Quantity",
    "Reference",
    "Requirement",
    "Result",
    "Verdict",
    "Verification",
    "at_least",
    "at_most",
    "between",
    "certify",
    "measure",
    "model",
    "quantity",
    "read",
    "reference",
    "verify",
]


def __getattr__(name: str) -> Callable[..., Quantity]:
    """The function of a served quantity."""
    if name.startswith("_"):
        raise AttributeError(f"module 'measurand.api' has no attribute {name!r}")
    return quantity(name)


def __dir__() -> list[str]:
    """Public names, the quantities among them."""
    return sorted([*__all__, *definitions()])
