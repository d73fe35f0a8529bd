"""An invented measurement, for tests of storing, signing and verifying."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from measurand.document.canonical import address_of, canonical
from measurand.document.decision import Decision, Decisions, Requirement, Risks, Rule, Verdict
from measurand.document.evidence import Evidence
from measurand.document.parts import LineParts, Parts, SourceParts
from measurand.document.procedure import Procedure
from measurand.document.result import DistributionData, Line, Result, Results
from measurand.lab.evidence import EvidenceTable, address, ordered
from measurand.lab.parquet import written
from measurand.lab.parts import attached, hashed
from measurand.lab.reference import reference_at, salt
from measurand.lab.store import Measurement, save

WHEN = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
TEXT = b'schema = "measurand/procedure/1"\nid = "T-1"\n'
PROCEDURE = Procedure.model_validate(
    {
        "id": "T-1",
        "title": "invented",
        "system": [{"id": "s", "name": "an invented system", "version": "1"}],
        "observations": {"file": ["p.csv"], "format": "csv", "item": ["case"], "value": "y"},
        "reference": {"file": ["p.csv"], "format": "csv", "item": ["case"], "value": "truth"},
        "measurand": [{"id": "acc", "quantity": "accuracy", "estimand": "benchmark"}],
    }
)


def text(*cells: str) -> np.ndarray[Any, Any]:
    return np.array(cells, dtype=object)


def table() -> EvidenceTable:
    columns = {
        "system": text(*["s"] * 4),
        "item": text("c", "a", "d", "b"),
        "repeat": text(*["1"] * 4),
        "status": text("ok", "ok", "missing", "ok"),
        "reason": text(*[""] * 4),
        "score": np.array([0.5, 0.25, np.nan, 0.75]),
        "value": text("1", "0", "", "1"),
        "reference": text("1", "0", "1", "0"),
    }
    return ordered(columns)


def evaluated(value: str = "0.75", verdict: Verdict = Verdict.INCONCLUSIVE) -> tuple[Results, Decisions, Parts]:
    """What the evaluation of ``table`` would give; parts unhashed."""
    result = Result(
        measurand="acc",
        quantity="accuracy",
        title="accuracy",
        system="s",
        estimand="benchmark",
        unit="1",
        direction="higher",
        bounds=("0", "1"),
        value=value,
        u="0.1",
        df="3",
        lower="0.4",
        upper="0.9",
        coverage_probability="0.95",
        text=f"{value} [0.40, 0.90] (95 %)",
        words="",
        method="exact",
        distribution=DistributionData(rule="R1", level=("0.95",), lower=("0.4",), upper=("0.9",)),
        items=4,
        units=4,
        budget=(
            Line(
                component="sampling", line="sampling", type="A", distribution="binomial", u="0.1", coefficient="1",
                contribution="0.1", variance="0.01", share="1", df="3",
            ),
        ),
        evidence_at=address(table()),
    )  # fmt: skip
    decision = Decision(
        requirement=Requirement(id="acc", measurand="acc", lower_limit="0.7", text="at least 0.7"),
        rule=Rule(),
        measurand="acc",
        system="s",
        stated="before",
        p_conformity="0.6",
        risks=Risks(),
        verdict=verdict,
        reasons=(),
    )
    parts = Parts(
        results=("acc|s|",),
        values=(value,),
        sources=(
            SourceParts(
                key="items:x", component="sampling", type="A", sign=1, df="3", levels=("a", "b"), block=(0, 0),
                share=("0.5", "0.5"), fraction=("0", "0"),
            ),
        ),
        lines=(LineParts(source="items:x", line="sampling", values=(("0.1", "-0.1"),)),),
    )  # fmt: skip
    return Results(results=(result,), correlation=(("1",),)), Decisions(decisions=(decision,), verdict=verdict), parts


def measurement(value: str = "0.75", verdict: Verdict = Verdict.INCONCLUSIVE, partial: bool = False) -> Measurement:
    rows = table()
    parquet = written(rows)
    evidence = Evidence(
        procedure_at=address_of(canonical(PROCEDURE)),
        table_sha256=hashlib.sha256(parquet).hexdigest(),
        table_at=address(rows),
        columns=rows.kinds,
        rows=4,
        items=4,
        counts={"ok": 3, "missing": 1},
        excluded={},
        sources={},
        instrument={"access": "recorded"},
        reference_at=reference_at(rows),
        partial=partial,
        environment={"measurand": "0"},
    )
    results, decisions, parts = evaluated(value, verdict)
    outside = hashed(parts, salt(rows))
    return Measurement(TEXT, PROCEDURE, evidence, parquet, attached(results, outside), decisions, outside)


def stored(laboratory: Path, **changes: Any) -> Path:
    return save(laboratory, measurement(**changes), when=WHEN)
