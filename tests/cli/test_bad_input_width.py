"""Bad input of the further quantities, end to end: place, value and fix are named; exit 2; nothing is written."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Rows, Run, write

Change = Callable[[Rows], object]
HEAD = 'schema = "measurand/procedure/1"\nid = "WIDE"\nsystem = { name = "try", version = "1" }\n'
SCORES = 'scores = { red = "red", green = "green", blue = "blue" }'
LIMITS = 'value = "value", lower = "low", upper = "high"'
TRUTH = 'value = "truth"'


def table(items: int = 60) -> Rows:
    """Items with classes and their probabilities, numbers with intervals, ranks, times to events, counts, sets."""
    draw = random.Random(3)
    made = []
    for n in range(items):
        red, green = draw.randrange(1, 50), draw.randrange(1, 50)
        reference = draw.gauss(10, 2)
        value = reference + draw.gauss(0, 0.5)
        numbers = {"red": red / 100, "green": green / 100, "blue": (100 - red - green) / 100, "ref": reference}
        numbers |= {"value": value, "low": value - 1, "high": value + 1, "hours": draw.uniform(1, 9)}
        numbers["score"] = draw.uniform(0.02, 0.98)
        texts = {"case": f"c{n:02d}", "truth": draw.choice(("red", "green", "blue")), "query": f"q{n // 6}"}
        texts |= {"set": draw.choice(("red", "red|green")), "grade": str(draw.randrange(3))}
        texts |= {"event": str(draw.randrange(2)), "count": str(draw.randrange(4)), "ill": ("no", "yes")[n % 2]}
        texts |= {"first": "yes", "second": "yes", "rater": f"r{n % 3}", "rated": f"i{n // 3:02d}"}
        made.append(texts | {name: f"{number:.2f}" for name, number in numbers.items()})
    return made


def procedure(outputs: str, reference: str, quantity: str, item: str = "case", cluster: str = "") -> str:
    observations = f'observations = {{ file = "table.csv", item = "{item}", {outputs} }}\n'
    unit = f', cluster = "{cluster}"' if cluster else ""
    sampling = f'sampling = {{ population = "drawn cases"{unit} }}\n'
    measurand = f'measurand = [ {{ id = "m", quantity = {quantity} }} ]\n'
    return HEAD + observations + (f"reference = {{ {reference} }}\n" if reference else "") + sampling + measurand


def cell(row: int, **cells: str) -> Change:
    """Put values into a row (counted from 0)."""
    return lambda rows: rows[row].update(cells)


def nothing(rows: Rows) -> None:
    """Leave the table as it is."""


def exchanged(rows: Rows) -> None:
    rows[4]["low"], rows[4]["high"] = rows[4]["high"], rows[4]["low"]


def without_event(rows: Rows) -> None:
    for row in rows:
        del row["event"]


def one_rating_less(rows: Rows) -> None:
    del rows[7]


ICC = procedure('value = "value", repeat = "rater"', "", '"intraclass_correlation"', item="rated")
RATE = procedure('value = "count", exposure = "hours"', "", '"rate"')
LOG = procedure(SCORES, TRUTH, '"multiclass_log_score"')
NDCG = procedure('score = "score", query = "query"', 'value = "grade"', '"ndcg"', cluster="query")
SURPRISE = procedure('score = "score"', 'value = "ill"', '"log_score", positive = "yes"')
SLOPE = procedure('score = "score"', 'value = "ill"', '"calibration_slope", positive = "yes"')
EVENT = procedure('score = "score"', 'value = "hours", event = "event"', '"concordance"')
ONE_LABEL = procedure('score = "score"', 'annotators = ["first", "second"]', '"auc", positive = "yes"')
WRONG: list[tuple[str, str, Change, tuple[str, ...]]] = [
    ("sum", LOG, cell(4, red="0.99", green="0.80", blue="0.10"), ("table.csv:6", "1.89", "scores", "normalise")),
    (
        "class without score",
        procedure('scores = { red = "red", green = "green" }', TRUTH, '"top_k_accuracy", at = { k = 1 }'),
        nothing,
        ("table.csv", "blue", "observations.scores"),
    ),
    (
        "interval upside down",
        procedure(LIMITS, 'value = "ref"', '"interval_coverage"'),
        exchanged,
        ("table.csv:6", "low, high", "upside down", "exchange"),
    ),
    ("negative grade", NDCG, cell(4, grade="-1"), ("table.csv:6", "grade", "-1", "correct")),
    ("impossible happened", SURPRISE, cell(4, ill="yes", score="0"), ("table.csv:6", "score", "0", "yes", "digits")),
    ("impossible did not happen", SURPRISE, cell(4, ill="no", score="1"), ("table.csv:6", "score", "no", "digits")),
    ("no logit", SLOPE, cell(4, score="1"), ("table.csv:6", "score", "logit", "digits")),
    ("annotators with one label", ONE_LABEL, nothing, ("yes", "one class", "reference.classes")),
    (
        "label of no class in a set",
        procedure('set = "set"', TRUTH, '"set_coverage"'),
        cell(4, set="red|violet"),
        ("table.csv:6", "set", "violet", "blue, green, red", "reference.classes"),
    ),
    (
        "no event",
        procedure('score = "score"', 'value = "hours"', '"concordance"'),
        nothing,
        ("try.measure.toml:5", "concordance", "event"),
    ),
    ("no such event column", EVENT, without_event, ("try.measure.toml:5", "event", "table.csv")),
    ("event that is neither", EVENT, cell(4, event="2"), ("table.csv:6", "event", "2", "0 and 1")),
    ("a rating is missing", ICC, one_rating_less, ("table.csv:", "item", "no rating", "rater", "krippendorff_alpha")),
    ("a rating is empty", ICC, cell(7, value=""), ("table.csv:9", "value", "empty")),
    ("no exposure", RATE, cell(4, hours="0"), ("table.csv:6", "hours", "0", "above 0")),
    ("half an event", RATE, cell(4, count="1.5"), ("table.csv:6", "count", "1.5")),
    (
        "decimal comma in the reference",
        procedure('value = "value"', 'value = "ref"', '"bias"'),
        cell(4, ref="10,5"),
        ("table.csv:6", "ref", "10,5", "10.5"),
    ),
    (
        "quantile without q",
        procedure('value = "value"', "", '"quantile"'),
        nothing,
        ("try.measure.toml:6", "quantile", "`q`", "at = { q"),
    ),
    (
        "q that is no share",
        procedure('value = "value"', "", '"quantile", at = { q = 1.5 }'),
        nothing,
        ("try.measure.toml:6", "1.5", "between 0 and 1"),
    ),
    (
        "k that is not whole",
        procedure(SCORES, TRUTH, '"top_k_accuracy", at = { k = 2.5 }'),
        nothing,
        ("try.measure.toml:7", "2.5", "whole number"),
    ),
]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Rows], None]:
    """Write a procedure and its table into the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def write_both(text: str, rows: Rows) -> None:
        write(tmp_path / "table.csv", rows)
        (tmp_path / "try.measure.toml").write_text(text, encoding="utf-8")

    return write_both


@pytest.mark.parametrize(("text", "change", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_refused(put: Callable[[str, Rows], None], run: Run, text: str, change: Change, said: tuple[str, ...]) -> None:
    rows = table()
    change(rows)
    put(text, rows)
    for verb in ("measure", "check"):
        ended = run(verb, "try.measure.toml")
        assert ended.code == 2, (verb, ended)
        assert ended.err.startswith("error[M")
        assert "Traceback" not in ended.err
        assert not [word for word in said if word not in ended.err], ended.err
        assert "missing 1 required" not in ended.err
        assert not list(Path().glob("out/*WIDE*"))


def test_sound_tables_are_measured(put: Callable[[str, Rows], None], run: Run) -> None:
    for text in (LOG, NDCG, SURPRISE, SLOPE, EVENT, ICC, RATE):
        put(text, table())
        assert run("check", "try.measure.toml").code == 0, text


TWO_LEVELS = 'contrast = { over = "truth", first = "red", second = "green" }'
LEFT_OUT = {"where": 'where = { truth = ["red", "green"] }', "contrast of two": TWO_LEVELS}


@pytest.mark.parametrize("rest", LEFT_OUT.values(), ids=list(LEFT_OUT))
@pytest.mark.parametrize("quantity", ["calibration_slope", "calibration_intercept", "log_score"])
def test_rows_that_do_not_enter_may_hold_anything(
    put: Callable[[str, Rows], None], run: Run, quantity: str, rest: str
) -> None:
    rows = table(120)
    blue = next(n for n, row in enumerate(rows) if row["truth"] == "blue")
    rows[blue] |= {"score": "1", "ill": "no"}
    put(procedure('score = "score"', 'value = "ill"', f'"{quantity}", positive = "yes", {rest}'), rows)
    for verb in ("check", "measure"):
        ended = run(verb, "try.measure.toml")
        assert ended.code == 0, ended


@pytest.mark.parametrize("over", ["truth", "system"])
def test_rows_of_a_contrast_that_enter_are_named(put: Callable[[str, Rows], None], run: Run, over: str) -> None:
    """Of three levels, or three systems, a contrast takes two; only a row of these is refused, by its place."""
    text = procedure('score = "score", system = "system"', 'file = "truth.csv", item = "case", value = "ill"',
                     f'"calibration_slope", positive = "yes", {TWO_LEVELS.replace("truth", over)}')  # fmt: skip
    systems = 'system = [ { id = "red", name = "r" }, { id = "green", name = "g" }, { id = "blue", name = "b" } ]'
    text = text.replace('system = { name = "try", version = "1" }', systems)
    write(Path("truth.csv"), table())
    for level, code in (("red", 2), ("green", 2), ("blue", 0)):
        rows = [row | {"system": name} for name in ("red", "green", "blue") for row in table()]
        at = next(n for n, row in enumerate(rows) if row[over] == level)
        for n, row in enumerate(rows):
            row["score"] = row["score"] if row["system"] == "red" else f"{0.05 + n % 17 / 20:.2f}"
        rows[at]["score"] = "0"
        put(text, rows)
        ended = run("measure", "try.measure.toml")
        assert ended.code == code, ended
        assert code == 0 or (f"table.csv:{at + 2}" in ended.err and "logit" in ended.err), ended


def test_quantile_beyond_the_data(put: Callable[[str, Rows], None], run: Run) -> None:
    # the largest of n is above the 0.95-quantile with probability 1 - 0.95^n; 97.5 % needs ln 0.025 / ln 0.95: 72 items
    put(procedure('value = "value"', "", '"quantile", at = { q = 0.95 }'), table(30))
    ended = run("measure", "try.measure.toml")
    assert ended.code == 2, ended
    assert not [word for word in ("quantile", "0.95", "30", "72") if word not in ended.err], ended.err
    assert not list(Path().glob("out/*WIDE*"))


def test_audit_that_is_no_random_subset_is_warned_of(put: Callable[[str, Rows], None], run: Run) -> None:
    rows = table(200)
    for n, row in enumerate(rows):
        row["predicted"] = "yes" if n % 7 == 0 else row["ill"]
        row["better"] = ("no" if n == 1 else "yes") if row["ill"] == "yes" and n < 100 else ""
    audit = 'value = "ill", audit = { file = "table.csv", item = "case", value = "better" }'
    put(procedure('value = "predicted"', audit, '"accuracy"'), rows)
    ended = run("measure", "try.measure.toml")
    assert ended.code == 0, ended
    said = " ".join(ended.out.split())
    assert "the audited items do not look like a random subset" in said
    assert "reference values" in said
