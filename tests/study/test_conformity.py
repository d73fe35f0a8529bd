"""Decision rules of JCGM 106: verdicts, limits, risks, and the advice, by closed forms."""

import json
from pathlib import Path

import pytest

from measurand.document.decision import Requirement, Rule, Verdict
from measurand.document.number import number, real
from measurand.document.result import DistributionData, Line, Result
from measurand.message import say
from measurand.quantity.distribution import Normal
from measurand.study.conformity import decide

Z975, Z95 = 1.959963984540054, 1.6448536269514722
U, VALUE = 0.0133, 0.912
CASES = Path(__file__).parents[1] / "cases"


def line(component, variance, u):
    return Line(component=component, line=component, type="A", distribution="t", u=number(variance**0.5),
                coefficient="1", contribution=number(variance**0.5), variance=number(variance),
                share=number(variance / u**2), df="99")  # fmt: skip


def result(value=VALUE, u=U, *, sampling=0.82, bounds=("0", "1")):
    budget = (line("sampling", sampling * u**2, u), line("reference", (1 - sampling) * u**2, u))
    return Result(
        measurand="spec", quantity="specificity", title="specificity", system="s", estimand="generalised", unit="1",
        direction="higher", bounds=bounds, value=number(value), u=number(u), df="infinite",
        lower=number(value - Z975 * u), upper=number(value + Z975 * u), coverage_probability="0.95", text="", words="",
        method="first-order", distribution=DistributionData(rule="R", level=(), lower=(), upper=()),
        items=600, units=600,
        budget=budget,
    )  # fmt: skip


def decided(value=VALUE, u=U, *, lower=None, upper=None, valid=True, bounds=("0", "1"), sampling=0.82, **rule):
    wanted = Requirement(id="r", measurand="spec", lower_limit=lower, upper_limit=upper, text="")
    one = result(value, u, bounds=bounds, sampling=sampling)
    return decide(Normal(value, u), one, wanted, Rule(**rule), valid=valid, stated="before")


@pytest.mark.parametrize(
    ("kind", "z", "verdict"),
    [  # z: (value - limit) / u; the specific risks of 5 % put the edges at -1.645 and 1.645
        ("guarded", 1.65, "CONFORMING"),
        ("guarded", 1.64, "INCONCLUSIVE"),
        ("guarded", -1.64, "INCONCLUSIVE"),
        ("guarded", -1.65, "NON_CONFORMING"),
        ("guarded_acceptance", 1.65, "CONFORMING"),
        ("guarded_acceptance", 1.64, "NON_CONFORMING"),
        ("guarded_rejection", -1.64, "CONFORMING"),
        ("guarded_rejection", -1.65, "NON_CONFORMING"),
        ("simple", 0.01, "CONFORMING"),
        ("simple", -0.01, "NON_CONFORMING"),
    ],
)
def test_verdicts_at_their_edges(kind, z, verdict):
    for sides in ({"lower": number(VALUE - z * U)}, {"upper": number(VALUE + z * U)}):
        d = decided(kind=kind, **sides)
        assert d.verdict is Verdict[verdict]
        limit = real(d.acceptance_lower or d.acceptance_upper)
        inside = limit <= VALUE if d.acceptance_lower else limit >= VALUE
        assert inside == d.conforms  # verdict and acceptance limit are one statement
        assert bool(d.what_now) == (not d.conforms)


@pytest.mark.parametrize("limit", [0.87, 0.885, 0.8859, 0.8860, 0.89, 0.90, 0.93, 0.938, 0.9381, 0.939, 0.95])
def test_interval_and_verdict_agree(limit):
    d = decided(lower=number(limit), max_false_accept_risk="0.025", max_false_reject_risk="0.025")
    below, above = limit <= VALUE - Z975 * U, limit >= VALUE + Z975 * U
    expected = Verdict.CONFORMING if below else Verdict.NON_CONFORMING if above else Verdict.INCONCLUSIVE
    assert d.verdict is expected
    by_interval = decided(lower=number(limit), guard_band_text="1.0 U")
    assert by_interval.verdict is expected


def test_advice_scales_the_sampling_variance_only():
    d = decided(lower="0.90")
    r2 = (0.012 / (Z95 * U)) ** 2
    needed = 600 * 0.82 / (r2 - 0.18)
    assert d.verdict is Verdict.INCONCLUSIVE
    said = int(d.what_now.split("about ")[1].split(" ")[0])
    assert needed <= said <= needed * 1.1
    assert "0.0099" in d.what_now  # 0.90 + 1.645 u - 0.912
    assert "no number of items" in decided(lower="0.90", sampling=0.6).what_now  # the rest alone exceeds u_needed
    assert say("advice.on_the_limit") in decided(lower=number(VALUE)).what_now


def test_two_sided_bounds_and_invalid():
    assert decided(5.0, 0.2, lower="4", upper="6", bounds=(None, None)).verdict is Verdict.CONFORMING
    wide = decided(5.0, 2.0, lower="4", upper="6", bounds=(None, None))
    assert wide.acceptance_lower is None
    assert wide.verdict is Verdict.INCONCLUSIVE
    assert decided(0.99, 0.02, lower="0.98").acceptance_lower is None  # 1.013 is no possible share
    invalid = decided(lower="0.5", valid=False)
    assert invalid.verdict is Verdict.INVALID
    assert say("conformity.invalid") in invalid.reasons


def test_guard_band_in_units_and_global_risks():
    d = decided(lower="0.90", guard_band="0.01")
    assert d.verdict is Verdict.CONFORMING
    assert real(d.acceptance_lower) == pytest.approx(0.91)
    prior = {"distribution": "normal", "value": "0.95", "standard_uncertainty": "0.02"}
    risky = decided(lower="0.90", prior=prior).risks
    assert 0 < real(risky.global_consumer) < 0.0062  # less than the whole share of the prior below the limit
    assert 0 < real(risky.global_producer) < 1


def test_zener_of_the_reference_cases():
    case = json.loads((CASES / "jcgm106-specific-zener.json").read_text(encoding="utf-8"))
    wanted, given = {e["name"]: e for e in case["expected"]}, case["inputs"]
    sides = {"upper": number(given["T_U"]), "bounds": (None, None)}
    simple = decided(given["estimate"], given["u"], kind="simple", **sides)
    guarded = decided(given["estimate"], given["u"], kind="guarded_acceptance", guard_band="0.1", **sides)
    assert real(simple.p_conformity) == pytest.approx(wanted["p_c"]["value"], abs=wanted["p_c"]["tol_abs"])
    assert simple.conforms == wanted["accepted_simple"]["value"]
    assert guarded.conforms == wanted["accepted_with_guard_band"]["value"]
