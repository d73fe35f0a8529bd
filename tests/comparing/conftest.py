"""Systems measured one by one and in one procedure, on the same invented items."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.cli import main

Measure = Callable[..., Path]
QUANTITIES = '{ id = "acc", quantity = "accuracy" }, { id = "auc", quantity = "auc", positive = "yes" }'


@pytest.fixture(autouse=True)
def no_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """``table.csv``: systems A to D, 120 items in 40 groups, each asked with the same 3 prompts."""
    rng = np.random.default_rng(11)
    n = 120
    truth, hard = rng.random(n) < 0.5, rng.normal(size=n)
    with (tmp_path / "table.csv").open("w", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["system", "item", "group", "prompt", "answer", "score", "truth"])
        for name, skill in (("A", 1.4), ("B", 1.0), ("C", 0.1), ("D", 1.0)):
            for i in range(n):
                for p, ease in enumerate((0.2, 0.0, -0.2)):
                    margin = skill + ease + hard[i] + rng.normal(scale=0.5)
                    right = margin > 0
                    says = "yes" if right == truth[i] else "no"
                    score = margin if truth[i] else -margin
                    out.writerow(
                        [name, f"{i:03d}", f"g{i // 3:02d}", f"p{p}", says, f"{score:.6f}", "yes" if truth[i] else "no"]
                    )
    return tmp_path


@pytest.fixture
def measure(data: Path) -> Measure:
    """Measure some of the systems in one procedure; returns the folder of the record."""

    def measured(
        systems: Sequence[str], *, prompts: Sequence[str] = ("p0",), cluster: bool = False, extra: str = "",
        quantities: str = QUANTITIES, error: bool = False, id: str = "", effect: str = "random",
    ) -> Path:  # fmt: skip
        name = id or "-".join(systems)
        with (data / "table.csv").open(newline="") as stream:
            rows = [r for r in csv.DictReader(stream) if r["system"] in systems and r["prompt"] in prompts]
        with (data / f"{name}.csv").open("w", newline="") as stream:
            out = csv.DictWriter(stream, list(rows[0]))
            out.writeheader()
            out.writerows(rows)
        rate = ", error = { rate = { value = 0.03, standard_uncertainty = 0.01 }, independent = true }" if error else ""
        factor = '[ { id = "prompt", column = "prompt", effect = "EFFECT" } ]' if len(prompts) > 1 else "[]"
        factor = factor.replace("EFFECT", effect)
        several = ", ".join(f'{{ id = "{s}", name = "{s}" }}' for s in systems)
        column = ', system = "system"' if len(systems) > 1 else ""
        group = ', cluster = "group"' if cluster else ""
        (data / f"{name}.measure.toml").write_text(
            f'schema = "measurand/procedure/1"\nid = "{name}"\nsystem = [ {several} ]\n'
            f'observations = {{ file = "{name}.csv", item = "item", value = "answer", score = "score"{column} }}\n'
            f'reference = {{ file = "{name}.csv", item = "item", value = "truth"{rate} }}\nfactor = {factor}\n'
            f'sampling = {{ population = "invented"{group} }}\nmeasurand = [ {quantities} ]\n{extra}'
        )
        before = set((data / "out").iterdir()) if (data / "out").exists() else set()
        code = main(["measure", str(data / f"{name}.measure.toml"), "--out", str(data / "out"), "-q"])
        assert code in (0, 3)
        (folder,) = {p for p in (data / "out").iterdir() if p.is_dir()} - before
        return folder

    return measured


def answer(capsys: pytest.CaptureFixture[str], *words: Any) -> tuple[int, str, str]:
    """Exit code, output and errors of ``measurand compare``."""
    capsys.readouterr()
    code = main(["compare", *map(str, words)])
    out, err = capsys.readouterr()
    return code, out, err
