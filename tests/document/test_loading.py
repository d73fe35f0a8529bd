"""The loader: the worked examples, every class of error with its place, and random mutations."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.document.canonical import canonical, plain
from measurand.document.frame import render_finding
from measurand.document.keys import TABLES
from measurand.document.loading import MOST, load
from measurand.document.procedure import Procedure, is_budget
from measurand.errors import Finding, ProcedureError

CASES = Path(__file__).parent.parent / "cases" / "procedures"
EXAMPLES = sorted(CASES.glob("*.measure.toml"))
SERVED = ("1-classifier", "2-language-model", "5-robot", "6-gum-h2", "7-python", "8-shortest")

SHORTEST = """schema = "measurand/procedure/1"
observations = { file = "a.csv", item = "id", value = "predicted" }
reference = { value = "truth" }
[[measurand]]
id = "acc"
quantity = "accuracy"
"""


def findings(text: str | bytes) -> tuple[Finding, ...]:
    with pytest.raises(ProcedureError) as caught:
        load(text if isinstance(text, bytes) else text.encode(), "p.measure.toml")
    return caught.value.findings


def one(text: str | bytes) -> Finding:
    found = findings(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name.split(".")[0])
def test_example_loads_or_names_what_is_not_served_yet(path: Path) -> None:
    served = path.name.startswith(SERVED)
    try:
        procedure = load(path.read_bytes(), path.name)
    except ProcedureError as problem:
        assert not served, problem.findings
        assert {f.code for f in problem.findings} == {"M0204"}
        return
    assert served
    assert Procedure.model_validate(plain(procedure)) == procedure
    assert canonical(procedure).startswith(b"{")


def test_every_default_is_written() -> None:
    procedure = load(SHORTEST.encode(), "folder/my acc.measure.toml")
    assert procedure.id == procedure.title == "my-acc"
    assert procedure.reference is not None
    assert procedure.observations is not None
    assert (procedure.reference.file, procedure.reference.item) == (("a.csv",), ("id",))
    assert (procedure.observations.format, procedure.system[0].id) == ("csv", "system")
    assert procedure.measurand[0].estimand == "benchmark"
    written = plain(procedure)
    assert written["decision_rule"] == {
        "kind": "guarded", "max_false_accept_risk": "0.05", "max_false_reject_risk": "0.05", "guard_band_text": "",
    }  # fmt: skip
    assert written["status"]["missing"] == "invalid"
    assert written["uncertainty"] == {
        "coverage_probability": "0.95", "method": "auto", "trials": "adaptive", "required": [],
    }  # fmt: skip


def test_values_of_the_first_example() -> None:
    procedure = load((CASES / "1-classifier.measure.toml").read_bytes(), "p")
    assert procedure.requirement[0].lower_limit is not None
    assert procedure.requirement[0].lower_limit.text == "90 %"
    assert procedure.measurand[0].at == {"score": "0.42"}
    assert procedure.input[0].half_width is not None
    assert procedure.input[0].half_width.value == "0.004"
    assert procedure.sampling.cluster == ("patient_id",)
    assert procedure.measurand[0].estimand == "generalised"


@pytest.mark.parametrize(
    ("general", "own", "kind", "accept", "reject", "guard"),
    [
        ("", "", "guarded", "0.05", "0.05", ""),
        ("max_false_accept_risk = 0.01", "", "guarded", "0.01", "0.01", ""),
        ("max_false_accept_risk = 0.01", "{ max_false_accept_risk = 0.1 }", "guarded", "0.1", "0.1", ""),
        ("max_false_reject_risk = 0.2", "{ max_false_accept_risk = '1 %' }", "guarded", "0.01", "0.01", ""),
        ("max_false_reject_risk = 0.2", "{ kind = 'simple' }", "simple", "0.05", "0.2", ""),
        ("guard_band = '1.0 U'", "", "guarded", "0.05", "0.05", "1.0 U"),
        ("guard_band = '1.0 U'", "{ max_false_accept_risk = 0.1 }", "guarded", "0.1", "0.1", ""),
        ("max_false_accept_risk = 0.1", "{ guard_band = 0.02 }", "guarded", "0.05", "0.05", "0.02"),
    ],
)
def test_rule_of_a_requirement(*, general: str, own: str, kind: str, accept: str, reject: str, guard: str) -> None:
    rule = f"decision_rule = {own}\n" if own else ""
    text = f"{SHORTEST}[[requirement]]\nmeasurand = 'acc'\nlower_limit = 0.90\n{rule}[decision_rule]\n{general}\n"
    requirement = load(text.encode(), "p").requirement[0]
    found = requirement.decision_rule
    assert (found.kind, found.max_false_accept_risk, found.max_false_reject_risk) == (kind, accept, reject)
    assert found.guard_band_text == guard
    assert requirement.lower_limit is not None
    assert requirement.lower_limit.text == "0.90"


def test_requirements_on_one_measurand_get_ids_of_their_own() -> None:
    text = SHORTEST + "".join(f"[[requirement]]\nmeasurand = 'acc'\nlower_limit = 0.{n}\n" for n in (5, 6))
    assert [r.id for r in load(text.encode(), "p").requirement] == ["acc", "acc_2"]


def test_plain_budget() -> None:
    assert is_budget(load((CASES / "6-gum-h2.measure.toml").read_bytes(), "p"))


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        (b"\xff\xfe", "M0101", (1, 1), "0xff"),
        (b'schema = "\xe9"', "M0101", (1, 11), "0xe9"),
        ("schema = ", "M0102", (1, 9), "not TOML"),
        (SHORTEST + "id = 1\n", "M0102", (7, 7), "overwrite"),
        (SHORTEST.replace('schema = "measurand/procedure/1"\n', ""), "M0103", (1, 1), "schema"),
        (SHORTEST.replace("procedure/1", "procedure/2"), "M0104", (1, 10), "newer"),
        (SHORTEST.replace("procedure/1", "certificate/1"), "M0103", (1, 1), "not the schema"),
        (SHORTEST + "[x]\ny = " + "[" * 500 + "]" * 500, "M0105", (0, 0), "nested"),
        (SHORTEST + "[x]\n" + ".".join("a" * 3000) + " = 1", "M0105", (0, 0), "nested"),
        (SHORTEST + "[desing]\nseed = 1", "M0203", (7, 1), "desing"),
        (SHORTEST + "[design]\nseed = -1", "M0302", (8, 8), "at least 0|from 0"),
        (SHORTEST + "[design]\nseed = 1.5", "M0301", (8, 8), "integer"),
        (SHORTEST + "[design]\nseed = 99999999999999999999", "M0302", (8, 8), "must be"),
        (SHORTEST + "[design]\nrepeats = 5", "M0314", (8, 11), "already exist"),
        (SHORTEST + "[uncertainty]\ncoverage_probability = nan", "M0302", (8, 24), "finite"),
        (SHORTEST + "[uncertainty]\ncoverage_probability = inf", "M0302", (8, 24), "finite"),
        (SHORTEST + "[uncertainty]\nmethod = 'bootstrap'", "M0303", (8, 10), "one of"),
        (SHORTEST + "at = { score = nan }", "M0302", (7, 6), "finite"),
        (SHORTEST + "model = 'value + '", "M0308", (7, 10), "cannot be read"),
        (SHORTEST + "model = 'value + drift'", "M0310", (7, 18), "drift"),
        (SHORTEST + "model = 'value.real'", "M0308", (7, 10), "not allowed"),
        (SHORTEST + "model = '__import__(1)'", "M0308", (7, 10), "not allowed"),
        (SHORTEST + "model = 'acc * value'", "M0309", (7, 10), "itself"),
        (SHORTEST + "model = '1'", "M0310", (7, 9), "does not use"),
        (SHORTEST + "estimand = 'generalised'", "M0319", (7, 12), "population"),
        (SHORTEST + "positive = 1979-05-27", "M0301", (7, 12), "date"),
        (SHORTEST.replace('"acc"', '"exp"'), "M0305", (5, 6), "meaning"),
        (SHORTEST.replace('"acc"', '"a-c"'), "M0305", (5, 6), "letter"),
        (SHORTEST.replace('"a.csv"', '"a.xlsx"'), "M0302", (2, 25), "extension"),
        (SHORTEST.replace(', value = "predicted"', ""), "M0205", (2, 1), "no output"),
        (SHORTEST.replace('item = "id"', 'item = "a\\u0000"'), "M0302", (2, 41), "control"),
        (SHORTEST + '[[requirement]]\nmeasurand = "ac"\nlower_limit = 0.9', "M0307", (8, 13), "no measurand"),
        (SHORTEST + '[[requirement]]\nmeasurand = "acc"', "M0205", (7, 1), "no limit"),
        (SHORTEST + '[[requirement]]\nmeasurand = "acc"\nlower_limit = "0,9"', "M0302", (9, 15), "0,9"),
        (SHORTEST + '[[requirement]]\nmeasurand = "acc"\nlower_limit = 0.9\nupper_limit = 0.8',
         "M0302", (9, 15), "less"),
        (SHORTEST + '[[requirement]]\nmeasurand = "acc"\nlower_limit = "2 px"\nupper_limit = 5',
         "M0304", (10, 15), "px"),
        (
            SHORTEST + '[[requirement]]\nmeasurand = "acc"\nlower_limit = 0.8\nupper_limit = 0.9\n'
            "decision_rule = { guard_band = 0.06 }",
            "M0315", (7, 1), "meet",
        ),
        (SHORTEST + "[[input]]\nid = 'd'\ndistribution = 'normal'\nstandard_uncertainty = 1",
         "M0311", (8, 6), "no model"),
        (SHORTEST + 'contrast = { over = "system", first = "s", second = "t" }', "M0322", (7, 12), "two"),
        (SHORTEST + "[validity]\nmax_excluded = '3 apples'", "M0304", (8, 16), "share"),
        (SHORTEST + "[[factor]]\nid = 'a'\neffect = 'random'\nfiles = ['x']", "M0314", (10, 9), "no effect"),
        (SHORTEST + "[judge]\nname = 'a'", "M0314", (7, 1), "neither how a judge is asked nor"),
    ],
)  # fmt: skip
def test_finding(text: str | bytes, code: str, place: tuple[int, int], words: str) -> None:
    finding = one(text)
    assert finding.code == code, finding
    assert (finding.line, finding.column) == place, finding
    assert any(word in finding.message for word in words.split("|")), finding
    raw = text if isinstance(text, str) else text.decode("utf-8", "replace")
    assert render_finding(finding, raw).startswith(f"error[{code}]")


INPUTS = """schema = "measurand/procedure/1"
[[input]]
id = "a"
{a}
[[input]]
id = "b"
distribution = "normal"
standard_uncertainty = 1
[[measurand]]
id = "y"
model = "{model}"
{more}
"""
NORMAL = 'distribution = "normal"\nstandard_uncertainty = 1'


@pytest.mark.parametrize(
    ("a", "model", "more", "code"),
    [
        ('distribution = "gauss"', "a*b", "", "M0303"),
        ('distribution = "normal"', "a*b", "", "M0312"),
        ('distribution = "normal"\nhalf_width = 1', "a*b", "", "M0312"),
        ('distribution = "rectangular"\nhalf_width = 1\nstandard_uncertainty = 1', "a*b", "", "M0312"),
        ('distribution = "rectangular"\nlower = 1', "a*b", "", "M0312"),
        ('distribution = "rectangular"\nlower = 1\nupper = 0', "a*b", "", "M0302"),
        ('distribution = "rectangular"\nlower = 0\nupper = 1\nvalue = 0.1', "a*b", "", "M0312"),
        ('distribution = "rectangular"\nhalf_width = "-4 %"', "a*b", "", "M0302"),
        ('distribution = "rectangular"\nhalf_width = "1 px"\nvalue = "2 m"', "a*b", "", "M0304"),
        ('distribution = "t"\nstandard_uncertainty = 1', "a*b", "", "M0312"),
        ('distribution = "exponential"\nstandard_uncertainty = 1\nvalue = 1', "a*b", "", "M0312"),
        ('distribution = "beta"\nvalue = 0.5\nstandard_uncertainty = 0.6', "a*b", "", "M0312"),
        ('distribution = "trapezoidal"\nhalf_width = 1\nshape = 2', "a*b", "", "M0312"),
        (NORMAL, "a+b+c", "", "M0310"),
        (NORMAL, "a", "", "M0311"),
        (NORMAL, "a+b+value", "", "M0310"),
        (NORMAL, "a*b", 'positive = "x"', "M0314"),
        (NORMAL, "a*b*z", '[[measurand]]\nid = "z"\nmodel = "y + 1"', "M0309"),
        (NORMAL, "a*b", '[[measurand]]\nid = "a"\nmodel = "b"', "M0306"),
        (NORMAL, "a*b", '[[correlation]]\ninputs = ["a", "b"]\nr = 1.2', "M0302"),
        (NORMAL, "a*b", '[[correlation]]\ninputs = ["a", "c"]\nr = 0.2', "M0313"),
        (NORMAL, "a*b", '[[correlation]]\ninputs = ["a"]\nr = 0.2', "M0302"),
        (
            NORMAL, "a*b*c",
            '[[input]]\nid = "c"\ndistribution = "normal"\nstandard_uncertainty = 1\n'
            'correlation = [{ inputs = ["a", "b"], r = 0.9 }]', "M0203",
        ),
    ],
)  # fmt: skip
def test_finding_about_inputs(a: str, model: str, more: str, code: str) -> None:
    assert {f.code for f in findings(INPUTS.format(a=a, model=model, more=more))} == {code}


@pytest.mark.parametrize(("r", "fine"), [((0.9, 0.9, 0.9), True), ((0.9, 0.9, -0.9), False), ((1.0, 1.0, 1.0), True)])
def test_correlations_must_be_possible(r: tuple[float, float, float], fine: bool) -> None:
    rows = "".join(
        f'[[correlation]]\ninputs = ["{a}", "{b}"]\nr = {x}\n' for (a, b), x in zip(("ab", "bc", "ac"), r, strict=True)
    )
    c = '[[input]]\nid = "c"\ndistribution = "normal"\nstandard_uncertainty = 1\n'
    text = INPUTS.format(a=NORMAL, model="a*b*c", more=c + rows)
    if fine:
        assert len(load(text.encode(), "p").correlation) == 3
    else:
        assert one(text).code == "M0313"


@pytest.mark.parametrize(
    ("table", "word", "hint"),
    [
        ("requirement", "tolerence", "tolerance"), ("requirement", "threshold", "lower_limit"),
        ("measurand", "metric", "quantity"), ("", "ground_truth", "reference.value"), ("", "object", "system"),
        ("", "dataset", "reference"), ("", "gold", "reference.value"), ("", "confidence", "coverage_probability"),
        ("", "epochs", "repeats"), ("", "seed", "[design]"), ("measurand", "threshold", "at.score"),
        ("", "requirments", "requirement"), ("observations", "label", "reference.value"),
        ("sampling", "group", "cluster"),
        ("sampling", "doc", "cluster"), ("design", "cluster", "[sampling]"), ("measurand", "groupby", "by"),
        ("measurand", "pos_label", "positive"), ("requirement", "minimum", "lower_limit"),
        ("decision_rule", "gaurd_band", "guard_band"), ("observations", "y_pred", "called value"),
        ("", "y_true", "reference.value"), ("measurand", "filter", "where"), ("measurand", "formula", "model"),
    ],
)  # fmt: skip
def test_word_of_machine_learning_is_translated(table: str, word: str, hint: str) -> None:
    header = {"": "", "requirement": "[[requirement]]\nmeasurand = 'acc'\nlower_limit = 0.5\n", "measurand": ""}
    if table == "observations":
        text = SHORTEST.replace('item = "id"', f'item = "id", {word} = "x"')
    elif table == "":
        text = f"{word} = 1\n{SHORTEST}"
    else:
        text = SHORTEST + header.get(table, f"[{table}]\n") + f"{word} = 1\n"
    finding = one(text)
    assert finding.code == "M0203"
    assert hint in finding.hint


def test_typing_errors_get_the_right_key_and_line() -> None:
    rng = random.Random(0)
    right = total = 0
    for table in ("", "system", "sampling", "design", "uncertainty", "status", "validity", "decision_rule", "report"):
        for key, entry in TABLES[table].items():
            if entry.later or len(key) < 4 or key == "schema":
                continue
            for _ in range(3):
                n = rng.randrange(1, len(key) - 1)
                typo = rng.choice(
                    [key[:n] + key[n + 1 :], key[:n] + key[n] * 2 + key[n + 1 :], key[:n] + "x" + key[n:]]
                )
                if typo in TABLES[table]:
                    continue
                text = f"{typo} = 1\n{SHORTEST}" if not table else f"{SHORTEST}[{table}]\n{typo} = 1\n"
                finding = next(f for f in findings(text) if f.code == "M0203")
                assert finding.line == (1 if not table else 8)
                total += 1
                right += f"`{key}`" in finding.hint
    assert right / total >= 0.95, (right, total)


def test_all_findings_at_once_but_not_more_than_twenty() -> None:
    text = SHORTEST + "".join(f"bad_{n} = 1\n" for n in range(50))
    assert len(findings(text)) == MOST
    assert [f.line for f in findings(text)] == list(range(7, 27))


def test_frame_shows_the_line() -> None:
    text = SHORTEST + '[[requirement]]\nmeasurand = "acc"\nlower_limit = 0.9\ntolerence = 0.9'
    shown = render_finding(one(text), text).splitlines()
    assert shown[0] == "error[M0203]: unknown key `tolerence`"
    assert shown[1] == "  ┌─ p.measure.toml:10:1   in [[requirement]] no. 1"
    assert shown[2] == "10│ tolerence = 0.9"
    assert shown[3].startswith("  │ ^^^^^^^^^ ")
    assert shown[-1] == "  = more: measurand explain M0203"


def test_frame_shows_no_control_characters() -> None:
    finding = Finding("M0203", "a.b", "unknown \x1b[31m", "", "f\x1b.toml", 1, 1)
    assert "\x1b" not in render_finding(finding, "\x1b[2J = 1")


ORIGINALS = [p.read_text(encoding="utf-8") for p in EXAMPLES]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    text = draw(st.sampled_from(ORIGINALS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        kind = draw(st.sampled_from(["insert", "delete", "swap", "value"]))
        if kind == "insert":
            piece = draw(
                st.sampled_from(
                    ['"', "[", "]", "{", "}", "=", "\n", "'", ".", "nan", "-1", "1e999", "\x00", "é", "[[x]]\n"]
                )
            )
            text = text[:at] + piece + text[at:]
        elif kind == "delete":
            text = text[:at] + text[at + draw(st.integers(1, 12)) :]
        elif kind == "swap":
            other = draw(st.integers(0, len(text)))
            text = text[: min(at, other)] + text[max(at, other) :] + text[min(at, other) : max(at, other)]
        else:
            values = ["0", "-1", "inf", "[]", "{}", '""', "true", "1979-05-27", "[1]", '"90 %"', "9" * 400]
            start = text.find("= ", at)
            end = min((i for i in (text.find(c, start) for c in ",\n}") if i > 0), default=len(text))
            if start > 0:
                text = text[: start + 2] + draw(st.sampled_from(values)) + text[end:]
    return text.encode()


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_mutations_give_findings_or_a_procedure(text: bytes) -> None:
    try:
        load(text, "p.measure.toml")
    except ProcedureError as problem:
        assert 1 <= len(problem.findings) <= MOST
        for finding in problem.findings:
            assert finding.message
            assert finding.code != "M0300"
            render_finding(finding, text.decode("utf-8", "replace"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_findings(text: bytes) -> None:
    with pytest.raises(ProcedureError):
        load(text, "p.measure.toml")


@settings(max_examples=200, deadline=None)
@given(
    table=st.sampled_from(sorted(TABLES[""])),
    value=st.sampled_from([0, -1, "x", [], {}, [[]], [{}], {"a": {}}, True, [1]]),
)
def test_any_value_for_any_table(table: str, value: object) -> None:
    data = tomllib.loads(SHORTEST) | {table: value}
    text = "\n".join(f"{k} = {_toml(v)}" for k, v in data.items())
    try:
        load(text.encode(), "p")
    except ProcedureError as problem:
        assert all(f.code != "M0300" for f in problem.findings)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return str(value).lower() if isinstance(value, bool) else repr(value)
