"""Models of scikit-learn in skops files, on real data: the labels, probabilities and numbers of scikit-learn itself."""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="scikit-learn is not installed")
pytest.importorskip("skops", reason="skops is not installed")
pytest.importorskip("joblib", reason="joblib is not installed")

import joblib
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from skops import io as skops
from tests.conformance.model_runs import measured, record_of

from measurand.document.observation import Observation, Task
from measurand.errors import MeasurandError, ProcedureError
from measurand.instrument.skops import Skops


def rows_of(table: Any, names: Sequence[str]) -> list[dict[str, str]]:
    return [dict(zip(names, map(repr, map(float, row)), strict=True)) for row in table]


def seen(folder: Path, model: Any, rows: Sequence[Mapping[str, str]], **settings: Any) -> list[Observation]:
    if model is not None:
        skops.dump(model, folder / "model.skops")
    one = Skops("model.skops", folder, settings=settings)
    try:
        one.identity()
        return list(one.observe(Task("s", str(n), {}, 1, row) for n, row in enumerate(rows)))
    finally:
        one.close()


def scores(found: Sequence[Observation], classes: Sequence[str]) -> Any:
    return np.array([[float(one.output[f"score:{name}"]) for name in classes] for one in found])


@pytest.fixture(scope="module")
def cancer() -> tuple[Any, Any, Any, Any]:
    table, truth = load_breast_cancer(return_X_y=True)
    return table[:300], truth[:300], table[300:], truth[300:]


NAMES = [f"x{n}" for n in range(30)]
TREES = {"trusted": ["sklearn.tree._tree.Tree", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]}
"""skops trusts no tree by itself: one that was made up can send its library anywhere in memory."""


@pytest.mark.parametrize(
    "model",
    [make_pipeline(StandardScaler(), LogisticRegression()), RandomForestClassifier(30, random_state=1, n_jobs=-1)],
    ids=["linear", "forest"],
)
def test_a_classifier(tmp_path: Path, cancer: Any, model: Any) -> None:
    given, truth, table, _ = cancer
    model.fit(given, np.array(["malignant", "benign"])[truth])
    found = seen(tmp_path, model, rows_of(table, NAMES), positive="malignant", **TREES)
    assert [one.output["value"] for one in found] == list(model.predict(table))
    assert np.abs(scores(found, model.classes_) - model.predict_proba(table)).max() < 1e-14
    assert [one.output["score"] for one in found] == [one.output["score:malignant"] for one in found]


def test_a_classifier_without_probabilities(tmp_path: Path, cancer: Any) -> None:
    given, truth, table, _ = cancer
    model = SVC().fit(given, truth)
    found = seen(tmp_path, model, rows_of(table, NAMES))
    assert [one.output for one in found] == [{"value": str(label)} for label in model.predict(table)]


@pytest.mark.parametrize(
    "model", [Ridge(alpha=0.01), HistGradientBoostingRegressor(max_iter=20)], ids=["linear", "trees"]
)
def test_a_regressor(tmp_path: Path, model: Any) -> None:
    table, truth = load_diabetes(return_X_y=True)
    model.fit(table[:300], truth[:300])
    rows = rows_of(table[300:], NAMES[:10])
    found = seen(tmp_path, model, rows, **TREES)
    assert (
        np.abs(np.array([float(one.output["value"]) for one in found]) / model.predict(table[300:]) - 1).max() < 1e-14
    )
    rows[3]["x2"] = ""
    assert seen(tmp_path, None, rows, **TREES)[3].reason == "x2: '' is not a number"
    if isinstance(model, HistGradientBoostingRegressor):  # it takes missing numbers
        lost = table[303:304].copy()
        lost[0, 2] = np.nan
        assert float(seen(tmp_path, None, rows, missing="nan", **TREES)[3].output["value"]) == model.predict(lost)[0]


TEXTS = ["cold rain all day", "warm sun and no rain", "sun sun sun", "rain again", "a warm day", "cold and wet"]


def test_a_text(tmp_path: Path) -> None:
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    model.fit(TEXTS, ["bad", "good", "good", "bad", "good", "bad"])
    asked = [*TEXTS, "Rain and SUN", ""]
    found = seen(tmp_path, model, [{"words": text} for text in asked], text="words")
    assert [one.output["value"] for one in found] == list(model.predict(asked))
    assert np.abs(scores(found, ["bad", "good"]) - model.predict_proba(asked)).max() < 1e-14
    with pytest.raises(MeasurandError, match="names text, which is no column"):
        seen(tmp_path, None, [{"words": "x"}], text="text")


def test_a_model_that_was_fitted_on_a_table_with_names(tmp_path: Path) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    pandas = importlib.import_module("pandas")
    rng = np.random.default_rng(4)
    table = pandas.DataFrame({"age": rng.normal(50, 10, 200), "site": rng.choice(["arm", "leg"], 200)})
    columns = ColumnTransformer([("n", StandardScaler(), ["age"]), ("w", OneHotEncoder(), ["site"])])
    model = make_pipeline(columns, LogisticRegression()).fit(table, (table["age"] > 50) == (table["site"] == "arm"))
    rows = [{"site": str(site), "age": repr(float(age))} for age, site in zip(table["age"], table["site"], strict=True)]
    found = seen(tmp_path, model, rows, text=["site"])
    assert [one.output["value"] for one in found] == [str(label).lower() for label in model.predict(table)]
    assert np.abs(scores(found, ["false", "true"]) - model.predict_proba(table)).max() < 1e-14
    with pytest.raises(MeasurandError, match=r"takes age, site; its inputs are not the columns of .*: place, age"):
        seen(tmp_path, None, [{"place": "arm", "age": "3"}])


def test_an_array_of_the_wrong_width(tmp_path: Path, cancer: Any) -> None:
    given, truth, table, _ = cancer
    model = LogisticRegression(max_iter=10_000).fit(given, truth)
    with pytest.raises(MeasurandError, match=r"takes 30 features; reference\.input gives 29 columns"):
        seen(tmp_path, model, rows_of(table[:2, :29], NAMES[:29]))


def test_trees_are_used_only_where_the_procedure_names_them(tmp_path: Path, cancer: Any) -> None:
    model = RandomForestClassifier(2).fit(*cancer[:2])
    with pytest.raises(ProcedureError, match=r"does not trust: sklearn\.tree\._tree\.Tree") as found:
        seen(tmp_path, model, [])
    assert 'trusted = ["sklearn.tree._tree.Tree"]' in found.value.findings[0].hint


def test_types_that_are_not_trusted(tmp_path: Path, cancer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function of a package that is installed is named, and used only where the procedure names it."""
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "of_the_clinic.py").write_text("def halved(table): return table / 2\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "library"), prepend=":")
    monkeypatch.syspath_prepend(str(tmp_path / "library"))
    given, truth, table, _ = cancer
    own = importlib.import_module("of_the_clinic")
    model = make_pipeline(FunctionTransformer(own.halved), StandardScaler(), LogisticRegression()).fit(given, truth)
    with pytest.raises(ProcedureError, match=r"types that skops does not trust: of_the_clinic\.halved"):
        seen(tmp_path, model, rows_of(table, NAMES))
    found = seen(tmp_path, None, rows_of(table, NAMES), trusted=["of_the_clinic.halved"])
    assert [one.output["value"] for one in found] == [str(label) for label in model.predict(table)]
    del sys.modules["of_the_clinic"]


def test_a_model_of_another_version_is_named(tmp_path: Path, cancer: Any) -> None:
    given, truth, table, _ = cancer
    skops.dump(LogisticRegression(max_iter=10_000).fit(given, truth), tmp_path / "now.skops")
    with zipfile.ZipFile(tmp_path / "now.skops") as now, zipfile.ZipFile(tmp_path / "model.skops", "w") as old:
        for name in now.namelist():
            data = now.read(name)
            old.writestr(name, data.replace(f'\\"{sklearn.__version__}\\"'.encode(), b'\\"1.2.2\\"'))
    with pytest.raises(ProcedureError, match=rf"saved with scikit-learn 1\.2\.2, and {re.escape(sklearn.__version__)}"):
        seen(tmp_path, None, rows_of(table[:1], NAMES))
    one = Skops("model.skops", tmp_path, settings={"any_version": True})
    identity = one.identity()
    one.close()
    assert identity["saved with scikit-learn"] == "1.2.2" and identity["scikit-learn"] == sklearn.__version__


@pytest.mark.parametrize("name", ["model.joblib", "model.pkl", "model.skops"])
@pytest.mark.parametrize("compress", [0, 3])
def test_pickles_are_refused(tmp_path: Path, name: str, compress: int) -> None:
    joblib.dump(LogisticRegression(), tmp_path / name, compress=compress)
    says = "is a pickle" if name != "model.skops" or not compress else "no skops file"
    with pytest.raises(ProcedureError, match=says) as found:
        Skops(name, tmp_path)
    assert "skops.io.dump" in found.value.findings[0].hint


def test_what_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ProcedureError, match=r"model\.skops holds a StandardScaler, which predicts nothing"):
        seen(tmp_path, StandardScaler().fit([[1.0], [2.0]]), [])
    with zipfile.ZipFile(tmp_path / "model.skops", "w") as other:
        other.writestr("readme.txt", "nothing")
    with pytest.raises(ProcedureError, match=r"skops cannot load model\.skops"):
        seen(tmp_path, None, [])


def test_the_whole_way(tmp_path: Path, cancer: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """accuracy and AUROC are those of scikit-learn; an interrupted run goes on to the bytes of an unbroken one."""
    given, truth, table, right = cancer
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(given, truth)
    skops.dump(model, tmp_path / "model.skops")
    value = measured(tmp_path, "model.skops", table, right, NAMES, capsys=capsys, monkeypatch=monkeypatch)
    assert value["accuracy"] == pytest.approx(accuracy_score(right, model.predict(table)), abs=1e-12)
    assert value["auroc"] == pytest.approx(roc_auc_score(right, model.predict_proba(table)[:, 1]), abs=1e-12)
    manifest = record_of(tmp_path / "whole")["evidence.json"].decode()
    assert hashlib.sha256((tmp_path / "model.skops").read_bytes()).hexdigest() in manifest
