"""Pictures of curves: well-formed, the same every time, and their tables hold the numbers of the result."""

from __future__ import annotations

from types import ModuleType
from xml.etree import ElementTree

import pytest

from measurand.api.plot import Plots, draw_calibration_line
from measurand.document.certificate import Predicate
from measurand.document.result import Curve, Result
from measurand.errors import MeasurandError
from measurand.export.figures import covered, drawn, figures
from measurand.export.html import render
from measurand.export.svg.writer import standalone
from measurand.quantity.line import line as calibration_line

THREE = {"lower": ("0", "0.2", "0.8"), "upper": ("0.6", "0.9", "1")}
ROC = {
    "threshold": ("0.9", "0.5", "0.1"), "false_positive_rate": ("0", "0.25", "1"),
    "true_positive_rate": ("0.3", "0.75", "1"), **THREE, "point": ("", "0.5", ""),
}  # fmt: skip
CURVES = {
    "roc": ROC,
    "precision_recall": {
        "threshold": ("0.9", "0.5", "0.1"), "recall": ("0.3", "0.75", "1"), "precision": ("1", "0.75", "0.5"), **THREE,
        "point": ("", "0.5", ""),
    },
    "reliability": {
        "from": ("0", "0.4"), "to": ("0.3", "0.9"), "predicted": ("0.15", "0.6"), "observed": ("0.1", "0.95"),
        "lower": ("0", "0.4"), "upper": ("0.4", "0.8"), "rows": ("20", "20"),
    },
    "scores": {
        "from": ("0", "0.5"), "to": ("0.5", "1"), "positive": ("0.25", "0.75"), "positive_rows": ("5", "15"),
        "negative": ("0.9", "0.1"), "negative_rows": ("18", "2"),
    },
    "discordance": {
        "outcome": ("both", "first", "second", "neither"), "system": ("", "<a>", "b", ""),
        "observations": ("70", "4", "16", "10"), "share": ("0.7", "0.04", "0.16", "0.1"),
    },
    "monte_carlo": {
        "from": ("0.8", "0.9"), "to": ("0.9", "1"), "first_order": ("0.4", "0.6"), "monte_carlo": ("0.5", "0.5"),
    },
    "monte_carlo_intervals": {
        "method": ("first-order", "monte-carlo"), "value": ("0.91", "0.92"), "u": ("0.02", "0.02"),
        "lower": ("0.85", "0.86"), "upper": ("0.95", "0.96"),
    },
    "population": {
        "row": ("A", "A", "B", "B"), "column": ("old", "young", "old", "young"), "units": ("5", "6", "0", "7"),
        "observations": ("5", "6", "0", "7"), "share": ("0.277778", "0.333333", "0", "0.388889"),
        "wanted": ("", "", "", ""),
    },
}  # fmt: skip
PICTURES = [name for name in CURVES if name != "monte_carlo_intervals"]
BARE = {
    "roc": {k: ROC[k] for k in ("threshold", "false_positive_rate", "true_positive_rate", "point")},
    "scores": {k: v[:1] for k, v in CURVES["scores"].items()} | {"from": ("0.5",), "to": ("0.5",)},
    "scores ": {
        "from": ("0.5", "0.8"), "to": ("0.8", "1"), "right": ("0.25", "0.75"), "right_rows": ("5", "15"),
        "wrong": ("1", "0"), "wrong_rows": ("2", "0"),
    },
    "reliability": {k: v[:1] for k, v in CURVES["reliability"].items()},
    "population": {
        "row": ("A", "B"), "column": ("", ""), "units": ("5", "0"), "observations": ("5", "0"), "share": ("1", "0"),
        "wanted": ("0.4", "0.6"),
    },
}  # fmt: skip
"""Without a band, one bar, one bin, one dimension."""


@pytest.fixture(scope="session")
def result(predicate: Predicate) -> Result:
    found = tuple(Curve(name=name, title=name, columns=columns) for name, columns in CURVES.items())
    return predicate.results[0].model_copy(update={"curves": found})


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_well_formed_and_its_table_is_that_of_the_result(result: Result, name: str) -> None:
    picture = drawn(result, name, name)
    assert picture is not None
    root = ElementTree.fromstring(picture.svg)
    assert all(root.find(f"{{http://www.w3.org/2000/svg}}{tag}") is not None for tag in ("title", "desc"))
    ElementTree.fromstring(standalone(picture))
    assert len(picture.header) == len(picture.rows[0])
    shown = [cell for row in picture.rows for cell in row]
    for column, cells in CURVES[name].items():
        if column != "outcome":
            assert all(cell in shown for cell in cells if cell)
    again = drawn(result, name, name)
    assert again is not None and again.svg == picture.svg


@pytest.mark.parametrize("name", BARE)
def test_little_data_is_drawn_too(result: Result, name: str) -> None:
    found = Curve(name=name.strip(), title=name, columns=BARE[name])
    picture = drawn(result.model_copy(update={"curves": (found,)}), found.name, "x")
    assert picture is not None and "nan" not in picture.svg
    ElementTree.fromstring(picture.svg)


@pytest.mark.parametrize("name", PICTURES)
def test_the_order_of_the_columns_in_a_document_means_nothing(result: Result, name: str) -> None:
    """Canonical bytes sort the names of the columns."""
    turned = [c.model_copy(update={"columns": dict(sorted(c.columns.items()))}) for c in result.curves]
    one, other = drawn(result, name, "x"), drawn(result.model_copy(update={"curves": tuple(turned)}), name, "x")
    assert one == other


def test_findings_say_what_is_seen(result: Result) -> None:
    finding = {name: drawn(result, name, "x").finding for name in PICTURES}  # type: ignore[union-attr]
    assert result.text in finding["roc"]
    assert finding["reliability"].startswith("1 of 2 bins")
    assert "B / old" in finding["population"]
    assert "only <a> was right on 4" in finding["discordance"]


def test_a_page_draws_each_picture_once(result: Result) -> None:
    pairs = list(figures([result, result]))
    # scores stand under the reliability diagram; the population has its own place
    assert len(pairs) == len(PICTURES) - 2
    assert len(list(covered([result, result]))) == 1
    assert not list(covered([result.model_copy(update={"curves": ()})]))


def test_the_page_of_a_certificate_holds_them(sample: ModuleType, predicate: Predicate, result: Result) -> None:
    more = predicate.model_copy(update={"results": (result, *predicate.results[1:])})
    page = render(sample.record(more), sample.envelope(more), evidence_gz=None).decode("utf-8")
    assert "Curves and distributions" in page and "No unit in 1 of 4 parts" in page
    ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids))


def test_the_interface_draws_them_and_says_what_is_missing(predicate: Predicate, result: Result) -> None:
    plots, none = Plots(result), Plots(predicate.results[1].model_copy(update={"curves": ()}))
    for name in ("reliability", "roc", "precision_recall", "scores", "montecarlo", "discordance", "population"):
        assert getattr(plots, name)().svg.startswith("<svg")
        with pytest.raises(MeasurandError, match="to draw"):
            getattr(none, name)()


def test_a_calibration_line_is_drawn_with_its_band() -> None:
    """The example of ISO/TS 28037:2010, 6.3: a = 0.885, b = 2.057 with u = 0.530 and 0.178."""
    x, y = [1, 2, 3, 4, 5, 6], [3.2, 4.3, 7.6, 8.6, 11.7, 12.8]
    u = [0.5, 0.5, 0.5, 1, 1, 1]
    drawing = draw_calibration_line(calibration_line(x, y, u_y=u), x, y, u_y=u)
    root = ElementTree.fromstring(drawing.svg)
    assert len(root.findall("{http://www.w3.org/2000/svg}circle")) == 6
    assert "a = 0.89 (u = 0.53), b = 2.06 (u = 0.18)" in drawing.svg
    assert draw_calibration_line(calibration_line(x, y), x, y).svg.count("<circle") == 6
    for wrong in ({"y": [1.2]}, {"u_y": [1, 2]}, {"level": 1.0}, {"x": [], "y": []}):
        with pytest.raises(MeasurandError):
            draw_calibration_line(calibration_line(x, y, u_y=u), **{"x": x, "y": y, **wrong})
