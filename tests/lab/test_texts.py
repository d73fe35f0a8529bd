from __future__ import annotations

import numpy as np
import pytest

from measurand.lab import texts
from measurand.lab.texts import SHORT, Texts


@pytest.mark.parametrize("most", [texts.MOST, 3])
def test_cells_are_those_that_were_appended(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(texts, "MOST", most)
    appended = ["", "a", "x" * (SHORT + 1), "b", "a", "c", "d", "c", "x" * (SHORT + 1)]
    cells = Texts(["known", "a"], empty=2)
    for text in appended:
        cells.append(text)
    expected = ["", "", *appended]
    assert list(cells) == expected and len(cells) == len(expected)
    assert [cells[i] for i in range(-3, 4)] == [expected[i] for i in range(-3, 4)] and cells[1:4] == expected[1:4]
    assert np.asarray(cells, dtype=object).tolist() == expected
    with pytest.raises(IndexError):
        cells[len(expected)]


def test_a_column_without_cells_is_an_empty_array() -> None:
    assert np.asarray(Texts(["known"]), dtype=object).tolist() == []
