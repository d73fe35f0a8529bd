"""Exports by name: copies of a signed certificate in other formats. Each names the digest of the original."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from measurand.errors import Finding, MeasurandError
from measurand.export import (
    croissant,
    cyclonedx,
    dcc,
    every_eval_ever,
    in_toto,
    model_card,
    oscal,
    pdf,
    ro_crate,
    spreadsheet,
)
from measurand.export.original import Original
from measurand.message import say

GROUP = "measurand.exports"


@dataclass(frozen=True)
class Export:
    """A format: what turns a certificate into its bytes, and how its files end. The sentence is ``export.NAME``."""

    render: Callable[[Original], bytes]
    ending: str
    file: str = ""
    """Name of the file, where the format demands one."""
    statement: bool = False
    """Whether it is an in-toto statement, which a laboratory may sign."""
    with_fonts: Callable[[Original, Path], bytes] | None = None
    """The same with a folder of fonts, where the format is printed."""


OWN: Mapping[str, Export] = {
    "dcc": Export(dcc.render, ".dcc.xml"),
    "oscal": Export(oscal.render, ".oscal.json"),
    "csv": Export(spreadsheet.render, ".csv"),
    "test-result": Export(in_toto.render_test_result, ".test-result.json", statement=True),
    "svr": Export(in_toto.render_svr, ".svr.json", statement=True),
    "cyclonedx": Export(cyclonedx.render, ".cdx.json"),
    "croissant": Export(croissant.render, ".croissant.json"),
    "model-card": Export(model_card.render, ".model-card.md"),
    "pdf": Export(pdf.render, ".pdf", with_fonts=lambda original, fonts: pdf.render(original, fonts=fonts)),
    "every-eval-ever": Export(every_eval_ever.render, ".eee.json"),
    "ro-crate": Export(ro_crate.render, ".json", file="ro-crate-metadata.json"),
}
"""In the order in which they are listed."""


def names() -> tuple[str, ...]:
    """Names of all formats, those of other packages after our own."""
    return (*OWN, *sorted(entry.name for entry in entry_points(group=GROUP) if entry.name not in OWN))


def by_name(name: str) -> Export:
    """The format of a name. Raises MeasurandError with the names that there are."""
    if name in OWN:
        return OWN[name]
    for entry in entry_points(group=GROUP, name=name):
        found: Export = entry.load()
        return found
    raise MeasurandError(Finding("M0790", "", say("M0790.format", name=name, names=", ".join(names()))))
