"""Consensus of laboratories against metafor's values, hand calculations and laws."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Iterator

import numpy as np
import pytest

from measurand.errors import DesignError, RefusedError, StatisticError
from measurand.quantity.consensus import METHODS, WEIGHTED, consensus, consensus_of
from measurand.quantity.consensus_pool import linear_pool
from measurand.quantity.laboratories import laboratories

RANDOM = ("dersimonian-laird", "mandel-paule", "reml", "ml")

# Kacker (2004), Metrologia 41, example of nine laboratories; values of R metafor as printed in the tests of statsmodels
KACKER_Y = [61.0, 61.4, 62.21, 62.3, 62.34, 62.6, 62.7, 62.84, 65.9]
KACKER_U = np.sqrt([0.2025, 1.21, 0.09, 0.2025, 0.3844, 0.5625, 0.0676, 0.0225, 1.8225])

# Simulated data and the values of R metafor 4.6.0 in the tests of PyMARE 0.0.13 (metafor_small_sample.csv, MIT licence)
DATA = {
    "equal": (
        [-0.375707, 0.087667, 3.101687, -0.06849, 0.31128], [0.8, 0.929221, 0.970525, 1.094569, 1.2]
    ),
    "unequal": (
        [-0.073207, -0.415375, 5.226533, -0.785429, -2.088512], [0.02, 0.050569, 2.721731, 0.041877, 5.0]
    ),
    "extreme": (
        [0.016779, 0.796272, 1.404543, -0.487727, 2.690687, 0.731744, 2.31175, 0.109614, 0.858999, -2.844727],
        [0.001, 0.055928, 0.521481, 0.060657, 3.638258, 0.016879, 0.00968, 0.013116, 2.818472, 10.0],
    ),
}  # fmt: skip
METAFOR = [
    # data, method, tau^2, estimate, se, and of the versions knha and adhoc: se, lower, upper
    ("equal", "dersimonian-laird", 1.08260596526162, 0.6049766538166618, 0.6437951869952447,
     (0.63782138309868, -1.1658994032781553, 2.375852710911479),
     (0.6437951869952447, -1.182485341866184, 2.392438649499508)),
    ("equal", "ml", 0.6802762820207178, 0.6025958546976029, 0.5775530123469217,
     (0.6388073578909891, -1.1710177072831693, 2.376209416678375),
     (0.6388073578909891, -1.1710177072831693, 2.376209416678375)),
    ("equal", "reml", 1.0830683217408152, 0.6049786977020822, 0.6438673155432191,
     (0.6378204194703471, -1.1658946839315667, 2.3758520793357314),
     (0.6438673155432191, -1.1826835589347322, 2.3926409543388965)),
    ("unequal", "dersimonian-laird", 0.2838258527125208, -0.2583445142014867, 0.31823753095856316,
     (0.5438714222095123, -1.76837366225205, 1.2516846338490768),
     (0.5438714222095123, -1.76837366225205, 1.2516846338490768)),
    ("unequal", "ml", 0.07110732122668298, -0.33948195894057737, 0.18698733173636534,
     (0.35332439644604896, -1.320467750000175, 0.6415038321190203),
     (0.35332439644604896, -1.320467750000175, 0.6415038321190203)),
    ("unequal", "reml", 3.0539045155524738, 0.18480405951699172, 0.8881402128147395,
     (1.039969587130599, -2.702614410226331, 3.0722225292603142),
     (1.039969587130599, -2.702614410226331, 3.0722225292603142)),
    ("extreme", "dersimonian-laird", 1.091446060419586, 0.6945370218879898, 0.3907917014138748,
     (0.33516575613229493, -0.06366059407135749, 1.4527346378473371),
     (0.3907917014138748, -0.18949522462750445, 1.5785692684034842)),
    ("extreme", "reml", 0.8224002783454577, 0.6868897020739435, 0.3448079418402753,
     (0.327912388479936, -0.054899656296211186, 1.4286790604440982),
     (0.3448079418402753, -0.09312005334974216, 1.4668994574976293)),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize(("data", "method", "square", "value", "u", "knapp", "floored"), METAFOR)
def test_metafor(
    data: str, method: str, square: float, value: float, u: float, knapp: tuple[float, ...], floored: tuple[float, ...]
) -> None:
    y, v = DATA[data]
    normal = consensus(y, np.sqrt(v), method=method)
    near = 1e-11 if method == "dersimonian-laird" else 3e-4  # metafor's likelihoods end at a step of 1e-5 in tau^2
    assert normal.tau is not None and normal.tau**2 == pytest.approx(square, rel=near)
    assert (normal.value, normal.u) == pytest.approx((value, u), rel=near)
    own = consensus(y, np.sqrt(v), method=method, hartung_knapp=True)
    assert (own.u, own.lower, own.upper) == pytest.approx(knapp, rel=near, abs=near)
    assert own.knapp is not None and own.df == len(y) - 1
    at_least = own.knapp.at_least
    assert (at_least.u, at_least.lower, at_least.upper) == pytest.approx(floored, rel=near, abs=near)


@pytest.mark.parametrize(
    ("data", "q", "lower", "upper"),
    [
        ("equal", 8.398335915061338, 0.0, 15.56206397072197),
        ("unequal", 20.315605412654854, 0.37437910706976263, 62.64881870915339),
        ("extreme", 528.3654281368962, 0.27621241313967376, 4.068378738504434),
    ],
)
def test_q_and_its_profile_as_in_metafor(data: str, q: float, lower: float, upper: float) -> None:
    y, v = DATA[data]
    found = consensus(y, np.sqrt(v), method="reml")
    assert found.heterogeneity.q == pytest.approx(q, rel=1e-11)
    assert found.dark is not None
    assert [t**2 for t in found.dark.limits] == pytest.approx([lower, upper], rel=1e-10, abs=1e-12)


def test_example_of_kacker() -> None:
    """Values of R metafor; Kacker (2004), table 1: tau 0.8399 (Mandel-Paule)."""
    c = consensus(KACKER_Y, KACKER_U, method="mandel-paule")
    assert c.tau is not None and c.dark is not None
    assert (c.value, c.u) == pytest.approx((62.4076199113286, 0.338030602684471), abs=1e-8)
    assert c.tau**2 == pytest.approx(0.705395309224248, abs=1e-8)
    assert c.dark.u == pytest.approx(c.dark.u_square / (2.0 * math.sqrt(0.705395309224248)), rel=1e-7)
    assert (c.lower, c.upper) == pytest.approx((61.7450921043947, 63.0701477182625), abs=1e-7)
    assert (c.heterogeneity.q, c.heterogeneity.p) == pytest.approx((24.801897741835, 0.00167935146372742), rel=1e-10)
    d = consensus(KACKER_Y, KACKER_U, method="dersimonian-laird", hartung_knapp=True)
    assert d.dark is not None and d.dark.u_square == pytest.approx(0.269366223207558, rel=1e-10)
    assert (d.u, d.lower, d.upper) == pytest.approx((0.29477605699879, 61.710383798052, 63.0698934108488), rel=1e-12)
    assert 100.0 * d.heterogeneity.i2 == pytest.approx(67.744403741711, rel=1e-9)
    assert d.heterogeneity.h2 == pytest.approx(3.10023721772938, rel=1e-9)
    f = consensus(KACKER_Y, KACKER_U, method="fixed")
    assert (f.value, f.u) == pytest.approx((62.5833970939982, 0.107845705498231), rel=1e-12)
    b = consensus(KACKER_Y, KACKER_U, method="birge")
    assert b.u == pytest.approx(0.107845705498231 * math.sqrt(3.10023721772938), rel=1e-9)


def test_the_largest_of_two_maxima_is_taken() -> None:
    """The restricted likelihood of these data has two: its value at metafor's is larger than anywhere else."""
    y, v = (np.array(x) for x in DATA["unequal"])

    def likelihood(t: float) -> float:
        w = 1.0 / (v + t)
        return float(np.sum(np.log(w)) - np.log(w.sum()) - np.sum(w * (y - np.sum(w * y) / w.sum()) ** 2))

    found = consensus(y, np.sqrt(v), method="reml").tau
    assert found is not None
    grid = [likelihood(t) for t in np.linspace(0.0, 20.0, 4001)]
    assert likelihood(found**2) >= max(grid)
    assert sum(b > a and b > c for a, b, c in zip(grid, grid[1:], grid[2:], strict=False)) == 2


@pytest.mark.parametrize("method", RANDOM)
def test_u_of_tau_square_is_its_scatter(method: str) -> None:
    """Over 500 simulated sets of 40 laboratories with tau 2."""
    rng = np.random.default_rng(7)
    u = rng.uniform(0.5, 2.0, 40)
    found = [consensus(2.0 * rng.normal(size=40) + u * rng.normal(size=40), u, method=method).dark for _ in range(500)]
    squares = np.array([d.tau**2 for d in found if d is not None])
    stated = np.array([d.u_square for d in found if d is not None])
    assert len(squares) == 500
    assert squares.std(ddof=1) == pytest.approx(np.sqrt(np.mean(stated**2)), rel=0.15)  # standard error 4 %


def test_u_of_tau_at_the_boundary_is_refused() -> None:
    c = consensus([1.0, 1.1, 1.2], [1.0, 1.0, 1.0], method="reml")
    assert c.tau == 0.0 and c.dark is not None and c.dark.limits == (0.0, 0.0)
    with pytest.raises(StatisticError):
        _ = c.dark.u


def test_two_equal_laboratories_by_hand() -> None:
    """y = 0 and 4, u = 1: Q = 8, DL = MP = REML = s^2 - 1 = 7, ML = 4 - 1 = 3."""
    for method, square in {"dersimonian-laird": 7.0, "mandel-paule": 7.0, "reml": 7.0, "ml": 3.0}.items():
        c = consensus([0.0, 4.0], [1.0, 1.0], method=method)
        assert c.heterogeneity.q == pytest.approx(8.0)
        assert c.tau == pytest.approx(math.sqrt(square), rel=1e-12)
        assert c.u == pytest.approx(math.sqrt((1.0 + square) / 2.0), rel=1e-12)
        assert c.knapp is not None and c.knapp.plain.u == pytest.approx(2.0)  # s / sqrt 2
        assert c.knapp.plain.upper == pytest.approx(2.0 + 12.7062047 * 2.0, rel=1e-8)  # t table


def test_balanced_laboratories() -> None:
    """With equal u every weighted mean is the mean, and Hartung-Knapp is Student's interval of the values."""
    y = np.array([1.0, 4.0, 2.0, 9.0, 5.5])
    for method in (*WEIGHTED, "mean"):
        c = consensus(y, np.full(5, 0.7), method=method, hartung_knapp=method != "mean")
        assert c.value == pytest.approx(y.mean())
        assert c.u == pytest.approx(y.std(ddof=1) / math.sqrt(5))
        assert c.upper - c.value == pytest.approx(2.776445105 * c.u, rel=1e-8)  # t table, 4 df


@pytest.mark.parametrize("method", METHODS)
def test_shift_scale_and_order(method: str) -> None:
    rng = np.random.default_rng(4)
    u = rng.uniform(0.5, 2.0, 6)
    y = rng.normal(size=6) * 2 + u * rng.normal(size=6)
    df = np.array([3.0, np.inf, 10.0, np.inf, 5.0, 60.0])
    one = consensus(y, u, method=method, df=df)
    other = consensus(100.0 + 3.0 * y[::-1], 3.0 * u[::-1], method=method, df=df[::-1])
    for name in ("value", "lower", "upper"):
        assert getattr(other, name) == pytest.approx(100.0 + 3.0 * getattr(one, name), abs=2e-5)
    assert other.u == pytest.approx(3.0 * one.u, rel=1e-6)
    assert one.lower < one.value < one.upper
    if one.weights is not None:
        assert one.weights.sum() == pytest.approx(1.0)
        assert one.weights @ y == pytest.approx(one.value, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("y", "u"),
    [
        ([1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
        ([1.0, 2.0], [1e-6, 1e6]),
        ([0.0, 1e12, 5.0], [1.0, 1.0, 1.0]),
        ([1.0, 1.0000001], [1.0, 1.0]),
        ([-0.9, -0.7, -0.5, 1.5, -1.3, 1.0], [1e-6, 1e-3, 1.0, 1e3, 1e6, 1.0]),
        ([5.0, 5.00001, 7.0, 1e6], [1e-6, 1e-6, 1e-6, 1e6]),
        ([1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.5], [1e-3, 1e-3, 1e-3]),
        ([0.0, 0.0, 0.0, 0.0, 0.0], [1e-6, 1.0, 1.0, 1.0, 1e6]),
        ([1e-9, -2e-9, 3e-9, 0.0], [1e6, 1e6, 1e6, 1e6]),
    ],
)
def test_extremes(method: str, y: list[float], u: list[float]) -> None:
    c = consensus(y, u, method=method)
    slack = 1e-9 * max(*map(abs, y), min(u))
    assert min(y) - slack <= c.value <= max(y) + slack
    assert math.isfinite(c.lower) and math.isfinite(c.upper) and c.lower < c.value < c.upper
    assert c.u > 0.0 and (math.isfinite(c.u) or (len(y) == 2 and method.startswith("bayes")))
    assert c.tau is None or c.tau >= 0.0
    if c.prediction is not None:
        assert c.prediction[0] <= c.lower + slack and c.upper <= c.prediction[1] + slack
    if method in RANDOM and c.heterogeneity.q <= c.heterogeneity.df * 0.01:
        assert c.tau == 0.0


def test_precise_laboratory_beside_vague_ones_keeps_its_digits() -> None:
    """Exact in rationals: y 0, 1, 3 with variances 1e-12, 1, 1 give Q = (1 + 9) - 16/(1e12 + 2)."""
    c = consensus([7.0, 8.0, 10.0], [1e-6, 1.0, 1.0], method="fixed")
    assert c.heterogeneity.q == pytest.approx(10.0 - 16.0 / (1e12 + 2.0), rel=1e-14)
    assert c.value - 7.0 == pytest.approx(4.0 / (1e12 + 2.0), abs=1e-15)
    square = consensus([7.0, 8.0, 10.0], [1e-6, 1.0, 1.0], method="dersimonian-laird").tau
    trace = (1e12 * 2.0 + 2.0 * (1e12 + 1.0)) / (1e12 + 2.0)
    assert square is not None and square**2 == pytest.approx((c.heterogeneity.q - 2.0) / trace, rel=1e-12)


def test_covariances() -> None:
    """Generalised least squares by its formula; a common error of all adds to u and changes nothing else."""
    u = np.array([1.0, 2.0, 1.5, 0.7])
    y = np.array([0.1, 5.0, -2.0, 1.0])
    independent, common = laboratories(y, u), laboratories(y, np.sqrt(u**2 + 0.3), covariance=np.diag(u**2) + 0.3)
    for method in ("fixed", "dersimonian-laird", "mandel-paule", "reml", "bayes-gaussian"):
        a, b = consensus_of(independent, method=method), consensus_of(common, method=method)
        assert (b.value, b.heterogeneity.q) == pytest.approx((a.value, a.heterogeneity.q), rel=1e-6)
        assert b.u**2 == pytest.approx(a.u**2 + 0.3, rel=1e-6)
        assert b.tau == pytest.approx(a.tau, rel=1e-6, abs=1e-12)
    v = np.diag(u**2) + 0.2 * np.outer(u, u[::-1]) * (1 - np.eye(4))
    v = (v + v.T) / 2
    inverse = np.linalg.inv(v)
    c = consensus_of(laboratories(y, u, covariance=v), method="fixed")
    assert c.u**2 == pytest.approx(1.0 / inverse.sum(), rel=1e-12)
    assert c.value == pytest.approx(inverse.sum(axis=0) @ y / inverse.sum(), rel=1e-12)
    assert c.weights == pytest.approx(inverse.sum(axis=0) / inverse.sum(), rel=1e-12)
    for method in ("median", "linear-pool", "bayes-laplace"):
        with pytest.raises(DesignError, match="independent"):
            consensus_of(common, method=method)


def test_degrees_of_freedom() -> None:
    """Two laboratories of equal u with 4 and 16 df: 1/nu = (1/4 + 1/16)/4 (JCGM 100, G.2b)."""
    c = consensus([1.0, 1.2], [0.3, 0.3], method="fixed", df=[4.0, 16.0])
    assert c.df == pytest.approx(12.8)
    assert consensus([1.0, 1.2], [0.3, 0.3], method="fixed").df == math.inf


def test_linear_pool() -> None:
    """NIST Consensus Builder, PCB 28: 33.64; mean and variance of a mixture; the limits hold their probability."""
    y, u = [34.3, 32.9, 34.53, 32.42, 31.9, 35.8], [1.03, 0.69, 0.83, 0.29, 0.4, 0.38]
    c = consensus(y, u, method="linear-pool")
    assert c.value == pytest.approx(np.mean(y))
    assert c.u**2 == pytest.approx(np.mean(np.square(u)) + np.var(y))
    for x, p in ((c.lower, 0.025), (c.upper, 0.975)):
        share = np.mean([0.5 * math.erfc(-(x - m) / (s * math.sqrt(2.0))) for m, s in zip(y, u, strict=True)])
        assert share == pytest.approx(p, abs=1e-12)
    one = linear_pool(laboratories(y, u, df=3.0), weights=[0, 0, 2, 0, 0, 0])
    assert one.upper == pytest.approx(34.53 + 3.182446305 * 0.83, rel=1e-8)  # t table, 3 df
    assert one.u == pytest.approx(0.83 * math.sqrt(3.0))
    assert linear_pool(laboratories(y, u, df=2.0)).u == math.inf
    for wrong in ([1, 1], [0] * 6, [-1, 1, 1, 1, 1, 1], [math.nan] * 6):
        with pytest.raises(DesignError, match="weights"):
            linear_pool(laboratories(y, u), weights=wrong)


def test_median() -> None:
    """Half of the values at 1 and 3 about 2: MAD 1, u = sqrt(pi/2) 1.4826 / sqrt 5 (normal values)."""
    c = consensus([1.0, 2.0, 3.0, 1.0, 30.0], [0.1] * 5, method="median")
    assert (c.value, c.u) == pytest.approx((2.0, math.sqrt(math.pi / 2.0) * 1.482602218505602 / math.sqrt(5.0)))
    assert consensus([1.0] * 5, [0.1] * 5, method="median").u == pytest.approx(0.1 * math.sqrt(math.pi / 10.0))


@pytest.mark.parametrize(
    ("y", "u", "df", "found"),
    [
        ([1.0], [1.0], None, "at least 2 laboratories"),
        ([1.0, 2.0], [1.0], None, "equal length"),
        ([1.0, 2.0], [1.0, 1.0], [1.0], "equal length"),
        ([1.0, math.nan], [1.0, 1.0], None, "laboratory 2: the value"),
        ([1.0, 2.0, 3.0], [1.0, 0.0, 1.0], None, "laboratory 2: the standard"),
        ([1.0, 2.0, 3.0], [1.0, 1.0, -1.0], None, "laboratory 3: the standard"),
        ([1.0, 2.0], [math.inf, 1.0], None, "laboratory 1: the standard"),
        ([1.0, 2.0], [1.0, 1.0], [3.0, 0.0], "laboratory 2: the degrees"),
    ],
)
def test_refused_data(y: list[float], u: list[float], df: list[float] | None, found: str) -> None:
    with pytest.raises(DesignError, match=found):
        consensus(y, u, method="fixed", df=df)


def test_refused_names_and_matrices() -> None:
    with pytest.raises(RefusedError, match="mandel-paule"):
        consensus([1.0, 2.0], [1.0, 1.0], method="paule")
    with pytest.raises(RefusedError, match="Hartung"):
        consensus([1.0, 2.0], [1.0, 1.0], method="median", hartung_knapp=True)
    with pytest.raises(DesignError, match="level"):
        consensus([1.0, 2.0], [1.0, 1.0], method="fixed", level=95.0)
    for matrix in ([[1.0, 0.5], [0.4, 1.0]], [[1.0, 1.0], [1.0, 1.0]], [[4.0, 0.0], [0.0, 1.0]], [[1.0]]):
        with pytest.raises(DesignError, match="covariance"):
            laboratories([1.0, 2.0], [1.0, 1.0], covariance=matrix)


def test_fifty_laboratories_are_fast() -> None:
    rng = np.random.default_rng(1)
    u = rng.uniform(0.5, 2.0, 50)
    y = rng.normal(size=50) + u * rng.normal(size=50)
    consensus(y, u, method="bayes-laplace")  # loads what is loaded on first use
    used = {}
    for method in METHODS:
        start = time.process_time()
        consensus(y, u, method=method)
        used[method] = time.process_time() - start
    assert sum(t for m, t in used.items() if not m.startswith("bayes")) < 0.2, used
    assert max(used.values()) < 1.0, used
