"""Reference problems without tables: worked examples of the GUM, of its supplement, of EA-4/02 and of JCGM 106."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from typing import Any

from selftest_parts import (
    asked,
    case,
    closed,
    inputs,
    known,
    measurand,
    of_case,
    printed,
    problem,
)

ROOT3 = "half_width = 1.7320508075688772"


def gauge() -> Iterator[dict[str, Any]]:
    """GUM H.1: first order and degrees of freedom."""
    given = [
        (
            one["name"],
            f'distribution = "{"t" if "dof" in one else "normal"}", value = {one["value"]}, '
            f"standard_uncertainty = {one['u']}" + (f", degrees_of_freedom = {one['dof']}" if "dof" in one else ""),
        )
        for one in case("gum-h1-endgauge")["inputs"]["inputs"]
    ]
    of = "gum-h1-endgauge"
    model = "l_s + d_bar + d1 + d2 - l_s * (delta_alpha * (theta_bar + Delta) + alpha_s * delta_theta)"
    ask = [
        asked("l", "length of the end gauge in nm", known(of, "l_nm"), "l", "value"),
        asked("u", "its combined standard uncertainty, first order, in nm", known(of, "u_c_nm"), "l", "u"),
        asked("df", "effective degrees of freedom", known(of, "v_eff"), "l", "df"),
    ]
    yield problem(
        "gum-h1",
        task=f"l = {model}; first-order law of propagation, Welch-Satterthwaite.",
        procedure='uncertainty = { method = "first-order", coverage_probability = 0.99 }\n'
        + inputs(given)
        + measurand(id='"l"', model=f'"{model}"', unit='"nm"'),
        questions=ask,
        **of_case(of, title="GUM H.1: end gauge"),
    )


def circuit() -> Iterator[dict[str, Any]]:
    """GUM H.2: three results of correlated inputs."""
    readings = {
        "V": (5.007, 4.994, 5.005, 4.990, 4.999),
        "I": (0.019663, 0.019639, 0.019640, 0.019685, 0.019678),
        "phi": (1.0456, 1.0438, 1.0468, 1.0428, 1.0433),
    }
    given = [
        (
            name,
            f'distribution = "normal", value = {statistics.fmean(x)!r}, standard_uncertainty = '
            f"{statistics.stdev(x) / math.sqrt(5)!r}",
        )
        for name, x in readings.items()
    ]
    pairs = [("V", "I"), ("V", "phi"), ("I", "phi")]
    correlations = [
        f'  {{ inputs = ["{a}", "{b}"], r = {statistics.correlation(readings[a], readings[b])!r} }},\n'
        for a, b in pairs
    ]
    known_h2 = {"R": ("127.732", "0.071"), "X": ("219.847", "0.295"), "Z": ("254.260", "0.236")}
    c, s = repr(math.cos(1.04446)), repr(math.sin(1.04446))  # the first order is all that is asked for
    models = {
        "R": f"V / I * ({c} - {s} * (phi - 1.04446))",
        "X": f"V / I * ({s} + {c} * (phi - 1.04446))",
        "Z": "V / I",
    }
    ask = []
    for id, (value, u) in known_h2.items():
        ask.append(asked(id, f"{id} in ohm", printed(value, 1.0), id, "value"))
        ask.append(asked(f"u({id})", f"standard uncertainty of {id} in ohm", printed(u, 1.0), id, "u"))
    yield problem(
        "gum-h2",
        "GUM H.2: resistance, reactance and impedance",
        "R = V/I cos(phi), X = V/I sin(phi), Z = V/I with the "
        "means of five simultaneous readings of each (table H.2) and their correlation; "
        "first-order law of propagation.",
        ["JCGM 100:2008, H.2, tables H.2 and H.3"],
        'uncertainty = { method = "first-order" }\n'
        + inputs(given)
        + "correlation = [\n"
        + "".join(correlations)
        + "]\n"
        + "".join(measurand(id=f'"{id}"', model=f'"{text}"', unit='"ohm"') for id, text in models.items()),
        ask,
        origin="published digits; one unit of the last digit is allowed: the standard rounds on its way",
    )


def supplement() -> Iterator[dict[str, Any]]:
    """JCGM 101: propagation of distributions."""
    kinds = {
        "normal": [("normal", "standard_uncertainty = 1")] * 4,
        "rectangular": [("rectangular", ROOT3)] * 4,
        "dominant": [("rectangular", ROOT3)] * 3 + [("rectangular", "half_width = 17.320508075688775")],
    }
    letters = {"normal": "a", "rectangular": "b", "dominant": "c"}
    for kind, several in kinds.items():
        of, letter = "jcgm101-additive", letters[kind]
        given = [(f"x{i}", f'distribution = "{d}", value = 0, {rest}') for i, (d, rest) in enumerate(several, start=1)]
        name = f"{letter}.half_width" if letter != "c" else "c.half_width_mc"
        u = known(of, f"{letter}.u") if letter != "b" else closed(2.0, 0.01)
        ask = [
            asked("u", "standard uncertainty", u, "y", "u"),
            asked("upper", "upper end of the symmetric 95 % interval", known(of, name), "y", "upper"),
        ]
        yield problem(
            f"jcgm101-additive-{kind}",
            task="y = x1 + x2 + x3 + x4 with the distributions of the inputs: propagation of "
            "distributions (Monte Carlo), probabilistically symmetric 95 % interval.",
            procedure='uncertainty = { method = "monte-carlo" }\n'
            + inputs(given)
            + measurand(id='"y"', model='"x1 + x2 + x3 + x4"', unit='"mg"'),
            questions=ask,
            **of_case(of, title=f"JCGM 101, 9.2: additive model, {kind}"),
        )
    of = "jcgm101-mass"
    mass = [
        ("m_Rc", 'distribution = "normal", value = 100000, standard_uncertainty = 0.050'),
        ("dm_Rc", 'distribution = "normal", value = 1.234, standard_uncertainty = 0.020'),
        ("rho_a", 'distribution = "rectangular", lower = 1.10, upper = 1.30'),
        ("rho_W", 'distribution = "rectangular", lower = 7000, upper = 9000'),
        ("rho_R", 'distribution = "rectangular", lower = 7950, upper = 8050'),
    ]
    model = "(m_Rc + dm_Rc) * (1 + (rho_a - 1.2) * (1 / rho_W - 1 / rho_R)) - 100000"
    ask = [
        asked("dm", "value in mg", known(of, "estimate_mg"), "dm", "value"),
        asked("u", "standard uncertainty in mg", known(of, "u_mg"), "dm", "u"),
        asked("lower", "lower end of the symmetric 95 % interval", known(of, "symmetric95_lower"), "dm", "lower"),
        asked("upper", "upper end of the symmetric 95 % interval", known(of, "symmetric95_upper"), "dm", "upper"),
    ]
    yield problem(
        "jcgm101-mass",
        task=f"dm = {model} mg: propagation of distributions (Monte Carlo).",
        procedure='uncertainty = { method = "monte-carlo" }\n'
        + inputs(mass)
        + measurand(id='"dm"', model=f'"{model}"', unit='"mg"'),
        questions=ask,
        **of_case(of),
    )


def guide() -> Iterator[dict[str, Any]]:
    """EA-4/02: combined budgets."""
    for id, value, unit in (("ea402-s2-mass", "m_X_g", 0.001), ("ea402-s4-gaugeblock", "l_X_mm", 1e-06)):
        budget = case(id)["inputs"]["budget"]
        start = float(known(id, value)["expected"])
        lines = [
            (f"x{i}", f'distribution = "normal", value = 0, standard_uncertainty = {abs(one["contribution"]) * unit!r}')
            for i, one in enumerate(budget, start=1)
        ]
        wanted = known(id, "u_c")
        scaled = {key: repr(float(wanted[key]) * unit) for key in ("expected", "tolerance")}
        model = f"{start!r} + " + " + ".join(name for name, _ in lines)
        yield problem(
            id,
            task="Sum of the contributions of the budget, each with its standard uncertainty: combined standard "
            "uncertainty.",
            procedure='uncertainty = { method = "first-order" }\n'
            + inputs(lines)
            + measurand(id='"y"', model=f'"{model}"', unit='"g"' if unit == 0.001 else '"mm"'),
            questions=[
                asked("y", "the estimate", known(id, value), "y", "value"),
                asked("u", "combined standard uncertainty", scaled, "y", "u"),
            ],
            **of_case(id),
        )


def conformity() -> Iterator[dict[str, Any]]:
    """Probabilities of conformity and global risks."""
    of = "jcgm106-specific-zener"
    rule = {"simple": '{ kind = "simple" }', "guarded": '{ kind = "guarded_acceptance", guard_band = "0.1 V" }'}
    entries = [
        f'  {{ id = "{name}", measurand = "V", upper_limit = -5.40, decision_rule = {text} }},\n'
        for name, text in rule.items()
    ]
    where = {"requirement": "simple"}
    ask = [
        asked("p", "probability that V is at most -5.40 V", known(of, "p_c"), "V", "p_conformity", **where),
        asked("simple", "verdict of simple acceptance", {"expected": "conforming"}, "V", "verdict", **where),
        asked(
            "guarded",
            "verdict of guarded acceptance, guard band 0.1 V",
            {"expected": "non-conforming"},
            "V",
            "verdict",
            requirement="guarded",
        ),
    ]
    yield problem(
        "jcgm106-zener",
        task="V = -5.47 V, standard uncertainty 0.05 V, normal; upper limit -5.40 V. Probability of "
        "conformity; verdicts (conforming or non-conforming) of simple acceptance, and of acceptance with a guard "
        "band of 2 u.",
        procedure='uncertainty = { method = "first-order" }\n'
        + inputs([("v", 'distribution = "normal", value = -5.47, standard_uncertainty = 0.05')])
        + "requirement = [\n"
        + "".join(entries)
        + "]\n"
        + measurand(id='"V"', model='"v"', unit='"V"'),
        questions=ask,
        **of_case(of, title="JCGM 106: probability of conformity of a Zener diode"),
    )
    of = "jcgm106-bearings"
    prior = '{ distribution = "gamma", value = 1.0, standard_uncertainty = 0.5 }'
    where = {"requirement": "motion"}
    ask = [
        asked("consumer", "global consumer's risk", known(of, "R_C_no_guard"), "Y", "global_consumer", **where),
        asked("producer", "global producer's risk", known(of, "R_P_no_guard"), "Y", "global_producer", **where),
    ]
    yield problem(
        "jcgm106-bearings",
        task="Radial error motion of bearings: prior Gamma with shape 4 and scale 0.25 micrometre; "
        "measured with a normal error of standard deviation 0.25; accepted up to the limit of 2. Global risks of "
        "consumer and producer (for any bearing of the population).",
        procedure='uncertainty = { method = "first-order" }\n'
        + inputs([("y", 'distribution = "normal", value = 1.0, standard_uncertainty = 0.25')])
        + f'requirement = [ {{ id = "motion", measurand = "Y", upper_limit = 2.0, decision_rule = '
        f'{{ kind = "simple", prior = '
        f"{prior} }} }} ]\n" + measurand(id='"Y"', model='"y"', unit='"um"'),
        questions=ask,
        **of_case(of, title="JCGM 106, 9.5.4: global risks of ball bearings"),
    )
