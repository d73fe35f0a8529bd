"""Plain arithmetic against published numbers."""

from __future__ import annotations

import math

import pytest
from measurand_verify.check import RefusedError
from measurand_verify.numbers import beta_cdf, beta_quantile, normal_tail, real, student_factor, student_tail
from measurand_verify.strict import canonical, strict
from measurand_verify.variance import parts_of


@pytest.mark.parametrize(
    ("tail", "df", "t"),
    [
        (0.025, 4, 2.78),
        (0.005, 16, 2.92),
        (0.025, 1, 12.71),
        (0.025, 50, 2.01),
        (0.00135, 10, 3.96),
        (0.05, 1e12, 1.645),
    ],
)
def test_students_t_of_the_gum(tail: float, df: float, t: float) -> None:
    """JCGM 100:2008, table G.2."""
    assert student_factor(tail, df) == pytest.approx(t, abs=0.0051)
    assert student_tail(student_factor(tail, df), df) == pytest.approx(tail, rel=1e-10)


def test_closed_forms() -> None:
    """I_x(1, b) = 1 - (1 - x)^b, I_x(a, 1) = x^a, I_1/2(a, a) = 1/2; t with 1 degree of freedom is Cauchy."""
    for x in (1e-6, 0.2, 0.5, 0.99):
        assert beta_cdf(x, 1.0, 7.5) == pytest.approx(1 - (1 - x) ** 7.5, rel=1e-10)
        assert beta_cdf(x, 3.25, 1.0) == pytest.approx(x**3.25, rel=1e-12)
    assert beta_cdf(0.5, 1234.5, 1234.5) == pytest.approx(0.5, rel=1e-10)
    assert student_tail(3.0, 1.0) == pytest.approx(0.5 - math.atan(3.0) / math.pi, rel=1e-12)
    assert normal_tail(1.959963984540054) == pytest.approx(0.025, rel=1e-12)


def test_no_event_in_n() -> None:
    """Clopper and Pearson (1934): none of n events has the upper limit 1 - (alpha/2)^(1/n)."""
    assert beta_quantile(0.0, 0.0, 31.0) == 0.0
    assert beta_quantile(0.975, 1.0, 30.0) == pytest.approx(1 - 0.025 ** (1 / 30), rel=1e-12)


@pytest.mark.parametrize("text", ["nan", "1_000", " 1", "１", "0x10", "-infinite", "1e999", "", "1.", None, 3])
def test_what_is_no_decimal_number(text: object) -> None:
    with pytest.raises(RefusedError):
        real(text)


def test_canonical_numbers_of_rfc_8785() -> None:
    """RFC 8785, appendix B."""
    several = {1e21: "1e+21", 1e20: "100000000000000000000", 333333333.33333329: "333333333.3333333", 1e-7: "1e-7",
               0.000001: "0.000001", 5e-324: "5e-324", 9.5e-27: "9.5e-27", 4.5: "4.5", 0.002: "0.002",
               1.7976931348623157e308: "1.7976931348623157e+308"}  # fmt: skip
    for number, text in several.items():
        assert canonical(number) == text.encode()
    assert canonical(strict(b'{"\\u20ac":1,"\\r":[true,null],"\\ud83d\\ude02":"\\u000f\\n"}')) == (
        '{"\\r":[true,null],"€":1,"😂":"\\u000f\\n"}'.encode()
    )


def test_variance_of_a_mean() -> None:
    """Three units of a simple random sample from nine, by hand: (1 - n/N) s^2 / n with s^2 = 1."""
    third = repr(1 / 3)
    source = {"key": "items", "component": "sampling", "type": "A", "sign": 1, "df": "2", "levels": ["a", "b", "c"],
              "axes": [[0, 1, 2]], "block": [0, 0, 0], "share": [third] * 3, "fraction": [third] * 3}  # fmt: skip
    line = {"source": "items", "line": "spread", "values": [[repr(x / 3) for x in (1.0, 2.0, 3.0)]]}
    parts = parts_of({"results": ["m||"], "values": ["2"], "sources": [source], "lines": [line]})
    assert parts.covariance(0, 0) == pytest.approx((1 - 3 / 9) * 1.0 / 3)
