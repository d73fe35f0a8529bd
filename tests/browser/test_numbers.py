"""The browser prints every number as the program does: thousands of numbers through both."""

from __future__ import annotations

import json
import math
import random
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from measurand.document import rounding
from measurand.document.number import number, real
from measurand.export import plain
from measurand.export.script import script

COUNT = 3000


def doubles(seed: int) -> Iterator[float]:
    """Numbers of every kind: any bits, few digits, ties, shares, next to round numbers, integers."""
    rng = random.Random(seed)
    while True:
        kind = rng.randrange(6)
        if kind == 0:
            x = struct.unpack(">d", struct.pack(">Q", rng.getrandbits(64)))[0]
            if not math.isfinite(x) or not 1e-290 < abs(x) < 1e290:
                continue
        elif kind == 1:
            x = round(rng.uniform(-100, 100), rng.randrange(6))
        elif kind == 2:
            x = rng.randrange(-4000, 4000) / 2 ** rng.randrange(1, 10)
        elif kind == 3:
            x = rng.random()
        elif kind == 4:
            x = (10.0 ** rng.randrange(-9, 9)) * (1 + rng.choice((-1, 0, 1)) * 2.0 ** -rng.randrange(4, 52))
        else:
            x = float(rng.randrange(-100000, 100000))
        yield x


def ask(browser: Any, name: str, cases: list[Any]) -> list[str]:
    """What the script's function gives for each case."""
    page = browser.new_page()
    code = re.split(r"if \(document\.querySelector", script())[0]
    expression = f"{code}\nreturn cases.map((c) => {name});"
    found = page.evaluate(
        "([code, cases]) => new Function('cases', code)(JSON.parse(cases))", [expression, json.dumps(cases)]
    )
    page.close()
    return [str(x) for x in found]


FORMS: dict[str, tuple[str, Callable[[float], str]]] = {
    "number": ("numberOf(real(c))", number),
    "significant": ("significant(decimal(c))", lambda x: rounding.significant(number(x))),
    "percent": ("percentOf(c)", lambda x: rounding.percent(number(x))),
    "limit": ("limit(c)", lambda x: plain.limit(number(x))),
    "share": ("share(real(c))", plain.percent),
    "freedom": ("freedom(c)", lambda x: plain.freedom(number(x))),
    "risk": ("risk(real(c))", plain.risk),
    "probability": ("probability(real(c))", plain.probability),
    "own place": ("aligned(real(c), real(c))", lambda x: plain.aligned(x, x)),
    "two places": ("roundedTo(real(c), 2)", lambda x: plain.rounded(x, 2)),
    "hundreds": ("roundedTo(real(c), -2)", lambda x: plain.rounded(x, -2)),
}


@pytest.mark.parametrize("form", FORMS)
def test_one_number(form: str, browser: Any) -> None:
    code, ours = FORMS[form]
    numbers = doubles(sum(map(ord, form)))
    chosen = [next(numbers) for _ in range(COUNT)]
    if form in ("share", "risk", "probability", "percent"):
        chosen = [x for x in chosen if abs(x) < 1e20]
    expected = [ours(x) for x in chosen]
    found = ask(browser, code, [number(x) for x in chosen])
    assert [(x, a, b) for x, a, b in zip(chosen, found, expected, strict=True) if a != b] == []


def test_a_number_beside_its_uncertainty(browser: Any) -> None:
    rng, numbers = random.Random(5), doubles(5)
    pairs = []
    while len(pairs) < COUNT:
        x = next(numbers)
        u = abs(x) * 10 ** rng.uniform(-4, 2)
        if 1e-200 < u < 1e200:
            pairs.append((number(x), number(u)))
    for code, ours in (
        ("beside(c[0], c[1])", plain.beside),
        ("aligned(real(c[0]), real(c[1]))", lambda x, u: plain.aligned(real(x), real(u))),
        ("plainly(atPlace(decimal(c[0]), placeOf(decimal(c[1]))))", rounding.rounded),
    ):
        found = ask(browser, code, pairs)
        expected = [ours(x, u) for x, u in pairs]
        assert [(p, a, b) for p, a, b in zip(pairs, found, expected, strict=True) if a != b] == []


def test_the_one_form_of_a_result(browser: Any) -> None:
    rng = random.Random(11)
    cases, expected = [], []
    for _ in range(COUNT):
        value = rng.choice(
            (rng.random(), round(rng.uniform(-500, 500), 3), rng.uniform(-1, 1) * 10 ** rng.randrange(-14, 9))
        )
        u = abs(value or 1.0) * 10 ** rng.uniform(-4, 0.5)
        k = rng.uniform(1.6, 3)
        lower, upper = value - k * u, value + k * u * rng.choice((1.0, 1.0, 1.004, 1.3))
        bounds: tuple[float | None, float | None] = rng.choice(((None, None), (0.0, 1.0), (-1.0, 1.0), (0.0, None)))
        low, high = bounds
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = (None, None)
        low, high = bounds
        lower, upper = max(lower, low if low is not None else lower), min(upper, high if high is not None else upper)
        unit = rng.choice(("1", "ms", ""))
        texts = {name: number(x) for name, x in (("value", value), ("u", u), ("lower", lower), ("upper", upper))}
        cases.append(
            {
                **texts,
                "coverage_probability": "0.95",
                "unit": unit,
                "bounds": [None if b is None else number(b) for b in bounds],
            }
        )
        expected.append(
            rounding.printed(
                texts["value"], texts["u"], interval=(texts["lower"], texts["upper"]), unit=unit, bounds=bounds
            ).text
        )
    assert len({text[-3:] for text in expected}) > 2
    found = ask(browser, "printed(c)", cases)
    assert [(c, a, b) for c, a, b in zip(cases, found, expected, strict=True) if a != b] == []


def test_text_is_made_visible_alike(browser: Any) -> None:
    texts = ["a\u202eb\x1b[2J", "x\u200dy\u2066z", "tab\tand\nline", "\ue000\U000e0041", "皮肤 é ±"]
    assert ask(browser, "visible(c)", texts) == [plain.visible(text) for text in texts]
