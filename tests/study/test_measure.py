"""The main job on whole tables: published numbers through every path, budgets that add up, and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.study.build import columns, known, measurand, measured, procedure

from measurand.document.canonical import canonical
from measurand.document.number import real
from measurand.document.procedure import Contrast, Factor, LabelError, StatusRules
from measurand.document.result import Line, Result
from measurand.errors import DesignError, MeasurandError, RefusedError

CASES = Path(__file__).parent.parent / "cases"
SITE = Factor(id="site", effect="random", column="site")


def case(name: str) -> dict[str, Any]:
    return {e["name"]: e for e in json.loads((CASES / f"{name}.json").read_text())["expected"]}


def near(got: float, wanted: dict[str, Any]) -> bool:
    return abs(got - wanted["value"]) <= max(
        wanted.get("tol_abs", 0.0), wanted.get("tol_rel", 0.0) * abs(wanted["value"])
    )


def table(name: str) -> list[dict[str, str]]:
    with (CASES / "data" / name).open() as file:
        return list(csv.DictReader(file))


def only(results: tuple[Result, ...], id: str = "", **where: str) -> Result:
    found = [r for r in results if r.measurand == id and all(getattr(r, k) == v for k, v in where.items())]
    assert len(found) == 1
    return found[0]


def lines(result: Result) -> list[Line]:
    return [line for line in result.budget if isinstance(line, Line)]


def scores(n: int = 60, sites: int = 5, repeats: int = 3, seed: int = 1) -> dict[str, np.ndarray]:
    """Invented scores: items in clusters of 4, crossed with sites and repeats."""
    rng = np.random.default_rng(seed)
    truth, ability, site = rng.random(n) < 0.5, rng.normal(size=n), rng.normal(0, 0.4, sites)
    i, s, r = (x.reshape(-1) for x in np.meshgrid(range(n), range(sites), range(repeats), indexing="ij"))
    sign = np.where(truth[i], 1.0, -1.0)
    score = sign * (1.5 + site[s]) + ability[i] + rng.normal(0, 0.5, len(i))
    return columns(
        item=[f"i{k:03d}" for k in i], repeat=r, factor__site=[f"s{k}" for k in s], score=score,
        reference=np.where(truth[i], "sick", "well"), cluster=[f"c{k // 4:02d}" for k in i],
    )  # fmt: skip


# -- outside numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("x", "n"), [(81, 263), (15, 148)])
def test_plain_share_is_clopper_pearson(x: int, n: int) -> None:
    want = case("proportion-single-a")
    t = columns(item=[f"{i:03d}" for i in range(n)], value=[int(i < x) for i in range(n)])
    r = measured(procedure([measurand("p", "proportion")]), t).results.results[0]
    assert near(float(r.lower), want[f"{x}/{n}.clopper_pearson.lower"])
    assert near(float(r.upper), want[f"{x}/{n}.clopper_pearson.upper"])
    assert r.method == "exact" and float(r.value) == pytest.approx(x / n, rel=1e-15)


def test_auc_is_delong_and_pairs_covary() -> None:
    want, rows = case("auc-delong-asah"), table("asah.csv")
    both = columns(
        system=[s for s in ("s100b", "wfns") for _ in rows],
        item=[f"{i:03d}" for _ in (1, 2) for i in range(len(rows))],
        score=[float(r[s]) for s in ("s100b", "wfns") for r in rows], reference=[r["outcome"] for r in rows] * 2,
    )  # fmt: skip
    over = Contrast(over="system", first="wfns", second="s100b")
    wanted = [measurand("auc", "auc", positive="Poor"), measurand("d", "auc", positive="Poor", contrast=over)]
    m = measured(procedure(wanted, reference={}, systems=("s100b", "wfns")), both).results.results
    for system in ("s100b", "wfns"):
        one = only(m, "auc", system=system)
        assert near(float(one.value), want[f"auc.{system}"])
        assert near(float(one.u) ** 2, want[f"var.{system}"])
    variance = want["var.s100b"]["value"] + want["var.wfns"]["value"] - 2 * want["cov.s100b.wfns"]["value"]
    d = only(m, "d")
    assert float(d.u) ** 2 == pytest.approx(variance, rel=1e-6)
    assert float(d.value) / float(d.u) == pytest.approx(want["z.s100b_vs_wfns"]["value"], rel=1e-6)


def van_dyke(factor: Factor, **more: Any) -> tuple[Result, ...]:
    rows = table("mrmc-vandyke.csv")
    t = columns(
        system=[f"t{r['treatment']}" for r in rows], item=[f"{int(r['case']):03d}" for r in rows],
        factor__reader=[r["reader"] for r in rows], score=[float(r["rating"]) for r in rows],
        reference=[r["truth"] for r in rows],
    )  # fmt: skip
    over = Contrast(over="system", first="t2", second="t1")
    wanted = [measurand("auc", "auc", positive="1", **more), measurand("d", "auc", positive="1", contrast=over, **more)]
    return measured(procedure(wanted, reference={}, factor=[factor], systems=("t1", "t2")), t).results.results


@pytest.mark.parametrize(
    ("effect", "estimand", "prefix"),
    [("random", "generalised", "rrrc"), ("fixed", "generalised", "frrc"), ("random", "benchmark", "rrfc")],
)
def test_reader_study_through_the_main_job(effect: str, estimand: str, prefix: str) -> None:
    want = case("mrmc-vandyke")
    reader = Factor.model_validate({"id": "reader", "effect": effect, "column": "reader"})
    m = van_dyke(reader, estimand=estimand)
    assert near(float(only(m, "d").value), want[f"{prefix}.diff_1_2"])
    assert near(float(only(m, "d").u), want[f"{prefix}.diff_se"])
    for k in (1, 2):
        one = only(m, "auc", system=f"t{k}")
        assert near(float(one.value), want[f"{prefix}.mean_treatment{k}"])
        assert near(float(one.u), want[f"{prefix}.mean_treatment{k}_se"])


def test_gum_budget_of_a_weight() -> None:
    """EA-4/02 S2: five contributions in mg, U = 59 mg with k = 2 as printed there."""
    given = json.loads((CASES / "ea402-s2-mass.json").read_text())
    inputs = [known(b["name"], standard_uncertainty=b["contribution"]) for b in given["inputs"]["budget"]]
    model = " + ".join(b["name"] for b in given["inputs"]["budget"])
    p = procedure([measurand("m", model=model, estimand="benchmark", unit="mg")], input=tuple(inputs))
    r = measured(p.model_copy(update={"observations": None}), None).results.results[0]
    assert near(float(r.u), case("ea402-s2-mass")["u_c"])


def test_known_label_error_is_corrected_or_bounded() -> None:
    """Rogan & Gladen 1978: (p - e) / (1 - 2e) if the errors are independent of success, else [L - e, U + e]."""
    n, x, e = 400, 340, 0.05
    t = columns(item=[f"{i:03d}" for i in range(n)], value=["1"] * n, reference=[int(i < x) for i in range(n)])
    rate = {"value": str(e), "standard_uncertainty": "0.005"}
    acc = [measurand("acc", "accuracy")]
    free = LabelError.model_validate({"rate": rate, "independent": True})
    fixed = measured(procedure(acc, reference={"error": free}), t).results.results[0]
    assert float(fixed.value) == pytest.approx((x / n - e) / (1 - 2 * e), rel=1e-12)
    slope = (2 * x / n - 1) / (1 - 2 * e) ** 2
    rates = [line for line in lines(fixed) if "known" in line.line]
    assert [float(line.contribution) for line in rates] == pytest.approx([abs(slope) * 0.005], rel=1e-9)
    bound = measured(procedure(acc, reference={"error": LabelError.model_validate({"rate": rate})}), t)
    plain = measured(procedure(acc, reference={}), t).results.results[0]
    wide = bound.results.results[0]
    assert float(wide.value) == x / n
    assert float(plain.lower) - float(wide.lower) == pytest.approx(e, abs=1e-12)
    assert float(wide.upper) - float(plain.upper) == pytest.approx(e, abs=1e-12)


def test_error_of_annotators_from_their_disagreements() -> None:
    """Of 100 pairs of labels 18 disagree: 2e(1-e) = 0.18, so e = 0.1."""
    n = 100
    first = [int(i % 2) for i in range(n)]
    second = [y if i >= 18 else 1 - y for i, y in enumerate(first)]
    t = columns(item=[f"{i:03d}" for i in range(n)], value=first, annotator__a=first, annotator__b=second)
    p = procedure([measurand("acc", "accuracy")], reference={"value": None, "annotators": ("a", "b")})
    m = measured(p, t).results
    assert "error rate of one annotator, from their disagreements: 0.1;" in m.remarks[0]
    components = {line.component for line in lines(m.results[0])}
    assert components == {"sampling", "reference"}


# -- laws ------------------------------------------------------------------------------------------------------------


DESIGNS: dict[str, dict[str, Any]] = {
    "crossed": {"factor": [SITE], "cluster": True},
    "fixed": {"factor": [Factor(id="site", effect="fixed", column="site")], "cluster": True},
    "items": {"factor": [SITE]},
}


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("estimand", ["generalised", "benchmark"])
def test_budget_adds_up_to_the_combined_variance(name: str, estimand: str) -> None:
    t = scores()
    if not DESIGNS[name].get("cluster"):
        del t["cluster"]
    sens = measurand("sens", "sensitivity", positive="sick", at={"score": "0"}, estimand=estimand)
    p = procedure(
        [sens, measurand("auc", "auc", positive="sick", estimand=estimand),
         measurand("lr", model="sens / (auc + drift)", estimand=estimand)],
        reference={}, input=(known("drift", "rectangular", half_width=0.004),), **DESIGNS[name],
    )  # fmt: skip
    for r in measured(p, t).results.results:
        total = sum(float(line.variance) for line in lines(r))
        assert total == pytest.approx(float(r.u) ** 2, rel=1e-9)
        assert sum(float(line.share) for line in lines(r)) == pytest.approx(1.0, rel=1e-9)
        assert {line.component for line in r.budget} == {
            "sampling", "reference", "repeatability", "conditions", "judge", "implementation", "definition",
        }  # fmt: skip
        assert float(r.lower) < float(r.value) < float(r.upper)


def test_order_of_rows_is_irrelevant() -> None:
    t = scores()
    p = procedure(
        [measurand("auc", "auc", positive="sick"), measurand("s", "sensitivity", positive="sick", at={"score": "0"})],
        reference={}, factor=[SITE], cluster=True,
    )  # fmt: skip
    order = np.random.default_rng(3).permutation(len(t["item"]))
    first, second = measured(p, t), measured(p, {k: v[order] for k, v in t.items()})
    for a, b in zip(first.results.results, second.results.results, strict=True):
        assert float(a.value) == pytest.approx(float(b.value), rel=1e-13)
        assert float(a.u) == pytest.approx(float(b.u), rel=1e-10)
    assert canonical(first.results) == canonical(measured(p, t).results)


def test_repeats_that_are_identical_are_not_repeatability() -> None:
    t = scores(repeats=1)
    twice = {k: np.concatenate([v, v]) for k, v in t.items()}
    twice["repeat"] = np.array(["1"] * len(t["item"]) + ["2"] * len(t["item"]), object)
    p = procedure([measurand("auc", "auc", positive="sick")], reference={}, factor=[SITE], cluster=True)
    r = measured(p, twice).results.results[0]
    missing = next(line for line in r.budget if line.component == "repeatability")
    assert not isinstance(missing, Line) and "identical" in missing.needs


def test_two_perfect_systems_have_no_zero_width() -> None:
    n = 30
    t = columns(
        system=["a"] * n + ["b"] * n, item=[f"{i:02d}" for i in range(n)] * 2, value=["1"] * 2 * n,
    )  # fmt: skip
    over = Contrast(over="system", first="a", second="b")
    wanted = [measurand("p", "proportion", positive="1"), measurand("d", "proportion", positive="1", contrast=over)]
    for r in measured(procedure(wanted, systems=("a", "b")), t).results.results:
        assert float(r.upper) - float(r.lower) > 0.05 and float(r.u) > 0


# -- statuses and refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("counts", "value"), [("wrong", 18 / 40), ("right", 22 / 40), ("exclude", 18 / 36)])
def test_each_status_counts_as_the_procedure_says(counts: str, value: float) -> None:
    t = columns(item=[f"{i:02d}" for i in range(40)], value=[int(i < 18) if i < 36 else "" for i in range(40)])
    t["status"][36:] = "refused"
    p = procedure([measurand("p", "proportion", positive="1")], status=StatusRules.model_validate({"refused": counts}))
    m = measured(p, t).results
    assert float(m.results[0].value) == pytest.approx(value, rel=1e-14)
    assert all(c.passed for c in m.validity) == (counts != "exclude")


def test_a_missing_item_counts_in_every_condition() -> None:
    t = scores(n=20, sites=2, repeats=1)
    gone = t["item"] == "i003"
    t = {k: np.concatenate([v[~gone], v[gone][:1]]) for k, v in t.items()}
    t["status"][-1], t["factor:site"][-1], t["repeat"][-1] = "missing", "", ""
    p = procedure(
        [measurand("acc", "accuracy", positive="sick")], reference={}, status=StatusRules(missing="wrong"),
        factor=[Factor(id="site", effect="fixed", column="site")],
    )  # fmt: skip
    t["value"] = t["reference"].copy()
    assert float(measured(p, t).results.results[0].value) == pytest.approx(19 / 20)


def same(**more: Any) -> dict[str, np.ndarray]:
    t = scores(n=40, sites=1, repeats=1)
    return {**t, **{k: np.array([v] * len(t["item"]), object) for k, v in more.items()}}


@pytest.mark.parametrize(
    ("table_", "options", "error", "words"),
    [
        (same(cluster="one"), {"cluster": True}, DesignError, "one independent unit only"),
        (same(reference="sick"), {}, MeasurandError, "negative reference"),
        (same(), {"factor": [SITE]}, MeasurandError, "one level"),
        (scores(n=40, sites=2), {"factor": [SITE]}, RefusedError, "2 levels"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_refused(
    table_: dict[str, np.ndarray], options: dict[str, Any], error: type[Exception], words: str
) -> None:
    p = procedure([measurand("auc", "auc", positive="sick")], reference={}, **options)
    with pytest.raises(error, match=words):
        measured(p, table_ if options.get("cluster") else {k: v for k, v in table_.items() if k != "cluster"})


def test_these_items_once_say_nothing() -> None:
    t = columns(item=["a", "b", "c"], value=[1, 0, 1])
    with pytest.raises(DesignError, match="nothing was observed to vary"):
        measured(procedure([measurand("p", "proportion", estimand="benchmark")]), t)


def test_systems_with_different_items_are_refused() -> None:
    t = columns(system=["a", "a", "b", "b"], item=["1", "2", "1", "3"], value=[1, 0, 1, 0])
    over = Contrast(over="system", first="a", second="b")
    with pytest.raises(DesignError, match="different items"):
        measured(procedure([measurand("d", "proportion", contrast=over)], systems=("a", "b")), t)


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        ("value / (1 - value)", (None, None)),
        ("100 * value", (0.0, 100.0)),
        ("1 - value", (0.0, 1.0)),
        ("value * (1 - value)", (None, None)),
        ("value + 0.01", (0.0, 1.0)),
    ],
)
def test_range_of_a_model_of_the_own_value(model: str, wanted: tuple[float | None, float | None]) -> None:
    """The odds of 8 in 10 are 4, outside of the range of a share."""
    table = columns(item=[f"{i:02d}" for i in range(10)], value=["1"] * 8 + ["0"] * 2)
    (result,) = measured(procedure([measurand("m", "proportion", model=model)]), table).results.results
    assert tuple(None if b is None else real(b) for b in result.bounds) == wanted
    assert real(result.lower) < real(result.value) < real(result.upper)
    if model == "value / (1 - value)":
        assert real(result.value) == pytest.approx(4.0)
