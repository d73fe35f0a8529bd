"""Precision of collaborative trials and critical values of outlier tests against published and computed values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.reference.case import compare, ids, read, rows

from measurand.quantity.cochran import cochran, cochran_limit, cochran_p
from measurand.quantity.collaborative import astm_e691, cells
from measurand.quantity.grubbs import grubbs_limit, grubbs_p
from measurand.quantity.mandel import h_limit, k_limit, mandel

TOPIC = "iso5725"
LEVELS = {"5pct": 0.05, "1pct": 0.01}
SHAPES = [(p, n) for p in range(3, 41) for n in range(2, 7)]


def of_data(id: str) -> dict[str, float]:
    material, laboratory, _, value = (list(column) for column in rows(id).values())
    got: dict[str, float] = {}
    for name in dict.fromkeys(material):
        at = [i for i, m in enumerate(material) if m == name]
        results: dict[str, list[float]] = {}
        for i in at:
            results.setdefault(laboratory[i], []).append(float(value[i]))
        held = cells(list(results.values()))
        found, consistency = astm_e691(held), mandel(held)
        got |= {f"{name}.mean": found.mean, f"{name}.s_means": found.s_x, f"{name}.s_r": found.s_r}
        got |= {f"{name}.s_R": found.s_R, f"{name}.cochran_C": cochran(held.variance)}
        named = [f"lab{k.removeprefix('Lab')}" for k in results]
        got |= {f"{name}.h.{k}": float(h) for k, h in zip(named, consistency.h, strict=True)}
        got |= {f"{name}.k.{named[i]}": float(k) for i, k in zip(consistency.k_of, consistency.k, strict=True)}
    return got


def of_tables() -> dict[str, float]:
    got: dict[str, float] = {}
    for short, alpha in LEVELS.items():
        for p, n in SHAPES:
            got[f"cochran.p{p}.n{n}.{short}"] = cochran_limit(p, n, alpha)
            got[f"mandel_k.p{p}.n{n}.{short}"] = k_limit(p, n, alpha)
        for p in sorted({p for p, _ in SHAPES}):
            got[f"grubbs_single.p{p}.{short}"] = grubbs_limit(p, alpha)
            got[f"mandel_h.p{p}.{short}"] = h_limit(p, alpha)
    return got


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    inputs: dict[str, Any] = read(id)["inputs"]
    compare(id, of_data(id) if "data" in inputs else of_tables())


def test_a_limit_is_where_the_p_value_is_the_level() -> None:
    for p, n in SHAPES:
        assert cochran_p(cochran_limit(p, n, 0.05), p, n) == pytest.approx(0.05, rel=1e-9)
        assert grubbs_p(grubbs_limit(p, 0.01), p) == pytest.approx(0.01, rel=1e-9)
    assert np.all(np.diff([grubbs_limit(p, 0.05) for p in range(3, 41)]) > 0)
