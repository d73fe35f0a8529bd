"""Positions of keys: every notation of TOML."""

from __future__ import annotations

import tomllib

import pytest

from measurand.document.position import Path, positions

TEXT = '''# first
schema = "x" # not a = key
"quoted key" = 1
a.b . "c.d" = [1, # comment ] }
  2]
[design] # c
seed = 3
[[measurand]]
id = "a = b"
at = { score = 0.42, iou = { k = [ { z = 1 } ] } }
[[measurand]]
id = """x
y = 3 \\""" """
[measurand.sub]
q = 1979-05-27T07:32:00Z
requirement = [
  { measurand = "a", lower_limit = 0.9 },
  { measurand = "b" },
]
'''


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("schema",), 2, 1), (("quoted key",), 3, 1), (("a", "b"), 4, 3), (("a", "b", "c.d"), 4, 7),
        (("design",), 6, 1),
        (("design", "seed"), 7, 1), (("measurand", 0), 8, 1), (("measurand", 0, "id"), 9, 1),
        (("measurand", 0, "at", "score"), 10, 8), (("measurand", 0, "at", "iou", "k", 0, "z"), 10, 38),
        (("measurand", 1), 11, 1), (("measurand", 1, "sub"), 14, 1), (("measurand", 1, "sub", "q"), 15, 1),
        (("measurand", 1, "sub", "requirement", 1, "measurand"), 18, 5),
    ],
)  # fmt: skip
def test_place_of_key(path: Path, line: int, column: int) -> None:
    place = positions(TEXT).key[path]
    assert (place.line, place.column) == (line, column)


def test_every_path_that_tomllib_finds_has_a_place() -> None:
    found = positions(TEXT)

    def walk(data: object, path: Path) -> None:
        assert path == () or found.of(path).line > 0
        if isinstance(data, dict):
            for key, value in data.items():
                assert (*path, key) in found.key
                walk(value, (*path, key))
        elif isinstance(data, list):
            for n, value in enumerate(data):
                walk(value, (*path, n))

    walk(tomllib.loads(TEXT), ())


def test_place_of_value() -> None:
    place = positions(TEXT).of(("measurand", 0, "at", "score"), value=True)
    assert (place.line, place.column, place.width) == (10, 16, 4)
