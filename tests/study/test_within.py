"""Levels that are said to lie inside of levels, and do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.study.build import columns, measurand, measured, procedure

from measurand.cli import main
from measurand.document.procedure import Factor

PROCEDURE = """\
schema       = "measurand/procedure/1"
id           = "WITHIN"
system       = { name = "m" }
observations = { file = "t.csv", item = "id", value = "x" }
factor       = [ { id = "language", effect = "fixed" }, { id = "prompt", effect = "random", within = "language" } ]
sampling     = { population = "items" }
measurand    = [ { id = "mean", quantity = "mean" } ]
"""


@pytest.mark.parametrize(("second", "code"), [("c", 0), ("b", 2)])
def test_recorded_levels_are_held_to_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], second: str, code: int
) -> None:
    cells = [("en", "a"), ("en", "b"), ("zh", second), ("zh", "d")]
    rows = [f"{i},{lang},{prompt},{i * 0.3 + k}" for i in range(8) for k, (lang, prompt) in enumerate(cells)]
    (tmp_path / "t.csv").write_text("\n".join(["id,language,prompt,x", *rows]) + "\n")
    (tmp_path / "p.measure.toml").write_text(PROCEDURE)
    assert main(["measure", str(tmp_path / "p.measure.toml"), "--out", str(tmp_path / "out"), "-q"]) == code
    assert ("M0556" in capsys.readouterr().err) == bool(code)


@pytest.mark.parametrize(("each", "languages"), [(1, 2), (2, 3)])
def test_what_differs_between_fixed_levels_is_no_uncertainty_where_items_met_some_of_them(
    each: int, languages: int
) -> None:
    """A number added to a level moves the value by its share, and leaves the standard uncertainty as it is."""
    rng = np.random.default_rng(5)
    item = np.repeat(np.arange(30), each)
    level = (item + np.tile(np.arange(each), 30)) % languages
    y = rng.normal(0, 1, 30)[item] + rng.normal(0, 0.5, len(item))
    asked = procedure([measurand("m", "mean")], factor=[Factor(id="language", effect="fixed", column="language")])
    found = []
    for apart in (0.0, 50.0):
        value = [repr(float(v)) for v in y + apart * (level == 0)]
        cells = {"item": [f"i{i:02d}" for i in item], "value": value, "factor__language": [f"l{k}" for k in level]}
        (result,) = measured(asked, columns(**cells)).results.results
        found.append((float(result.value), float(result.u)))
    assert found[1][0] - found[0][0] == pytest.approx(50.0 / languages, rel=1e-9)
    assert found[1][1] == pytest.approx(found[0][1], rel=1e-9)
    if each == 1:  # independent items: the average of two means
        strata = [y[level == k] for k in range(languages)]
        by_hand = sum(np.var(s, ddof=1) / len(s) for s in strata) / languages**2
        assert found[0][1] ** 2 == pytest.approx(by_hand, rel=0.04)  # whole-sample (n - 1)/n, once more


def test_items_that_met_fixed_levels_unequally_often() -> None:
    """Four of ten conditions (5 prompts x 2 languages) each: every item met both languages, not equally often."""
    rng = np.random.default_rng(6)
    item, prompt = np.repeat(np.arange(40), 4), np.concatenate([rng.permutation(5)[:4] for _ in range(40)])
    language = np.tile([0, 0, 0, 1, 1, 1, 1, 0], 20)  # three times in one, once in the other
    assert len(set(zip(item, language, strict=True))) == 80
    y = rng.normal(0, 1, 40)[item] + rng.normal(0, 0.4, 5)[prompt] + rng.normal(0, 0.5, 160)
    factors = [Factor(id="prompt", effect="random"), Factor(id="language", effect="fixed")]
    asked = procedure([measurand("m", "mean")], factor=factors)
    found = []
    for apart in (0.0, 50.0):
        cells = {
            "item": [f"i{i:02d}" for i in item], "value": [repr(float(v)) for v in y + apart * language],
            "factor__prompt": [f"p{k}" for k in prompt], "factor__language": [f"l{k}" for k in language],
        }  # fmt: skip
        found.append(float(measured(asked, columns(**cells)).results.results[0].u))
    assert found[1] == pytest.approx(found[0], rel=1e-9)
