"""Probabilities of conformity, global risks and guard bands of JCGM 106."""

from __future__ import annotations

import pytest
from tests.reference.case import compare, ids, read
from tests.study.test_conformity import decided

from measurand.document.number import number, real
from measurand.quantity.distribution import Gamma, Normal
from measurand.quantity.risk import Tolerance, global_risks, guard_band_for

TOPIC = "conformity-risk"
SIDES = {"T_L": "lower", "T_U": "upper"}


def of_population(given: dict, names: list[str]) -> dict[str, float]:
    """A prior, a measurement and one limit; names of the kind ``A_U_for_RC_<risk>`` ask for an acceptance limit."""
    prior, error = Gamma(given["prior"]["gamma_shape"], given["prior"]["gamma_scale"]), Normal(0.0, given["u_m"])
    t = Tolerance(upper=given["T_U"])
    plain = global_risks(prior, error, t, acceptance=t)
    got = {
        "prob_nonconforming": 1.0 - prior.cdf(given["T_U"]), "R_C_no_guard": plain.consumer,
        "R_P_no_guard": plain.producer,
    }  # fmt: skip
    for name in (n for n in names if n.startswith("A_U_for_RC_")):
        limit = t.upper - guard_band_for(prior, error, t, consumer=float(name.removeprefix("A_U_for_RC_")))
        got[name] = limit
        got["R_P_at_that_limit"] = global_risks(prior, error, t, acceptance=Tolerance(upper=limit)).producer
    return got


def of_item(given: dict) -> dict[str, float | bool]:
    sides = {SIDES[k]: number(given[k]) for k in SIDES if k in given} | {"bounds": (None, None)}
    simple = decided(given["estimate"], given["u"], kind="simple", **sides)
    guard = number(given["guard_band"])
    guarded = decided(given["estimate"], given["u"], kind="guarded_acceptance", guard_band=guard, **sides)
    return {
        "p_c": real(simple.p_conformity), "accepted_simple": simple.conforms,
        "accepted_with_guard_band": guarded.conforms,
    }  # fmt: skip


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    given, names = read(id)["inputs"], [e["name"] for e in read(id)["expected"]]
    compare(id, of_population(given, names) if "prior" in given else of_item(given))
