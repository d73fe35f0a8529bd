"""Propagation of distributions: the examples of JCGM 101 by a fixed number of trials, and through the main job."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from tests.reference.case import compare, ids, near, read
from tests.study.build import known, measurand, measured, procedure

from measurand.document.expression import parse
from measurand.quantity.distribution import Normal, first_order, rectangular
from measurand.quantity.estimate import input_estimate, propagate, stack
from measurand.quantity.expression import evaluate, gradient
from measurand.quantity.gum import gum_limits
from measurand.quantity.montecarlo import Trials, joint_draw, run, shortest_interval, symmetric_interval

TOPIC = "gum-mc"
TRIALS = 1_000_000
MASS = "(m_Rc + dm_Rc) * (1 + (rho_a - 1.2) * (1 / rho_W - 1 / rho_R)) - 100000"
SUM = "x1 + x2 + x3 + x4"
ROOT3 = math.sqrt(3.0)


def written(text: str):
    """``N(value, u)`` or ``R(lower, upper)``."""
    kind, a, b = re.match(r"([NR])\(([-\d.]+), ([-\d.]+)\)", text).groups()
    return (
        Normal(float(a), float(b)) if kind == "N" else rectangular((float(a) + float(b)) / 2, (float(b) - float(a)) / 2)
    )


def trials_of(model: str, inputs: dict, key: str) -> Trials:
    tree = parse(model)
    return run(joint_draw(lambda v: evaluate(tree, v), inputs), key, trials=TRIALS)[0]


def first_order_limits(model: str, inputs: dict):
    known_inputs = stack([input_estimate(n, *first_order(d)[:1], d.u()) for n, d in inputs.items()])
    value, slopes = gradient(parse(model), {n: d.mean() for n, d in inputs.items()})
    jacobian = np.array([[slopes.get(n, 0.0) for n in known_inputs.outputs]])
    return gum_limits(propagate(["y"], np.array([value]), jacobian, known_inputs))


def additive(id: str) -> dict[str, float]:
    names = ("x1", "x2", "x3", "x4")
    held = {
        "a": {n: Normal(0.0, 1.0) for n in names},
        "b": {n: rectangular(0.0, ROOT3) for n in names},
        "c": {n: rectangular(0.0, ROOT3 * sd) for n, sd in zip(names, (1, 1, 1, 10), strict=True)},
    }
    got = {}
    for name, inputs in held.items():
        found = trials_of(SUM, inputs, f"{id}/{name}")
        low, high = symmetric_interval(found.values, 0.95)
        by_gum = first_order_limits(SUM, inputs)(0.95)
        got |= {f"{name}.u": found.u(), f"{name}.half_width": (high - low) / 2}
        got |= {f"{name}.half_width_mc": (high - low) / 2, f"{name}.half_width_guf_normal": (by_gum[1] - by_gum[0]) / 2}
    return got


def mass(id: str) -> dict[str, float]:
    inputs = {n: written(text) for n, text in read(id)["inputs"].items()}
    found = trials_of(MASS, inputs, id)
    shortest, symmetric = shortest_interval(found.values, 0.95), symmetric_interval(found.values, 0.95)
    return {
        "estimate_mg": found.mean(), "u_mg": found.u(), "guf_first_order_u_mg": first_order_limits(MASS, inputs).u,
        "shortest95_lower": shortest[0], "shortest95_upper": shortest[1],
        "symmetric95_lower": symmetric[0], "symmetric95_upper": symmetric[1],
    }  # fmt: skip


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    compare(id, mass(id) if "m_Rc" in read(id)["inputs"] else additive(id))


def through_the_main_job(model: str, inputs: list):
    p = procedure([measurand("y", model=model, estimand="benchmark", unit="mg")], input=tuple(inputs))
    return measured(p.model_copy(update={"observations": None}), None).results.results[0]


def test_additive_through_the_main_job() -> None:
    """Rectangular inputs, one dominant: Monte Carlo replaces the first order and its interval is narrower."""
    wanted = {e["name"]: e for e in read("jcgm101-additive")["expected"]}
    widths = {"x1": 1.0, "x2": 1.0, "x3": 1.0, "x4": 10.0}
    inputs = [known(n, "rectangular", value=0, half_width=ROOT3 * w) for n, w in widths.items()]
    r = through_the_main_job(SUM, inputs)
    assert r.method == "monte-carlo"
    assert (float(r.upper) - float(r.lower)) / 2 == pytest.approx(wanted["c.half_width_mc"]["value"], abs=0.1)


def test_mass_through_the_main_job() -> None:
    wanted = {e["name"]: e for e in read("jcgm101-mass")["expected"]}
    inputs = []
    for name, text in read("jcgm101-mass")["inputs"].items():
        kind, a, b = re.match(r"([NR])\(([-\d.]+), ([-\d.]+)\)", text).groups()
        given = {"value": a, "standard_uncertainty": b} if kind == "N" else {"lower": a, "upper": b}
        if kind == "R":
            given["value"] = (float(a) + float(b)) / 2
        inputs.append(known(name, "normal" if kind == "N" else "rectangular", **given))
    r = through_the_main_job(MASS, inputs)
    assert near(float(r.value), wanted["estimate_mg"])
    assert r.method == "monte-carlo"
    assert float(r.u) == pytest.approx(wanted["u_mg"]["value"], abs=0.0005)
    assert float(r.lower) == pytest.approx(wanted["symmetric95_lower"]["value"], abs=0.002)
