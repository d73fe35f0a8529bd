"""Our Digital Calibration Certificates against PTB's schema, which is LGPL and stays outside: read where it lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from measurand import cli

etree = pytest.importorskip("lxml.etree")
ROOT = Path(__file__).resolve().parents[2]
PLACES = (os.environ.get("MEASURAND_SCHEMAS", ""), str(ROOT.parent / "shared" / "schemas"))
SCHEMAS = next((Path(place) for place in PLACES if place and (Path(place) / "dcc-3.3.0").is_dir()), None)
pytestmark = pytest.mark.skipif(
    SCHEMAS is None, reason="PTB's DCC 3.3.0 schema is not here (name its folder in MEASURAND_SCHEMAS)"
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
            return self.resolve_filename(str((SCHEMAS or ROOT) / FILES[name]), context)
        return self.resolve_empty(context)


@pytest.fixture(scope="module")
def schema():
    parser = etree.XMLParser(no_network=True, load_dtd=False)
    parser.resolvers.add(Local())
    return etree.XMLSchema(etree.parse(str((SCHEMAS or ROOT) / "dcc-3.3.0" / "dcc.xsd"), parser))


def valid(schema, data: bytes) -> None:
    schema.assertValid(etree.fromstring(data))


def test_the_demonstration(schema, tmp_path: Path) -> None:
    assert cli.main(["demo", "--out", str(tmp_path / "out"), "-q"]) == 0
    (path,) = (tmp_path / "out").rglob("certificate.json")
    out = tmp_path / "c.xml"
    assert cli.main(["export", str(path), "--to", "dcc", "--out", str(out)]) == 0
    valid(schema, out.read_bytes())


def test_every_verdict_and_hostile_text(schema) -> None:
    """The invented record of the page: asymmetric and symmetric intervals, levels, contrasts, names that attack."""
    import base64
    import json

    from tests.export import sample

    from measurand.document.certificate import Amended, Statement
    from measurand.export.dcc import render
    from measurand.export.original import Original

    data = sample.envelope(sample.predicate())
    statement = Statement.model_validate_json(base64.b64decode(json.loads(data)["payload"]))
    valid(schema, render(Original(statement, data)))
    amends = Amended(number="A-1", sha256="0" * 64, reason="<b>labels</b> \x00 \ufffe")
    other = statement.predicate.model_copy(update={"amends": amends, "systems": (), "decisions": ()})
    valid(schema, render(Original(statement.model_copy(update={"predicate": other}), data)))
