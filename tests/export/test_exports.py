"""Copies in other formats: numbers as signed, the digest of the original in each, hostile text harmless."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import shutil
from importlib.util import find_spec
from xml.etree import ElementTree as ET

import pytest

from measurand import cli
from measurand.document.canonical import canonical
from measurand.document.certificate import Statement
from measurand.document.decision import Verdict
from measurand.errors import MeasurandError
from measurand.export import model_card
from measurand.export.dcc_xml import DCC, SI
from measurand.export.original import Original
from measurand.export.registry import OWN, by_name, names
from measurand.export.spreadsheet import guarded
from measurand.lab.keys import demonstration_key
from measurand.lab.opened import opened
from measurand.lab.status import withdrawn as withdrawal

HERE = [name for name in OWN if name != "pdf" or find_spec("typst")]
"""Formats that can be written without what is not installed."""


@pytest.fixture(scope="session")
def original(envelope: bytes) -> Original:
    payload = base64.b64decode(json.loads(envelope)["payload"])
    return Original(Statement.model_validate_json(payload), envelope)


@pytest.mark.parametrize("name", HERE)
def test_every_export_names_the_original_and_is_deterministic(name: str, original: Original) -> None:
    made = by_name(name).render(original)
    assert made == by_name(name).render(original)
    assert hashlib.sha256(original.data).hexdigest().encode() in made


@pytest.mark.parametrize("name", HERE)
def test_without_decisions(name: str, original: Original) -> None:
    bare = original.statement.predicate.model_copy(update={"decisions": ()})
    statement = original.statement.model_copy(update={"predicate": bare})
    assert by_name(name).render(Original(statement, original.data))


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("system", [{}, {"name": "x"}, {"id": "", "digest": "sha256:<x>"}])
def test_a_system_of_which_nothing_is_stated(name: str, system: dict[str, str], original: Original) -> None:
    other = original.statement.predicate.model_copy(update={"systems": (system, system)})
    statement = original.statement.model_copy(update={"predicate": other})
    assert by_name(name).render(Original(statement, original.data))


def test_oscal_text_is_no_markup(original: Original) -> None:
    hostile = "<script>alert(1)</script> [a](javascript:b) **c**"
    other = original.statement.predicate.model_copy(update={"title": hostile, "valid_for": " ", "procedure_id": ""})
    made = by_name("oscal").render(Original(original.statement.model_copy(update={"predicate": other}), original.data))
    title = json.loads(made)["assessment-results"]["metadata"]["title"]
    assert re.sub(r"\\(.)", r"\1", title) == hostile
    assert not re.search(r"(?<!\\)[<>\[\]*]", title)


def test_an_unknown_format_says_which_there_are() -> None:
    with pytest.raises(MeasurandError, match="csv"):
        by_name("word")
    assert set(OWN) <= set(names())


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"), ("+A1", "'+A1"), ("-A1", "'-A1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'=1"), ("\r=1", None),
        (" =1", "' =1"), ("-0.5", "-0.5"), ("1e-5", "1e-5"), ("-1E+3", "-1E+3"), ("text", "text"), ("%0A=1", "'%0A=1"),
    ],
)  # fmt: skip
def test_cells_that_a_spreadsheet_would_compute(cell: str, safe: str | None) -> None:
    got = guarded(cell)
    assert got[:1] not in ("=", "+", "@", "\t", "\r")
    assert safe is None or got.replace("' =1", "' =1") in (safe, safe.replace("'=1", "' =1"))


def test_csv_holds_the_signed_numbers(original: Original) -> None:
    rows = list(csv.DictReader(io.StringIO(by_name("csv").render(original).decode())))
    results = {(r.measurand, r.system, r.level): r for r in original.statement.predicate.results}
    assert len({(row["measurand"], row["title"], row["level"]) for row in rows}) == len(results)
    stated = sorted((r.value, r.u, r.lower, r.upper) for r in results.values())
    assert sorted({(r["value"], r["u"], r["lower"], r["upper"]) for r in rows}) == sorted(set(stated))


def test_dcc_holds_the_signed_numbers(original: Original) -> None:
    root = ET.fromstring(by_name("dcc").render(original))
    names_ = {"dcc": DCC, "si": SI}
    results = root.findall(".//dcc:measurementResult", names_)
    assert len(results) == len(original.statement.predicate.results)
    for element, result in zip(results, original.statement.predicate.results, strict=True):
        real = element.find("dcc:results/dcc:result/dcc:data/dcc:quantity/si:real", names_)
        assert real is not None
        assert real.findtext("si:value", namespaces=names_) == result.value
        interval = real.find(".//si:coverageIntervalMU", names_)
        expanded = real.find(".//si:expandedMU", names_)
        if interval is not None:
            got = [interval.findtext(f"si:{n}", namespaces=names_) for n in ("intervalMin", "intervalMax")]
            assert got == [result.lower, result.upper]
        else:
            assert expanded is not None
            assert expanded.findtext("si:valueExpandedMU", namespaces=names_) == result.U


@pytest.mark.parametrize(
    ("unit", "written"),
    [("1", r"\one"), ("%", r"\percent"), ("ms", r"\milli\second"), ("ohm", r"\ohm"), ("px", "px"),
     ("\n<\u202e>", "<<U+202E>>")],
)  # fmt: skip
def test_units_of_d_si(unit: str, written: str, original: Original) -> None:
    """Written as D-SI writes the units of the SI brochure; what has no form there is said to have none."""
    (first, *_) = original.statement.predicate.results
    other = original.statement.predicate.model_copy(
        update={"results": (first.model_copy(update={"unit": unit}),), "decisions": ()}
    )
    data = by_name("dcc").render(Original(original.statement.model_copy(update={"predicate": other}), original.data))
    quantity = ET.fromstring(data).find(f".//{{{DCC}}}result/{{{DCC}}}data/{{{DCC}}}quantity")
    assert quantity is not None
    assert quantity.findtext(f"{{{SI}}}real/{{{SI}}}unit") == written
    said = quantity.findtext(f"{{{DCC}}}description/{{{DCC}}}content") or ""
    assert ("no form in D-SI" in said) == (not written.startswith("\\"))


def test_dcc_names_the_system_where_there_are_several(original: Original) -> None:
    systems = ({"id": "a"}, {"id": "b"})
    results = tuple(r.model_copy(update={"system": "b - a"}) for r in original.statement.predicate.results)
    other = original.statement.predicate.model_copy(update={"systems": systems, "results": results, "decisions": ()})
    data = by_name("dcc").render(Original(original.statement.model_copy(update={"predicate": other}), original.data))
    names_ = ET.fromstring(data).findall(f".//{{{DCC}}}measurementResult/{{{DCC}}}name/{{{DCC}}}content")
    assert len(names_) == len(results) and all((name.text or "").endswith(", b - a") for name in names_)


def test_dcc_says_each_verdict(original: Original) -> None:
    """Conformity in one of the words of DCC, after the verdict in ours; INVALID has none, for nothing is stated."""
    root = ET.fromstring(by_name("dcc").render(original))
    stated = [d.verdict for _, decisions in original.pairs() for d in decisions]
    said = root.findall(f".//{{{DCC}}}metaData")
    allowed = {Verdict.CONFORMING: {"pass"}, Verdict.NON_CONFORMING: {"fail"}, Verdict.INVALID: {None},
               Verdict.INCONCLUSIVE: {"conditionalPass", "conditionalFail"}}  # fmt: skip
    assert len(said) == len(stated) and set(stated) == set(Verdict)
    for element, verdict in zip(said, stated, strict=True):
        words = element.findtext(f"{{{DCC}}}description/{{{DCC}}}content") or ""
        assert words.startswith(verdict.value.upper())
        assert ("probability of conformity" in words) == (verdict is not Verdict.INVALID)
        assert element.findtext(f"{{{DCC}}}conformity") in allowed[verdict]


def test_dcc_says_what_is_a_demonstration_and_what_is_unbounded(original: Original) -> None:
    predicate = original.statement.predicate
    results = tuple(r.model_copy(update={"upper": "infinite", "U": None, "k": None}) for r in predicate.results)
    other = predicate.model_copy(update={"demonstration": True, "results": results})
    data = by_name("dcc").render(Original(original.statement.model_copy(update={"predicate": other}), original.data))
    root, first = ET.fromstring(data), f".//{{{DCC}}}result/{{{DCC}}}data/{{{DCC}}}quantity/"
    assert root.find(f".//{{{SI}}}measurementUncertaintyUnivariate") is None
    assert f"{results[0].lower} to infinite" in (root.findtext(f"{first}{{{DCC}}}noQuantity/{{{DCC}}}content") or "")
    assert any("Demonstration" in (e.text or "") for e in root.findall(f".//{{{DCC}}}declaration/{{{DCC}}}content"))


def test_inconclusive_is_no_pass_anywhere(original: Original) -> None:
    stated = json.loads(by_name("test-result").render(original))["predicate"]
    svr = json.loads(by_name("svr").render(original))["predicate"]
    decisions = original.statement.predicate.decisions
    assert len(stated["passedTests"]) == sum(d.verdict is Verdict.CONFORMING for d in decisions)
    assert len(stated["warnedTests"]) == sum(d.verdict is Verdict.INCONCLUSIVE for d in decisions)
    assert stated["result"] == "FAILED"
    assert len(svr["properties"]) <= len(stated["passedTests"])


def test_a_summary_states_what_holds_for_all(original: Original) -> None:
    """A requirement that one system met and another did not is no property; of several systems none is a subject."""
    (met, *_) = [d for d in original.statement.predicate.decisions if d.verdict is Verdict.CONFORMING]

    def summary(*verdicts: Verdict) -> dict[str, object]:
        systems = tuple({"id": str(i), "digest": f"sha256:{i:064x}"} for i, _ in enumerate(verdicts))
        decisions = tuple(
            met.model_copy(update={"system": s["id"], "verdict": v}) for s, v in zip(systems, verdicts, strict=True)
        )
        other = original.statement.predicate.model_copy(update={"systems": systems, "decisions": decisions})
        whole = original.statement.model_copy(update={"predicate": other})
        return json.loads(by_name("svr").render(Original(whole, original.data)))

    one, both = summary(Verdict.CONFORMING), summary(Verdict.CONFORMING, Verdict.CONFORMING)
    assert one["predicate"]["properties"] == both["predicate"]["properties"] != []
    assert len(one["subject"]) == 2
    assert [s["digest"] for s in both["subject"]] == [{"sha256": original.sha256}]
    for verdict in set(Verdict) - {Verdict.CONFORMING}:
        assert summary(Verdict.CONFORMING, verdict)["predicate"]["properties"] == []


def test_the_command(tmp_path, original: Original, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--out", str(tmp_path / "out"), "-q"]) == 0
    (path,) = (tmp_path / "out").rglob("certificate.html")
    for name in HERE:
        assert cli.main(["export", str(path), "--to", name]) == 0
        assert path.with_name(OWN[name].file or "certificate" + OWN[name].ending).stat().st_size > 100
        assert cli.main(["export", str(path), "--to", name]) != 0, "nothing is written over"
    assert cli.main(["export", str(path), "--to", "word"]) == 2
    assert cli.main(["export", "--list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in OWN)
    withdrawn = tmp_path / "other"
    shutil.copytree(path.parent, withdrawn)
    original_ = opened(path.with_name("certificate.json"))
    data = withdrawal(
        original_,
        demonstration_key(),
        reason="wrong",
        laboratory=original_.statement.predicate.laboratory,
        at="2027-01-01T00:00:00Z",
    )
    (withdrawn / "certificate.status.json").write_bytes(data)
    assert (
        cli.main(["export", str(withdrawn / "certificate.html"), "--to", "csv", "--out", str(tmp_path / "w.csv")]) == 1
    )
    assert "withdrawn" in capsys.readouterr().err
    changed = tmp_path / "c.json"
    changed.write_bytes(path.with_name("certificate.json").read_bytes().replace(b'"sig":"M', b'"sig":"N', 1))
    assert cli.main(["export", str(changed), "--to", "csv"]) == 1
    assert "signature" in capsys.readouterr().err
    assert not (tmp_path / "c.csv").exists()


def test_statement_of_the_sample_is_one(original: Original) -> None:
    assert Statement.model_validate_json(canonical(original.statement)) == original.statement


def test_model_card_is_yaml_of_plain_texts_and_numbers(original: Original) -> None:
    """Each line is a key with a JSON text or a number: nothing in a name can add a key."""
    lines = by_name("model-card").render(original).decode().splitlines()
    assert lines[0] == lines[-1] == "---"
    for line in lines[2:-1]:
        key, _, value = line.strip().removeprefix("- ").partition(": ")
        if value and value != "other":
            assert json.loads(value) is not None, line
        else:
            assert key.rstrip(":").replace("-", "").isidentifier() or value == "other", line


def test_ro_crate_leaves_out_what_is_private(original: Original) -> None:
    """No file is described that the laboratory keeps: evidence, parts, and the secret of the items."""
    from measurand.document.disclosure import Disclosure

    def files(of: Original) -> set[str]:
        graph = json.loads(by_name("ro-crate").render(of))["@graph"]
        return {entry["@id"] for entry in graph if entry["@type"] == "File"}

    hidden = original.statement.predicate.model_copy(update={"disclosure": Disclosure(kind="digest", items=5)})
    private = Original(original.statement.model_copy(update={"predicate": hidden}), original.data)
    assert files(original) - files(private) <= {"evidence.parquet", "parts.json"}
    assert not files(private) & {"evidence.parquet", "parts.json", "disclosure.secret.json"}
    graph = json.loads(by_name("ro-crate").render(original))["@graph"]
    known = {entry["@id"] for entry in graph}
    root = next(entry for entry in graph if entry["@id"] == "./")
    assert {part["@id"] for part in root["hasPart"] + root["mentions"]} <= known


@pytest.mark.parametrize(
    ("signed", "shown"), [("0.5", "0.5"), ("1e-05", "1.0e-05"), ("1.5e+20", "1.5e+20"), ("infinite", ".inf")]
)
def test_numbers_of_the_model_card_are_numbers_of_yaml(signed: str, shown: str) -> None:
    """YAML 1.1 and 1.2: a mantissa with a point, a sign of the exponent, ``.inf``."""
    assert model_card.yaml_number(signed) == shown
