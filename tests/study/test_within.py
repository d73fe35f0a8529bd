"""Levels that are said to lie inside of levels, and do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.cli import main

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
