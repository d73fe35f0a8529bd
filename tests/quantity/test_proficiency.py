"""Assigned values, sigma_pt, scores and their signals, performance over rounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.quantity.annex_e import E3, E4_VALUES

from measurand.errors import DesignError, RefusedError, StatisticError
from measurand.quantity.assigned_value import (
    AssignedValue,
    agrees,
    by_experts,
    by_formulation,
    by_one_laboratory,
    by_participants,
    by_reference_material,
)
from measurand.quantity.proficiency import (
    Criterion,
    Reported,
    expanded,
    scores,
    signal_of_share,
    signal_of_z,
    stated_uncertainty,
)
from measurand.quantity.proficiency_deviation import horwitz, of_allowed_deviation, of_data, of_precision, thompson
from measurand.quantity.proficiency_rounds import performance
from measurand.quantity.robust import Robust

MERCURY = Criterion(AssignedValue(0.044, 0.0041), sigma_pt=0.0066, delta_e=0.0198)

E4 = [  # ISO 13528:2022, E.4: x, U, k, D %, P_A, z, z', zeta, E_n (the rows that the reference case has not)
    (0.014, 0.004, 2, -68.2, -151.5, -4.55, -3.86, -6.58, -3.29),
    (0.014, 0.0005, 2, -68.2, -151.5, -4.55, -3.86, -7.30, -3.65),
    (0.016, 0.003, 2, -63.6, -141.4, -4.24, -3.60, -6.41, -3.21),
    (0.019, 0.003, 2, -56.8, -126.3, -3.79, -3.22, -5.73, -2.86),
    (0.039, 0.007, 2, -11.4, -25.3, -0.76, -0.64, -0.93, -0.46),
    (0.04, 0.008, 2, -9.1, -20.2, -0.61, -0.51, -0.70, -0.35),
    (0.04, 0.010, 2, -9.1, -20.2, -0.61, -0.51, -0.62, -0.31),
    (0.044, 0.007, 2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (0.045, 0.005, 2, 2.3, 5.1, 0.15, 0.13, 0.21, 0.10),
    (0.049, 0.0072, 2, 11.4, 25.3, 0.76, 0.64, 0.92, 0.46),
]


@pytest.mark.parametrize("row", E4)
def test_scores_are_those_printed(row: tuple[float, ...]) -> None:
    x, u, k, *printed = row
    found = scores(expanded(x, u, factor=k), MERCURY)
    got = [s.value for s in (found.percent, found.p_a, found.z, found.z_prime, found.zeta, found.e_n)]
    for value, wanted, decimals in zip(got, printed, (1, 1, 2, 2, 2, 2), strict=True):
        assert value is not None and abs(value - wanted) <= 0.5 * 10.0**-decimals + 1e-9


def test_a_round_of_three_laboratories() -> None:
    """Printed in a report on point load strength, 2026 (kanunimurat/pt13528, tests/test_real_round.py)."""
    reported = {"C": 1.5310, "H": 1.4030, "U": 1.6300}
    assigned = by_participants(list(reported.values()), method="median-made")
    assert (round(assigned.value, 4), round(assigned.u, 4)) == (1.5310, 0.1060)
    criterion = Criterion(assigned, sigma_pt=0.0948)
    for code, z, z_prime in (("C", 0.0, 0.0), ("H", -1.35, -0.90), ("U", 1.04, 0.70)):
        found = scores(Reported(reported[code]), criterion)
        assert found.z.value == pytest.approx(z, abs=6e-3) and found.z_prime.value == pytest.approx(z_prime, abs=6e-3)
        assert found.judged_by == "z'" and found.judged == found.z_prime and "z'" in found.z.reason


def test_an_uncertain_assigned_value_widens_what_is_allowed() -> None:
    found = scores(Reported(1.0), Criterion(AssignedValue(0.0, 0.3), delta_e=0.8))
    assert found.p_a.value == 125.0 and "0.08" in found.p_a.reason and str(1.0) in found.p_a.reason  # by hand
    assert found.difference.reason == found.p_a.reason
    assert scores(Reported(1.0), Criterion(AssignedValue(0.0, 0.07), delta_e=0.8)).p_a.reason == ""


def test_what_cannot_be_computed_is_not_evaluated_with_a_reason() -> None:
    found = scores(Reported(1.0), Criterion(AssignedValue(0.0, 0.1)))
    for score in (found.difference, found.percent, found.p_a, found.z, found.z_prime, found.zeta, found.e_n):
        assert score.signal == "not evaluated" and score.reason.startswith("not evaluated")
    assert found.difference.value == 1.0
    assert found.percent.value is found.p_a.value is found.z.value is found.zeta.value is found.e_n.value is None
    exact = scores(Reported(1.0, 0.0), Criterion(AssignedValue(2.0, 0.0), sigma_pt=1.0))
    assert exact.zeta.value is None and exact.e_n.value is None and exact.z.value == -1.0 and exact.judged_by == "z"


def test_signals_at_their_limits() -> None:
    assert [signal_of_z(z) for z in (2.0, -2.0, 2.0001, -2.9999, 3.0, -3.0)] == [
        "acceptable", "acceptable", "warning", "warning", "action", "action",
    ]  # fmt: skip
    assert [signal_of_share(e) for e in (0.9999, 1.0, -1.0)] == ["acceptable", "action", "action"]
    found = scores(Reported(1.0), Criterion(AssignedValue(0.5, 0.0), sigma_pt=1.0, delta_e=0.5))
    assert found.p_a.value == 100.0 and found.p_a.signal == found.difference.signal == found.percent.signal == "action"


@pytest.mark.parametrize("seed", range(5))
def test_scores_do_not_depend_on_the_unit(seed: int) -> None:
    x, x_pt, u, u_pt, sigma = np.random.default_rng(seed).uniform(0.5, 2.0, 5)
    one = scores(Reported(x, u), Criterion(AssignedValue(x_pt, u_pt), sigma_pt=sigma, delta_e=3 * sigma))
    two = scores(
        Reported(8 * x, 8 * u), Criterion(AssignedValue(8 * x_pt, 8 * u_pt), sigma_pt=8 * sigma, delta_e=24 * sigma)
    )
    for name in ("percent", "p_a", "z", "z_prime", "zeta", "e_n"):
        assert getattr(one, name).value == pytest.approx(getattr(two, name).value, rel=1e-12)
    assert abs(one.z_prime.value) < abs(one.z.value)
    assert one.e_n.value == pytest.approx(one.zeta.value / 2.0, rel=1e-12)


def test_stated_uncertainties() -> None:
    limits = {"lowest": 0.1, "highest": 0.6}
    assert stated_uncertainty(0.1, **limits).signal == stated_uncertainty(0.6, **limits).signal == "acceptable"
    assert "0.1" in stated_uncertainty(0.09, **limits).reason and stated_uncertainty(0.7, **limits).signal == "warning"
    assert stated_uncertainty(None, **limits).value is None
    with pytest.raises(DesignError):
        stated_uncertainty(-0.1, **limits)


E5 = [
    2.00, 1.05, 0.50, 1.10, 1.75, 2.70, -0.60, -0.35, 2.50, 0.95, 3.10, 1.50, 2.00, 1.05, 2.30, 2.05, 2.80, 3.00, 2.15,
    3.00,
]  # fmt: skip


def test_value_transferred_from_a_reference_material() -> None:
    found = by_one_laboratory(21.62, 0.26, E5)  # ISO 13528, E.5
    assert (round(found.value, 2), round(found.u, 2)) == (23.35, 0.35)
    assert round(math.sqrt(found.u**2 - 0.26**2), 2) == 0.24
    two = by_one_laboratory(5.0, 0.0, [1.0, 2.0])  # by hand: s = 1/sqrt(2), u = s/sqrt(2)
    assert two.value == 6.5 and two.u == pytest.approx(0.5, rel=1e-12)


def test_assigned_values() -> None:
    assert by_reference_material(5.0, 0.4).u == 0.2
    mixed = by_formulation([2.0, 2.0], [3.0, 1.0], u_amounts=[0.1, 0.2], u_contents=[0.3, 0.0])
    # by hand: x = 2; (1 x 0.1 / 4)^2 + (-1 x 0.2 / 4)^2 + (2 x 0.3 / 4)^2 = 0.000625 + 0.0025 + 0.0225
    assert mixed.value == 2.0 and mixed.u == pytest.approx(math.sqrt(0.025625), rel=1e-12)
    whole = mixed.with_items(homogeneity=0.2, stability=0.1)
    assert whole.u**2 == pytest.approx(0.025625 + 0.04 + 0.01, rel=1e-12)
    experts = by_experts([9.9, 10.0, 10.1, 10.0], [0.3, 0.4, 0.0001, 0.0001])
    assert experts.value == pytest.approx(10.0) and experts.u == pytest.approx(1.25 * 0.5 / 4, rel=1e-6)
    assert by_experts([4.0, 4.0], [0.3, 0.4]).value == 4.0
    assert by_participants(E3).u == pytest.approx(0.0085, abs=5e-5)  # E.3
    participants, reference = by_participants(E4_VALUES), AssignedValue(0.044, 0.0041)
    assert reference.value - participants.value == pytest.approx(0.012, abs=5e-4)  # E.7, with u = 0.0061
    assert math.hypot(reference.u, participants.u) == pytest.approx(0.0061, abs=5e-5)
    assert not agrees(participants, reference) and agrees(participants, AssignedValue(0.043, 0.0041))


@pytest.mark.parametrize(("u", "negligible"), [(0.29, True), (0.3, False), (0.31, False)])
def test_the_uncertainty_of_the_assigned_value_is_small_enough(u: float, negligible: bool) -> None:
    assert AssignedValue(1.0, u).is_negligible(1.0) is negligible


def test_standard_deviations_for_assessment() -> None:
    assert of_allowed_deviation(0.3) == pytest.approx(0.1)
    assert thompson(1e-8) == pytest.approx(2.2e-9) and thompson(0.25) == pytest.approx(0.005)
    assert thompson(1.2e-7) == pytest.approx(0.22 * 1.2e-7, rel=0.03)  # both branches meet
    assert horwitz(0.138) == pytest.approx(thompson(0.138001), rel=0.01)
    assert horwitz(1e-6) == pytest.approx(16e-8, rel=0.01)  # 16 % at 1 mg/kg, Horwitz (1982)
    assert of_precision(3.0, 2.0) == 3.0
    assert of_data(Robust(0.0, 2.0, 9), floor=3.0) == 3.0 and of_data(Robust(0.0, 2.0, 9), ceiling=1.5) == 1.5


def test_refused() -> None:
    with pytest.raises(DesignError):
        by_one_laboratory(1.0, 0.1, [0.5])
    with pytest.raises(RefusedError, match="algorithm-a"):
        by_participants([1.0, 2.0], method="mean")
    with pytest.raises(StatisticError):
        by_participants([1.0, 1.0, 1.0])
    with pytest.raises(DesignError, match="u_contents"):
        by_formulation([1.0, 2.0], [1.0, 2.0], u_amounts=[0.0, 0.0], u_contents=[0.1])
    with pytest.raises(DesignError):
        by_experts([1.0, 2.0], [0.1, 0.0])
    with pytest.raises(DesignError):
        of_precision(1.0, 2.0, replicates=4)
    with pytest.raises(DesignError):
        of_data(Robust(0.0, 2.0, 9), floor=3.0, ceiling=1.0)
    for wrong in (0.0, 1.5, math.nan):
        with pytest.raises(DesignError):
            thompson(wrong)
    with pytest.raises(DesignError):
        scores(Reported(math.nan), MERCURY)
    with pytest.raises(DesignError):
        scores(Reported(1.0), Criterion(AssignedValue(1.0, 0.1), sigma_pt=0.0))


def test_performance_over_rounds() -> None:
    found = performance(["acceptable", "warning", "not evaluated", "warning", "acceptable", "action", "action"])
    assert (found.acceptable.count, found.warning.count, found.action.count, found.not_evaluated) == (2, 2, 2, 1)
    assert found.action.of == 6 and found.action.share == 1 / 3 and found.repeated_warnings == (3, 6)
    none = performance(["acceptable"] * 10).action
    assert none.share == 0.0 and none.limits[1] == pytest.approx(1.0 - 0.025**0.1, rel=1e-9)  # rule of no events
    with pytest.raises(DesignError):
        performance(["not evaluated"])
    with pytest.raises(DesignError, match="poor"):
        performance(["poor"])  # type: ignore[list-item]
