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
from measurand.api.comparing import (
    Comparison,
    adjusted_p_values,
    calibration_line,
    difference_of_means,
    difference_of_paired_proportions,
    difference_of_proportions,
    pair_counts,
    ratio_of_paired_proportions,
    ratio_of_proportions,
    sign_flip,
    two_by_two,
)
from measurand.api.disclosing import archive, challenge, disclose, seal
from measurand.api.labelling import labelling
from measurand.api.measuring import Measurement, measure
from measurand.api.plot import draw_calibration_line
from measurand.api.result import Decision, Difference, Result
from measurand.document.decision import Verdict
from measurand.errors import MeasurandError
from measurand.lab.pack import definitions
from measurand.study.labelling_plan import Expected, Labels

__all__ = [
    "Certificate",
    "Comparison",
    "Decision",
    "Difference",
    "Expected",
    "Labels",
    "MeasurandError",
    "Measurement",
    "Observations",
    "Quantity",
    "Reference",
    "Requirement",
    "Result",
    "Verdict",
    "Verification",
    "adjusted_p_values",
    "archive",
    "at_least",
    "at_most",
    "between",
    "calibration_line",
    "certify",
    "challenge",
    "difference_of_means",
    "difference_of_paired_proportions",
    "difference_of_proportions",
    "disclose",
    "draw_calibration_line",
    "labelling",
    "measure",
    "model",
    "pair_counts",
    "quantity",
    "ratio_of_paired_proportions",
    "ratio_of_proportions",
    "read",
    "reference",
    "seal",
    "sign_flip",
    "two_by_two",
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
