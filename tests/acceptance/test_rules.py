"""Rules by counts: their risks against scipy's binomial distribution and published figures, their verdicts by hand."""

from __future__ import annotations

import json
import tomllib
from importlib import resources

import pytest
from scipy import stats

from measurand.cli import main
from measurand.document.acceptance import AcceptanceRule
from measurand.document.number import real
from measurand.errors import RefusedError
from measurand.lab.acceptance import rule_of, rules
from measurand.quantity.acceptance import at_least, fewest, share_where
from measurand.study.acceptance import ruled

Capture = pytest.CaptureFixture[str]
BASEL = (0.0811, 0.2858, 0.5432, 0.7581, 0.8922, 0.9588, 0.9863, 0.9960, 0.9989, 0.9997)
"""Probabilities of up to 0 to 9 exceptions in 250 days at 1 %: Basel Committee (1996), Table 2, digits from memory."""


def test_probabilities_of_the_basel_committee() -> None:
    for count, published in enumerate(BASEL):
        assert 1.0 - float(at_least(count + 1, 250, 0.01)) == pytest.approx(published, abs=5.1e-5)
    verdicts = [ruled(rule_of("basel-traffic-light"), events=x).judged for x in (0, 4, 5, 9, 10, 250)]
    assert [j.verdict for j in verdicts if j] == ["green", "green", "yellow", "yellow", "red", "red"]


def test_what_285_of_300_risks() -> None:
    """Reckoned elsewhere: a true 93 % passes with 10 % probability, a true 95 % fails with 43 %; a one-sided 95 % limit
    above 0.90 needs 916 of 1,000."""
    found = ruled(rule_of("tc260-refusal"))
    assert float(at_least(285, 300, 0.93)) == pytest.approx(0.10, abs=0.005)
    assert 1.0 - real(found.at_limit) == pytest.approx(0.43, abs=0.005)
    content = rule_of("tc260-content")
    guarded = [ruled(content, events=x).judged for x in (900, 915, 916)]
    assert [(j.verdict, j.guarded) for j in guarded if j] == [
        ("passed", "inconclusive"), ("passed", "inconclusive"), ("passed", "conforming"),
    ]  # fmt: skip


@pytest.mark.parametrize("rule", rules().values(), ids=lambda r: r.id)
def test_the_curve_is_the_binomial_distribution(rule: AcceptanceRule) -> None:
    found = ruled(rule)
    low = rule.sense in ("at most", "zones")
    n, limit = found.trials, real(rule.limit)
    if rule.zones:
        most = rule.zones[0].most
        assert most is not None
    elif low:
        most = max(x for x in range(n + 1) if x / n <= limit + 1e-12)
    else:
        most = max(
            x for x in range(n + 1) if (x / n <= limit + 1e-12 if rule.sense == "more than" else x / n < limit - 1e-12)
        )
    for point in found.curve:
        below = stats.binom.cdf(most, n, real(point.share))
        assert real(point.passed) == pytest.approx(below if low else 1.0 - below, abs=1e-9)
    for share, passed in ((found.producer, 0.95), (found.consumer, 0.05)):
        below = stats.binom.cdf(most, n, real(share))
        assert (below if low else 1.0 - below) == pytest.approx(passed, abs=1e-9)
    assert (real(found.producer) < real(found.consumer)) == low
    rising = [real(p.passed) for p in found.curve]
    assert rising == sorted(rising, reverse=low)


@pytest.mark.parametrize("rule", rules().values(), ids=lambda r: r.id)
def test_a_guarded_decision_errs_at_most_in_5_percent(rule: AcceptanceRule) -> None:
    """Exactly at the limit: the probability of all counts that are called conforming, or non-conforming."""
    n, limit = rule.trials, real(rule.limit)
    wrong = {"conforming": 0.0, "non-conforming": 0.0, "inconclusive": 0.0}
    for x in range(n + 1):
        judged = ruled(rule, events=x).judged
        assert judged is not None
        wrong[judged.guarded] += float(stats.binom.pmf(x, n, limit))
    assert wrong["conforming"] <= 0.05 and wrong["non-conforming"] <= 0.05


def test_no_events_and_all_of_them() -> None:
    miss = rule_of("aiag-miss")
    none, every = ruled(miss, events=0).judged, ruled(miss, events=75).judged
    assert none is not None and none.verdict == "passed" and real(none.lower) == 0.0 and none.guarded == "inconclusive"
    assert every is not None and every.verdict == "failed" and every.guarded == "non-conforming"
    assert fewest(1.0 - 1e-12, 10) == 10 and share_where(0, 10, 0.5) == 0.0 and share_where(11, 10, 0.5) == 1.0


@pytest.mark.parametrize(("name", "asked"), [
    ("tc260-refusal", {"trials": 299}), ("basel-traffic-light", {"trials": 251}),
    ("tc260-refusal", {"events": 301}), ("tc260-refusal", {"events": -1}),
])  # fmt: skip
def test_designs_that_the_rule_is_not_for_are_refused(name: str, asked: dict[str, int]) -> None:
    with pytest.raises(RefusedError, match=name):
        ruled(rule_of(name), **asked)


def test_by_the_verb(capsys: Capture) -> None:
    assert main(["rule"]) == 0 and "geh-85" in capsys.readouterr().out
    assert main(["rule", "geh-85", "--trials", "40", "--events", "35"]) == 0
    out = capsys.readouterr().out
    assert "at least 35 of 40" in out and "inconclusive" in out and max(map(len, out.splitlines())) <= 80
    assert main(["rule", "tc260-refusal", "--events", "288", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "measurand/acceptance/1" and found["judged"]["verdict"] == "passed"
    assert isinstance(found["producer"], float)
    assert main(["rule", "tc260"]) == 2 and "tc260-refusal" in capsys.readouterr().err


def test_a_limit_from_memory_is_said(capsys: Capture) -> None:
    assert main(["rule", "aiag-miss"]) == 0 and "from memory" in capsys.readouterr().out
    file = resources.files("measurand") / "acceptance" / "rules.toml"
    assert len(tomllib.loads(file.read_text("utf-8"))["rule"]) == len(rules())
