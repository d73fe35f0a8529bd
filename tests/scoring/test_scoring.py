"""Texts to values: by hand, on published grades, on known texts, and under hostile texts and patterns."""

from __future__ import annotations

import csv
import json
import shutil
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.cli import main
from measurand.document.amount import Amount
from measurand.document.live import Scoring
from measurand.errors import RunError
from measurand.instrument.scoring import registry, text
from measurand.instrument.scoring.choice import Choice
from measurand.instrument.scoring.contract import Known
from measurand.instrument.scoring.number import Number
from measurand.instrument.scoring.numeral import numerals
from measurand.instrument.scoring.pattern import Matches, Search
from measurand.instrument.scoring.text import Exact, Normalised

GSM8K = Path(__file__).parent.parent / "cases" / "gsm8k_answers.csv"
"""Final answers of four models to every sixth test item of GSM8K, with the grades that OpenAI published (MIT licence;
openai/grade-school-math, example_model_solutions.jsonl, Cobbe et al. 2021)."""


def test_the_published_grades_of_gsm8k() -> None:
    one, wrong = Number(which="only"), []
    with GSM8K.open(newline="") as file:
        for row in csv.DictReader(file):
            value = one.score(row["final_answer"], row["answer"]).value or "0"
            wrong += [row] if value != row["correct"] else []
    assert wrong == []


@pytest.mark.parametrize(
    ("said", "letter"),
    [
        ("B", "B"), ("(b)", "B"), (" **C**. ", "C"), ("$\\boxed{D}$", "D"), ("The answer is A.", "A"),
        ("Answer: (C) because A is too small", "C"), ("B. Paris", "B"), ("I choose (D).", "D"),
        ("The answer is A. No, wait: the answer is B.", "B"), ("Let us see.\n\nC) 42\n", "C"),
        ("A good question: it is D", ""), ("A or B", ""), ("E", ""), ("", ""), ("Because", ""), ("it's C", "C"),
        ("The best option is: **A**", "A"), ("C, D", ""), ("I can't say", ""),
        ("A triangle has three sides; none of these fits.", ""), ("the answer is a bit unclear", ""),
        ("A is correct", "A"), ("A because B is too small", ""), ("I would pick A", "A"), ("the answer is a", "A"),
        ("The answer is not A", ""), ("The answer is not A but B", "B"), ("It isn't (C), it is D", "D"),
        ("answer is B or C", ""), ("Answer: A, B", ""), ("Answer: A, B and C", ""), ("Answer: C. A dog", "C"),
        ("The answer is a matter of taste. The answer is (c)", "C"), ("answer: A, a city", "A"),
    ],
)  # fmt: skip
def test_choice(said: str, letter: str) -> None:
    assert Choice(("A", "B", "C", "D")).score(said, "A").value == letter


@pytest.mark.parametrize(
    ("said", "letter"),
    [
        ("I think D", "D"),
        ("I choose I.", "I"),
        ("I do not know", ""),
        ("The answer is I.", "I"),
        ("I", "I"),
        ("J", "J"),
    ],
)
def test_the_pronoun_is_no_choice(said: str, letter: str) -> None:
    assert Choice(tuple("ABCDEFGHIJ")).score(said, "A").value == letter


@pytest.mark.parametrize(
    ("said", "reference", "right"),
    [
        ("The answer is 1,234", "1234", "1"), ("$18", "18", "1"), ("-3", "3", "0"), ("\u22123", "-3", "1"),
        ("50%", "0.5", "1"), ("50 %", "50 %", "1"), ("50%", "50", ""), ("40%", "50", "0"),
        ("0.5", "50 %", "0"), (".5", "0.5", "1"),
        ("3/4 of it", "0.75", "1"), ("6.02e23", "602000000000000000000000", "1"),
        ("0.1", "0.10000000000000001", "0"), ("1/0", "0", ""),
        ("version 2b", "2", ""), ("10-12", "12", "1"), ("72.", "72", "1"), ("12 eggs, 3 left", "3", "1"),
        ("two", "2", ""), ("1.234.567", "1234567", ""), ("9" * 400, "9" * 400, "1"),
    ],
)  # fmt: skip
def test_number(said: str, reference: str, right: str) -> None:
    assert Number().score(said, reference).value == right


def test_tolerances() -> None:
    assert Number(tolerance=Fraction("0.01")).score("3.15", "3.14").value == "1"  # exactly at the limit: decimals
    assert Number(tolerance=Fraction("0.01")).score("3.1500001", "3.14").value == "0"
    assert Number(tolerance=Fraction("0.01"), relative=True).score("-101", "-100").value == "1"
    assert Number(tolerance=Fraction("0.01"), relative=True).score("0.001", "0").value == "0"


@given(st.integers(-(10**12), 10**12), st.sampled_from(["{}", "so {}", "it is {} eggs.", "= {}", "\n{}\n"]))
def test_a_number_that_is_written_is_found(number: int, frame: str) -> None:
    assert [one.value for one in numerals(frame.format(f"{number:,}"))] == [number]


@given(st.text(max_size=60))
def test_what_is_exact_is_normalised_too(said: str) -> None:
    if Exact().score(said, said.strip()).value == "1":
        assert Normalised().score(said, said).value == "1"


@given(st.text(max_size=300))
def test_no_text_breaks_a_scorer(said: str) -> None:
    for one in (Exact(), Normalised(), Number(), Choice(("A", "B"))):
        assert one.score(said, "1").value in ("", "0", "1", "A", "B")


MADE = [
    Scoring(kind="exact"),
    Scoring(kind="normalised", after="####"),
    Scoring(kind="choice", extract=r"Answer: (.*)"),
    Scoring(kind="number", which="first"),
    Scoring(kind="number", which="only"),
    Scoring(kind="number", field="result.answer"),
    Scoring(kind="regex", pattern="I can(no|')t"),
    Scoring(kind="number", after="a"),
    Scoring(kind="number", after="%"),
    Scoring(kind="choice", after="is"),
    Scoring(kind="exact", field='the "answer"'),
    Scoring(kind="number", which="first", tolerance=Amount(text="50 %", value="50", unit="%")),
    Scoring(kind="number", tolerance=Amount(text="1e12", value="1000000000000", unit="")),
    Scoring(kind="choice", choices=tuple("ABCDEFGHIJ")),
]


@pytest.mark.parametrize("scoring", MADE, ids=lambda s: s.kind)
def test_every_scorer_passes_its_own_check(scoring: Scoring) -> None:
    one, close = registry.scorer(scoring, ("A", "B", "C"))
    known = registry.check(one, kind=scoring.kind)
    close()
    assert known
    version = {"choice": 3, "number": 2}.get(scoring.kind, 1)
    assert registry.identity(scoring, one, known)["scoring"].split()[-1] == str(version)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("Sentiment: Positive", "positive"),
        ("NEGATIVE, I fear.", "negative"),
        ("It is not positive.", ""),
        ("Positive or negative?", ""),
        ("a positively odd one", ""),
    ],
)
def test_choices_that_are_words_stand_in_any_case(said: str, value: str) -> None:
    one, close = registry.scorer(Scoring(kind="choice"), ("positive", "negative"))
    found = one.score(said, "").value
    close()
    assert found == value


def test_a_scorer_that_fails_its_check_scores_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text.Exact, "known", (Known("a", "b", "1"),))
    with pytest.raises(RunError, match="known text 'a'"):
        registry.check(Exact(), kind="exact")


def test_a_search_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("measurand.instrument.scoring.pattern.SECONDS", 1)
    search = Search(r"(a+)+$")
    began = time.monotonic()
    found = Matches(search).score("a" * 5000 + "b", "")
    after = Matches(search).score("aaa", "")
    search.close()
    assert found.value == "" and "more than 1 s" in found.reason and time.monotonic() - began < 20
    assert after.value == "1"  # and the next one is searched


def test_nothing_in_the_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(3)")
    (tmp_path / "measurand").mkdir()
    monkeypatch.chdir(tmp_path)
    search = Search("a+")
    found = search.all("caaa")
    search.close()
    assert found == ["aaa"]


PROCEDURE = """\
schema = "measurand/procedure/1"
id = "TEXTS-01"
system = {{ name = "s", version = "1" }}
observations = {{ file = "t.csv", item = "id", output = "said" }}
reference = {{ file = "t.csv", value = "truth" }}
scoring = {{ {scoring} }}
sampling = {{ population = "p" }}
status = {{ {status} }}
measurand = [ {{ id = "right", quantity = "{quantity}" }} ]
"""


def measured(
    folder: Path, capsys: Any, scoring: str, *, quantity: str = "proportion", status: str = ""
) -> tuple[int, Any]:
    rows = [
        ("1", "so #### 12", "12"),
        ("2", "#### 13", "12"),
        ("3", "I do not know", "7"),
        *((str(n), "#### 4", "4") for n in range(4, 40)),
    ]
    with (folder / "t.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "said", "truth"), *rows])
    path = folder / "p.measure.toml"
    path.write_text(PROCEDURE.format(scoring=scoring, quantity=quantity, status=status))
    code = main(["measure", str(path), "--out", str(folder / "out"), "--json"])
    said = capsys.readouterr()
    if code == 2:
        return code, said.out
    (record,) = [path for path in (folder / "out").iterdir() if not path.name.startswith(".")]
    view = json.loads(said.out) | {"evidence": json.loads((record / "evidence.json").read_bytes())}
    shutil.rmtree(record)
    return code, view


def test_a_text_that_cannot_be_scored_has_its_own_status(tmp_path: Path, capsys: Any) -> None:
    scoring = 'kind = "number", after = "####"'
    code, invalid = measured(tmp_path, capsys, scoring)
    assert invalid["evidence"]["counts"]["unscored"] == 1
    assert code == 4  # nothing says how it counts
    code, wrong = measured(tmp_path, capsys, scoring, status='unscored = "wrong"')
    assert (code, wrong["results"][0]["value"]) == (0, 37 / 39)
    instrument = wrong["evidence"]["instrument"]
    assert instrument["scoring"] == "after 1, number 2"
    assert "output" in wrong["evidence"]["columns"]


@pytest.mark.parametrize(
    ("scoring", "quantity", "says"),
    [
        ('kind = "number", pattern = "x"', "proportion", "no effect"),
        ('kind = "regex"', "proportion", "needs the key pattern"),
        ('kind = "regex", pattern = "("', "proportion", "not a regular expression"),
        ('kind = "number", tolerance = -1', "proportion", "tolerance"),
        ('kind = "number"', "accuracy", "proportion"),
        ('kind = "judge"', "proportion", "scoring by a judge needs [judge]"),
    ],
)
def test_bad_input(tmp_path: Path, capsys: Any, scoring: str, quantity: str, says: str) -> None:
    code, said = measured(tmp_path, capsys, scoring, quantity=quantity)
    assert code == 2 and says in said
