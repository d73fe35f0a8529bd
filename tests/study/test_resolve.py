"""A procedure meets definitions and tables: what cannot work is named, units are filled in."""

from __future__ import annotations

import pytest

from measurand.document.definition import Definition
from measurand.document.loading import load, located
from measurand.document.procedure import Procedure
from measurand.document.table import Table
from measurand.errors import Finding
from measurand.lab.pack import definitions
from measurand.study.resolve import resolve
from measurand.study.suitability import LATER, SYNONYMS


def definition(name: str, **fields: object) -> Definition:
    words = dict.fromkeys(("title", "words", "formula", "assumptions", "source"), name)
    return Definition.model_validate({"id": name, "statistic": name, **words, **fields})


BINARY = {"roles": {"truth": "reference", "predicted": "value"}, "at": ("score",), "needs_positive": True}
DEFINITIONS = {
    d.id: d
    for d in (
        definition("sensitivity", **BINARY),
        definition("auc", roles={"truth": "reference", "score": "score"}, needs_positive=True),
        definition("f_score", **BINARY | {"at": ("score", "beta"), "needs_average": True}),
        definition("accuracy", roles={"truth": "reference", "predicted": "value"}),
        definition("mean", roles={"value": "value"}, kind="number", direction="target"),
        definition("proportion", roles={"outcome": "value"}, kind="outcome"),
    )
}


def table(file: str, **columns: str) -> Table:
    cells = {name: text.split() for name, text in columns.items()}
    length = len(next(iter(cells.values())))
    return Table(file, cells, range(2, length + 2), "sha256:0")


OBSERVED = table(
    "o.csv", id="1 2 3 4", label="a b a b", p="0.1 0.9 0.2 0.8", site="x x y y", system="s s t t", grp="1 1 2 2"
)
HELD = table(
    "r.csv", id="1.0 2 3 4", truth="a b b a", digit="1 1.0 0 0", three="a b c a", patient="k k l l", grp="1 1 2 3"
)

START = """schema = "measurand/procedure/1"
observations = { file = "o.csv", item = "id", value = "label", score = "p" }
reference = { file = "r.csv", item = "id", value = "truth" }
"""
SENS = '[[measurand]]\nid = "m"\nquantity = "sensitivity"\npositive = "b"\n'
LIMIT = '[[requirement]]\nmeasurand = "m"\n'


def resolved(text: str) -> tuple[tuple[Finding, ...], Procedure]:
    procedure = load(text.encode(), "p.toml")
    found, out = resolve(procedure, DEFINITIONS, observations=OBSERVED, reference=HELD)
    return located(found, text.encode(), "p.toml"), out


def test_units_are_filled_in_and_amounts_converted() -> None:
    text = START + SENS + 'target_uncertainty = "2 %"\n' + LIMIT
    text += 'lower_limit = "90 %"\ndecision_rule = { guard_band = "1 %" }\n[validity]\nmax_repeatability = "1.5 %"'
    found, procedure = resolved(text)
    assert found == ()
    assert procedure.measurand[0].unit == "1"
    assert procedure.measurand[0].target_uncertainty is not None
    assert procedure.measurand[0].target_uncertainty.value == "0.02"
    limit = procedure.requirement[0].lower_limit
    assert limit is not None
    assert (limit.text, limit.value, limit.unit) == ("90 %", "0.9", "1")
    assert procedure.requirement[0].decision_rule.guard_band == "0.01"
    assert procedure.validity.max_repeatability is not None
    assert procedure.validity.max_repeatability.value == "0.015"


@pytest.mark.parametrize(
    "positive", ['"1"', "1", "1.0"], ids=["text", "integer", "float"]
)  # the reference holds 1 and 1.0: one class
def test_equal_cells_are_one_class(positive: str) -> None:
    text = START.replace('"truth"', '"digit"') + SENS.replace('"b"', positive)
    assert resolved(text)[0] == ()


def test_positive_is_found_in_zero_and_one() -> None:
    assert resolved(START.replace('"truth"', '"digit"') + SENS.replace('positive = "b"\n', ""))[0] == ()


@pytest.mark.parametrize(
    ("text", "code", "line", "words"),
    [
        (START + SENS.replace("sensitivity", "sensitivty"), "M0316", 6, "sensitivity"),
        (START + SENS.replace("sensitivity", "f1"), "M0316", 6, "f_score"),
        (START + SENS.replace("sensitivity", "spearman"), "M0204", 6, "not served yet"),
        (START + SENS.replace('"b"', '"B"'), "M0320", 7, "`b`"),
        (START + SENS.replace('positive = "b"\n', ""), "M0320", 4, "positive"),
        (START + SENS + "at = { iou = 0.5 }", "M0317", 8, "iou"),
        (START + SENS + 'at = { score = "5 px" }', "M0317", 8, "operating point"),
        (START.replace(', score = "p"', "") + SENS + "at = { score = 0.5 }", "M0332", 8, "scores"),
        (START.replace('value = "label", ', "") + SENS, "M0332", 6, "at = { score"),
        (START.replace('value = "label"', 'value = "lable"') + SENS, "M0330", 2, "`label`"),
        (START.replace('value = "truth"', 'value = "site"') + SENS, "M0330", 3, "o.csv has it"),
        (START + SENS + 'by = "region"', "M0330", 8, "region"),
        (START + 'sampling = { cluster = "grp" }\n' + SENS, "M0331", 4, "reference:grp"),
        (START + SENS + 'average = "macro"', "M0314", 8, "no effect"),
        (START + SENS + 'unit = "px"', "M0304", 8, "px"),
        (START + SENS + LIMIT + "lower_limit = 95", "M0318", 10, '"95 %"'),
        (START + SENS + LIMIT + "lower_limit = -0.1", "M0318", 10, "range"),
        (START + SENS + LIMIT + 'lower_limit = "2 px"', "M0304", 10, "px"),
        (START + SENS + 'contrast = { over = "site", first = "x", second = "z" }', "M0302", 8, "known here: x, y"),
        (
            START.replace('"truth"', '"three"') + '[[measurand]]\nid = "m"\nquantity = "f_score"',
            "M0321", 4, "3 classes",
        ),
        (
            'schema = "measurand/procedure/1"\nobservations = { file = "o.csv", item = "id", score = "p" }\n'
            '[[measurand]]\nid = "m"\nquantity = "auc"', "M0332", 5, "reference",
        ),
    ],
)  # fmt: skip
def test_finding(text: str, code: str, line: int, words: str) -> None:
    found, _ = resolved(text)
    assert len(found) == 1, found
    assert (found[0].code, found[0].line) == (code, line), found[0]
    assert words in found[0].message + found[0].hint, found[0]


def test_qualified_column_is_not_ambiguous() -> None:
    found, _ = resolved(START + 'sampling = { cluster = "reference:grp" }\n' + SENS)
    assert found == ()


@pytest.mark.parametrize(
    ("kind", "low", "fine"), [("difference", "-0.5", True), ("difference", "-1.5", False), ("ratio", "0.8", True)]
)
def test_range_of_a_contrast(kind: str, low: str, fine: bool) -> None:
    contrast = f'contrast = {{ over = "site", first = "x", second = "y", kind = "{kind}" }}\n'
    found, _ = resolved(START + SENS + contrast + LIMIT + f"lower_limit = {low}")
    assert (found == ()) == fine, found


def test_mean_takes_its_unit_from_the_procedure() -> None:
    text = START + '[[measurand]]\nid = "m"\nquantity = "mean"\nunit = "ms"\n' + LIMIT + 'upper_limit = "0.2 s"'
    found, procedure = resolved(text)
    assert found == ()
    assert procedure.requirement[0].upper_limit is not None
    assert procedure.requirement[0].upper_limit.value == "200"


def test_everything_wrong_is_found_at_once() -> None:
    text = START + SENS.replace('"b"', '"B"') + 'by = "region"\nat = { k = 1 }\n' + LIMIT + "lower_limit = 3"
    found, _ = resolved(text)
    assert [f.code for f in found] == ["M0320", "M0330", "M0317", "M0318"]


def test_quantities_of_later_versions_are_those_without_a_definition() -> None:
    assert not LATER & set(definitions())
    assert set(SYNONYMS.values()) <= {*definitions(), *LATER}
    assert not LATER & set(SYNONYMS)
