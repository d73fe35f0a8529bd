"""``export`` at the command line: signed statements, and certificates of reference data."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from measurand import cli

ROOT = Path(__file__).parents[2]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """The valid test vector, and a key beside it."""
    path = tmp_path / "certificate.json"
    shutil.copy(ROOT / "tests" / "vectors" / "valid-p256.json", path)
    assert cli.main(["key", "new", str(tmp_path / "lab")]) == 0
    return path


@pytest.mark.parametrize("name", ["svr", "test-result"])
def test_a_signed_statement(certificate: Path, name: str) -> None:
    key = str(certificate.parent / "lab.pem")
    assert cli.main(["export", str(certificate), "--to", name]) == 0
    assert cli.main(["export", str(certificate), "--to", name, "--key", key]) == 0
    plain = (certificate.parent / f"certificate.{name}.json").read_bytes()
    whole = json.loads((certificate.parent / f"certificate.{name}.dsse.json").read_bytes())
    assert base64.b64decode(whole["payload"]) == plain
    kind = whole["payloadType"].encode()
    message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(plain), plain)  # DSSE v1.0.2, protocol
    public = serialization.load_pem_public_key((certificate.parent / "lab.pub.pem").read_bytes())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(base64.b64decode(whole["signatures"][0]["sig"]), message, ec.ECDSA(hashes.SHA256()))
    digest = hashlib.sha256(certificate.read_bytes()).hexdigest()
    assert digest in {subject["digest"].get("sha256") for subject in json.loads(plain)["subject"]}


def test_other_formats_are_not_signed(certificate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", str(certificate), "--to", "csv", "--key", str(certificate.parent / "lab.pem")]) == 2
    assert "csv is not signed" in capsys.readouterr().err
    assert not (certificate.parent / "certificate.csv").exists()


REFERENCE = """\
schema = "measurand/reference-file/1"
id = "SET-1"
title = "Invented items"
tier = "test"
intended_use = "tests"
not_for = "anything else"
provenance = "made up"
licence = "CC0-1.0"
expires = 2099-01-01
data = { file = "items.csv", item = "id", cluster = "of" }
labels = { annotators = ["<b>one</b>", "two \\u202e"] }
"""


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """A certificate of invented reference data; an annotator's name is hostile."""
    rows = [f"{n},g{n // 2},{'yes' if n % 3 else 'no'},{'yes' if n % 3 and n != 7 else 'no'}" for n in range(40)]
    (tmp_path / "items.csv").write_text("id,of,<b>one</b>,two \u202e\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "set.toml").write_text(REFERENCE, encoding="utf-8")
    assert cli.main(["key", "new", str(tmp_path / "lab")]) == 0
    assert cli.main(["reference", "certify", str(tmp_path / "set.toml"), "--key", str(tmp_path / "lab.pem")]) == 0
    return tmp_path / "set.reference.json"


def test_croissant_of_reference_data(reference: Path) -> None:
    assert cli.main(["export", str(reference), "--to", "croissant"]) == 0
    whole = json.loads((reference.parent / "set.reference.croissant.json").read_bytes())
    assert whole["license"] == "CC0-1.0" and "made up" in whole["citeAs"]
    assert hashlib.sha256(reference.read_bytes()).hexdigest() in whole["description"]
    assert "Not for: anything else." in whole["description"]
    digests = {one["name"]: one["sha256"] for one in whole["distribution"]}
    assert digests["items.csv"] == hashlib.sha256((reference.parent / "items.csv").read_bytes()).hexdigest()
    items = next(one for one in whole["recordSet"] if one["@id"] == "items-0")
    assert [field["source"]["extract"]["column"] for field in items["field"]] == [
        "id",
        "of",
        "<b>one</b>",
        "two \u202e",
    ]
    assert [field["name"] for field in items["field"]][-1] == "two <U+202E>"
    uncertainty = json.loads(base64.b64decode(json.loads(reference.read_bytes())["payload"]))["predicate"][
        "uncertainty"
    ]
    assert uncertainty["combined"]["u"] in whole["description"]


def test_other_formats_have_no_form_for_reference_data(reference: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", str(reference), "--to", "dcc"]) == 2
    assert "its format is croissant" in capsys.readouterr().err


def test_altered_reference_data_are_not_exported(reference: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = json.loads(reference.read_bytes())
    payload = base64.b64decode(whole["payload"]).replace(b"made up", b"made in")
    whole["payload"] = base64.b64encode(payload).decode()
    reference.write_text(json.dumps(whole, sort_keys=True, separators=(",", ":")))
    assert cli.main(["export", str(reference), "--to", "croissant"]) == 1
    assert "signature" in capsys.readouterr().err
    assert not (reference.parent / "set.reference.croissant.json").exists()
