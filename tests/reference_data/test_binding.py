"""A measurement under a certificate of its reference data: conditions of validity, label uncertainty, verification."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.reference_data.sample import HIGHER, NUMBER, STATED, Lab, cases, lab, table

from measurand import cli
from measurand.errors import AuthenticityError
from measurand.lab import keys
from measurand.lab.envelope import signed
from measurand.lab.reference_certify import opened
from measurand.lab.reference_status import withdrawn
from measurand.lab.trust import Trusted, revoke, trust, trust_folder

PROCEDURE = """\
schema       = "measurand/procedure/1"
id           = "T-01"
system       = {{ name = "S" }}
observations = {{ file = "said.csv", item = "case", value = "said" }}
reference    = {{ file = "cases.csv", item = "case", value = "truth"{more} }}
sampling     = {{ population = "animals" }}
measurand    = [ {{ id = "acc", quantity = "accuracy" }} ]
"""
UNDER = ', certificate = "set.reference.json", tier = "standard", independent = true'


class Bench(Lab):
    """A laboratory with a table, its command line, and what it prints."""

    def measure(self, more: str = UNDER, *, code: int = 0) -> dict[str, object]:
        """The record of a measurement: its documents by name."""
        procedure = self.folder / "t.measure.toml"
        procedure.write_text(PROCEDURE.format(more=more), encoding="utf-8")
        rows = [{"case": r["case"], "said": r["said"]} for r in cases()]
        table(self.folder / "said.csv", rows)
        out = self.folder / "out"
        before = set(out.glob("T-01*")) if out.exists() else set()
        assert cli.main(["measure", str(procedure), "--out", str(out)]) == code
        (record,) = set(out.glob("T-01*")) - before
        found = {path.stem: json.loads(path.read_bytes()) for path in record.glob("*.json")}
        return found | {"folder": record}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    one = lab(tmp_path)
    data = one.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "lab.pem").write_bytes(data)
    (tmp_path / "lab.pub.pem").write_bytes(keys.pem(one.key.public_key()))
    return Bench(one.folder, one.key)


def conditions(found: dict[str, object]) -> dict[str, bool]:
    results = found["results"]
    return {
        row["name"]: row["passed"]
        for row in results["validity"]  # type: ignore[index]
        if row["name"].startswith("reference_")
    }


def result(found: dict[str, object]) -> dict[str, str]:
    one: dict[str, str] = found["results"]["results"][0]  # type: ignore[index]
    return one


ALL = ["reference_certificate", "reference_data", "reference_expiry", "reference_tier", "reference_sample"]


def test_label_uncertainty_is_that_of_the_certificate(bench: Bench) -> None:
    """As if the procedure stated the same rate itself: with the rate in the budget, corrected or bounded."""
    bench.certify(bench.describe(labels=STATED.format(e=0.05, u=0.01)))
    under = bench.measure()
    assert conditions(under) == dict.fromkeys(ALL, True)
    rate = "error = { rate = { value = 0.05, standard_uncertainty = 0.01 }, independent = true }"
    by_hand = bench.measure(", " + rate)
    for key in ("value", "u", "lower", "upper"):
        assert result(under)[key] == result(by_hand)[key]
    share = sum(r["said"] == r["truth"] for r in cases()) / 120
    assert float(result(under)["value"]) == pytest.approx((share - 0.05) / 0.9, abs=1e-12)  # Rogan and Gladen (1978)
    bounded = bench.measure(UNDER.replace(", independent = true", ""))
    assert float(result(bounded)["value"]) == pytest.approx(share, abs=1e-12)
    assert float(result(bounded)["lower"]) < float(result(by_hand)["lower"]) - 0.02


def test_errors_that_differ_by_class_are_a_matrix(bench: Bench) -> None:
    """As if the procedure stated the matrix of the certificate itself, also with its classes in another order."""
    path = bench.certify(bench.describe())
    found = opened(path).statement.predicate.uncertainty
    assert found is not None and found.confusion is not None and found.confusion.classes == ("cat", "dog")
    rows = found.confusion.rows
    under = bench.measure()
    matrix, u = ([[getattr(c, key) for c in row] for row in rows] for key in ("value", "u"))
    stated = f"{{ matrix = {matrix}, standard_uncertainty = {u}, independent = true }}".replace("'", "")
    by_hand = bench.measure(f", error = {stated}")
    turned = bench.measure(UNDER + ', classes = ["dog", "cat"]')
    for key in ("value", "u", "lower", "upper"):
        assert float(result(under)[key]) == pytest.approx(float(result(by_hand)[key]), rel=1e-9)
        assert float(result(under)[key]) == pytest.approx(float(result(turned)[key]), rel=1e-6)


def test_what_the_procedure_states_itself_stands(bench: Bench) -> None:
    bench.certify(bench.describe(labels=STATED.format(e=0.05, u=0.01)))
    own = "error = { rate = { value = 0.02, standard_uncertainty = 0.01 }, independent = true }"
    found = bench.measure(f', certificate = "set.reference.json", {own}')
    assert found["procedure"]["reference"]["error"]["rate"]["value"] == "0.02"  # type: ignore[index]


def test_the_combined_uncertainty_of_a_chain_is_used(bench: Bench) -> None:
    bench.certify(bench.describe("top", tier="highest", labels=STATED.format(e=0.01, u=0.003)))
    bench.certify(bench.describe(labels=STATED.format(e=0.02, u=0.004) + HIGHER.format(name="top")))
    found = bench.measure()
    assert float(found["procedure"]["reference"]["error"]["rate"]["value"]) == pytest.approx(0.0296)  # type: ignore[index]


def test_other_data_are_invalid(bench: Bench) -> None:
    bench.certify(bench.describe())
    rows = cases()
    rows[3]["truth"] = "dog" if rows[3]["truth"] == "cat" else "cat"
    table(bench.folder / "cases.csv", rows)
    found = bench.measure(code=4)
    assert conditions(found) == dict.fromkeys(ALL, True) | {"reference_data": False}


def test_another_order_of_the_same_data_is_the_same(bench: Bench) -> None:
    bench.certify(bench.describe())
    table(bench.folder / "cases.csv", [dict(reversed(r.items())) for r in reversed(cases())])
    assert all(conditions(bench.measure()).values())


def test_the_same_values_in_another_table_are_the_same(bench: Bench) -> None:
    bench.certify(bench.describe(labels=STATED.format(e=0.05, u=0.01)))
    table(bench.folder / "cases.csv", [{"case": r["case"], "truth": r["truth"]} for r in cases()])
    assert all(conditions(bench.measure()).values())


def test_the_table_by_item_is_the_certified_reference(bench: Bench) -> None:
    bench.certify(bench.describe())
    text = PROCEDURE.replace(
        '"cases.csv", item = "case", value = "truth"', '"set.items.csv", item = "item", value = "value"'
    )
    procedure = bench.folder / "i.measure.toml"
    table(bench.folder / "said.csv", [{"case": r["case"], "said": r["said"]} for r in cases()])
    procedure.write_text(text.format(more=UNDER), encoding="utf-8")
    assert cli.main(["measure", str(procedure), "--out", "out"]) == 0
    items = bench.folder / "set.items.csv"
    items.write_text(items.read_text(encoding="utf-8").replace("c1,cat", "c1,dog").replace("c2,dog", "c2,cat"))
    assert cli.main(["measure", str(procedure), "--out", "out"]) == 4


def test_an_expired_certificate_is_invalid(bench: Bench) -> None:
    bench.certify(bench.describe(expires="2021-01-01"), at=datetime(2020, 1, 1, tzinfo=UTC))
    found = bench.measure(code=4)
    assert conditions(found) == dict.fromkeys(ALL, True) | {"reference_expiry": False}
    assert cli.main(["certify", str(found["folder"]), "--key", "lab.pem"]) == 4


def test_a_tier_that_is_too_low_is_invalid(bench: Bench) -> None:
    bench.certify(bench.describe(tier="test"))
    assert conditions(bench.measure(code=4)) == dict.fromkeys(ALL, True) | {"reference_tier": False}
    assert conditions(bench.measure(UNDER.replace('"standard"', '"test"')))["reference_tier"]


def test_too_few_items_are_invalid(bench: Bench) -> None:
    bench.certify(bench.describe(more="minimum_sample = 121"))
    assert conditions(bench.measure(code=4)) == dict.fromkeys(ALL, True) | {"reference_sample": False}


def test_a_broken_signature_is_invalid(bench: Bench) -> None:
    signatures = json.loads(bench.certify(bench.describe(more="minimum_sample = 2")).read_bytes())["signatures"]
    path = bench.certify(bench.describe())
    envelope = json.loads(path.read_bytes()) | {"signatures": signatures}
    path.write_bytes(json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode())
    assert not conditions(bench.measure(code=4))["reference_certificate"]


def test_a_signature_that_cannot_be_checked_is_invalid(bench: Bench) -> None:
    """The file does not carry the key, and nobody here knows it; then it is trusted."""
    path = bench.certify(bench.describe("top", tier="highest", labels=STATED.format(e=0.05, u=0.01)))
    envelope = json.loads(path.read_bytes())
    envelope["signatures"][0]["key"] = ""
    path.write_bytes(json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode())
    more = UNDER.replace("set.reference", "top.reference")
    assert not conditions(bench.measure(more, code=4))["reference_certificate"]
    low = bench.describe("low", labels=STATED.format(e=0.05, u=0.01) + HIGHER.format(name="top"))
    with pytest.raises(AuthenticityError):
        bench.certify(low)
    trust(bench.key.public_key(), trust_folder(), name="lab", file=bench.folder)
    assert conditions(bench.measure(more))["reference_certificate"]
    bench.certify(low)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("combined", "value"), "infinite"),
        (("combined", "value"), "0.6"),
        (("combined", "u"), "-1"),
        (("confusion", "rows", 0, 0, "value"), "infinite"),
        (("confusion", "rows", 0, 0, "value"), "0.2"),
        (("confusion", "rows", 1, 0, "u"), "infinite"),
        (("confusion", "rows"), []),
        (("confusion", "classes"), ["cat", "cat"]),
        (("confusion", "classes"), ["cat", "cow"]),
    ],
)
def test_label_uncertainty_that_cannot_be_is_refused(
    bench: Bench, path: tuple[str | int, ...], value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = bench.certify(bench.describe())
    payload = json.loads(base64.b64decode(json.loads(certificate.read_bytes())["payload"]))
    place = payload["predicate"]["uncertainty"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    certificate.write_bytes(signed(json.dumps(payload, sort_keys=True, separators=(",", ":")).encode(), bench.key))
    procedure = bench.folder / "t.measure.toml"
    more = UNDER + (', classes = ["cat", "dog"]' if "cow" in str(value) else "")
    procedure.write_text(PROCEDURE.format(more=more), encoding="utf-8")
    table(bench.folder / "said.csv", [{"case": r["case"], "said": r["said"]} for r in cases()])
    code, name = (1, "M0801") if value == [] else (2, "M0565")  # a matrix that is none is not read at all
    assert cli.main(["measure", str(procedure)]) == code
    assert name in capsys.readouterr().err


@pytest.mark.parametrize("expires", ["never", "9999", "2030-01-01T00:00:00Z", "\u0662\u0660\u0663\u0660-01-01"])
def test_an_expiry_that_is_no_day_is_refused(bench: Bench, expires: str) -> None:
    certificate = bench.certify(bench.describe())
    payload = json.loads(base64.b64decode(json.loads(certificate.read_bytes())["payload"]))
    payload["predicate"]["expires"] = expires
    certificate.write_bytes(signed(json.dumps(payload, sort_keys=True, separators=(",", ":")).encode(), bench.key))
    with pytest.raises(AuthenticityError, match="expires"):
        opened(certificate)


def test_a_revoked_key_is_invalid(bench: Bench) -> None:
    bench.certify(bench.describe())
    folder = trust_folder()
    trust(bench.key.public_key(), folder, name="lab", file=bench.folder)
    assert all(conditions(bench.measure()).values())
    revoke(Trusted("lab", bench.key.public_key()), folder, at="2026-11-23T00:00:00Z", compromised=True)
    assert not conditions(bench.measure(code=4))["reference_certificate"]


def test_withdrawn_reference_data_are_invalid(bench: Bench) -> None:
    path = bench.certify(bench.describe())
    document = withdrawn(opened(path), bench.key, reason="site B swapped", at="2026-11-23T08:00:00Z")
    path.with_name("set.reference.status.json").write_bytes(document)
    found = bench.measure(code=4)
    assert not conditions(found)["reference_certificate"]
    assert "site B swapped" in json.dumps(found["evidence"])


def test_the_certificate_of_the_measurement_verifies(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.certify(bench.describe())
    found = bench.measure()
    assert found["evidence"]["certified"]["id"] == "SET"  # type: ignore[index]
    assert cli.main(["certify", str(found["folder"]), "--key", "lab.pem"]) == 0
    page = Path(str(found["folder"])) / "certificate.html"
    assert "the reference data are those of certificate SET" in page.read_text(encoding="utf-8")
    (bench.folder / "set.reference.json").unlink()
    assert cli.main(["verify", str(page), "--key", "lab.pub.pem"]) == 0
    assert "recomputed" in capsys.readouterr().out


def test_a_seal_fixes_the_certificate(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.certify(bench.describe(labels=STATED.format(e=0.05, u=0.01)))
    procedure = bench.folder / "t.measure.toml"
    procedure.write_text(PROCEDURE.format(more=UNDER), encoding="utf-8")
    assert cli.main(["seal", str(procedure), "--key", "lab.pem"]) == 0
    bench.certify(bench.describe(labels=STATED.format(e=0.04, u=0.01)))
    found = bench.measure()
    capsys.readouterr()
    assert cli.main(["certify", str(found["folder"]), "--key", "lab.pem", "--sealed"]) == 4
    assert "set.reference.json" in capsys.readouterr().err


def test_numbers_take_their_uncertainty(bench: Bench) -> None:
    bench.certify(bench.describe(labels=NUMBER.format(u=0.5)))
    rows = [{"case": f"c{i}", "truth": str(float(i))} for i in range(40)]
    table(bench.folder / "cases.csv", rows)
    bench.certify(bench.describe(labels=NUMBER.format(u=0.5)))
    procedure = bench.folder / "n.measure.toml"
    table(bench.folder / "said.csv", [{"case": f"c{i}", "said": str(float(i) + (-1) ** i)} for i in range(40)])
    values = []
    for more in (', certificate = "set.reference.json"', ", standard_uncertainty = 0.5"):
        text = PROCEDURE.format(more=more).replace("accuracy", "bias").replace('id = "acc"', 'id = "b"')
        procedure.write_text(text, encoding="utf-8")
        out = bench.folder / f"out{len(values)}"
        assert cli.main(["measure", str(procedure), "--out", str(out)]) == 0
        (record,) = out.glob("T-01*")
        one = json.loads((record / "results.json").read_bytes())["results"][0]
        assert any(line.get("component") == "reference" and "u" in line for line in one["budget"])
        values.append(float(one["u"]))
    assert values[0] == pytest.approx(values[1], rel=0.1)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (', tier = "standard"', "name its file as"),
        (', certificate = "absent.json"', "absent.json"),
        (', certificate = "cases.csv"', "not a certificate"),
        (', tier = "gold", certificate = "x"', "gold"),
        (", independent = true", "independent"),
    ],
)
def test_wrong_keys_are_refused(bench: Bench, capsys: pytest.CaptureFixture[str], more: str, words: str) -> None:
    procedure = bench.folder / "t.measure.toml"
    procedure.write_text(PROCEDURE.format(more=more), encoding="utf-8")
    table(bench.folder / "said.csv", [{"case": r["case"], "said": r["said"]} for r in cases()])
    assert cli.main(["measure", str(procedure)]) == 2
    assert words in capsys.readouterr().err


def test_the_verb(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    path = bench.describe(columns='stratum = "site"')
    assert cli.main(["reference", "certify", str(path), "--key", "lab.pem"]) == 0
    assert "share of wrong values" in capsys.readouterr().out
    assert cli.main(["reference", "certify", str(path), "--key", "lab.pem"]) == 2  # nothing is written over
    certificate = str(bench.folder / "set.reference.json")
    assert cli.main(["reference", "show", certificate, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["found"]["items"] == 120
    assert cli.main(["reference", "verify", certificate]) == 3
    assert cli.main(["reference", "verify", certificate, "--key", "lab.pub.pem", "--json"]) == 0
    capsys.readouterr()
    (bench.folder / "cases.csv").write_text("case,truth\n", encoding="utf-8")
    assert cli.main(["reference", "verify", certificate, "--key", "lab.pub.pem"]) == 1
