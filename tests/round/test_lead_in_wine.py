"""CCQM-K30, lead in wine: eleven laboratories of which two are far off, and methods that do not agree.

Data: degrees of equivalence of the key comparison database of the BIPM (kcdb, comparison 1190) and the reference value
2.99 (R. Hearn, R. Santamaria-Fernandez, M. Sargent, Metrologia 45 (2008) 08001). Known for all eleven, from a source
that shows no inputs: REML 2.998, Mandel-Paule 3.132, DerSimonian-Laird 2.889. The last one weighs by the smallest
stated uncertainties; the database has U of the degree of equivalence instead, and two digits of it: see below.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from measurand.cli import main
from measurand.quantity.consensus import consensus

REFERENCE = 2.99
DEGREES = {
    "NMISA": (0.01, 0.14), "INM(RO)": (4.72, 1.98), "INMETRO": (-1.37, 0.10), "IRMM": (-0.05, 0.06),
    "KRISS": (-0.10, 0.06), "LGC": (0.01, 0.11), "LNE": (0.14, 0.13), "NIM": (0.08, 0.18), "NMIA": (-0.01, 0.21),
    "NMIJ": (-0.05, 0.05), "PTB": (-0.03, 0.08),
}  # fmt: skip
"""D and U (k = 2), ng/g."""
D, U = np.array(list(DEGREES.values())).T


@pytest.mark.parametrize(("method", "known"), [("reml", 2.998), ("mandel-paule", 3.132)])
def test_known_consensus(method: str, known: float) -> None:
    """To all digits that are known."""
    assert round(consensus(REFERENCE + D, U / 2.0, method=method).value, 3) == known


def test_dersimonian_laird_is_between_what_the_degrees_allow() -> None:
    """U of a degree of equivalence holds that of the reference value, which is not known. With none of it taken off,
    and with as much as the smallest U can hold, the known 2.889 lies between; Mandel-Paule stays.
    """
    found = []
    for u_reference in (0.0, 0.98 * U.min() / 2.0):
        u = np.sqrt((U / 2.0) ** 2 - u_reference**2)
        found.append(consensus(REFERENCE + D, u, method="dersimonian-laird").value)
        assert round(consensus(REFERENCE + D, u, method="mandel-paule").value, 3) == 3.132
    assert found[1] < 2.889 < found[0]


def test_the_report_shows_methods_side_by_side_and_warns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    rows = [f"{name},{REFERENCE + d:.2f},{u / 2:.3f},ng/g" for name, (d, u) in DEGREES.items()]
    table = tmp_path / "wine.csv"
    table.write_text("\n".join(["Laboratory,MeasuredValues,StdUnc,Unit", *rows]) + "\n")
    assert main(["round", "report", str(table)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "disagree beyond their stated uncertainties" in out
    assert "INM(RO)" in out and "INMETRO" in out and all(text in out for text in ("3.00", "3.13", "2.91"))
