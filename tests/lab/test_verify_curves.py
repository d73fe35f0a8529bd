"""The data of pictures are recomputed like every other number; pictures of later programs are not missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.lab.invented import measurement

from measurand.document.certificate import Laboratory
from measurand.document.result import Curve
from measurand.lab import keys
from measurand.lab.sign import certify
from measurand.lab.store import Measurement, save
from measurand.lab.verify import verify

ROC = Curve(name="roc", title="t", columns={"threshold": ("0.5",), "lower": ("0.25",), "point": ("",)})
OTHER = Curve(name="roc", title="t", columns={"threshold": ("0.5",), "lower": ("0.250001",), "point": ("",)})
LATER = Curve(name="of a later program", title="t", columns={"x": ("1",)})


def having(*curves: Curve) -> Measurement:
    one = measurement()
    result = one.results.results[0].model_copy(update={"curves": curves})
    return replace(one, results=one.results.model_copy(update={"results": (result,)}))


@pytest.mark.parametrize(
    ("stated", "recomputed", "state"),
    [
        ((ROC,), (ROC,), "passed"),
        ((ROC,), (LATER, ROC), "passed"),
        ((), (LATER, ROC), "passed"),
        ((ROC,), (OTHER,), "failed"),
        ((ROC,), (), "failed"),
        ((ROC, LATER), (ROC,), "failed"),
    ],
)
def test_stated_curves_are_recomputed(
    tmp_path: Path, stated: tuple[Curve, ...], recomputed: tuple[Curve, ...], state: str
) -> None:
    private, _ = keys.new(tmp_path / "keys", "seven")
    when = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
    record = save(tmp_path / "lab", having(*stated), when=when)
    original = certify(record, keys.private_key(private), laboratory=Laboratory(name="Seven"), issued=when)
    (record / "certificate.json").write_bytes(original)

    def again(*_: Any) -> Measurement:
        return having(*recomputed)

    found = verify(record / "certificate.json", recompute=again)
    assert {c.name: c.state for c in found.checks}["recomputation"] == state
