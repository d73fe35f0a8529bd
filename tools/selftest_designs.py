"""Reference problems with tables: agreement of raters, means of designs, differences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from selftest_parts import (
    asked,
    case,
    closed,
    inputs,
    known,
    measurand,
    numbered,
    observed,
    of_case,
    problem,
    table,
)


def agreement() -> Iterator[dict[str, Any]]:
    """Agreement of raters."""
    counts = case("kappa-2rater-abstractors")["inputs"]["table"]
    rows = [(str(i), str(j)) for i, line in enumerate(counts) for j, count in enumerate(line) for _ in range(count)]
    data = {"item": numbered(len(rows)), "one": tuple(r[0] for r in rows), "two": tuple(r[1] for r in rows)}
    of = "kappa-2rater-abstractors"
    names = {
        "kappa": "cohen_kappa",
        "scott_pi": "scott_pi",
        "gwet_ac1": "gwet_ac1",
        "brennan_prediger": "brennan_prediger",
    }
    ask = [asked(q, q.replace("_", " "), known(of, name), q, "value") for q, name in names.items()]
    yield problem(
        "kappa-two-raters",
        task="Two raters put 100 items into three classes. Cohen's kappa, Scott's pi, Gwet's AC1 and "
        "the coefficient of Brennan and Prediger.",
        procedure=observed(
            ', value = "one"',
            reference='file = "data.csv", item = "item", value = "two"',
            sampling='population = "items"',
        )
        + "".join(measurand(id=f'"{q}"', quantity=f'"{q}"') for q in names),
        questions=ask,
        tables={"data.csv": data},
        **of_case(of, title="Agreement of two raters"),
    )
    ratings = case("kappa-fleiss-1971")["inputs"]["ratings"]
    long = [(i + 1, j + 1, cell) for i, row in enumerate(ratings) for j, cell in enumerate(row)]
    ask = [asked("kappa", "Fleiss' kappa", known("kappa-fleiss-1971", "kappa"), "kappa", "value")]
    yield problem(
        "kappa-fleiss",
        task="Six psychiatrists put 30 patients into five classes: kappa of Fleiss.",
        procedure=raters("fleiss_kappa", "kappa"),
        questions=ask,
        tables={"data.csv": by_rater(long)},
        **of_case("kappa-fleiss-1971", title="Fleiss' kappa"),
    )
    rows = case("krippendorff-2011")["inputs"]["ratings"]
    long = [(i + 1, j + 1, cell) for j, row in enumerate(rows) for i, cell in enumerate(row) if cell is not None]
    metrics = {"nominal": "", "ordinal": "_ordinal", "interval": "_interval", "ratio": "_ratio"}
    for metric, ending in metrics.items():
        words = f"Krippendorff's alpha, {metric} metric"
        ask = [asked("alpha", words, known("krippendorff-2011", metric), "alpha", "value")]
        yield problem(
            f"krippendorff-{metric}",
            task=f"Four observers, twelve units, ratings missing: {words}.",
            procedure=raters(f"krippendorff_alpha{ending}", "alpha"),
            questions=ask,
            tables={"data.csv": by_rater(sorted(long))},
            **of_case("krippendorff-2011", title=words),
        )


def intraclass() -> Iterator[dict[str, Any]]:
    """One-way intraclass correlation of Shrout and Fleiss."""
    ratings = case("icc-shrout-fleiss")["inputs"]["ratings"]
    long = [(i + 1, j + 1, cell) for i, row in enumerate(ratings) for j, cell in enumerate(row)]
    ask = [asked("icc", "ICC(2,1)", known("icc-shrout-fleiss", "ICC2_1"), "icc", "value")]
    yield problem(
        "icc-shrout-fleiss",
        task="Four judges rate six subjects: ICC(2,1), two-way random effects, absolute agreement.",
        procedure=raters("intraclass_correlation", "icc"),
        questions=ask,
        tables={"data.csv": by_rater(long)},
        **of_case("icc-shrout-fleiss", title="Intraclass correlation of Shrout and Fleiss"),
    )


def raters(quantity: str, id: str) -> str:
    """A procedure of several raters of each item."""
    return observed(', value = "rating", repeat = "rater"', sampling='population = "items"') + measurand(
        id=f'"{id}"', quantity=f'"{quantity}"'
    )


def by_rater(long: list[tuple[int, int, Any]]) -> dict[str, tuple[str, ...]]:
    """Ratings in long form."""
    items, others, cells = zip(*long, strict=True)
    return {"item": tuple(map(str, items)), "rater": tuple(map(str, others)), "rating": tuple(map(str, cells))}


def reduced(clusters: tuple[str, ...], values: tuple[str, ...]) -> float:
    """Standard error of the mean of a cluster sample with equal weights by Bell and McCaffrey (2002), 15 of 757."""
    groups: dict[str, list[float]] = {}
    for cluster, value in zip(clusters, values, strict=True):
        groups.setdefault(cluster, []).append(float(value))
    n = len(values)
    mean = math.fsum(map(float, values)) / n
    squares = [math.fsum(y - mean for y in one) ** 2 / (1.0 - len(one) / n) for one in groups.values()]
    return math.sqrt((1.0 - 15.0 / 757.0) * math.fsum(squares)) / n


def samples() -> Iterator[dict[str, Any]]:
    """Means of a cluster sample."""
    of = "survey-cluster-api"
    held = table("data/apiclus1.csv", "dnum", "pw", "api00", "enroll")
    n = len(held["dnum"])
    for column, name in (("api00", "api00"), ("enroll", "enroll")):
        ask = [
            asked("mean", f"weighted mean of {column}", known(of, f"{name}.mean"), "mean", "value"),
            asked(
                "u", "its standard error, bias-reduced", closed(reduced(held["dnum"], held[column]), 1e-8), "mean", "u"
            ),
        ]
        data = {"item": numbered(n), "dnum": held["dnum"], "pw": held["pw"], "y": held[column]}
        yield problem(
            f"survey-cluster-{column}",
            task=f"One-stage cluster sample of schools: clusters dnum (15 of 757), weights pw. "
            f"Mean m of {column}, and its bias-reduced standard error (CR2): u^2 = (1 - 15/757) "
            "sum (n_j (y_j - m))^2 / "
            "(1 - n_j/n) / n^2 over the clusters j of n_j schools with mean y_j.",
            procedure=observed(
                ', value = "y"',
                sampling='population = "schools", cluster = "dnum", weight = "pw", population_size = 757',
            )
            + measurand(id='"mean"', quantity='"mean"', unit='"1"'),
            questions=ask,
            tables={"data.csv": data},
            **of_case(of, title=f"Cluster sample of schools: mean of {column}"),
        )


def differences() -> Iterator[dict[str, Any]]:
    """Two systems with the same items."""
    given = case("difference-paired-a")["inputs"]["tables"][0]
    cells = {"both_success": (1, 1), "only_first": (1, 0), "only_second": (0, 1), "both_fail": (0, 0)}
    pairs = [pair for name, pair in cells.items() for _ in range(given[name])]
    n = len(pairs)
    both = {
        "item": numbered(n) * 2,
        "system": ("first",) * n + ("second",) * n,
        "y": tuple(str(pair[i]) for i in (0, 1) for pair in pairs),
    }
    yield problem(
        "paired-shares",
        task="Success of two systems with the same 50 items: share of the first minus share of the second.",
        procedure='system = [ { id = "second", name = "second", version = "1" }, { id = "first", name = '
        '"first", version = "1" } ]\n'
        'observations = { file = "data.csv", item = "item", system = "system", value = "y" }\n'
        'sampling = { population = "items" }\n'
        + measurand(
            id='"d"', quantity='"proportion"', contrast='{ over = "system", first = "second", second = "first" }'
        ),
        questions=[
            asked(
                "difference", "first minus second", known("difference-paired-a", "20-12-2-16.difference"), "d", "value"
            )
        ],
        tables={"data.csv": both},
        **of_case("difference-paired-a", title="Difference of paired shares"),
    )
    given = case("paired-t-sleep")["inputs"]
    n = len(given["group1"])
    both = {
        "item": numbered(n) * 2,
        "system": ("two",) * n + ("one",) * n,
        "y": tuple(str(y) for y in (*given["group2"], *given["group1"])),
    }
    of = "paired-t-sleep"
    ask = [
        asked("mean", "mean of one minus two", known(of, "paired.mean"), "d", "value"),
        asked("df", "degrees of freedom", known(of, "paired.df"), "d", "df"),
        asked("u", "standard error of the mean difference", closed(0.38895874, 5e-8), "d", "u"),
    ]
    yield problem(
        "paired-sleep",
        task="Extra sleep of ten patients with two drugs: mean of the differences one minus two, its "
        "standard error (standard deviation of the differences over the root of n: t = -4.0621) "
        "and degrees of freedom.",
        procedure='system = [ { id = "two", name = "two", version = "1" }, '
        '{ id = "one", name = "one", version = "1" } ]\n'
        'observations = { file = "data.csv", item = "item", system = "system", value = "y" }\n'
        'sampling = { population = "patients" }\n'
        + measurand(
            id='"d"', quantity='"mean"', unit='"h"', contrast='{ over = "system", first = "two", second = "one" }'
        ),
        questions=ask,
        tables={"data.csv": both},
        **of_case(of, title="Student's sleep data, paired"),
    )


def single() -> Iterator[dict[str, Any]]:
    """A certified mean, and a share seen by an imperfect test."""
    of = "strd-univariate-numacc3"
    values = ("1000000.2", *("1000000.1", "1000000.3") * 500)
    yield problem(
        "strd-numacc3",
        task="Mean of 1001 values, and its standard error (certified standard deviation 0.1 over the root of 1001).",
        procedure=observed(', value = "y"', sampling='population = "values"')
        + measurand(id='"mean"', quantity='"mean"', unit='"1"'),
        questions=[
            asked("mean", "mean", known(of, "mean"), "mean", "value"),
            asked("u", "standard error of the mean", closed(0.1 / 1001**0.5, 1e-10), "mean", "u"),
        ],
        tables={"data.csv": {"item": numbered(1001), "y": values}},
        **of_case(of, title="NIST StRD NumAcc3: mean"),
    )
    of = "rogan-gladen-a"
    data = {"item": numbered(80), "y": ("1",) * 4 + ("0",) * 76}
    yield problem(
        "rogan-gladen",
        task="4 of 80 tests are positive; sensitivity 0.9 and specificity 0.99 are known exactly. True "
        "prevalence by Rogan and Gladen: (p + Sp - 1) / (Se + Sp - 1).",
        procedure=observed(', value = "y"', sampling='population = "animals"')
        + inputs(
            [
                ("Se", 'distribution = "normal", value = 0.9, standard_uncertainty = 1e-12'),
                ("Sp", 'distribution = "normal", value = 0.99, standard_uncertainty = 1e-12'),
            ]
        )
        + measurand(id='"apparent"', quantity='"proportion"')
        + measurand(id='"true"', model='"(apparent + Sp - 1) / (Se + Sp - 1)"'),
        questions=[asked("prevalence", "true prevalence", known(of, "true_prevalence.est"), "true", "value")],
        tables={"data.csv": data},
        **of_case(of, title="Prevalence seen by an imperfect test"),
    )
