"""Certificates of reference data: what is stated, chains of tiers by hand, expiry, and every way to be wrong."""

from __future__ import annotations

import base64
import json
import random
from datetime import UTC, datetime
from math import hypot
from pathlib import Path

import pytest
from tests.reference_data.sample import HIGHER, NOW, NUMBER, STATED, Lab, cases, lab, table

from measurand.cli.reference_shown import shown
from measurand.document.number import real
from measurand.document.reference_certificate import ReferencePredicate
from measurand.errors import AuthenticityError, DesignError, MeasurandError, NotCertifiableError, ProcedureError
from measurand.lab import keys
from measurand.lab.check import Check
from measurand.lab.envelope import signed
from measurand.lab.reference_certify import opened
from measurand.lab.reference_verify import verify
from measurand.lab.trust import Trusted

LATER = datetime(2031, 1, 1, tzinfo=UTC)


@pytest.fixture
def own(tmp_path: Path) -> Lab:
    return lab(tmp_path)


def stated(path: Path) -> ReferencePredicate:
    return opened(path).statement.predicate


def checks(path: Path, own: Lab, *, at: datetime = NOW, higher: tuple[Path, ...] = ()) -> dict[str, Check]:
    key = own.key.public_key()
    known = {keys.fingerprint(key): Trusted("own", key)}
    found = verify(path, at=at, given=None, trusted=known, higher=higher)
    return {check.name: check for check in found.checks} | {"": Check("", "passed", str(found.exit_code))}


def test_what_is_stated(own: Lab) -> None:
    columns = 'stratum = "site"\nsubgroups = ["r1"]\ntext = "words"'
    path = own.certify(own.describe(columns=columns))
    one, rows = stated(path), cases()
    assert (one.tier, one.found.items, one.found.votes) == ("standard", 120, 360)
    assert one.found.composition["site"] == {s: sum(r["site"] == s for r in rows) for s in ("A", "B")}
    votes = [[r[f"r{k}"] for k in (1, 2, 3)] for r in rows]
    agreeing = sum(v[i] == v[j] for v in votes for i, j in ((0, 1), (0, 2), (1, 2)))
    assert one.found.labels is not None and one.found.labels.kind == "class"
    assert real(one.found.labels.agreement.observed) == pytest.approx(agreeing / 360, abs=1e-12)
    assert one.uncertainty is not None and one.uncertainty.combined == one.found.labels.error
    assert one.not_evaluated == ("homogeneity", "stability", "leakage")
    found = checks(path, own)
    assert found[""].text == "0"
    assert found["recomputation"].state == found["set.items.csv"].state == "passed"


def chain(own: Lab, labels: tuple[str, str, str]) -> tuple[Path, Path, Path]:
    top = own.certify(own.describe("top", tier="highest", labels=labels[0]))
    middle = own.certify(own.describe("middle", labels=labels[1] + HIGHER.format(name="top")))
    low = own.certify(own.describe("low", tier="test", labels=labels[2] + HIGHER.format(name="middle")))
    return top, middle, low


def test_three_tiers_of_numbers_by_hand(own: Lab) -> None:
    """3, 4 and 12: 3, 5, 13."""
    several = chain(own, (NUMBER.format(u=3), NUMBER.format(u=4), NUMBER.format(u=12)))
    combined = [stated(path).uncertainty for path in several]
    assert [real(u.combined.u) for u in combined if u is not None] == pytest.approx([3, 5, 13])
    assert checks(several[2], own)[""].text == "0"


def test_three_tiers_of_classes_by_hand(own: Lab) -> None:
    """e = e_h + e_a - 2 e_h e_a for two classes; 0.01 and 0.02 give 0.0296, with 0.05 then 0.07664."""
    several = chain(
        own, (STATED.format(e=0.01, u=0.003), STATED.format(e=0.02, u=0.004), STATED.format(e=0.05, u=0.01))
    )
    first, second, third = (u for path in several if (u := stated(path).uncertainty) is not None)
    assert real(first.combined.value) == 0.01
    assert real(second.combined.value) == pytest.approx(0.0296, abs=1e-15)
    by_hand = hypot(0.96 * 0.003, 0.98 * 0.004)
    assert real(second.combined.u) == pytest.approx(by_hand, rel=1e-12)
    assert real(third.combined.value) == pytest.approx(0.0296 + 0.05 - 2 * 0.0296 * 0.05, abs=1e-15)
    assert real(third.combined.u) == pytest.approx(hypot(0.9 * by_hand, (1 - 2 * 0.0296) * 0.01), rel=1e-12)
    found = checks(several[2], own)
    assert found["higher MIDDLE"].state == found["higher TOP"].state == found["recomputation"].state == "passed"


def test_a_chain_with_a_hole_is_not_checked(own: Lab, tmp_path: Path) -> None:
    _, middle, low = chain(own, (NUMBER.format(u=3), NUMBER.format(u=4), NUMBER.format(u=12)))
    (tmp_path / "elsewhere").mkdir()
    moved = middle.rename(tmp_path / "elsewhere" / middle.name)
    found = checks(low, own)
    assert found["higher MIDDLE"].state == "not checked"
    assert found[""].text == "3"
    assert checks(low, own, higher=(moved.parent, tmp_path))[""].text == "0"


def test_a_chain_with_another_certificate_of_the_name(own: Lab) -> None:
    top, _, low = chain(own, (NUMBER.format(u=3), NUMBER.format(u=4), NUMBER.format(u=12)))
    own.certify(own.describe("middle", labels=NUMBER.format(u=1) + HIGHER.format(name="top")))
    assert checks(low, own)["higher MIDDLE"].state == "not checked"
    assert checks(low, own, higher=(top,))[""].text == "3"


def test_a_chain_signed_by_a_stranger(own: Lab) -> None:
    other = lab(own.folder).key
    own.certify(own.describe("top", tier="highest", labels=NUMBER.format(u=3)), key=other)
    low = own.certify(own.describe("low", tier="test", labels=NUMBER.format(u=4) + HIGHER.format(name="top")))
    found = checks(low, own)
    assert found["higher TOP: signature"].state == "passed"
    assert found["higher TOP: key"].state == "not checked"
    assert found[""].text == "3"


def test_only_a_higher_tier_assigns(own: Lab) -> None:
    own.certify(own.describe("top", labels=NUMBER.format(u=3)))
    with pytest.raises(NotCertifiableError, match="assigned from a higher one"):
        own.certify(own.describe("low", labels=NUMBER.format(u=3) + HIGHER.format(name="top")))


def test_an_expired_set_assigns_nothing(own: Lab) -> None:
    own.certify(own.describe("top", tier="highest", labels=NUMBER.format(u=3), expires="2026-11-21"),
                at=datetime(2026, 11, 1, tzinfo=UTC))  # fmt: skip
    with pytest.raises(NotCertifiableError, match="expired on 2026-11-21"):
        own.certify(own.describe("low", labels=NUMBER.format(u=3) + HIGHER.format(name="top")))


def test_a_share_is_not_carried_to_a_number(own: Lab) -> None:
    own.certify(own.describe("top", tier="highest", labels=STATED.format(e=0.01, u=0.003)))
    with pytest.raises(DesignError, match="of this kind"):
        own.certify(own.describe("low", labels=NUMBER.format(u=3) + HIGHER.format(name="top")))


def test_expiry(own: Lab) -> None:
    path = own.certify(own.describe())
    assert checks(path, own, at=datetime(2030, 1, 1, 23, 59, tzinfo=UTC))["expiry"].state == "passed"
    found = checks(path, own, at=LATER)
    assert found["expiry"].state == "failed"
    assert found[""].text == "1"
    with pytest.raises(NotCertifiableError, match="2030-01-01"):
        own.certify(own.describe(), at=LATER)


def test_other_data_are_found(own: Lab) -> None:
    path = own.certify(own.describe())
    rows = cases()
    rows[5]["truth"] = "dog" if rows[5]["truth"] == "cat" else "cat"
    table(own.folder / "cases.csv", rows)
    found = checks(path, own)
    assert found["cases.csv"].state == found["recomputation"].state == "failed"


def test_without_the_data_nothing_is_recomputed(own: Lab) -> None:
    path = own.certify(own.describe())
    (own.folder / "cases.csv").unlink()
    assert checks(path, own)["recomputation"].state == "not checked"


def altered(path: Path, own: Lab, **changes: object) -> None:
    """The certificate with another content, signed again by its own key."""
    payload = json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))
    payload["predicate"] |= changes
    path.write_bytes(signed(json.dumps(payload, sort_keys=True, separators=(",", ":")).encode(), own.key))


@pytest.mark.parametrize(
    "change",
    [
        {"tier": "highest"},
        {"expires": "2099-01-01"},
        {"minimum_sample": 2},
        {
            "uncertainty": {
                "kind": "error",
                "assignment": {"value": "0", "u": "0"},
                "combined": {"value": "0", "u": "0"},
            }
        },
    ],
)
def test_what_does_not_follow_from_the_description_is_found(own: Lab, change: dict[str, object]) -> None:
    """A laboratory that signs other numbers than its data give."""
    path = own.certify(own.describe())
    altered(path, own, **change)
    found = checks(path, own)
    assert found["signature"].state == "passed"
    assert found["recomputation"].state == "failed"


def test_a_list_of_files_that_hides_one_is_found(own: Lab) -> None:
    path = own.certify(own.describe())
    payload = json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))
    files = payload["subject"]
    without = [[file for file in files if file is not one] for one in files]
    assert len(without) > 2
    for changed in ([*files, {**files[1], "digest": {"sha256": "0" * 64}}], *without):
        whole = json.dumps(payload | {"subject": changed}, sort_keys=True, separators=(",", ":"))
        path.write_bytes(signed(whole.encode(), own.key))
        assert checks(path, own)["files"].state == "failed"


def test_neither_the_description_nor_the_table_by_item_is_needed(own: Lab) -> None:
    path = own.certify(own.describe())
    (own.folder / "set.toml").unlink()
    (own.folder / "set.items.csv").unlink()
    assert checks(path, own)[""].text == "0"


def test_agreement_with_the_values_a_year_later_by_plain_count(own: Lab) -> None:
    rng, rows = random.Random(7), cases()
    later = []
    for row in rows:
        for day, rate in (("2025-01-01", 0.95), ("2026-01-01", 0.75)):
            other = "dog" if row["truth"] == "cat" else "cat"
            later.append({"case": row["case"], "day": day, "again": row["truth"] if rng.random() < rate else other})
    table(own.folder / "later.csv", later)
    truth = {r["case"]: r["truth"] for r in rows}
    share = [
        sum(r["again"] == truth[r["case"]] for r in later if r["day"] == day) / 120
        for day in ("2025-01-01", "2026-01-01")
    ]
    labels = STATED.format(e=0.01, u=0.001) + '[stability]\nfile = "later.csv"\ndate = "day"\nvalue = "again"\n'
    found = stated(own.certify(own.describe(labels=labels))).found.stability
    assert found is not None and found.of == "agreement"
    assert real(found.change) == pytest.approx(share[1] - share[0], abs=1e-12)
    assert (found.df, found.adequate, found.dates) == (119, False, ("2025-01-01", "2026-01-01"))


def test_every_changed_byte_is_found(own: Lab) -> None:
    path = own.certify(own.describe())
    data = path.read_bytes()
    for k in range(0, len(data), max(1, len(data) // 150)):
        path.write_bytes(data[:k] + bytes([data[k] ^ 1]) + data[k + 1 :])
        try:
            assert checks(path, own)[""].text in ("1", "3")
        except MeasurandError as problem:
            assert problem.exit_code in (1, 2)


def test_duplicates_and_leakage(own: Lab) -> None:
    rows = cases()
    rows[10]["words"] = str(rows[3]["words"]).upper()
    rows[10]["truth"] = "dog" if rows[3]["truth"] == "cat" else "cat"
    changed = str(rows[20]["words"]).split()
    changed[0] = "another"
    rows[21]["words"] = " ".join(changed)
    table(own.folder / "cases.csv", rows)
    table(own.folder / "training.csv", [{"case": "t1", "words": rows[7]["words"]}, {"case": "t2", "words": "else"}])
    more = '\n[[other]]\nname = "training"\nfile = "training.csv"\ntext = "words"\n'
    from_labels = STATED.format(e=0.01, u=0.001)
    inside, against = stated(
        own.certify(own.describe(columns='text = "words"', labels=from_labels + more))
    ).found.likeness
    assert (inside.exact, inside.near, inside.conflicting) == (2, 2, 2)
    assert [(p.item, p.other) for p in inside.pairs] == [("c3", "c10"), ("c20", "c21")]
    assert real(inside.pairs[1].similarity) == pytest.approx(25 / 27)  # 26 runs each, the first one differs
    assert (against.exact, against.near, against.against, against.conflicting) == (1, 0, "training", 0)
    assert [(p.item, p.other) for p in against.pairs] == [("c7", "t1")]


def test_images_without_a_decoder_are_compared_by_their_bytes(own: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("measurand.lab.reference_likeness.decodable", lambda: False)
    rows = [{"case": f"c{i}", "truth": "cat" if i % 2 else "dog", "file": f"{i}.png"} for i in range(4)]
    table(own.folder / "cases.csv", rows)
    for i in range(4):
        (own.folder / f"{i}.png").write_bytes(b"image" + bytes([i // 2]))
    one = stated(own.certify(own.describe(columns='image = "file"', labels=STATED.format(e=0.01, u=0.001))))
    (found,) = one.found.likeness
    assert (found.exact, found.near, found.conflicting) == (4, None, 4)
    assert "Pillow" in found.not_evaluated


def test_images_with_a_decoder(own: Lab) -> None:
    image = pytest.importorskip("PIL.Image")
    rows = [{"case": f"c{i}", "truth": "cat" if i % 2 else "dog", "file": f"{i}.png"} for i in range(3)]
    table(own.folder / "cases.csv", rows)
    slope = image.linear_gradient("L")
    slope.save(own.folder / "0.png")
    slope.resize((90, 90)).save(own.folder / "1.png")
    slope.rotate(90).save(own.folder / "2.png")
    one = stated(own.certify(own.describe(columns='image = "file"', labels=STATED.format(e=0.01, u=0.001))))
    (found,) = one.found.likeness
    assert (found.exact, found.near) == (0, 2)
    assert [(p.item, p.other) for p in found.pairs] == [("c0", "c1")]
    (own.folder / "2.png").write_bytes(b"no image")
    with pytest.raises(MeasurandError, match="cannot be used"):
        own.certify(own.describe(columns='image = "file"', labels=STATED.format(e=0.01, u=0.001)))


@pytest.mark.parametrize(
    "name", ["../cases.csv", "/etc/passwd", "below/../../cases.csv", "link.csv", "..\\\\cases.csv"]
)
def test_files_outside_of_the_folder_are_refused(own: Lab, name: str) -> None:
    (own.folder / "here").mkdir()
    (own.folder / "here" / "link.csv").symlink_to(own.folder / "cases.csv")
    inner = Lab(own.folder / "here", own.key)
    with pytest.raises(MeasurandError, match="not in or below"):
        inner.certify(inner.describe(data=name))


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("tier = 'gold'", "tier", 1),
        ("colour = 'blue'", "colour", 1),
        ("expires = 'soon'", "expires", 1),
        ("[labels]\nkind = 'class'", "in one way", 1),
        ("[labels]\nerror = { value = 0.7, standard_uncertainty = 0.1 }\nsource = 's'", "less than 0.5", 2),
        ("[labels]\nerror = { value = 0.1, standard_uncertainty = 0.1 }", "source", 1),
        ("[[other]]\nname = 'x'\nfile = 'x.csv'\ntext = 't'", "nothing to be compared with", 0),
        ("title = 'C\u0430ts'", "looks like another", 0),
        ("[higher]\ncertificate = 'x.json'", "assigned from a higher set", 0),
        ("x = [", "not TOML", 0),
        ("expires = 2031-11-30T00:00:00", "a day such as", 1),
        ("minimum_sample = 99999999999999999999", "less than or equal", 1),
        ("x = " + "[" * 5000, "not TOML", 0),
        ("x = " + "[" * 200 + "]" * 200, "not permitted", 1),
        ("near = { text = nan }", "less than or equal", 1),
    ],
)
def test_a_wrong_description_is_refused_with_its_place(own: Lab, text: str, words: str, line: int) -> None:
    path = own.describe(labels="")
    lines = path.read_text(encoding="utf-8").splitlines()
    name = text.split(" ", maxsplit=1)[0]
    kept = [one for one in lines if not (text[0] != "[" and one.startswith(f"{name} ="))]
    whole = [text, *kept] if text[0] != "[" else [*kept, text]
    path.write_text("\n".join(whole), encoding="utf-8")
    with pytest.raises(ProcedureError, match=words) as caught:
        own.certify(path)
    if line and text[0] != "[":
        assert caught.value.findings[0].line == line
    elif line:
        assert caught.value.findings[0].line >= len(kept)


def test_another_kind_of_document_is_refused(own: Lab) -> None:
    path = own.certify(own.describe())
    payload = json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))
    payload["predicateType"] = "https://measurand.dev/certificate/v1"
    path.write_bytes(signed(json.dumps(payload, sort_keys=True, separators=(",", ":")).encode(), own.key))
    with pytest.raises(AuthenticityError):
        opened(path)
    path.write_bytes(b"{}")
    with pytest.raises(MeasurandError):
        opened(path)


def test_a_certificate_of_strange_numbers_is_shown(own: Lab) -> None:
    """Anybody can sign anything: reading it ends in a sentence."""
    path = own.certify(own.describe(columns='stratum = "site"'))
    found = json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))["predicate"]["found"]
    labels = found["labels"]
    labels["by_stratum"]["A"] |= {"agreement": "infinite"}
    labels["by_stratum"]["B"] |= {"u_agreement": "infinite"}
    labels["agreement"]["specific"]["dog"] = "-1"
    labels["agreement"].pop("u_kappa")
    altered(path, own, found=found)
    lines = "\n".join(shown(stated(path)))
    assert "infinite" in lines
    assert "kappa not evaluated" in lines  # no result without its uncertainty
    assert checks(path, own)["recomputation"].state == "failed"
    labels["confusion"]["rows"][0].pop()
    altered(path, own, found=found)
    with pytest.raises(AuthenticityError, match="for each class"):
        opened(path)


def test_a_certificate_written_before_its_uncertainties_is_still_read(own: Lab) -> None:
    """Results without a standard uncertainty are not shown."""
    document = json.loads((Path(__file__).parent.parent / "formats" / "reference-1.json").read_text(encoding="utf-8"))
    lines = "\n".join(shown(ReferencePredicate.model_validate(document["predicate"])))
    assert "120 pairs of votes that agree: not evaluated; kappa not evaluated" in lines
    assert "s_between not evaluated" in lines
