"""Reader studies: all values of the Obuchowski-Rockette analysis from sensitivities and the one covariance routine."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from tests.reference.case import compare, ids, read, rows

from measurand.errors import DesignError
from measurand.quantity.estimate import Estimate, covariance
from measurand.quantity.reader_study import ReaderStudy
from measurand.quantity.resample import jackknife
from measurand.quantity.source import margin
from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

TOPIC = "mrmc"
AUC = by_name("auc")


def arms(id: str) -> tuple[int, int, dict[tuple[int, int], Rows]]:
    """Numbers of modalities and readers, and the rows of each pair sorted by case."""
    table, positive = rows(id), str(read(id)["inputs"]["positive"])
    code = {k: np.unique(table[k], return_inverse=True)[1] for k in ("reader", "treatment", "case")}
    truth, score = np.array(table["truth"]) == positive, np.array(table["rating"], float)
    held = {}
    for t in range(code["treatment"].max() + 1):
        for r in range(code["reader"].max() + 1):
            at = np.flatnonzero((code["treatment"] == t) & (code["reader"] == r))
            at = at[np.argsort(code["case"][at])]
            column = {"truth": truth[at].astype(float), "score": score[at]}
            held[t, r] = AUC.arrange(Rows(np.arange(len(at)), np.zeros(len(at), int), column))
    return int(code["treatment"].max()) + 1, int(code["reader"].max()) + 1, held


def by_delong(id: str) -> ReaderStudy:
    t, r, held = arms(id)
    first = held[0, 0]
    n, names = len(first.column["truth"]), tuple(f"{a},{b}" for a, b in held)
    source = margin("items", "sampling", [str(i) for i in range(n)], block=first.column["truth"].astype(np.int64))
    z = np.column_stack([AUC.sensitivity(h, np.ones(n))[:, 0] for h in held.values()])
    value = np.array([AUC.value(h, np.ones(n))[0] for h in held.values()])
    e = Estimate(names, value, {"items": source}, {("items", "spread"): z})
    return ReaderStudy(value.reshape(t, r), covariance(e, e).reshape(t, r, t, r))


def by_jackknife(id: str) -> ReaderStudy:
    """Covariances from the variances of the sums of two areas."""
    t, r, held = arms(id)
    n, m = len(held[0, 0].column["truth"]), t * r
    pairs = list(combinations(range(m), 2))

    def areas(w: np.ndarray) -> np.ndarray:
        a = np.array([AUC.value(h, w)[0] for h in held.values()])
        return np.concatenate([a, [a[i] + a[j] for i, j in pairs]])

    variance, _ = jackknife(areas, units=n)
    found = np.diag(variance[:m])
    for (i, j), of_sum in zip(pairs, variance[m:], strict=True):
        found[i, j] = found[j, i] = (of_sum - variance[i] - variance[j]) / 2.0
    value = areas(np.ones(n))[:m]
    return ReaderStudy(value.reshape(t, r), found.reshape(t, r, t, r))


def report(study: ReaderStudy, prefix: str, random: str) -> dict[str, float]:
    c, test = study.covariances, study.test(random)
    got = {
        "reader": study.variance_reader, "treatment_reader": study.variance_interaction, "error": c.error,
        "cov1": c.cov1, "cov2": c.cov2, "cov3": c.cov3, "Cov1": c.cov1, "Cov2": c.cov2, "Cov3": c.cov3,
        "MS_T": study.ms_modality, "MS_TxR": study.ms_interaction, "Denominator": test.denominator, "F": test.ratio,
        "X2": test.ratio, "df": test.df1, "df1": test.df1, "df2": test.df2, "p-value": test.p,
        "diff_se": study.difference_u(random),
    }  # fmt: skip
    for a, b in combinations(range(study.modalities), 2):
        name = "diff" if (a, b) == (0, 1) else f"diff_{a + 1}_{b + 1}"
        got[f"diff_{a + 1}_{b + 1}"] = float(study.merit[a].mean() - study.merit[b].mean())
        got[f"{name}_lower"], got[f"{name}_upper"] = study.difference_limits(a, b, random, level=0.95)
    for k in range(study.modalities):
        got[f"mean_treatment{k + 1}"] = float(study.merit[k].mean())
        got[f"mean_treatment{k + 1}_se"] = study.mean_u(k, random)
    return {f"{prefix}.{name}": value for name, value in got.items()}


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    delong = by_delong(id)
    got = report(delong, "rrrc", "readers and cases") | report(delong, "frrc", "cases")
    got |= report(delong, "rrfc", "readers") | report(by_jackknife(id), "rrrc_jackknife", "readers and cases")
    compare(id, got)


def test_one_reader_is_refused() -> None:
    with pytest.raises(DesignError):
        ReaderStudy(np.ones((2, 1)), np.ones((2, 1, 2, 1)))
