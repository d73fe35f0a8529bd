"""The procedure that is written by looking at a table: it always loads, and finds the usual roles."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.document.loading import load
from measurand.document.procedure import Procedure
from measurand.document.profile import NAMES
from measurand.document.sketch import sketch
from measurand.document.table import Table


def table(rows: list[dict[str, object]], file: str = "preds.csv") -> Table:
    columns = {name: [str(row[name]) for row in rows] for name in rows[0]}
    return Table(file, columns, range(2, len(rows) + 2), "sha256:0")


def sketched(rows: list[dict[str, object]], file: str = "preds.csv") -> Procedure:
    return load(sketch(table(rows, file)).encode(), "p")


def test_classifier_with_truth_and_patients() -> None:
    rows = [
        {
            "case_id": n,
            "patient_id": n // 3,
            "histology": "ab"[n % 2],
            "prediction": "ab"[n % 3 % 2],
            "p_b": (n % 9) / 10,
        }
        for n in range(60)
    ]
    found = sketched(rows)
    assert found.observations is not None
    assert found.reference is not None
    assert (found.observations.item, found.observations.value, found.observations.score) == (
        ("case_id",),
        "prediction",
        "p_b",
    )
    assert (found.reference.value, found.sampling.cluster) == ("histology", ("patient_id",))
    assert [m.quantity for m in found.measurand] == ["accuracy", "sensitivity", "specificity", "auc"]
    assert found.measurand[0].estimand == "generalised"


def test_scores_with_readers_as_annotators() -> None:
    rows = [{"id": n, "score": n / 50, "reader_1": n % 2, "reader_2": n % 2, "reader_3": n % 3 % 2} for n in range(50)]
    found = sketched(rows)
    assert found.reference is not None
    assert found.reference.annotators == ("reader_1", "reader_2", "reader_3")
    assert found.measurand[0].at == {"score": "0.5"}
    assert found.measurand[0].positive == "1"


def test_numbers_beside_numbers() -> None:
    rows = [{"id": n, "target": n * 1.5, "prediction": n * 1.6, "lower": n * 1.4, "upper": n * 1.8} for n in range(80)]
    found = sketched(rows)
    assert found.observations is not None
    assert found.reference is not None
    assert (found.observations.value, found.observations.lower, found.observations.upper) == (
        "prediction",
        "lower",
        "upper",
    )
    assert found.reference.value == "target"
    assert [m.quantity for m in found.measurand] == [
        "bias",
        "mean_absolute_error",
        "root_mean_square_error",
        "interval_coverage",
        "interval_width",
    ]


def test_probabilities_of_several_classes() -> None:
    rows: list[dict[str, object]] = []
    for n in range(60):
        a, b = (n % 7 + 1) / 20, (n % 5 + 1) / 20
        rows.append({"id": n, "label": "abc"[n % 3], "p_a": a, "p_b": b, "p_c": round(1 - a - b, 2)})
    with_decisions = [{**row, "prediction": "abc"[n % 4 % 3]} for n, row in enumerate(rows)]
    wanted = ["multiclass_log_score", "multiclass_brier_score", "multiclass_auc"]
    for table_of, value, quantities in ((rows, None, wanted), (with_decisions, "prediction", ["accuracy", *wanted])):
        found = sketched(table_of)
        assert found.observations is not None
        assert (found.observations.value, found.observations.score) == (value, None)
        assert found.observations.scores == {"a": "p_a", "b": "p_b", "c": "p_c"}
        assert [m.quantity for m in found.measurand] == quantities


def test_scores_that_do_not_sum_to_one_are_no_probabilities() -> None:
    rows = [{"id": n, "label": "abc"[n % 3], "pred": "a", "p_a": 0.5, "p_b": 0.4, "p_c": n / 100} for n in range(60)]
    found = sketched(rows)
    assert found.observations is not None
    assert not found.observations.scores


@pytest.mark.parametrize(
    ("rating", "quantity"), [(3, "krippendorff_alpha"), (15, "krippendorff_alpha_interval")], ids=["classes", "scale"]
)
def test_ratings_in_long_form(rating: int, quantity: str) -> None:
    rows = [{"item": n, "rater": f"r{r}", "rating": (n * 7 + r) % rating} for n in range(40) for r in range(3)]
    found = sketched(rows)
    assert found.observations is not None
    assert (found.observations.item, found.observations.value, found.observations.repeat) == (
        ("item",),
        "rating",
        "rater",
    )
    assert not found.factor
    assert found.reference is None
    assert [m.quantity for m in found.measurand] == [quantity]


def test_a_column_that_never_repeats_names_the_items() -> None:
    rows = [
        {"width": n / 7, "plate": f"P{n:03d}", "truth": "ab"[n % 2], "predicted": "ab"[n % 3 % 2]} for n in range(60)
    ]
    found = sketched(rows)
    assert found.observations is not None
    assert found.observations.item == ("plate",)


def test_repeats_are_found() -> None:
    rows = [{"item": n, "run": r, "correct": (n + r) % 2} for n in range(20) for r in range(3)]
    found = sketched(rows)
    assert found.observations is not None
    assert (found.observations.repeat, found.observations.value) == ("run", "correct")
    assert found.measurand[0].quantity == "proportion"


def test_robot_trials() -> None:
    """The columns of a published set of robot trials: two policies, seeds, episodes, distractors."""
    rows: list[dict[str, object]] = [
        {"task": "carrot", "distractor_category": c, "n_distractors": d, "run": s, "seed": s, "episode": e, "system": p,
         "success": (s + e + d) % 2}
        for c, d, s, e in itertools.product(("control", "semantic"), (0, 2, 4), range(10), range(20))
        for p in ("pi0", "pi0+cgvd")
    ]  # fmt: skip
    found = sketched(rows, "folder/episodes.parquet")
    assert found.observations is not None
    assert (found.observations.file, found.observations.format) == (("episodes.parquet",), "parquet")
    assert found.observations.item == ("seed", "episode")
    assert [s.id for s in found.system] == ["pi0", "pi0+cgvd"]
    assert {f.id for f in found.factor} == {"distractor_category", "n_distractors"}
    assert found.sampling.cluster == ("seed",)
    assert found.measurand[1].contrast is not None
    assert found.measurand[1].contrast.second == "pi0+cgvd"


def test_table_without_outputs_says_so() -> None:
    rows: list[dict[str, object]] = [
        {
            "duration_in_month": 6 + n % 7,
            "housing": "own" if n % 3 else "rent",
            "creditability": "bad" if n % 4 == 0 else "good",
        }
        for n in range(40)
    ]
    text = sketch(table(rows))
    assert text.count("TO CHANGE") == 2
    found = load(text.encode(), "p")
    assert found.observations is not None
    assert (found.observations.value, found.measurand[0].positive) == ("creditability", "bad")


@pytest.mark.parametrize("name", ['a"b', "a\\b", "#", "[x]", "é 中", "a.b", "'", "="])
def test_hostile_names(name: str) -> None:
    rows: list[dict[str, object]] = [
        {"id": n, f"{name}_score": n / 7, f"{name} truth": n % 2, name: n} for n in range(30)
    ]
    found = sketched(rows, f"{name}.data")
    assert found.observations is not None
    assert found.observations.format == "csv"


NAME = st.one_of(
    st.sampled_from(
        ["id", "run", "system", "score", "label", "pred", "seed", "site", "weight", "status", "reader_1", "reader_2"]
    ),
    st.text(max_size=12),
)
CELL = st.one_of(
    st.sampled_from(["0", "1", "1.0", "", "a", "ok", "0.5", "nan", "é", "<b>", "true"]), st.text(max_size=6)
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(NAME, min_size=1, max_size=6, unique=True).flatmap(
        lambda names: st.tuples(st.just(names), st.lists(st.tuples(*[CELL] * len(names)), max_size=30))
    )
)
def test_every_sketch_loads(drawn: tuple[list[str], list[tuple[str, ...]]]) -> None:
    names, rows = drawn
    columns = {name: [row[n] for row in rows] for n, name in enumerate(names)}
    load(sketch(Table("t.csv", columns, range(2, len(rows) + 2), "sha256:0")).encode(), "p")


def test_roles_have_names() -> None:
    assert {"item", "truth", "score", "predicted", "cluster", "repeat", "system"} <= set(NAMES)
