"""Invented sets of reference data: files, keys, certificates."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from measurand.document.statement import Laboratory
from measurand.lab.reference_certify import beside, certified

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)

SET = """\
schema = "measurand/reference-file/1"
id = "{id}"
title = "Cats and dogs"
tier = "{tier}"
intended_use = "trying"
provenance = "invented"
licence = "CC0-1.0"
expires = {expires}
{more}
[data]
file = "{data}"
item = "case"
value = "truth"
{columns}
"""
VOTED = '[labels]\nannotators = ["r1", "r2", "r3"]\n'
STATED = '[labels]\nerror = {{ value = {e}, standard_uncertainty = {u} }}\nsource = "a study"\n'
NUMBER = '[labels]\nkind = "number"\nstandard_uncertainty = {u}\nsource = "a study"\n'
HIGHER = '[higher]\ncertificate = "{name}.reference.json"\n'


def table(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """A CSV file of rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.DictWriter(file, list(rows[0]))
        write.writeheader()
        write.writerows(rows)
    return path


def cases(count: int = 120, seed: int = 1) -> list[dict[str, object]]:
    """Items with a truth, three votes, a site, a text and a system's output."""
    rng = random.Random(seed)
    out: list[dict[str, object]] = []
    for i in range(count):
        truth = rng.choice(["cat", "dog"])
        other = "dog" if truth == "cat" else "cat"
        votes = {f"r{k}": truth if rng.random() < 0.9 else other for k in (1, 2, 3)}
        words = " ".join(f"w{rng.randrange(4000)}" for _ in range(30))
        out.append({"case": f"c{i}", "truth": truth, **votes, "site": rng.choice(["A", "B"]), "words": words,
                    "said": truth if rng.random() < 0.8 else other})  # fmt: skip
    return out


@dataclass(frozen=True)
class Lab:
    """A folder with a table, and a key."""

    folder: Path
    key: ec.EllipticCurvePrivateKey

    def describe(
        self, name: str = "set", *, tier: str = "standard", labels: str = VOTED, expires: str = "2030-01-01",
        data: str = "cases.csv", columns: str = "", more: str = "",
    ) -> Path:  # fmt: skip
        """A describing file."""
        text = SET.format(id=name.upper(), tier=tier, expires=expires, data=data, columns=columns, more=more) + labels
        path = self.folder / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def certify(self, path: Path, *, at: datetime = NOW, key: ec.EllipticCurvePrivateKey | None = None) -> Path:
        """The certificate of a described set, with its table by item."""
        made = certified(
            path,
            key or self.key,
            laboratory=Laboratory(name="L"),
            at=at,
            program={"measurand": metadata.version("measurand")},
        )
        target = beside(path)
        target.write_bytes(made.original)
        if made.items_csv:
            path.with_name(f"{path.stem}.items.csv").write_bytes(made.items_csv)
        return target


def lab(folder: Path) -> Lab:
    """A laboratory with the invented table."""
    table(folder / "cases.csv", cases())
    return Lab(folder, ec.generate_private_key(ec.SECP256R1()))


Make = Callable[..., Path]
