"""Results of verdicts with a calibration, made in memory, and the judgements of LLMBar."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.study.build import columns, measurand, procedure

from measurand.document.judge import Calibrated, Judge
from measurand.lab.pack import definitions
from measurand.study.measure import Measured, measure

CASES = Path(__file__).parent.parent / "cases" / "data"
AT = "sha256:" + "1" * 64


def calibrated(columns_of: Mapping[str, Sequence[float | str]], *, random: bool = False) -> Calibrated:
    """A calibration from its columns, ``human`` first."""
    rows = Counter(zip(*([str(x) for x in cells] for cells in columns_of.values()), strict=True))
    order = sorted(rows)
    return Calibrated(
        at=AT, random=random, columns=tuple(columns_of), row=tuple(order), count=tuple(rows[r] for r in order)
    )


def two_rates(tp: int, fn: int, fp: int, tn: int) -> Calibrated:
    """A calibration by its four counts."""
    human = [1] * (tp + fn) + [0] * (fp + tn)
    return calibrated({"human": human, "judged": [1] * tp + [0] * fn + [1] * fp + [0] * tn})


def judged(
    verdicts: Sequence[float], calibration: Calibrated | None, quantity: str = "proportion", **more: Any
) -> Measured:
    """The result of verdicts on as many items; ``more`` goes to the measurand, columns (lists) to the table."""
    table = {name: more.pop(name) for name in list(more) if isinstance(more[name], list)}
    systems = sorted(set(table.get("system", ["s"])))
    one = measurand("m", quantity, **more)
    said = None if calibration is None else Judge.model_validate(
        {"calibration": {"file": ["c.csv"], "format": "csv", "human": "h", "judged": "v", "random": calibration.random}}
    )  # fmt: skip
    p = procedure([one], judge=said, systems=systems)
    items = table.pop("item", [f"i{k:05}" for k in range(len(verdicts))])
    cells = columns(item=items, value=[f"{v:g}" for v in verdicts], **table)
    return measure(p, definitions(), cells, procedure_at="sha256:p", evidence_at=AT, judge=calibration)


def llmbar() -> tuple[list[dict[str, str]], list[str]]:
    """The rows of the table, and the judges."""
    with (CASES / "llmbar-vanilla.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return rows, [name for name in list(rows[0])[3:] if not name.endswith("*")]
