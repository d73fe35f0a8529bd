"""Named methods against published intervals (sources in the case files)."""

from __future__ import annotations

import json
from math import log
from pathlib import Path

import numpy as np
import pytest

from measurand.errors import RefusedError
from measurand.quantity.exact import garwood, hypergeometric, order_ranks
from measurand.quantity.imperfect import known_rate, rogan_gladen, share_part
from measurand.quantity.textbook import DIFFERENCE, MEAN, PAIRED, SHARE, Normal, delong, named
from measurand.quantity.two_shares import Counts, PairCounts

CASES = Path(__file__).parent.parent / "cases"
SINGLE = {
    "wald": "wald",
    "agresti_coull": "agresti-coull",
    "wilson": "wilson",
    "clopper_pearson": "clopper-pearson",
    "mid_p": "mid-p",
    "jeffreys_equal_tailed": "jeffreys",
    "wilson_cc": "wilson-continuity",
    "blaker": "blaker",
}
INDEPENDENT = {
    "wald": "wald",
    "newcombe_hybrid_wilson": "newcombe",
    "miettinen_nurminen": "miettinen-nurminen",
    "mee": "mee",
}
PAIRS = {
    "newcombe_method10_phi_corrected": "newcombe",
    "newcombe_method8_no_phi_correction": "newcombe-uncorrected",
    "tango_score": "tango",
    "wald": "wald",
}


def case(name: str) -> dict:
    return json.loads((CASES / f"{name}.json").read_text())


def rows(name: str) -> list:
    return [pytest.param(e, id=e["name"]) for e in case(name)["expected"]]


def agrees(got: float, wanted: dict) -> bool:
    return abs(got - wanted["value"]) <= max(wanted.get("tol_abs", 0.0), wanted.get("tol_rel", 0.0) * wanted["value"])


@pytest.mark.parametrize("wanted", rows("proportion-single-a"))
def test_one_share(wanted: dict) -> None:
    sample, method, side = wanted["name"].split(".")
    x, n = (int(v) for v in sample.split("/"))
    assert agrees(named(SHARE, SINGLE[method])(x, n, level=0.95)[side == "upper"], wanted)


@pytest.mark.parametrize("wanted", rows("difference-independent-a"))
def test_difference_of_independent_shares(wanted: dict) -> None:
    pair, method, side = wanted["name"].split(".")
    (x1, n1), (x2, n2) = ([float(v) for v in p.split("/")] for p in pair.split("-"))
    got = named(DIFFERENCE, INDEPENDENT[method])(Counts(x1, n1, x2, n2), level=0.95)
    assert agrees(got[side == "upper"], wanted)


@pytest.mark.parametrize("wanted", rows("difference-paired-a"))
def test_difference_of_paired_shares(wanted: dict) -> None:
    table, *what = wanted["name"].split(".")
    both, first, second, neither = (float(v) for v in table.split("-"))
    counts = PairCounts(both, first, second, neither)
    if what == ["difference"]:
        assert agrees((first - second) / counts.n, wanted)
    else:
        assert agrees(named(PAIRED, PAIRS[what[0]])(counts, level=0.95)[what[1] == "upper"], wanted)


@pytest.mark.parametrize("wanted", rows("rogan-gladen-a"))
def test_corrected_prevalence(wanted: dict) -> None:
    inputs = case("rogan-gladen-a")["inputs"]
    x, n, se, sp = (inputs[k] for k in ("positive", "tested", "sensitivity", "specificity"))
    which, *what = wanted["name"].split(".")
    if what == ["est"]:
        got = rogan_gladen(share_part(x, n), known_rate(se), known_rate(sp)).value
    else:
        got = SHARE[SINGLE[what[0]]](x, n, level=0.95)[what[1] == "upper"]
        got = (got + sp - 1.0) / (se + sp - 1.0) if which == "true_prevalence" else got
    assert agrees(got, wanted)


def test_known_calibration_only_rescales_the_limits() -> None:
    part = share_part(4, 80)
    lower, upper = part(0.95)
    got = rogan_gladen(part, known_rate(0.9), known_rate(0.99))(0.95)
    assert got == pytest.approx([(v - 0.01) / 0.89 for v in (lower, upper)], abs=1e-12)


def test_bonett_price_formula() -> None:
    """Bonett & Price (2012), on the table (1, 1, 7, 12) of Fagerland, Lydersen & Laake (2014)."""
    p, q, n = 2 / 23, 8 / 23, 23
    half = 1.959963984540054 * ((p + q - (p - q) ** 2) / n) ** 0.5
    got = PAIRED["bonett-price"](PairCounts(1, 1, 7, 12), level=0.95)
    assert got == pytest.approx((p - q - half, p - q + half), abs=1e-12)


@pytest.mark.parametrize(
    ("events", "lower", "upper"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)],
)
def test_garwood_table(events: int, lower: float, upper: float) -> None:
    """Garwood (1936), exact 95 % limits of a Poisson mean as in every table of them."""
    got = garwood(events, 1.0, tail=0.025)
    assert [float(v) for v in got] == pytest.approx([lower, upper], abs=6e-4)


def test_no_event_in_closed_form() -> None:
    assert float(garwood(0, 1.0, tail=0.05)[1]) == pytest.approx(-log(0.05), rel=1e-12)


def test_hypergeometric_by_enumeration() -> None:
    """Every number of events of a population of 12 that neither tail of the drawn 5 rejects."""
    from fractions import Fraction
    from math import comb

    n, population, tail = 5, 12, Fraction(1, 20)
    for x in range(n + 1):
        p = {
            k: [Fraction(comb(k, i) * comb(population - k, n - i), comb(population, n)) for i in range(n + 1)]
            for k in range(population + 1)
        }
        kept = [k for k in p if sum(p[k][x:]) > tail and sum(p[k][: x + 1]) > tail]
        got = hypergeometric(x, n, population, tail=float(tail))
        assert [round(float(v) * population) for v in got] == [min(kept), max(kept)]


@pytest.mark.parametrize(
    ("n", "probability", "ranks"), [(20, 0.5, (6, 15)), (10, 0.5, (2, 9)), (72, 0.95, (64, 72)), (71, 0.95, (63, 72))]
)
def test_ranks_of_order_statistics(n: int, probability: float, ranks: tuple[int, int]) -> None:
    """Conover's table of sign-test limits of a median; 0.95 needs 72 items (rank 72 of 71: no limit)."""
    assert tuple(int(v) for v in order_ranks(n, probability, tail=0.025)) == ranks


def test_sleep_data() -> None:
    """Student (1908), sleep data: paired 0.70 to 2.46, Welch -0.21 to 3.37 (R documentation, t.test)."""
    a = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    b = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    paired = Normal(float((a - b).mean()), (float((a - b).var(ddof=1)) / 10,), (9.0,))
    assert MEAN["student"](paired, level=0.95) == pytest.approx((0.7001142, 2.4598858), abs=1e-6)
    welch = Normal(float(a.mean() - b.mean()), (a.var(ddof=1) / 10, b.var(ddof=1) / 10), (9.0, 9.0))
    assert MEAN["welch-satterthwaite"](welch, level=0.95) == pytest.approx((-0.2054832, 3.3654832), abs=1e-6)


def test_delong_variance_by_hand() -> None:
    """Three positives and two negatives: placements 1, 1, 1/2 and 1, 2/3."""
    got = delong(np.array([1.0, 1.0, 0.5]), np.array([1.0, 2.0 / 3.0]))
    assert (got.value, got.u**2) == pytest.approx((5.0 / 6.0, (1.0 / 12.0) / 3.0 + (1.0 / 18.0) / 2.0))


def test_an_unknown_name_is_refused_with_the_names() -> None:
    with pytest.raises(RefusedError, match="wilson"):
        named(SHARE, "wilsom")
