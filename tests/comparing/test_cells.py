"""Parts in cells: nobody's outcome can be read, and covariances stay."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from tests.comparing.conftest import Measure

from measurand.cli import main
from measurand.document.number import real
from measurand.document.parts import LineParts, Parts, SourceParts
from measurand.lab.cells import in_cells
from measurand.lab.comparing import comparisons
from measurand.quantity.estimate import covariance
from measurand.study.from_parts import estimates_from
from measurand.study.pairing import Asked

CELL = '[report]\ndisclosure = "private"\ncell = 5\n'
ACCURACY = '{ id = "acc", quantity = "accuracy" }'


def invented(rng: np.random.Generator, n: int, rho: float) -> Parts:
    """Contributions of n units to two results with the correlation rho."""
    x = rng.normal(size=n) / n
    y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=n) / n
    share = tuple(repr(1 / n) for _ in range(n))
    source = SourceParts(key="items:r", component="sampling", type="A", sign=1, df=str(n - 1), share=share,
                         levels=tuple(f"u{i}" for i in range(n)), axes=(tuple(range(n)),), block=(0,) * n,
                         fraction=("0",) * n)  # fmt: skip
    values = tuple(tuple(repr(float(v)) for v in z) for z in (x, y))
    return Parts(results=("a||", "b||"), values=("0", "0"), sources=(source,),
                 lines=(LineParts(source="items:r", line="spread", values=values),))  # fmt: skip


def test_variance_and_covariance_stay_on_average() -> None:
    """Over 400 sets of units the mean ratio to variance and covariance of the units is 1 within 4 standard errors."""
    rng = np.random.default_rng(3)
    ratios: list[float] = []
    shared: list[float] = []
    for k in range(400):
        parts = invented(rng, 400, 0.6)
        whole, cells = (estimates_from(p, own="x") for p in (parts, in_cells(parts, str(k).encode(), least=5)))
        for name in whole:
            ratios.append(float(cells[name].variance[0] / whole[name].variance[0]))
        a, b = (covariance(held["a||"], held["b||"])[0, 0] for held in (cells, whole))
        shared.append(float(a / b))
    assert abs(np.mean(shared) - 1.0) < 4 * np.std(shared) / np.sqrt(400)
    assert abs(np.mean(ratios) - 1.0) < 4 * np.std(ratios) / np.sqrt(400)


@pytest.mark.parametrize("least", [2, 5, 20])
def test_every_cell_holds_so_many_units(least: int) -> None:
    parts = invented(np.random.default_rng(1), 200, 0.0)
    found = in_cells(parts, b"salt", least=least)
    (source,) = found.sources
    count = len(source.levels)
    assert count >= 2 and count & (count - 1) == 0 and count <= 200 // least and source.axes == ()
    summed = np.array([[real(v) for v in row] for row in found.lines[0].values])
    assert np.allclose(summed.sum(axis=1), 0.0, atol=1e-12)  # centred contributions, all of them


def test_too_few_units_leave_nothing() -> None:
    found = in_cells(invented(np.random.default_rng(1), 9, 0.0), b"salt", least=5)
    assert found.sources == () and found.lines == ()


def test_private_records_are_compared_by_their_cells(measure: Measure) -> None:
    """The correlation of two systems from cells is near that of all items, and no outcome can be read."""
    private = [measure(s, quantities=ACCURACY, extra=CELL, id=f"P{s}") for s in "AB"]
    plain = [measure(s, quantities=ACCURACY) for s in "AB"]
    (one,), (other,) = (
        comparisons([("", f) for f in files], Asked(), trusted={}).comparisons for files in (private, plain)
    )
    assert one.pairs[0].counts is None and other.pairs[0].counts is not None
    assert "sampling" in one.pairs[0].shared and one.pairs[0].value == other.pairs[0].value
    assert 0.4 < real(one.pairs[0].u) / real(other.pairs[0].u) < 1.6
    parts = json.loads((private[0] / "parts.json").read_text())
    sizes = Counter(len(s["levels"]) for s in parts["sources"])
    assert max(sizes) <= 120 // 5


def test_a_private_certificate_with_cells_recomputes(measure: Measure, data: Path) -> None:
    assert main(["key", "new", "lab", "--dir", str(data)]) == 0
    folder = measure("A", prompts=("p0", "p1", "p2"), quantities=ACCURACY, extra=CELL, cluster=True)
    assert main(["certify", str(folder), "--key", str(data / "lab.pem")]) == 0
    assert main(["verify", str(folder / "certificate.html"), "--key", str(data / "lab.pub.pem")]) == 0


def test_cells_of_open_evidence_are_refused(measure: Measure, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measure("A", quantities=ACCURACY)
    path = data / "A.measure.toml"
    path.write_text(path.read_text() + "[report]\ncell = 5\n")
    assert main(["check", str(path)]) == 2
    assert "report.cell" in capsys.readouterr().err
