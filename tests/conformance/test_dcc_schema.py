"""Our Digital Calibration Certificates against PTB's schema, which is LGPL and stays outside: read where it lies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from measurand.document.certificate import Amended
from measurand.export.dcc import render
from measurand.export.original import Original
from measurand.export.round_dcc import render as of_round
from measurand.lab.round_csv import from_table
from measurand.study.round import Asked, Excluded, reported

etree = pytest.importorskip("lxml.etree")
SCHEMAS = Path(os.environ.get("MEASURAND_SCHEMAS", "-"))
pytestmark = pytest.mark.skipif(
    not (SCHEMAS / "dcc-3.3.0").is_dir(),
    reason="PTB's DCC 3.3.0 schema is not here (name the folder above its own in MEASURAND_SCHEMAS)",
)
FILES = {
    "SI_Format.xsd": "d-si-2.2.0/SI_Format.xsd",
    "xmldsig-core-schema.xsd": "dcc-3.3.0/xmldsig-core-schema.xsd",
    "quantitykind.xsd": "d-si-2.2.0/qudt/quantitykind.xsd",
    "dcc.xsd": "dcc-3.3.0/dcc.xsd",
}


class Local(etree.Resolver):
    """Every import is answered from the folder, anything else with nothing."""

    def resolve(self, url, public, context):
        name = url.rsplit("/", 1)[-1]
        if name in FILES:
            return self.resolve_filename(str(SCHEMAS / FILES[name]), context)
        return self.resolve_empty(context)


@pytest.fixture(scope="module")
def schema():
    parser = etree.XMLParser(no_network=True, load_dtd=False)
    parser.resolvers.add(Local())
    return etree.XMLSchema(etree.parse(str(SCHEMAS / "dcc-3.3.0" / "dcc.xsd"), parser))


def valid(schema, data: bytes) -> None:
    schema.assertValid(etree.fromstring(data))


def test_every_certificate(schema, originals: Mapping[str, Original]) -> None:
    """All verdicts; none; no system, no result; asymmetric and symmetric intervals; names that attack; real ones."""
    for original in originals.values():
        data = render(original)
        valid(schema, data)
        assert data == render(original)


@pytest.mark.parametrize(
    "update",
    [
        {"program": {}},
        {"customer": "<b>\ufffe]]>", "remarks": ("\u2028", " "), "number": "a\r\nb"},
        {"demonstration": True, "amends": Amended(number="A-1", sha256="0" * 64, reason="<b>labels</b> \x00 \ufffe")},
    ],
)
def test_what_a_certificate_may_hold(schema, originals: Mapping[str, Original], update: dict[str, object]) -> None:
    original = originals["invented"]
    predicate = original.statement.predicate.model_copy(update=update)
    valid(schema, render(Original(original.statement.model_copy(update={"predicate": predicate}), original.data)))


def test_what_is_not_finite_has_words(schema, originals: Mapping[str, Original]) -> None:
    original = originals["invented"]
    results = tuple(
        r.model_copy(update={"u": "infinite", "upper": "infinite", "U": None, "k": None})
        for r in original.statement.predicate.results
    )
    predicate = original.statement.predicate.model_copy(update={"results": results})
    valid(schema, render(Original(original.statement.model_copy(update={"predicate": predicate}), original.data)))


def test_the_schema_refuses_a_conformity_of_our_own(schema, originals: Mapping[str, Original]) -> None:
    data = render(originals["invented"]).replace(b">conditionalPass<", b">inconclusive<")
    with pytest.raises(etree.DocumentInvalid, match="inconclusive"):
        valid(schema, data)


def test_the_report_of_a_round(schema, tmp_path: Path) -> None:
    """With and without a reference value, an excluded participant, a unit that D-SI lacks, names that attack."""
    path = tmp_path / "r.csv"
    rows = ["A,10.0,0.1,mass,g", "B,10.2,0.1,mass,g", "<C&,9.9,,mass,g", "A,1,,odd,furlong", "B,2,,odd,furlong"]
    path.write_text("Laboratory,MeasuredValues,StdUnc,Measurand,Unit\n" + "\n".join(rows) + "\n")
    for asked in (Asked(), Asked(reference=(10.0, 0.05), excluded=(Excluded("B", "spilt"),))):
        valid(schema, of_round(reported(from_table(path), asked), day="2026-11-24", version="0"))
