"""Proficiency testing against ISO 13528's examples and robust statistics of other programs."""

from __future__ import annotations

from typing import Any

import pytest
from tests.reference.case import compare, ids, read

from measurand.quantity.assigned_value import AssignedValue, by_participants
from measurand.quantity.proficiency import Criterion, expanded, scores
from measurand.quantity.proficiency_homogeneity import check_homogeneity, check_stability, homogeneity, stability
from measurand.quantity.robust import algorithm_a, mad_e, median_mad

TOPIC = "proficiency"


def of_columns(inputs: dict[str, Any]) -> dict[str, Any]:
    got: dict[str, Any] = {}
    for name, values in inputs.items():
        found = algorithm_a(values)
        for prefix in (name, f"{name}.algA"):
            got |= {f"{prefix}.x": found.location, f"{prefix}.s": found.scale}
        got |= {f"{name}.median": median_mad(values).location, f"{name}.MADe": mad_e(values)}
        got[f"{name}.u"] = by_participants(values).u
    return got


def of_items(inputs: dict[str, Any]) -> dict[str, Any]:
    found = homogeneity(inputs["homogeneity"])
    sigma_pt = inputs["sigma_pt_fraction"] * found.mean
    later = stability(inputs["homogeneity"], inputs["stability"])
    check = check_homogeneity(found, sigma_pt)
    return {
        "mean": found.mean, "s_x": found.s_x, "s_w": found.s_w, "s_s": found.s_s, "sigma_pt": sigma_pt,
        "criterion_0.3_sigma": check.limit, "homogeneous": check.is_adequate, "stability_mean": later.after,
        "stability_difference": abs(later.difference), "stable": check_stability(later, sigma_pt).is_adequate,
    }  # fmt: skip


def of_scores(inputs: dict[str, Any]) -> dict[str, Any]:
    sigma_pt = inputs["sigma_pt"]
    assigned = AssignedValue(inputs["x_pt"], inputs["U_xpt"] / 2.0)
    criterion = Criterion(assigned, sigma_pt=sigma_pt, delta_e=3.0 * sigma_pt)
    got: dict[str, Any] = {}
    for lab in inputs["labs"]:
        found = scores(expanded(lab["x"], lab["U"], factor=lab["k"]), criterion)
        named = {
            "D_percent": found.percent, "PA_percent": found.p_a, "z": found.z, "z_prime": found.z_prime,
            "zeta": found.zeta, "E_n": found.e_n,
        }  # fmt: skip
        got |= {f"{lab['code']}.{name}": score.value for name, score in named.items()}
    return got


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    inputs = read(id)["inputs"]
    if "homogeneity" in inputs:
        compare(id, of_items(inputs))
    else:
        compare(id, of_scores(inputs) if "labs" in inputs else of_columns(inputs))
