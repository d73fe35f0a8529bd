"""Examples of the GUM and of EA-4/02: parts, propagation, effective degrees of freedom, and through the main job."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from tests.reference.case import compare, ids, near, read
from tests.study.build import known, measurand, measured, procedure

from measurand.document.expression import parse
from measurand.document.procedure import Uncertainty
from measurand.quantity.estimate import Estimate, covariance, input_estimate, propagate, stack
from measurand.quantity.expression import gradient, names, second_order_variance
from measurand.quantity.gum import gum_limits
from measurand.quantity.source import one_input
from measurand.quantity.student import student_factor

TOPIC = "gum"
END_GAUGE = "l_s + d_bar + d1 + d2 - l_s * (delta_alpha * (theta_bar + Delta) + alpha_s * delta_theta)"


def evaluated(model: str, inputs: list[Estimate]) -> Estimate:
    """A model of independent or joint inputs by the law of propagation of uncertainty."""
    joint = stack(inputs)
    values = dict(zip(joint.outputs, (float(v) for v in joint.value), strict=True))
    value, slopes = gradient(parse(model), values)
    return propagate(["y"], np.array([value]), np.array([[slopes.get(n, 0.0) for n in joint.outputs]]), joint)


def end_gauge(given: dict) -> dict[str, float]:
    inputs = given["inputs"]
    e = evaluated(END_GAUGE, [input_estimate(i["name"], i["value"], i["u"], df=i.get("dof", np.inf)) for i in inputs])
    limits, u = gum_limits(e), float(e.u[0])
    values, widths = {i["name"]: float(i["value"]) for i in inputs}, {i["name"]: i["u"] for i in inputs}
    assert set(names(parse(END_GAUGE))) == set(values)
    more = second_order_variance(parse(END_GAUGE), values, widths)
    return {
        "l_nm": float(e.value[0]), "u_c_nm": u, "v_eff": limits.df, "U99_nm": (limits(0.99)[1] - limits(0.99)[0]) / 2,
        "k99": float(student_factor(0.005, math.floor(limits.df))), "u_c_second_order_nm": math.sqrt(u**2 + more),
    }  # fmt: skip


def thermometer(given: dict) -> dict[str, float]:
    """The line is linear in the readings, each an input of its own with the residual standard deviation as u."""
    t, b = np.array(given["t"]) - given["t0"], np.array(given["b"])
    design = np.column_stack([np.ones(len(t)), t])
    solve = np.linalg.solve(design.T @ design, design.T)
    y, df = solve @ b, len(b) - 2
    s = math.sqrt(float(np.sum((b - design @ y) ** 2)) / df)
    keys = [f"reading:{i}" for i in range(len(b))]
    sources = {k: one_input(k, "repeatability", df=df) for k in keys}
    readings = Estimate(tuple(keys), b, sources, {(k, k): s * np.eye(len(b))[[i]] for i, k in enumerate(keys)})
    line = propagate(["y1", "y2"], y, solve, readings)
    c = covariance(line, line)
    at_30 = evaluated(f"y1 + y2 * (30 - {given['t0']})", [line])
    return {
        "y1": float(y[0]), "y2": float(y[1]), "u_y1": float(line.u[0]), "u_y2": float(line.u[1]), "s": s, "dof": df,
        "r_y1_y2": float(c[0, 1] / math.sqrt(c[0, 0] * c[1, 1])), "b30": float(at_30.value[0]),
        "u_b30": float(at_30.u[0]),
    }  # fmt: skip


def contributions(id: str) -> dict[str, float]:
    """A budget that lists ``c u``; the estimate is in the task as a sum of two printed numbers."""
    budget = read(id)["inputs"]["budget"]
    found = re.search(r"estimate ([\d .]+) \w+ ([+-]) ([\d .]+)", read(id)["task"])
    value = float(found[1].replace(" ", "")) + float(found[2] + found[3].replace(" ", ""))
    inputs = [input_estimate(f"x{i}", 0.0, abs(line["contribution"])) for i, line in enumerate(budget)]
    u = float(evaluated(" + ".join(f"x{i}" for i in range(len(budget))), inputs).u[0])
    got = {"u_c": u, "U": 2.0 * u}
    return got | {e["name"]: value for e in read(id)["expected"] if e["name"] not in got}


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    given = read(id)["inputs"]
    if "budget" in given:
        compare(id, contributions(id))
    else:
        compare(id, thermometer(given) if "t0" in given else end_gauge(given))


@pytest.mark.parametrize(
    ("method", "name", "allowed"), [("first-order", "u_c_nm", None), ("auto", "u_c_second_order_nm", 0.1)]
)
def test_end_gauge_through_the_main_job(method: str, name: str, allowed: float | None) -> None:
    """A procedure of inputs only: first order when asked for; else Monte Carlo finds the terms of second order too."""
    case = read("gum-h1-endgauge")
    wanted = {e["name"]: e for e in case["expected"]}
    inputs = [known(i["name"], value=i["value"], standard_uncertainty=i["u"]) for i in case["inputs"]["inputs"]]
    p = procedure(
        [measurand("l", model=END_GAUGE, estimand="benchmark", unit="nm")], input=tuple(inputs),
        uncertainty=Uncertainty(method=method),
    )  # fmt: skip
    r = measured(p.model_copy(update={"observations": None}), None).results.results[0]
    assert near(float(r.value), wanted["l_nm"])
    assert near(float(r.u), wanted[name] if allowed is None else {"value": wanted[name]["value"], "tol_abs": allowed})
    assert (r.method == "first-order") == (method == "first-order")
