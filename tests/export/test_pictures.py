"""Pictures: sizes, shapes, what their data tables say, and the contrast of their colours."""

from __future__ import annotations

import re
import struct
import zlib
from types import ModuleType
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.document.decision import Verdict
from measurand.document.result import Curve, ItemMap
from measurand.export.card import card
from measurand.export.svg.interval import Row, interval
from measurand.export.svg.items import items
from measurand.export.svg.mark import mark
from measurand.export.svg.pareto import pareto
from measurand.export.svg.png import png
from measurand.export.svg.runs import runs
from measurand.export.svg.scale import Scale, ticks
from measurand.export.svg.writer import standalone, template


def decoded(data: bytes) -> tuple[int, int, int, bytes]:
    """Width, height, bit depth and raw scan lines of a PNG, with all check sums checked."""
    assert data[:8] == bytes((137, 80, 78, 71, 13, 10, 26, 10))
    at, chunks = 8, {}
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size]) == (zlib.crc32(kind + body),)
        chunks[kind] = body
        at += 12 + size
    width, height, depth, colour, *_ = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert colour == 0
    return width, height, depth, zlib.decompress(chunks[b"IDAT"])


@given(st.integers(1, 20).flatmap(lambda n: st.lists(st.binary(min_size=n, max_size=n), min_size=1, max_size=9)))
def test_png_keeps_every_element(rows: list[bytes]) -> None:
    width, height, depth, raw = decoded(png(rows))
    assert (width, height) == (len(rows[0]), len(rows))
    step = 1 + (width * depth + 7) // 8
    for i, row in enumerate(rows):
        line = raw[i * step + 1 : (i + 1) * step]
        bits = "".join(f"{b:08b}" for b in line)
        values = [int(bits[at : at + depth], 2) for at in range(0, width * depth, depth)]
        assert all(
            abs(v * 255 / (2**depth - 1) - b) <= 255 / (2**depth - 1) / 2 for v, b in zip(values, row, strict=True)
        )


def test_graded_map_is_small() -> None:
    outcome = tuple("".join("abcdefghijklmnopqrstuvw"[(i * 7 + j * 3) % 23] for j in range(15)) for i in range(2000))
    chart = ItemMap(items=tuple(map(str, range(2000))), columns=tuple(map(str, range(15))), outcome=outcome)
    assert len(items(chart, "m").svg.encode()) < 30_000


def test_item_map_of_2000_items_and_15_columns_is_small(sample: ModuleType) -> None:
    picture = items(sample.item_map(), "m")
    assert len(picture.svg.encode()) < 30_000
    assert len(picture.rows) == 15
    assert all(sum(int(n) for n in row[1:]) == 2000 for row in picture.rows)


def test_item_map_counts_are_those_of_the_map() -> None:
    chart = ItemMap(items=("a", "b", "c"), columns=("x / 1", "x / 2"), outcome=("00", "1.", "1x"))
    picture = items(chart, "m")
    assert picture.rows == (("x / 1", "2", "1", "0", "0", "0"), ("x / 2", "0", "1", "0", "1", "1"))
    assert picture.finding == "3 items: 2 always right, 0 sometimes, 1 always wrong"


@pytest.mark.parametrize("count", [1, 7, 361, 2880, 2881, 20000])
def test_item_map_fits_for_any_number_of_items(count: int) -> None:
    chart = ItemMap(items=tuple(map(str, range(count))), columns=("all",), outcome=("0",) * count)
    svg = items(chart, "m").svg
    boxes = re.findall(r'class="edge" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg)
    assert boxes and max(float(x) + float(w) for x, w in boxes) <= 720


@pytest.mark.parametrize(
    ("verdict", "tag"),
    [(Verdict.CONFORMING, "circle"), (Verdict.NON_CONFORMING, "rect"), (Verdict.INCONCLUSIVE, "polygon"),
     (Verdict.INVALID, "path"), (None, "circle")],
)  # fmt: skip
def test_each_verdict_has_its_own_shape(verdict: Verdict | None, tag: str) -> None:
    assert f"<{tag} " in mark(verdict, 0.0, 0.0, 5.0, "p")


def test_interval_has_limits_band_and_table(sample: ModuleType) -> None:
    found = sample.results()
    result, decision = found[0], sample.decisions(found)[0]
    picture = interval([Row(name="all", result=result, decision=decision, text=result.text)], "i", unit="")
    assert picture.svg.count('class="tolerance"') == 1
    assert picture.svg.count('class="acceptance"') == 1
    assert picture.svg.count('class="band"') == 1
    assert "limit 0.9" in picture.svg and "acceptance limit 0.9192" in picture.svg
    assert picture.rows[0][:2] == ("all", "0.946 ± 0.023 (k = 2.00)")
    assert picture.rows[0][3:] == ("at least 0.9", "0.9192", "> 0.9999", "CONFORMING")


def test_budget_is_sorted_and_says_what_is_missing(sample: ModuleType) -> None:
    picture = pareto(sample.results()[0], "p")
    assert [row[3] for row in picture.rows] == ["75.0 %", "16.9 %", "6.6 %", "1.4 %", "0.1 %"]
    assert picture.svg.count('class="share-a"') == 3 and picture.svg.count('class="share-b"') == 2
    assert "not evaluated: size unknown" in picture.svg
    assert ">judge<" not in picture.svg


def test_a_component_estimated_as_negative_has_no_size(sample: ModuleType) -> None:
    result = sample.results()[0]
    first = result.budget[0]
    negative = first.model_copy(update={"variance": "-0.00003", "contribution": "0", "share": "0"})
    picture = pareto(result.model_copy(update={"budget": (negative, *result.budget[1:])}), "p")
    assert next(row for row in picture.rows if row[0] == first.line)[2] == "–"
    assert ">u –<" in picture.svg


def test_runs_draw_every_run(sample: ModuleType) -> None:
    curve = sample.repeatability()
    assert isinstance(curve, Curve)
    picture = runs(curve, sample.results()[0], "r", text="0.946 ± 0.023 (k = 2.00)")
    assert picture.svg.count('class="run"') == 20 and picture.svg.count('class="mean"') == 4
    assert len(picture.rows) == 20


def test_a_card_is_small_and_says_it_all(sample: ModuleType) -> None:
    found = sample.results()
    for result, decision in zip(found, (*sample.decisions(found), None), strict=True):
        text = card(result, decision)
        ElementTree.fromstring(text)
        assert len(text.encode()) < 15_000
        assert "<script" not in text and "http" not in text.replace("http://www.w3.org/2000/svg", "")
        assert result.text in text
        assert decision is None or decision.verdict.value.upper() in text


def test_a_picture_alone_brings_its_colours(sample: ModuleType) -> None:
    text = standalone(pareto(sample.results()[0], "p"))
    root = ElementTree.fromstring(text)
    style = next(e.text or "" for e in root if e.tag.endswith("style"))
    assert "--share" in style and "prefers-color-scheme: dark" in style and ":root" not in style


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_few_round_and_inside(low: float, width: float) -> None:
    scale = Scale(low, low + max(width, 1e-6 * abs(low)), 0.0, 1.0)
    found = ticks(scale)
    assert 1 <= len(found) <= 8
    assert all(-1e-6 <= scale(x) <= 1 + 1e-6 for x, _ in found)


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("name", ["ink", "soft", "conforming", "non-conforming", "inconclusive", "invalid"])
@pytest.mark.parametrize("ground", ["paper", "tint"])
def test_text_colours_have_contrast(theme: int, name: str, ground: str) -> None:
    block = re.findall(r":root \{(.*?)\}", template("colours.css"), re.DOTALL)[theme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    high, low = sorted((luminance(colours[name]), luminance(colours[ground])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5
