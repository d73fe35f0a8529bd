"""Reading the BIPM's files of key comparisons, and what is wrong in damaged ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.document.key_comparison import Release
from measurand.errors import DesignError, TableError
from measurand.instrument.dsi import PREFIXES, UNITS, unit_of
from measurand.instrument.key_comparison import read_key_comparison
from measurand.instrument.xml_tree import xml_tree
from measurand.study.key_comparison import degrees, flagged, reference_value

DATA = Path(__file__).parent / "data"
CO_60, CS_137 = DATA / "Co-60_database_FAIR.xml", DATA / "Cs-137_database_FAIR.xml"


def stated(release: Release) -> tuple[str, str]:
    """The reference value and its u."""
    assert release.reference is not None
    return release.reference.value, release.reference.u


def test_co_60() -> None:
    """Counted in the file with grep: 65 submissions of 99 values, 27 in the reference value, 9 releases, no degrees."""
    c = read_key_comparison(CO_60)
    text = CO_60.read_text(encoding="utf-8")
    assert (c.code, c.pilot, c.unit) == ("BIPM.RI(II)-K1.Co-60", "BIPM", r"\kilo\becquerel")
    assert len(c.submissions) == text.count("<kc:submission>") == 65
    assert sum(len(s.values) for s in c.submissions) == text.count("<kc:sirResult>") == 99
    assert sum(s.in_reference for s in c.submissions) == text.count("<kc:inKCRV>true") == 27
    assert sum(s.valid for s in c.submissions) == text.count("<kc:doeValid>true")
    assert [(r.year, *stated(r)) for r in c.releases] == [
        (2003, "7064.6", "3.8"), (2003, "7064.6", "3.8"), (2003, "7064.6", "3.8"), (2006, "7061.3", "3.5"),
        (2010, "7063.3", "4.0"), (2017, "7062.7", "2.7"), (2020, "7062.7", "2.7"), (2021, "7062.6", "2.5"),
        (2022, "7062.0", "2.3"),
    ]  # fmt: skip
    assert all(r.degrees == () for r in c.releases)
    bkfh = next(s for s in c.submissions if s.laboratory == "BKFH")
    assert bkfh.earlier_names == ("OMH", "MKEH")
    assert [(v.value, v.u, v.specimens) for v in bkfh.values] == [
        ("7048", "23", ("Co-60BKFH1977-1",)),
        ("7043", "23", ("Co-60BKFH1977-2",)),
    ]


def test_cs_137() -> None:
    """The other way of writing uncertainties; degrees in another multiple of the unit, some through linked rounds."""
    c = read_key_comparison(CS_137)
    assert c.unit == r"\kilo\becquerel"
    assert [(r.year, *stated(r), len(r.degrees)) for r in c.releases] == [
        (2003, "27549", "44", 19), (2005, "27534", "42", 18), (2013, "27544", "49", 17), (2024, "27613", "47", 9),
    ]  # fmt: skip
    degree = c.releases[2].degrees[0]
    assert (degree.laboratory, degree.d, degree.expanded, degree.exponent) == ("ANSTO", "-0.07", "0.69", 3)
    assert (degree.factor, degree.linked_to) == ("2", "")
    assert c.releases[2].degrees[-1].linked_to == "COOMET.RI(II)-K2.Cs-137(2007)"
    linked = [s for s in c.submissions if any(v.linked_to for v in s.values)]
    assert [s.laboratory for s in linked] == ["BelGIM", "CENTIS-DMR", "SMU"]


def damaged(folder: Path, old: str, new: str, *, of: Path = CS_137) -> Path:
    """A copy of a file with the first ``old`` replaced."""
    text = of.read_text(encoding="utf-8")
    assert old in text
    path = folder / "c.xml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


KCRV = "<dsi:value>27549</dsi:value>\n\t\t\t\t<dsi:unit>kBq</dsi:unit>"
STANDARD = "<dsi:standardMU>\n\t\t\t\t\t\t<dsi:valueStandardMU>44</dsi:valueStandardMU>\n\t\t\t\t\t</dsi:standardMU>"
FIRST = "comparison.comparisonData.release.0"


@pytest.mark.parametrize(
    ("old", "new", "code", "path", "said"),
    [
        ("<dsi:value>27549<", "<dsi:value>27549,0<", "M0882", f"{FIRST}.kcrv.value", "decimal comma"),
        ("<dsi:value>27549<", "<dsi:value>NaN<", "M0882", f"{FIRST}.kcrv.value", "'NaN' is not a number"),
        ("<dsi:value>27549<", "<dsi:value>27_549<", "M0882", f"{FIRST}.kcrv.value", "is not a number"),
        ("<dsi:value>27549<", "<dsi:value>1e308<", "M0882", f"{FIRST}.kcrv.value", "is not a number"),
        ("<dsi:value>27549<", "<dsi:value> <", "M0881", f"{FIRST}.kcrv.value", "empty"),
        ("MU>44<", "MU>0<", "M0882", f"{FIRST}.kcrv.measurementUncertaintyUnivariate.standardMU.valueStandardMU",
         "greater than 0"),
        ("<kc:year>2003<", "<kc:year>03<", "M0882", f"{FIRST}.year", "four digits"),
        ("<kc:inKCRV>true<", "<kc:inKCRV>yes<", "M0882", "comparison.comparisonMetadata.submission.0.inKCRV", "'yes'"),
        ("<dsi:unit>kBq<", "<dsi:unit>kilobecquerel<", "M0883", f"{FIRST}.kcrv.unit", "no unit of D-SI"),
        ("<dsi:unit>\\mega\\becquerel<", "<dsi:unit>\\gram<", "M0883",
         f"{FIRST}.degreesOfEquivalence.0.degreeOfEquivalence.0.result.unit", r"\\kilo\\becquerel"),
        ("<dsi:unit>\\mega\\becquerel<", "<dsi:unit><", "M0881",
         f"{FIRST}.degreesOfEquivalence.0.degreeOfEquivalence.0.result.unit", "empty"),
        (STANDARD, "", "M0884", f"{FIRST}.kcrv.measurementUncertaintyUnivariate", "neither a standard"),
        (STANDARD, STANDARD * 2, "M0881", f"{FIRST}.kcrv.measurementUncertaintyUnivariate",
         "several elements standardMU"),
        (KCRV, KCRV.replace("value", "valeur"), "M0881", f"{FIRST}.kcrv", "value is not there"),
        ("<kc:comparisonCode>BIPM.RI(II)-K1.Cs-137</kc:comparisonCode>", "", "M0881",
         "comparison.generalInformation", "comparisonCode is not there"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, code: str, path: str, said: str) -> None:
    file = damaged(tmp_path, old, new)
    with pytest.raises(TableError, match=said) as error:
        read_key_comparison(file)
    finding = error.value.findings[0]
    assert (finding.code, finding.path, finding.file) == (code, path, str(file))
    line = file.read_text(encoding="utf-8").splitlines()[finding.line - 1]
    assert f"<kc:{path.rsplit('.', 1)[-1]}" in line or f"<dsi:{path.rsplit('.', 1)[-1]}" in line


def test_a_missing_uncertainty_is_not_assumed(tmp_path: Path) -> None:
    text = CS_137.read_text(encoding="utf-8")
    start = text.index("<dsi:measurementUncertaintyUnivariate>")
    end = text.index("</dsi:measurementUncertaintyUnivariate>") + len("</dsi:measurementUncertaintyUnivariate>")
    with pytest.raises(TableError, match="no uncertainty") as error:
        read_key_comparison(damaged(tmp_path, text[start:end], ""))
    assert (error.value.findings[0].code, error.value.findings[0].path) == ("M0884", f"{FIRST}.kcrv")


def test_another_multiple_of_the_unit_is_refused(tmp_path: Path) -> None:
    """As in the file for Tb-161: values in MBq, a reference value of the same size said to be in kBq."""
    with pytest.raises(TableError, match="either number or unit is wrong") as error:
        read_key_comparison(damaged(tmp_path, "<dsi:unit>kBq<", "<dsi:unit>\\mega\\becquerel<"))
    finding = error.value.findings[0]
    assert (finding.code, finding.path) == ("M0883", f"{FIRST}.kcrv.unit")


def test_a_release_may_have_no_reference_value_and_a_submission_no_value(tmp_path: Path) -> None:
    """As the schema allows, and as the file for Tb-161 has it."""
    text = CS_137.read_text(encoding="utf-8")
    for name in ("kc:kcrv", "kc:bipmMeasurements"):
        start, end = text.index(f"<{name}>"), text.index(f"</{name}>") + len(f"</{name}>")
        text = text[:start] + text[end:]
    path = tmp_path / "c.xml"
    path.write_text(text, encoding="utf-8")
    c = read_key_comparison(path)
    assert c.releases[0].reference is None and len(c.releases[0].degrees) == 19
    assert c.submissions[0].laboratory == "AECL" and c.submissions[0].values == ()
    with pytest.raises(DesignError, match="AECL in 1977 has no published value"):
        reference_value(c, flagged(c), method="mean")
    held = reference_value(c, flagged(c)[1:], method="mean")
    with pytest.raises(DesignError, match="2003 has no reference value"):
        degrees(c, c.releases[0], held)


def test_an_expanded_uncertainty_is_divided_by_its_factor(tmp_path: Path) -> None:
    old = "<dsi:uncertainty>3.8</dsi:uncertainty>\n\t\t\t\t\t<dsi:coverageFactor>1<"
    path = damaged(tmp_path, old, old.replace("3.8", "7.6").replace("r>1<", "r>2<"), of=CO_60)
    assert stated(read_key_comparison(path).releases[0]) == ("7064.6", "3.8")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "<!DOCTYPE is refused"),
        (b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', "<!DOCTYPE is refused"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"), "not UTF-8"),
        (b"<a>&b;</a>", "undefined entity"),
        (b"<a><b></a>", "mismatched"),
        (b"<a>", "no element found"),
        (b"value;u\n1;2\n", "not XML"),
        (b"<a>" * 101 + b"</a>" * 101, "deeper than 100"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_unsafe_or_damaged_xml_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(TableError, match=said) as error:
        xml_tree(data, "a.xml")
    assert error.value.findings[0].code == "M0880"


def test_a_large_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("measurand.instrument.xml_tree.MOST_BYTES", 3)
    with pytest.raises(TableError, match="larger than"):
        xml_tree(b"<a/>", "a.xml")


def test_elements_know_their_line() -> None:
    root = xml_tree(b'\xef\xbb\xbf<a xmlns="n">\n <b> x<!-- y --> z </b>\n</a>', "a.xml")
    assert (root.space, root.name, root.line, root.text) == ("n", "a", 1, "")
    assert [(e.name, e.line, e.text) for e in root.children] == [("b", 2, "x z")]


@pytest.mark.parametrize("text", ["<html/>", '<comparison xmlns="other"/>', "<comparison/>"])
def test_another_file_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.xml"
    path.write_text(text)
    with pytest.raises(TableError, match="no file of a key comparison"):
        read_key_comparison(path)


def test_a_file_of_nothing_is_none(tmp_path: Path) -> None:
    path = tmp_path / "c.xml"
    path.write_text(
        '<comparison xmlns="KC_Schema"><generalInformation><comparisonCode>A</comparisonCode></generalInformation>'
        "<comparisonData/><comparisonMetadata/></comparison>"
    )
    with pytest.raises(TableError, match="neither a reference value nor a submitted value"):
        read_key_comparison(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="not there") as error:
        read_key_comparison(tmp_path / "c.xml")
    assert error.value.findings[0].file == str(tmp_path / "c.xml")


@given(st.sampled_from(sorted(PREFIXES)), st.sampled_from(sorted(UNITS)), st.integers(1, 4))
def test_units(prefix: str, unit: str, power: int) -> None:
    plain, scaled = unit_of(f"\\{unit}"), unit_of(f"\\{prefix}\\{unit}\\tothe{{{-power}}}")
    assert plain is not None and plain.exponent == 0
    assert scaled is not None and scaled.exponent == -power * PREFIXES[prefix]
    again = unit_of(f"\\{prefix}\\{unit}")
    assert again is not None and again.name == f"\\{prefix}\\{unit}"


@pytest.mark.parametrize(
    "text", ["", "becquerel", "\\", "\\kilo", "\\kilo\\mega\\gram", "\\tothe{2}", "\\gram\\tothe{2}\\tothe{2}",
             "\\gram\\tothe{0}", "\\gram\\tothe{x}", "\\gram \\metre", "\\gram{2}", "k\\gram", "\\Gram"],
)  # fmt: skip
def test_no_units(text: str) -> None:
    assert unit_of(text) is None
