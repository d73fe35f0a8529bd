"""The power-moderated mean against digits of the BIPM and against its limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.errors import DesignError
from measurand.quantity.consensus import consensus
from measurand.quantity.power_moderated_mean import power_moderated_mean

# Unit tests of the program with which the BIPM computes its reference values (R. Coulon, BIPM 2021), which it states
# to be validated against the worksheet "PMM v1" of S. Pomme. Several ampoules of one laboratory enter as their mean.
BA_133 = (
    [43772, 43910, 43947, 43910, 43900, 43780.5, 43910, 43990, 43767, 43395, 44030, 44300, 44340, 44440, 43590, 43880],
    [97, 100, 104.5, 160, 280, 118, 120, 420, 175 / 3, 350, 100, 250, 140, 370, 140, 190],
)
CS_137 = (
    [27589.5, 27470, 27380, 82829 / 3, 27628, 27340, 27514, 27262.5, 27634, 27720, 27710, 27288, 27908, 27922, 27600],
    [65.5, 370, 220, 123, 99, 160, 84, 170, 98, 140, 90, 525, 169, 76, 100],
)
SR_85 = (
    [30060, 30130, 30000, 29850, 29970, 29920, 29890, 30150, 29782],
    [54, 170, 79, 140, 340, 200, 140, 100, 71],
)
PUBLISHED = {"Ba-133": (BA_133, 43906, 55), "Cs-137": (CS_137, 27618, 47), "Sr-85": (SR_85, 29975, 46)}


@pytest.mark.parametrize("name", PUBLISHED)
def test_reference_values_of_the_bipm(name: str) -> None:
    (y, u), value, u_value = PUBLISHED[name]
    m = power_moderated_mean(y, u)
    assert (round(m.value), round(m.u)) == (value, u_value)
    assert m.alpha == pytest.approx(2 - 3 / len(y))


@pytest.mark.parametrize("name", PUBLISHED)
def test_alpha_0_is_the_unweighted_mean(name: str) -> None:
    """With the larger of the two uncertainties of a mean: that of the scatter and that of Mandel and Paule."""
    (y, u), _, _ = PUBLISHED[name]
    m, k = power_moderated_mean(y, u, alpha=0.0), len(y)
    assert m.value == pytest.approx(np.mean(y), rel=1e-13)
    assert m.weights == pytest.approx(np.full(k, 1 / k))
    stated = consensus(y, u, method="mandel-paule").u
    assert m.u == pytest.approx(max(np.std(y, ddof=1) / np.sqrt(k), stated))


@pytest.mark.parametrize("name", PUBLISHED)
def test_alpha_2_is_the_mean_of_mandel_and_paule(name: str) -> None:
    (y, u), _, _ = PUBLISHED[name]
    m, c = power_moderated_mean(y, u, alpha=2.0), consensus(y, u, method="mandel-paule")
    assert (m.value, m.u, m.s) == pytest.approx((c.value, c.u, c.tau), rel=1e-10)
    assert m.weights == pytest.approx(c.weights)
    assert m.s > 0.0 and m.birge > 1.0


def test_consistent_results_with_alpha_2_give_the_weighted_mean() -> None:
    y, u = np.array([10.0, 10.2, 9.9, 10.1]), np.array([0.2, 0.4, 0.3, 0.2])
    m, w = power_moderated_mean(y, u, alpha=2.0), 1 / u**2
    assert m.s == 0.0 and m.birge < 1.0
    assert (m.value, m.u) == pytest.approx((np.sum(w * y) / np.sum(w), np.sum(w) ** -0.5), rel=1e-12)


def test_two_laboratories_by_hand() -> None:
    """y 0 and 2, u 1: chi2 = 2 so s^2 = 1; u^2(MP) = 1 = u^2(mean); S^2 = 2; all weights equal; u = 1."""
    m = power_moderated_mean([0.0, 2.0], [1.0, 1.0])
    assert (m.value, m.u, m.s, m.characteristic, m.alpha) == pytest.approx((1.0, 1.0, 1.0, np.sqrt(2.0), 0.5))
    d = m.degrees()
    assert d.d == pytest.approx([-1.0, 1.0])
    assert d.u == pytest.approx([1.0, 1.0])  # (1 - 2/2) 1 + 1
    assert d.expanded == pytest.approx([2.0, 2.0])


def test_unequal_weights_by_hand() -> None:
    """y 0, 0, 0 with u 1, 1, 2: s = 0, u^2(MP) = 1/(1 + 1 + 1/4) = 4/9, S^2 = 3 * 4/9, alpha = 1, v = u S."""
    m = power_moderated_mean([0.0, 0.0, 0.0], [1.0, 1.0, 2.0])
    assert m.weights == pytest.approx([0.4, 0.4, 0.2])
    assert m.u**2 == pytest.approx(np.sqrt(4 / 3) / 2.5)
    assert m.degrees().u ** 2 == pytest.approx([0.2 + m.u**2, 0.2 + m.u**2, 2.4 + m.u**2])


def test_a_laboratory_outside_has_no_weight_and_a_degree() -> None:
    y, u = [*SR_85[0], 31000.0], [*SR_85[1], 100.0]
    m = power_moderated_mean(y, u, included=[True] * 9 + [False])
    alone = power_moderated_mean(*SR_85)
    assert (m.value, m.u, m.alpha) == (alone.value, alone.u, alone.alpha)
    assert m.weights[-1] == 0.0
    assert m.degrees().d[-1] == pytest.approx(31000 - alone.value)
    assert m.degrees().u[-1] == pytest.approx(np.hypot(100.0, alone.u))
    assert list(m.extreme()) == [False] * 9 + [True]


def test_extreme_results_are_named_and_kept() -> None:
    y, u = [10.0, 10.1, 9.9, 10.05, 9.95, 10.02, 9.98, 10.03, 30.0], [0.1] * 9
    m = power_moderated_mean(y, u)
    assert list(m.extreme()) == [False] * 8 + [True]
    assert m.weights[-1] > 0.0
    assert not m.extreme(k=100.0).any()
    i = 8
    e = (y[i] - m.value) / (m.u * np.sqrt(1 / m.weights[i] - 1))  # the criterion as the paper writes it
    assert m.extreme(k=e * 0.999)[i] and not m.extreme(k=e * 1.001)[i]


number = st.floats(-100, 100)
spread = st.floats(0.01, 10)


@given(st.lists(st.tuples(number, spread), min_size=2, max_size=12), st.floats(0, 2))
def test_laws(rows: list[tuple[float, float]], alpha: float) -> None:
    """Weights are positive and sum to 1; shift, scale and order; the uncertainty never below that of the weighted mean
    of Mandel and Paule; the variance of every degree exists."""
    y, u = np.array(rows).T
    m = power_moderated_mean(y, u, alpha=alpha)
    assert np.all(m.weights > 0.0) and np.sum(m.weights) == pytest.approx(1.0)
    moved = power_moderated_mean(1000.0 + 3.0 * y[::-1], 3.0 * u[::-1], alpha=alpha)
    assert moved.value == pytest.approx(1000.0 + 3.0 * m.value, rel=1e-7, abs=1e-7)
    assert moved.u == pytest.approx(3.0 * m.u, rel=1e-6)
    assert m.u >= consensus(y, u, method="mandel-paule").u * (1 - 1e-9)
    assert np.all(np.isfinite(m.degrees().u))


@pytest.mark.parametrize(
    ("y", "u", "more", "said"),
    [
        ([1.0], [1.0], {}, "at least 2"),
        ([1.0, 2.0], [1.0, 0.0], {}, "positive"),
        ([1.0, float("nan")], [1.0, 1.0], {}, "finite"),
        ([1.0, 2.0], [1.0, 1.0], {"alpha": 2.1}, "alpha"),
        ([1.0, 2.0], [1.0, 1.0], {"alpha": float("nan")}, "alpha"),
        ([1.0, 2.0], [1.0, 1.0], {"included": [True, False]}, "at least 2"),
        ([1.0, 2.0], [1.0, 1.0], {"included": [1, 1]}, "boolean"),
        ([1.0, 2.0], [1.0, 1.0], {"included": [True]}, "boolean"),
    ],
)
def test_impossible(y: list[float], u: list[float], more: dict[str, object], said: str) -> None:
    with pytest.raises(DesignError, match=said):
        power_moderated_mean(y, u, **more)  # type: ignore[arg-type]


def test_a_criterion_that_is_none() -> None:
    with pytest.raises(DesignError, match="positive"):
        power_moderated_mean([1.0, 2.0], [1.0, 1.0]).extreme(k=0.0)
