"""What levels of crossed factors add to limits: mean squares with factors of their own, against tables and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from measurand.quantity.crossed_levels import MeanSquare, levels_part, with_levels
from measurand.quantity.limits import Limits

UNITS, PROMPT, JUDGE, BOTH = frozenset("u"), frozenset("p"), frozenset("j"), frozenset("pj")
T_2, T_24 = 4.30265, 2.06390
"""Student's t of 2 and 24 degrees of freedom, 0.975, as tables print it."""


def normal(value: float, u: float) -> Limits:
    return Limits(value, u, np.inf, "normal", lambda tail: tuple(value + s * stats.norm.isf(tail) * u for s in (-1, 1)))


def test_each_mean_square_has_its_own_factor() -> None:
    part = levels_part({PROMPT: MeanSquare(2.0, 2), UNITS | PROMPT: MeanSquare(0.5, 24)}, units="u")
    assert part.u == pytest.approx(np.sqrt(1.5), rel=1e-15) and part.value == 0.0
    lower, upper = part(0.95)
    assert upper == pytest.approx(np.sqrt(T_2**2 * 2.0 - T_24**2 * 0.5), rel=1e-5) and lower == -upper
    limits = with_levels(normal(0.3, 0.7), part, log=False)
    assert limits(0.95)[1] - 0.3 == pytest.approx(np.hypot(1.959964 * 0.7, upper), rel=1e-6)
    assert limits.u == pytest.approx(np.sqrt(0.49 + 1.5), rel=1e-15)


def test_a_component_below_zero_adds_nothing_to_u_and_less_than_its_factor_to_limits() -> None:
    part = levels_part({PROMPT: MeanSquare(0.4, 2), UNITS | PROMPT: MeanSquare(0.5, 24)}, units="u")
    assert part.u == 0.0 and part(0.95)[1] == pytest.approx(np.sqrt(T_2**2 * 0.4 - T_24**2 * 0.5), rel=1e-5)
    none = levels_part({PROMPT: MeanSquare(0.01, 2), UNITS | PROMPT: MeanSquare(0.5, 24)}, units="u")
    assert none(0.95) == (0.0, 0.0)
    same = with_levels(normal(1.0, 0.1), none, log=False)
    assert same(0.95) == pytest.approx(normal(1.0, 0.1)(0.95), rel=1e-12)


def test_two_factors_and_their_interaction() -> None:
    v = {PROMPT: 2.0, JUDGE: 3.0, BOTH: 0.5, UNITS | PROMPT: 0.3, UNITS | JUDGE: 0.2, UNITS | BOTH: 0.1}
    part = levels_part({e: MeanSquare(x, np.inf) for e, x in v.items()}, units="u")
    prompts, judges, both = 2.0 - 0.3 - 0.5 + 0.1, 3.0 - 0.2 - 0.5 + 0.1, 0.5 - 0.1
    assert part.u**2 == pytest.approx(prompts + judges + both, rel=1e-12)
    assert part(0.95)[1] == pytest.approx(stats.norm.isf(0.025) * part.u, rel=1e-6)


def test_a_ratio_on_the_logarithm() -> None:
    base = Limits(0.8, 0.05, np.inf, "", lambda tail: (0.8 / np.exp(0.1 + 0 * tail), 0.8 * np.exp(0.2 + 0 * tail)))
    part = levels_part({PROMPT: MeanSquare(0.01, np.inf)}, units="u")
    lower, upper = with_levels(base, part, log=True)(0.95)
    more = 0.1 * stats.norm.isf(0.025)
    assert np.log(0.8 / lower) == pytest.approx(np.hypot(0.1, more), rel=1e-6)
    assert np.log(upper / 0.8) == pytest.approx(np.hypot(0.2, more), rel=1e-6)
    zero = Limits(0.8, 0.05, np.inf, "", lambda tail: (0.0 * tail, np.inf + 0 * tail))
    assert with_levels(zero, part, log=True).at_tail(0.025) == (0.0, np.inf)


def test_limits_grow_with_the_level() -> None:
    for v_p, v_e in ((2.0, 0.5), (0.5, 0.5), (0.2, 0.5), (1e-3, 0.5)):
        part = levels_part({PROMPT: MeanSquare(v_p, 2), UNITS | PROMPT: MeanSquare(v_e, 58)}, units="u")
        upper = [part(level)[1] for level in (0.1, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999)]
        assert np.all(np.diff(upper) >= 0.0)
