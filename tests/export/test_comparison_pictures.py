"""Pictures of comparisons: well-formed, complete, inside of their frame, and no label on another."""

from __future__ import annotations

import dataclasses
import importlib.util
import itertools
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

from measurand.document.result import Curve
from measurand.export.comparison_text import caterpillar_text, tie_groups_text
from measurand.export.plain import columns_of
from measurand.export.svg.comparison import PICTURES, compared
from measurand.export.svg.comparison_data import (
    Caterpillar,
    CriticalDifference,
    Degree,
    Density,
    Discordance,
    Equivalence,
    Heat,
    Mandel,
    MandelLimits,
    MeanRank,
    Method,
    Methods,
    Pair,
    Participant,
    Ranked,
    Reference,
    Score,
    Scores,
    TieGroups,
    Youden,
)
from measurand.export.svg.discordance import discordance
from measurand.export.svg.lettering import few_ticks
from measurand.export.svg.scale import Scale
from measurand.export.svg.writer import Picture, standalone

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>&\"'\x1b[2J\u202e\ufffe\n{x}"
Box = tuple[float, float, float, float]


def _loaded() -> ModuleType:
    name = "invented_comparisons"
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("comparison_sample.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


SAMPLE = _loaded()
KINDS: tuple[str, ...] = SAMPLE.KINDS


def drawn(kind: str, count: int, **how: Any) -> tuple[Any, Picture]:
    data = SAMPLE.Sample(count, **how).of(kind)
    return data, compared(data, kind)


def moved(element: ElementTree.Element) -> tuple[float, float]:
    found = re.match(r"translate\(([-\d.]+) ([-\d.]+)\)", element.get("transform", ""))
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def shapes(element: ElementTree.Element, dx: float = 0.0, dy: float = 0.0) -> Iterator[tuple[str, Box, str]]:
    """Tag, box and text of everything that is drawn; texts by seven units for a letter, twelve for a wide one."""
    x, y = moved(element)
    dx, dy = dx + x, dy + y
    n = {k: float(v) for k, v in element.attrib.items() if re.fullmatch(r"-?[\d.]+", v)}
    tag = element.tag.removeprefix(SVG)
    if tag == "rect":
        yield tag, (n["x"] + dx, n["y"] + dy, n["x"] + n["width"] + dx, n["y"] + n["height"] + dy), ""
    elif tag == "circle":
        yield tag, (n["cx"] - n["r"] + dx, n["cy"] - n["r"] + dy, n["cx"] + n["r"] + dx, n["cy"] + n["r"] + dy), ""
    elif tag in ("line", "polygon", "path"):
        numbers = [n[k] for k in ("x1", "y1", "x2", "y2")] if tag == "line" else [
            float(v) for v in re.findall(r"-?[\d.]+", element.get("points") or element.get("d") or "")
        ]  # fmt: skip
        xs, ys = [v + dx for v in numbers[::2]], [v + dy for v in numbers[1::2]]
        yield tag, (min(xs), min(ys), max(xs), max(ys)), ""
    elif tag == "text":
        yield tag, lettered(element, n["x"] + dx, n["y"] + dy), element.text or ""
    if tag not in ("defs", "title", "desc"):
        for child in element:
            yield from shapes(child, dx, dy)


def lettered(element: ElementTree.Element, x: float, y: float) -> Box:
    text = element.text or ""
    width = sum(12.0 if columns_of(c) == 2 else 7.0 * columns_of(c) for c in text)
    share = {"end": 1.0, "middle": 0.5}.get(element.get("text-anchor", ""), 0.0)
    left, right = -share * width, (1 - share) * width
    if "rotate(-90" in element.get("transform", ""):
        return (x - 9.0, y - right, x + 1.0, y - left)
    return (x + left, y - 9.0, x + right, y + 1.0)


def checked(picture: Picture) -> ElementTree.Element:
    """Well-formed, everything inside of the frame, no label on another, no number that is none."""
    root = ElementTree.fromstring(picture.svg)
    assert "nan" not in re.sub(r">[^<]*<", "><", picture.svg) and "inf" not in re.sub(r">[^<]*<", "><", picture.svg)
    *_, width, height = map(float, root.attrib["viewBox"].split())
    found = list(shapes(root))
    outside = [s for s in found if s[1][0] < -2 or s[1][1] < -2 or s[1][2] > width + 2 or s[1][3] > height + 2]
    assert outside == []
    texts = [(box, text) for tag, box, text in found if tag == "text"]
    touching = [
        (a[1], b[1])
        for a, b in itertools.combinations(texts, 2)
        if a[0][0] < b[0][2] and b[0][0] < a[0][2] and a[0][1] < b[0][3] and b[0][1] < a[0][3]
    ]
    assert touching == []
    return root


def of_class(root: ElementTree.Element, tag: str, look: str) -> list[ElementTree.Element]:
    """Elements of the picture itself (the legend stands in groups)."""
    return [e for e in root.findall(f"{SVG}{tag}") if e.get("class") == look]


def values(data: Any) -> Iterator[float]:
    """Every number of the data but rules (limits of scores, probabilities)."""
    if dataclasses.is_dataclass(data):
        for field in dataclasses.fields(data):
            if field.name not in ("coverage", "limit", "limits", "probability", "significance", "joined", "shares"):
                yield from values(getattr(data, field.name))
    elif isinstance(data, tuple):
        for entry in data:
            yield from values(entry)
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield float(data)


def printed(cells: list[str]) -> list[tuple[float, float]]:
    """Every number in the cells, with half a unit of its last place."""
    found = []
    for text in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", " ".join(cells).replace("−", "-")):
        head, _, tail = text.partition("e")
        places = len(head.partition(".")[2])
        found.append((float(text), 0.51 * 10.0 ** (int(tail or 0) - places)))
    return found


def names(data: Any) -> Iterator[str]:
    if dataclasses.is_dataclass(data):
        for field in dataclasses.fields(data):
            if field.name not in ("quantity", "unit", "kind", "text", "of"):
                yield from names(getattr(data, field.name))
    elif isinstance(data, tuple):
        for entry in data:
            yield from names(entry)
    elif isinstance(data, str) and data:
        yield data


def test_every_kind_of_data_has_a_picture() -> None:
    assert len(PICTURES) == len(KINDS) == 12
    assert {type(SAMPLE.Sample(3).of(kind)) for kind in KINDS} == set(PICTURES)


@pytest.mark.parametrize("how", ["short", "long", "wide"])
@pytest.mark.parametrize("count", [1, 3, 10, 50, 60])
@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_well_formed_and_nothing_overlaps(kind: str, count: int, how: str) -> None:
    data, picture = drawn(kind, count, names=how)
    root = checked(picture)
    assert [root.find(f"{SVG}{tag}") is not None for tag in ("title", "desc")] == [True, True]
    assert root.findtext(f"{SVG}title") == picture.finding != ""
    ElementTree.fromstring(standalone(picture))
    ids = re.findall(r'\bid="([^"]*)"', picture.svg)
    assert len(ids) == len(set(ids)) and all(i.startswith(f"{kind}-") for i in ids)
    assert all(used in ids for used in re.findall(r"url\(#([^)]*)\)", picture.svg))
    assert {len(row) for row in picture.rows} == {len(picture.header)}
    assert compared(data, kind) == picture


@pytest.mark.parametrize("count", [1, 3, 10])
@pytest.mark.parametrize("kind", KINDS)
def test_the_table_has_every_number_and_name_of_the_data(kind: str, count: int) -> None:
    data, picture = drawn(kind, count)
    cells = [cell for row in (picture.header, *picture.rows) for cell in row]
    there = printed(cells)
    wanted = [x for x in values(data) if kind != "heat" or x]  # the diagonal of a heat map is empty
    assert wanted or (kind, count) == ("heat", 1)
    assert [x for x in wanted if not any(abs(x - y) <= half for y, half in there)] == []
    # letters of groups are written with spaces between them
    assert [name for name in names(data) if not any(name in cell for cell in cells)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_escaped_and_control_characters_are_shown(kind: str) -> None:
    def hostile(data: Any) -> Any:
        if dataclasses.is_dataclass(data):
            changed = {f.name: hostile(getattr(data, f.name)) for f in dataclasses.fields(data) if f.name != "of"}
            return dataclasses.replace(data, **changed)  # type: ignore[type-var]
        if isinstance(data, tuple):
            return tuple(map(hostile, data))
        return f"{HOSTILE}{data}" if isinstance(data, str) and data else data

    picture = compared(hostile(SAMPLE.Sample(10).of(kind)), "x")
    root = ElementTree.fromstring(picture.svg)
    assert not root.findall(f".//{SVG}script") and "<script" not in picture.svg
    assert not set(picture.svg) & set("\x1b\u202e\ufffe")


def test_an_interval_that_is_not_symmetric_is_in_the_table_and_a_limit_has_no_uncertainty() -> None:
    people = (Participant("A", 0.9, limits=(0.75, 0.97)), Participant("B", None))
    picture = compared(Caterpillar("right", "", people, Reference(0.8, name="asked for", is_limit=True)), "x")
    assert any("[0.75, 0.97]" in cell for row in picture.rows for cell in row)
    assert "asked for" in picture.svg and "asked for (U" not in picture.svg


EXTREMES = {
    "tiny": {"centre": 1e-9, "size": 1e-11},
    "huge": {"centre": 1e9, "size": 1e7},
    "close": {"centre": 1e9, "size": 1e-2},
    "wide": {"centre": 1e-9, "size": 1e9},
    "equal": {"centre": 0.9, "size": 0.0},
    "zero": {"centre": 0.0, "size": 0.0},
}


@pytest.mark.parametrize("count", [1, 3, 50])
@pytest.mark.parametrize("extreme", EXTREMES)
@pytest.mark.parametrize("kind", KINDS)
def test_extreme_numbers_stay_inside_and_in_the_table(kind: str, extreme: str, count: int) -> None:
    data, picture = drawn(kind, count, **EXTREMES[extreme])
    checked(picture)
    there = printed([cell for row in picture.rows for cell in row])
    wanted = [x for x in values(data) if x]
    assert [x for x in wanted if not any(abs(x - y) <= half for y, half in there)] == []


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (Caterpillar("q", "", (Participant("A", None),)), "not evaluated"),
        (Equivalence("q", "", (Degree("A", None),)), "not evaluated"),
        (Mandel(("A",), ("l",), ((None,),), ((None,),), (MandelLimits(None, None),), (MandelLimits(None, None),)),
         "not evaluated"),
        (Youden("a", "b", "", (Pair("A", None, 1.0),)), "1 without both results"),
        (Scores("z", (Score("A", None),)), "not evaluated"),
        (TieGroups("q", "", (Ranked("A", None),)), "not evaluated"),
        (CriticalDifference((MeanRank("A", None),)), "critical difference not evaluated"),
        (Density("q", "", (), (), (Participant("A", None),)), "density was not evaluated"),
        (Methods("q", "", (Method("A", None, note="no"),)), "not evaluated"),
        (Heat(("A", "B"), ((None, None), (None, None))), "not evaluated"),
    ],
)  # fmt: skip
def test_what_was_not_evaluated_is_said_and_never_drawn_as_a_number(data: Any, word: str) -> None:
    picture = compared(data, "n")
    root = checked(picture)
    assert word in picture.svg
    assert "not evaluated" in [cell for row in picture.rows for cell in row]
    assert not [e for look in ("seen", "bar", "mark neutral", "standard") for e in (
        *of_class(root, "circle", look), *of_class(root, "rect", look), *of_class(root, "line", look))]  # fmt: skip


@pytest.mark.parametrize("data", [
    Caterpillar("q", "", ()), Equivalence("q", "", ()), Mandel((), (), (), (), (), ()), Youden("a", "b", "", ()),
    Scores("z", ()), TieGroups("q", "", ()), CriticalDifference(()), Density("q", "", (), (), ()),
    Methods("q", "", ()), Heat((), ()),
], ids=lambda data: type(data).__name__)  # fmt: skip
def test_nothing_is_a_picture_too(data: Any) -> None:
    checked(compared(data, "n"))


def test_a_caterpillar_is_sorted_and_shows_who_is_excluded_and_who_is_far_out() -> None:
    people = [Participant(f"P{i}", 10.0 + i, 0.5, 1.0, "a") for i in range(8)]
    far = Participant("far", 1000.0, 0.5, 1.0, "", "wrong unit")
    near = Participant("near", 12.5, 0.5, 1.0, "", "late")
    data = Caterpillar("q", "mg", (*people, far, near), Reference(12.0, 0.25, 0.5))
    picture = compared(data, "c")
    root = checked(picture)
    assert [row[0] for row in picture.rows] == ["far", "P7", "P6", "P5", "P4", "P3", "near", "P2", "P1", "P0",
                                                "reference value"]  # fmt: skip
    assert len(of_class(root, "circle", "seen")) == 8
    assert len(of_class(root, "circle", "point")) == 1 and len(of_class(root, "polygon", "point")) == 1
    # bars of U of 10, 14 (and beyond) meet 11.5 to 12.5 only within 1.5: 14 is apart, 13 is not
    assert picture.finding.startswith("5 of 8 results") and picture.finding.endswith("2 excluded")
    assert picture.rows[0][-1] == "wrong unit"


def test_equivalence_has_a_square_where_e_n_is_beyond_its_limit() -> None:
    degrees = (Degree("A", 1.0, 2.0, 0.5), Degree("B", -3.0, 2.0, -1.5), Degree("C", 2.0, 2.0, 1.0), Degree("D", 0.5))
    picture = compared(Equivalence("q", "", degrees), "e")
    root = checked(picture)
    assert len(of_class(root, "circle", "seen")) == 2 and len(of_class(root, "rect", "mark neutral")) == 1
    assert len(of_class(root, "circle", "point")) == 1
    assert picture.finding == "1 of 3 participants have |E_n| > 1 (B)"
    assert "−1.50 !" in picture.svg and "U not evaluated" in picture.svg


def test_mandel_names_laboratory_and_level_of_bars_beyond_a_limit() -> None:
    labs = tuple("ABCDEFGH")
    h = [[0.1, -0.2] for _ in labs]
    k = [[1.0, 0.9] for _ in labs]
    h[2][1], k[4][0], k[4][1] = -2.5, 1.7, 2.0
    limits = (MandelLimits(1.75, 2.06),) * 2, (MandelLimits(1.60, 1.86),) * 2
    picture = compared(Mandel(labs, ("low", "high"), tuple(map(tuple, h)), tuple(map(tuple, k)), *limits), "m")
    root = checked(picture)
    assert len(of_class(root, "rect", "wrong")) == 2 and len(of_class(root, "rect", "share-b")) == 1
    assert ">C: high<" in picture.svg and ">E: low, high<" in picture.svg
    assert picture.finding == "2 of 8 laboratories are beyond a 1 % limit of h or k (C, E)"
    assert len(of_class(root, "line", "tolerance")) == 3  # both sides of h, one of k


def test_youden_has_equal_scales_and_a_line_at_45_degrees() -> None:
    data = SAMPLE.Sample(10).youden()
    root = checked(compared(data, "y"))
    (line,) = of_class(root, "path", "chance")
    x0, y0, x1, y1 = (float(v) for v in re.findall(r"-?[\d.]+", line.get("d") or ""))
    assert math.isclose(x1 - x0, y0 - y1, abs_tol=0.05)
    (ellipse,) = of_class(root, "path", "curve dashed")
    points = [float(v) for v in re.findall(r"-?[\d.]+", ellipse.get("d") or "")]
    spread = [max(part) - min(part) for part in (points[::2], points[1::2])]
    assert math.isclose(*spread, rel_tol=0.01)  # turned by 45 degrees: as wide as high


def test_scores_are_marked_by_the_limits_they_pass() -> None:
    scores = tuple(Score(f"P{i}", z, "") for i, z in enumerate((0.5, -2.5, 3.5, 1e9, 2.0, 3.0)))
    picture = compared(Scores("zeta", scores), "s")
    root = checked(picture)
    assert [len(of_class(root, "rect", look)) for look in ("bar", "share-b", "wrong")] == [2, 2, 2]
    assert picture.finding == "2 of 6 participants have |ζ| > 3 (P2, P3)"
    assert len(of_class(root, "polygon", "point")) == 1  # the one that is cut
    one = checked(compared(Scores("E_n", scores[:2], (1.0,)), "s"))
    assert [len(of_class(one, "rect", look)) for look in ("bar", "share-b", "wrong")] == [1, 0, 1]


def test_groups_are_bars_with_a_dotted_piece_over_those_who_are_no_members() -> None:
    systems = tuple(Ranked(f"S{i}", 5.0 - i, 4.5 - i, 5.5 - i, (1, i + 1), g) for i, g in
                    enumerate((("a",), ("a", "b"), ("b",), ("a",))))  # fmt: skip
    picture = compared(TieGroups("q", "", systems), "t")
    root = checked(picture)
    assert len(of_class(root, "line", "tolerance")) == 2 and len(of_class(root, "line", "chance")) == 1
    assert picture.finding == "S0 is first of 4; 2 others are not told apart from it"
    worst = compared(TieGroups("q", "", systems, larger_is_better=False), "t")
    assert [row[0] for row in worst.rows] == ["S3", "S2", "S1", "S0"]
    assert [row[-1] for row in picture.rows] == ["1", "1 to 2", "1 to 3", "1 to 4"]


def test_the_ruler_is_as_long_as_the_critical_difference_on_the_axis() -> None:
    """Mean ranks of Demsar (2006), table 6: four algorithms, 14 data sets; CD = 2.569 sqrt(4 5 / (6 14)) = 1.25."""
    ranks = {"C4.5": 3.143, "C4.5+m": 2.000, "C4.5+cf": 2.893, "C4.5+m+cf": 1.964}
    systems = tuple(MeanRank(n, r) for n, r in ranks.items())
    picture = compared(CriticalDifference(systems, ((3, 0),), 1.25), "d")
    root = checked(picture)
    ruler = next(e for e in of_class(root, "line", "expanded") if e.get("y1") == e.get("y2"))
    (joined,) = of_class(root, "line", "standard")
    length = [float(e.attrib["x2"]) - float(e.attrib["x1"]) for e in (ruler, joined)]
    assert math.isclose((length[1] - 8.0) / length[0], (3.143 - 1.964) / 1.25, rel_tol=1e-3)
    assert picture.finding == "C4.5+m+cf has the best mean rank (1.96); 3 of the others are not told apart from it"


def test_two_peaks_are_told() -> None:
    x = tuple(i / 10 for i in range(-40, 41))
    two = tuple(math.exp(-((v - 2) ** 2)) + math.exp(-((v + 2) ** 2)) for v in x)
    assert "have 2 peaks" in compared(Density("q", "", x, two, (Participant("A", 0.0),)), "d").finding
    one = tuple(math.exp(-(v**2)) for v in x)
    assert "have one peak" in compared(Density("q", "", x, one, (Participant("A", 0.0),)), "d").finding


def test_methods_that_differ_are_told() -> None:
    far = Methods("q", "", (Method("a", 1.0, 0.1, 0.2), Method("b", 1.5, 0.1, 0.2)))
    near = Methods("q", "", (Method("a", 1.0, 0.1, 0.2), Method("b", 1.1, 0.1, 0.2)))
    assert compared(far, "m").finding == "2 methods differ: their values lie 0.500 apart, the smallest U is 0.200"
    assert compared(near, "m").finding.startswith("2 methods agree")


def test_pairs_beyond_the_limit_are_hatched() -> None:
    e_n = ((None, 0.5, 1.2), (-0.5, None, None), (-1.2, None, None))
    picture = compared(Heat(("A", "B", "C"), e_n), "h")
    root = checked(picture)
    assert len(of_class(root, "rect", "differs")) == 2 and len(of_class(root, "rect", "gap")) == 2
    assert picture.finding == "1 of 2 pairs have |E_n| > 1"


def test_plain_counts_draw_the_picture_of_a_certificate() -> None:
    columns = {
        "outcome": ("both", "first", "second", "neither"), "system": ("", "<a>", "b", ""),
        "observations": ("70", "4", "16", "10"), "share": ("0.7", "0.04", "0.16", "0.1"),
    }  # fmt: skip
    curve = Curve(name="discordance", title="two systems", columns=columns)
    of_certificate = discordance(curve, None, "d")  # type: ignore[arg-type]
    plain = compared(Discordance("<a>", "b", 70, 4, 16, 10), "d")
    assert (plain.svg, plain.finding, plain.header) == (
        of_certificate.svg, of_certificate.finding, of_certificate.header,
    )  # fmt: skip
    assert [row[:3] for row in plain.rows] == [row[:3] for row in of_certificate.rows]


def test_no_observations_have_no_shares() -> None:
    picture = compared(Discordance("a", "b", 0, 0, 0, 0), "d")
    checked(picture)
    assert (
        "%" not in picture.svg
        and 'class="bar"' not in picture.svg
        and [row[-1] for row in picture.rows] == ["not evaluated"] * 4
    )


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("how", ["short", "long", "wide"])
@pytest.mark.parametrize("count", [1, 3, 10, 60])
def test_a_terminal_shows_both_in_80_columns(count: int, how: str, ascii_only: bool) -> None:
    sample = SAMPLE.Sample(count, names=how)
    for text, many in (
        (caterpillar_text(sample.caterpillar(), ascii_only=ascii_only), count),
        (tie_groups_text(sample.tie_groups(), ascii_only=ascii_only), count),
    ):
        lines = text.splitlines()
        assert max(map(columns_of, lines)) <= 80 and len(lines) >= many + 4
        assert text.isascii() or not ascii_only


@pytest.mark.parametrize("extreme", EXTREMES)
def test_a_terminal_shows_extreme_numbers(extreme: str) -> None:
    sample = SAMPLE.Sample(10, **EXTREMES[extreme])
    for text in (caterpillar_text(sample.caterpillar()), tie_groups_text(sample.tie_groups())):
        assert max(map(columns_of, text.splitlines())) <= 80


def test_lines_of_a_terminal_say_where_a_value_lies() -> None:
    people = tuple(Participant(name, value, 1.0, 2.0, letters) for name, value, letters in
                   (("low", 0.0, "a"), ("high", 10.0, "b")))  # fmt: skip
    out = Participant("out", 5.0, 1.0, 2.0, "", "late\nand odd\x1b[2J")
    data = Caterpillar("q", "", (*people, out), Reference(5.0, 0.5, 1.0))
    lines = caterpillar_text(data).splitlines()
    high, excluded, low = (next(line for line in lines if line.startswith(name)) for name in ("high", "out ", "low"))
    assert low.index("●") < excluded.index("○") < high.index("●")
    # a tenth of the scale is u: thick from 1 below to 1 above the value, thin to 2
    assert 0 < high.index("├") < high.index("━") < high.index("●") < high.index("┤")
    assert high.endswith(" b") and low.endswith(" a")
    assert any("excluded: out (late and odd<U+001B>[2J)" in line for line in lines)
    groups = tie_groups_text(
        TieGroups("q", "", (Ranked("A", 1.0, 0.9, 1.1, (1, 2), ("a",)), Ranked("B", None)), larger_is_better=False)
    )
    assert re.search(r"^A .*● .*┃ +1 to 2$|^A .*●.*┃ +1 to 2$", groups, re.MULTILINE)
    assert re.search(r"^B +not evaluated +not evaluated$", groups, re.MULTILINE)


@pytest.mark.parametrize("width", [40.0, 90.0, 200.0, 680.0])
@pytest.mark.parametrize("ends", [(0.0, 1.0), (1e9, 1e9 + 1e-3), (-1e-9, 1e-9), (123456.0, 123456.5)])
def test_texts_of_tick_marks_do_not_touch(ends: tuple[float, float], width: float) -> None:
    scale = Scale(*ends, 20.0, 20.0 + width)
    marks = few_ticks(scale)
    boxes = [(scale(x) - 3.5 * len(text), scale(x) + 3.5 * len(text)) for x, text in marks]
    assert all(a[1] < b[0] for a, b in itertools.pairwise(boxes))
    assert len(marks) >= 2 or width < 600
