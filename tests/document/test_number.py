"""Numbers in documents have one grammar (docs/format.md), and infinity is close to nothing."""

from __future__ import annotations

import pytest

from measurand.document.number import real
from measurand.lab.comparison import differences


@pytest.mark.parametrize("text", ["0", "-0", "12", "0.5", "-1e-07", "1E5", "1.25e+300"])
def test_numbers(text: str) -> None:
    assert real(text) == float(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "+1",
        "1_0",
        ".5",
        "5.",
        "0x10",
        "1e",
        "1e400",
        "nan",
        "inf",
        "Infinity",
        "-infinite",
        "\uff11",
        "\u0661",
        "1\n",
    ],
)
def test_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="finite number"):
        real(text)


@pytest.mark.parametrize(("stated", "found", "differ"), [
    ("infinite", "2", True), ("2", "infinite", True), ("infinite", "infinite", False), ("2", "2.0000000001", False),
    ("2", "2.00001", True),
])  # fmt: skip
def test_what_is_close(stated: str, found: str, differ: bool) -> None:
    assert bool(list(differences({"df": stated}, {"df": found}))) is differ
