"""Evidence about labels from files: an audit, annotators of their own rates, rates by level; and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand import api
from measurand.errors import MeasurandError

N = 300


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    truth = rng.random(N) < 0.5
    value = np.where(rng.random(N) < 0.9, truth, ~truth)
    votes = truth[:, None] ^ (rng.random((N, 3)) < [0.02, 0.06, 0.12])
    names = np.array(["no", "yes"])
    rows = zip(range(N), names[value * 1], *names[votes.T * 1], np.array(["A", "B"])[np.arange(N) % 2], strict=True)
    text = "item,value,a,b,c,site\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    chosen = rng.permutation(N)[:60]
    audit = "item,better\n" + "".join(f"{i},{names[int(truth[i])]}\n" for i in chosen)
    (tmp_path / "audit.csv").write_text(audit, encoding="utf-8")
    return tmp_path


def measured(folder: Path, quantity: str = "accuracy", **reference: Any) -> api.Result:
    file = str(folder / "x.csv")
    keys: dict[str, Any] = {} if quantity == "accuracy" else {"positive": "yes"}
    held = api.reference(file, item="item", **reference)
    found = api.measure(
        api.quantity(quantity)("m", **keys), api.read(file, item="item", value="value"), held, population="all of them"
    )
    assert isinstance(found, api.Result)
    return found


def audit(folder: Path, **more: str) -> dict[str, Any]:
    return {"value": "c", "audit": {"file": str(folder / "audit.csv"), "value": "better", **more}}


def components(found: api.Result) -> set[str]:
    return {line.component for line in found.budget if hasattr(line, "variance")}


@pytest.mark.parametrize("quantity", ["accuracy", "sensitivity"])
def test_an_audit(folder: Path, quantity: str) -> None:
    found = measured(folder, quantity, **audit(folder))
    assert components(found) == {"sampling", "reference"}
    assert abs(found.value - 0.9) < 3 * found.u


def test_an_audit_of_items_that_are_not_there_or_twice(folder: Path) -> None:
    lines = (folder / "audit.csv").read_text(encoding="utf-8").splitlines()
    (folder / "audit.csv").write_text("\n".join([*lines, lines[-1]]), encoding="utf-8")
    with pytest.raises(MeasurandError, match="is there twice"):
        measured(folder, **audit(folder))
    (folder / "audit.csv").write_text("\n".join([*lines, "9999,yes"]), encoding="utf-8")
    with pytest.raises(MeasurandError, match="9999"):
        measured(folder, **audit(folder))
    with pytest.raises(MeasurandError, match="no reference value"):
        measured(folder, audit=audit(folder)["audit"])


def test_empty_cells_are_not_audited(folder: Path) -> None:
    full = measured(folder, **audit(folder))
    lines = (folder / "audit.csv").read_text(encoding="utf-8").splitlines()
    there = {line.split(",")[0] for line in lines[1:]}
    lines += [f"{i}," for i in range(N) if str(i) not in there]
    (folder / "audit.csv").write_text("\n".join(lines), encoding="utf-8")
    again = measured(folder, **audit(folder))
    assert (again.value, again.u) == (full.value, full.u)


def test_annotators_of_their_own_rates(folder: Path) -> None:
    found = measured(folder, annotators=["a", "b", "c"], annotator_model="individual")
    assert abs(found.value - 0.9) < 3 * found.u
    with pytest.raises(MeasurandError, match="annotator_model needs annotators"):
        measured(folder, value="c", annotator_model="individual")


def test_rates_by_level(folder: Path) -> None:
    error = {"by": "site", "rates": {"A": 0.1, "B": 0.14}, "standard_uncertainty": {"A": 0.01, "B": 0.02},
             "independent": True}  # fmt: skip
    found = measured(folder, value="c", error=error)
    assert components(found) == {"sampling", "reference"}
    assert abs(found.value - 0.9) < 3 * found.u


def test_a_calibration_table(folder: Path) -> None:
    found = measured(folder, value="c", error={"counts": [[88, 12], [12, 88]], "independent": True})
    assert any("confusion matrix" in line.line for line in found.budget if hasattr(line, "variance"))
