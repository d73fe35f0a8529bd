"""Agreement of several raters: intraclass correlations, Fleiss' kappa, Krippendorff's alpha."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reference.case import compare, ids, read

from measurand.quantity.raters import conger_kappa, fleiss_test, intraclass
from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

TOPIC = "agreement"
CASES = [i for i in ids(TOPIC) if "table" not in read(i)["inputs"]]
FORMS = {"ICC1": "one-way", "ICC2": "agreement", "ICC3": "consistency"}


def value(name: str, parameters: dict[str, object], item: object, **column: object) -> float:
    statistic = by_name(name, parameters)
    rows = Rows(np.asarray(item), np.zeros(len(np.asarray(item)), int), {k: np.asarray(v) for k, v in column.items()})
    return float(statistic.value(statistic.arrange(rows), np.ones(len(rows)))[0])


@pytest.mark.parametrize("id", [i for i in CASES if i.startswith("icc")])
def test_intraclass(id: str) -> None:
    """Values of the statistic and of the analysis of variance; limits by F."""
    table = np.array(read(id)["inputs"]["ratings"], float)
    found, got = intraclass(table), {}
    item, rater = (at.reshape(-1) for at in np.indices(table.shape))
    for name, form in FORMS.items():
        for suffix, of_mean in (("1", False), ("k", True)):
            textbook = found[f"ICC({name[3]},{suffix})"]
            got[f"{name}_{suffix}.lower95"], got[f"{name}_{suffix}.upper95"] = textbook.lower, textbook.upper
            parameters = {"form": form, "mean_of_raters": of_mean}
            got[f"{name}_{suffix}"] = value(
                "intraclass_correlation", parameters, item, value=table.reshape(-1), group=rater.astype(float)
            )
            assert got[f"{name}_{suffix}"] == pytest.approx(textbook.value, rel=1e-12)
    compare(id, got)


@pytest.mark.parametrize("id", [i for i in CASES if i.startswith("kappa")])
def test_fleiss(id: str) -> None:
    inputs = read(id)["inputs"]
    counts, ratings = np.array(inputs["counts"]), np.array(inputs["ratings"])
    test = fleiss_test(counts)
    items = np.repeat(np.arange(len(counts)), counts.sum(axis=1))
    code = np.concatenate([np.repeat(np.arange(counts.shape[1]), row) for row in counts]).astype(float)
    got = {"kappa": value("fleiss_kappa", {}, items, predicted=code), "z_irr": test.z}
    assert test.value == pytest.approx(got["kappa"], rel=1e-12)
    got["kappa_exact_conger"] = conger_kappa(ratings)
    for k, category in enumerate(inputs["categories"]):
        got[f"kappa.{category}"] = value("fleiss_kappa", {}, items, predicted=(code == k).astype(float))
    compare(id, got)


@pytest.mark.parametrize("id", [i for i in CASES if i.startswith("kripp")])
def test_alpha(id: str) -> None:
    table = np.array([[np.nan if c is None else c for c in row] for row in read(id)["inputs"]["ratings"]], float).T
    item, _ = np.nonzero(~np.isnan(table))
    ratings = table[~np.isnan(table)]
    got = {
        metric: value("krippendorff_alpha", {"metric": metric}, item, value=ratings, predicted=ratings)
        for metric in ("nominal", "ordinal", "interval", "ratio")
    }
    compare(id, got)
