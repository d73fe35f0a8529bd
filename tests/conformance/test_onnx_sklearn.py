"""ONNX models that skl2onnx made of scikit-learn's, on real data: the labels and probabilities of scikit-learn."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="scikit-learn is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("onnx", reason="onnx is not installed")
pytest.importorskip("skl2onnx", reason="skl2onnx is not installed")

import onnx
import skl2onnx
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from tests.conformance.model_runs import measured

from measurand.document.observation import Observation, Task
from measurand.errors import MeasurandError
from measurand.instrument.onnx import Onnx
from measurand.instrument.onnx_external import external

SINGLE = 2e-6
"""Probabilities are of single precision: steps of 6e-8 near 1, some tens of operations."""


def saved(folder: Path, model: Any, name: str = "model.onnx") -> str:
    (folder / name).write_bytes(model.SerializeToString())
    return name


def rows_of(table: Any, names: Sequence[str]) -> list[dict[str, str]]:
    return [dict(zip(names, map(repr, map(float, row)), strict=True)) for row in table]


def seen(
    folder: Path, rows: Sequence[Mapping[str, str]], target: str = "model.onnx", **given: Any
) -> list[Observation]:
    one = Onnx(target, folder, **given)
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
    table = table.astype(np.float32).astype(np.float64)  # what the model of single precision is given as well
    return table[:300], truth[:300], table[300:], truth[300:]


@pytest.mark.parametrize("zipmap", [True, False], ids=["a map of each item", "an array"])
def test_a_classifier(tmp_path: Path, cancer: Any, zipmap: bool) -> None:
    given, truth, table, _ = cancer
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(given, truth)
    saved(tmp_path, skl2onnx.to_onnx(model, given[:1].astype(np.float32), options={"zipmap": zipmap}))
    settings = {} if zipmap else {"classes": [0, 1]}
    found = seen(tmp_path, rows_of(table, [f"x{n}" for n in range(30)]), settings=settings)
    assert [one.output["value"] for one in found] == [str(label) for label in model.predict(table)]
    assert np.abs(scores(found, "01") - model.predict_proba(table)).max() < SINGLE


def test_one_output_for_each_class_is_named(tmp_path: Path, cancer: Any) -> None:
    given, truth, table, _ = cancer
    model = LogisticRegression(max_iter=10_000).fit(given / given.max(0), truth)
    saved(tmp_path, skl2onnx.to_onnx(model, given[:1].astype(np.float32), options={"zipmap": "columns"}))
    rows = rows_of((table / given.max(0)).astype(np.float32), [f"x{n}" for n in range(30)])
    with pytest.raises(MeasurandError, match="gives output_label, i0, i1"):
        seen(tmp_path, rows)
    found = seen(tmp_path, rows, settings={"output": ["output_label", "i1"], "classes": [0, 1]})
    near = np.array([list(map(float, row.values())) for row in rows])
    assert [one.output["value"] for one in found] == [str(label) for label in model.predict(near)]
    assert np.abs(scores(found, "1")[:, 0] - model.predict_proba(near)[:, 1]).max() < SINGLE


def test_classes_with_names(tmp_path: Path) -> None:
    table, digit = load_digits(return_X_y=True)
    names = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    model = RandomForestClassifier(20, random_state=1).fit(table[:900], names[digit[:900]])
    saved(tmp_path, skl2onnx.to_onnx(model, table[:1].astype(np.float32)))
    found = seen(tmp_path, rows_of(table[900:], [f"p{n}" for n in range(64)]), settings={"batch": 100})
    assert [one.output["value"] for one in found] == list(model.predict(table[900:]))
    assert np.abs(scores(found, model.classes_) - model.predict_proba(table[900:])).max() < SINGLE


def test_only_probabilities_and_a_shape_of_pictures(tmp_path: Path) -> None:
    """Columns fill 8 x 8 row by row; without a label the class of the largest score is the value."""
    table, digit = load_digits(return_X_y=True)
    model = MLPClassifier((16,), max_iter=30, random_state=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(table[:900], digit[:900])
    made = skl2onnx.to_onnx(model, table[:1].astype(np.float32), options={"zipmap": False})
    (given,) = made.graph.input
    del made.graph.input[:]
    made.graph.input.append(onnx.helper.make_tensor_value_info("picture", 1, [None, 8, 8]))
    made.graph.node.insert(0, onnx.helper.make_node("Flatten", ["picture"], [given.name], axis=1))
    saved(tmp_path, made)
    rows = rows_of(table[900:1000], [f"p{n}" for n in range(64)])
    found = seen(tmp_path, rows, settings={"output": "probabilities", "classes": list(range(10))})
    assert [one.output["value"] for one in found] == [str(label) for label in model.predict(table[900:1000])]
    assert np.abs(scores(found, "0123456789") - model.predict_proba(table[900:1000])).max() < SINGLE
    with pytest.raises(MeasurandError, match=r"picture tensor\(float\) \[\?, 8, 8\]; reference.input gives 63 columns"):
        seen(tmp_path, [{name: row[name] for name in list(row)[:63]} for row in rows])


def test_a_regressor(tmp_path: Path) -> None:
    table, truth = load_diabetes(return_X_y=True)
    table = table.astype(np.float32)
    model = Ridge(alpha=0.01).fit(table[:300], truth[:300])
    saved(tmp_path, skl2onnx.to_onnx(model, table[:1]))
    found = seen(tmp_path, rows_of(table[300:], [f"x{n}" for n in range(10)]))
    value = np.array([float(one.output["value"]) for one in found])
    assert np.abs(value / model.predict(table[300:].astype(np.float64)) - 1).max() < SINGLE
    assert set(found[0].output) == {"value"}


TEXTS = ["cold rain all day", "warm sun and no rain", "sun sun sun", "rain again", "a warm day", "cold and wet"]


def test_a_text(tmp_path: Path) -> None:
    words = TfidfVectorizer(token_pattern=r"[a-zA-Z]+", lowercase=False)  # else ONNX Runtime needs a locale en_US
    model = make_pipeline(words, LogisticRegression())
    model.fit(TEXTS, ["bad", "good", "good", "bad", "good", "bad"])
    saved(
        tmp_path,
        skl2onnx.convert_sklearn(
            model, initial_types=[("text", skl2onnx.common.data_types.StringTensorType([None, 1]))]
        ),
    )
    asked = [*TEXTS, "rain and sun", "wet"]
    found = seen(tmp_path, [{"text": text} for text in asked])
    assert [one.output["value"] for one in found] == list(model.predict(asked))
    assert np.abs(scores(found, ["bad", "good"]) - model.predict_proba(asked)).max() < SINGLE


def test_columns_by_name(tmp_path: Path) -> None:
    """Numbers and a word, each an input of its own; the order of the columns is of no matter, their names are."""
    rng = np.random.default_rng(4)
    ages, sites = rng.normal(50, 10, 200).astype(np.float32), rng.choice(["arm", "leg"], 200)
    table = np.array([[a, s] for a, s in zip(map(float, ages), map(str, sites), strict=True)], dtype=object)
    columns = ColumnTransformer([("n", StandardScaler(), [0]), ("w", OneHotEncoder(), [1])])
    truth = (ages + 10 * (sites == "leg") > 55).astype(int)
    model = make_pipeline(columns, LogisticRegression()).fit(table, truth)
    types = [
        ("age", skl2onnx.common.data_types.FloatTensorType([None, 1])),
        ("site", skl2onnx.common.data_types.StringTensorType([None, 1])),
    ]
    saved(tmp_path, skl2onnx.convert_sklearn(model, initial_types=types))
    rows = [{"site": site, "age": repr(float(age))} for age, site in zip(ages, map(str, sites), strict=True)]
    found = seen(tmp_path, rows)
    assert [one.output["value"] for one in found] == [str(label) for label in model.predict(table)]
    assert np.abs(scores(found, "01") - model.predict_proba(table)).max() < SINGLE
    with pytest.raises(MeasurandError, match=r"are not the columns of reference\.input: site, years"):
        seen(tmp_path, [{"site": "arm", "years": "50"}])


def test_a_wrong_cell_and_its_neighbours(tmp_path: Path, cancer: Any) -> None:
    given, truth, table, _ = cancer
    model = LogisticRegression(max_iter=10_000).fit(given, truth)
    saved(tmp_path, skl2onnx.to_onnx(model, given[:1].astype(np.float32)))
    rows = rows_of(table[:6], [f"x{n}" for n in range(30)])
    rows[1]["x0"], rows[2]["x3"], rows[4]["x7"] = "12,5", "", "1e300"
    found = seen(tmp_path, rows)
    assert [(one.status, one.reason) for one in found] == [
        ("ok", ""), ("failed", "x0: '12,5' is not a number"), ("failed", "x3: '' is not a number"), ("ok", ""),
        ("failed", "ValueError: a number is beyond tensor(float)"), ("ok", ""),
    ]  # fmt: skip
    right = [str(label) for label in model.predict(table[:6])]
    assert [one.output.get("value", right[n]) for n, one in enumerate(found)] == right


def test_what_is_refused(tmp_path: Path, cancer: Any) -> None:
    given, truth, table, _ = cancer
    model = LogisticRegression(max_iter=10_000).fit(given, truth)
    saved(tmp_path, skl2onnx.to_onnx(model, given[:1].astype(np.float32), options={"zipmap": False}))
    rows = rows_of(table[:2], [f"x{n}" for n in range(30)])
    for settings, says in (
        ({}, "probabilities of model.onnx holds 2 scores, and nothing names their classes"),
        ({"classes": ["a", "b", "c"]}, "holds 2 scores for an item; the classes are a, b, c"),
        ({"output": "labels"}, "has no output labels; its outputs are: label, probabilities"),
        ({"provider": "NoProvider"}, "no provider NoProvider here; there are: .*CPUExecutionProvider"),
    ):
        with pytest.raises(MeasurandError, match=says):
            seen(tmp_path, rows, settings=settings)
    assert [one.output for one in seen(tmp_path, rows, settings={"output": "label"})] == [
        {"value": str(label)} for label in model.predict(table[:2])
    ]
    (tmp_path / "cut.onnx").write_bytes((tmp_path / "model.onnx").read_bytes()[:-200])
    with pytest.raises(MeasurandError, match=r"cut.onnx is no ONNX model: the file is cut off"):
        seen(tmp_path, rows, "cut.onnx")


def test_weights_in_a_file_beside_it(tmp_path: Path) -> None:
    """Saved by the library of the format: the names of the files are found, and their digests kept."""
    rng = np.random.default_rng(5)
    weights = rng.normal(size=(40, 3)).astype(np.float32)
    branch = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["inner"], ["y"])], "then",
        [], [onnx.helper.make_tensor_value_info("y", 1, [40, 3])],
        [onnx.numpy_helper.from_array(weights, "inner")],
    )  # fmt: skip
    nodes = [
        onnx.helper.make_node("If", ["yes"], ["w"], then_branch=branch, else_branch=branch),
        onnx.helper.make_node("MatMul", ["x", "w"], ["z"]),
        onnx.helper.make_node("Add", ["z", "b"], ["scores"]),
    ]
    graph = onnx.helper.make_graph(
        nodes, "g", [onnx.helper.make_tensor_value_info("x", 1, ["N", 40])],
        [onnx.helper.make_tensor_value_info("scores", 1, ["N", 3])],
        [onnx.numpy_helper.from_array(np.array(True), "yes"), onnx.numpy_helper.from_array(weights[:1] * 0, "b")],
    )  # fmt: skip
    made = onnx.helper.make_model(graph, ir_version=10, opset_imports=[onnx.helper.make_opsetid("", 17)])
    onnx.save(made, tmp_path / "model.onnx", save_as_external_data=True, all_tensors_to_one_file=False,
              size_threshold=0, convert_attribute=True)  # fmt: skip
    held = onnx.load(tmp_path / "model.onnx", load_external_data=False)
    tensors = onnx.external_data_helper._get_all_tensors(held)
    names = sorted({entry.value for t in tensors for entry in t.external_data if entry.key == "location"})
    assert names and external(tmp_path / "model.onnx") == names
    one = Onnx("model.onnx", tmp_path, settings={"classes": ["a", "b", "c"], "softmax": True})
    identity = one.identity()
    table = rng.normal(size=(5, 40))
    found = list(
        one.observe(Task("s", str(n), {}, 1, row) for n, row in enumerate(rows_of(table, list(map(str, range(40))))))
    )
    one.close()
    for name in ["model.onnx", *names]:
        assert identity[f"sha256 of {name}"] == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    logits = table @ weights.astype(float)
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.abs(scores(found, "abc") - expected).max() < 1e-5
    assert [one.output["value"] for one in found] == ["abc"[n] for n in expected.argmax(axis=1)]
    (tmp_path / names[0]).rename(tmp_path / "elsewhere")
    with pytest.raises(MeasurandError, match=f"holds its weights in {names[0]}"):
        Onnx("model.onnx", tmp_path)


def test_the_whole_way(tmp_path: Path, cancer: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """accuracy and AUROC are those of scikit-learn; an interrupted run goes on to the bytes of an unbroken one."""
    given, truth, table, right = cancer
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(given, truth)
    saved(tmp_path, skl2onnx.to_onnx(model, given[:1].astype(np.float32)))
    names = [f"x{n}" for n in range(30)]
    value = measured(tmp_path, "model.onnx", table, right, names, capsys=capsys, monkeypatch=monkeypatch)
    assert value["accuracy"] == pytest.approx(accuracy_score(right, model.predict(table)), abs=1e-12)
    assert value["auroc"] == pytest.approx(roc_auc_score(right, model.predict_proba(table)[:, 1]), abs=1e-12)
