"""What a notebook shows: cards of results, of a decision and of a certificate; and the same in a paragraph."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import measurand as ms
from measurand.cli import main


@pytest.fixture
def both() -> ms.Measurement:
    rng = np.random.default_rng(8)
    truth = rng.integers(0, 2, 150)
    score = np.clip(0.4 * truth + 0.6 * rng.random(150), 0.0, 1.0)
    return ms.measure(
        [ms.auc(), ms.brier_score()], y_true=truth, y_score=score, population="invented cases",
        system={"name": "invented", "version": "1"},
    )  # fmt: skip


def shown(html: str) -> str:
    """The words of a piece of HTML that is well-formed and holds nothing that runs or is fetched."""
    assert "<script" not in html and "http" not in html.replace("http://www.w3.org/2000/svg", "")
    return " ".join("".join(ElementTree.fromstring(html).itertext()).split())


def test_a_measurement_shows_a_card_for_each_result(both: ms.Measurement) -> None:
    text = shown(both._repr_html_())
    assert all(result.text in text for result in both)


def test_a_decision_shows_its_verdict_and_what_now(both: ms.Measurement) -> None:
    decision = both[0].decide(ms.at_least(both[0].value))
    text = shown(decision._repr_html_())
    assert "INCONCLUSIVE" in text and decision.what_now in text
    assert "stated after the measurement" in decision.summary()


def test_a_summary_is_one_paragraph_of_the_population(both: ms.Measurement) -> None:
    assert len(both.summary().split("\n\n")) == len(both)
    assert "invented cases" in both[0].summary() and both[0].text in both[0].summary()


def test_a_certificate_shows_results_and_where_its_original_is(both: ms.Measurement, tmp_path: Path) -> None:
    main(["key", "new", "lab", "--dir", str(tmp_path)])
    certificate = ms.certify(both, key=tmp_path / "lab.pem", out=tmp_path / "out")
    text = shown(certificate._repr_html_())
    assert all(result.text in text for result in both)
    assert "certificate.json" in text
