"""Write ``tests/vectors/``: valid and broken certificates, and what each verifier must say of them (``index.json``).

    python tools/write_vectors.py

One small record is measured, certified with fixed keys (everybody has them: they prove nothing), and then broken in
every way that the index names. A vector that a dishonest laboratory could make is signed again with all digests made
to agree; the others keep their signature.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from disclosed_vectors import Private, with_secret

from measurand.cli import main
from measurand.document.canonical import address_of, canonical
from measurand.document.certificate import PAYLOAD_TYPE, Laboratory
from measurand.document.statement import Subject
from measurand.document.status import Certificate, KeyPredicate, KeyStatement
from measurand.lab import keys
from measurand.lab.envelope import pae, signed
from measurand.lab.opened import opened
from measurand.lab.sign import certify
from measurand.lab.status import of_key, superseded
from measurand.lab.store import FILES

ALL = FILES
"""No file of the record lies beside the certificate."""
HERE = Path(__file__).resolve().parent.parent / "tests" / "vectors"
OURS, OTHER = "measurand", "measurand-verify"
ISSUED = datetime(2026, 12, 1, 12, 0, 0, tzinfo=UTC)
PROCEDURE = """schema = "measurand/procedure/1"
id = "VECTOR-01"
title = "Thirty readings of a gauge, and whether each was taken for good"
system = { name = "reader", version = "1" }
observations = { file = "readings.csv", item = "item", value = "read" }
reference = { file = "readings.csv", item = "item", value = "true" }
sampling = { population = "readings of this gauge" }
measurand = [
  { id = "bias", quantity = "bias", unit = "mm" },
]
requirement = [
  { measurand = "bias", lower_limit = -0.5, upper_limit = 0.5, source = "an example" },
  { id = "below", measurand = "bias", upper_limit = 0.03, source = "an example" },
]
"""


def p256(name: str) -> ec.EllipticCurvePrivateKey:
    """A key that everybody can make: its secret is the digest of its name."""
    secret = int.from_bytes(hashlib.sha256(name.encode()).digest(), "big") % (keys.ORDER - 1) + 1
    return ec.derive_private_key(secret, keys.CURVE)


LABORATORY, STRANGER = p256("measurand vector: laboratory"), p256("measurand vector: stranger")
TWISTED = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"measurand vector: ed25519").digest())
Change = Callable[[dict[str, Any]], None]


@dataclass
class Vector:
    """One certificate with what must be said of it."""

    name: str
    says: str
    data: bytes
    exits: tuple[int, int]
    """Exit codes of ``measurand verify`` and of ``measurand-verify``."""
    states: dict[str, str] = field(default_factory=dict)
    """Check -> state, for checks that both verifiers make."""
    key: str = "laboratory.pub.pem"
    files: dict[str, bytes] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    given: dict[str, bytes] = field(default_factory=dict)
    """Option of both commands -> the bytes of its file."""


def other_base64(text: str) -> str:
    """The same bytes with another last character, whose lowest bits say nothing; there must be padding."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    plain = text.rstrip("=")
    return plain[:-1] + letters[letters.index(plain[-1]) + 1] + "=" * (len(text) - len(plain))


class Source:
    """The record that all vectors are made of."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.valid = b""
        while b"=" not in self.valid.partition(b'"sig":')[2]:  # ECDSA draws: until the signature's base64 has padding
            self.valid = certify(folder, LABORATORY, laboratory=Laboratory(name="Laboratory of vectors"), issued=ISSUED)
        self.payload = base64.b64decode(json.loads(self.valid)["payload"])
        self.parts = json.loads((folder / "parts.json").read_bytes())

    def enveloped(self, change: Change) -> bytes:
        """The valid envelope, changed."""
        data = json.loads(self.valid)
        change(data)
        return canonical(data)

    def dishonest(self, change: Change, parts: bytes | None = None) -> bytes:
        """A changed statement with all digests made to agree, signed by the laboratory."""
        statement = json.loads(self.payload)
        change(statement)
        predicate = statement["predicate"]
        if parts is not None:
            for result in predicate["results"]:
                result["parts_at"] = address_of(parts)
        results = {"schema": "measurand/results/1", "results": predicate["results"],
                   "correlation": predicate["correlation"], "validity": predicate["conditions"],
                   "remarks": predicate["remarks"]}  # fmt: skip
        order = ("invalid", "non-conforming", "inconclusive", "conforming")
        verdicts = [decision["verdict"] for decision in predicate["decisions"]]
        worst = min(verdicts, key=order.index)
        decisions = {"schema": "measurand/decisions/1", "decisions": predicate["decisions"], "verdict": worst}
        files = {"results.json": canonical(results), "decisions.json": canonical(decisions)}
        files |= {"parts.json": parts} if parts is not None else {}
        for subject in statement["subject"]:
            if subject["name"] in files:
                subject["digest"]["sha256"] = hashlib.sha256(files[subject["name"]]).hexdigest()
        self.files = files
        return signed(canonical(statement), LABORATORY)

    def text(self, old: str, new: str) -> bytes:
        """The payload with one piece of text replaced, signed by the laboratory."""
        changed = self.payload.replace(old.encode(), new.encode(), 1)
        if changed == self.payload:
            raise SystemExit(f"{old} is not in the payload")
        return signed(changed, LABORATORY)


def vectors(source: Source, private: Private) -> list[Vector]:
    """All vectors."""
    several = [
        *_valid(source),
        *_statuses(source),
        *_key_documents(source),
        *_times(source),
        *_signatures(source),
        *_payloads(source),
        *_dishonest(source),
    ]
    for one in private.vectors(source.valid):
        code = 1 if "failed" in one.states.values() else 3  # the record stays in the laboratory
        several.append(
            Vector(one.name, one.says, one.certificate, (code, code), one.states, without=ALL, given=one.given)
        )
    return several


def _valid(source: Source) -> list[Vector]:
    good = {"file": "passed", "signature": "passed", "key": "passed", "names": "passed", "results.json": "passed"}
    unknown = {**good, "key": "not checked"}
    other = signed(source.payload, TWISTED)
    demonstration = signed(source.payload, keys.demonstration_key())
    return [
        Vector("valid-p256", "ECDSA on P-256 with SHA-256", source.valid, (0, 0), good),
        Vector("valid-ed25519", "Ed25519", other, (0, 0), good, key="ed25519.pub.pem"),
        Vector("valid-unknown-key", "no key was given: the signer is not known", source.valid, (3, 3), unknown, key=""),
        Vector("valid-demonstration", "signed with the key that everybody has", demonstration, (3, 3), unknown, key=""),
        Vector("valid-no-parts", "parts.json is not there", source.valid, (0, 3), good, without=("parts.json",)),
    ]


def _statuses(source: Source) -> list[Vector]:
    def document(digest: str, key: keys.PrivateKey) -> bytes:
        old = Certificate(number="VECTOR", sha256=digest)
        new = Certificate(number="VECTOR-02", sha256="0" * 64)
        laboratory = Laboratory(name="Laboratory of vectors")
        return superseded(old, new, key, reason="a gauge was worn", laboratory=laboratory, at="2026-12-02T12:00:00Z")

    own, name = hashlib.sha256(source.valid).hexdigest(), "certificate.status.json"
    several = [
        Vector("superseded", "the laboratory replaced it", source.valid, (1, 1), {"status": "failed"}),
        Vector("superseded-by-stranger", "a stranger says that it was replaced", source.valid, (3, 3),
               {"status": "not checked"}),
        Vector("superseded-other", "another certificate was replaced", source.valid, (0, 0), {"status": "passed"}),
    ]  # fmt: skip
    several[0].files[name] = document(own, LABORATORY)
    several[1].files[name] = document(own, STRANGER)
    several[2].files[name] = document("1" * 64, LABORATORY)
    return several


def _key_documents(source: Source) -> list[Vector]:
    """What a key says of itself, beside a valid certificate."""
    own, name = hashlib.sha256(source.valid).hexdigest(), "laboratory.key.json"
    before, after = "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"
    believed, held = {"signature": "passed", "key": "passed"}, {"signature": "passed", "key": "failed"}
    stranger = Vector("key-revoked-by-stranger", "a stranger says that the key is compromised", source.valid, (0, 0),
                      {**believed, "status": "not checked"})  # fmt: skip
    stated = KeyPredicate(
        kind="revoked", keyid=keys.fingerprint(LABORATORY.public_key()), reason="compromised", at=before
    )
    subject = Subject(name="key", digest={"sha256": stated.keyid})
    stranger.files[name] = signed(KeyStatement(subject=(subject,), predicate=stated), STRANGER)
    several = [stranger]
    for title, says, exits, states, document in (
        ("key-compromised", "the key is compromised", (1, 1), held, of_key(LABORATORY, compromised=True, at=after)),
        ("key-compromised-since", "the key is compromised since later; no time is attested", (1, 1), held,
         of_key(LABORATORY, compromised=True, at=after, since=after)),
        ("key-retired-before", "the key was retired before the certificate was issued", (1, 1), held,
         of_key(LABORATORY, compromised=False, at=before)),
        ("key-retired-after", "the key was retired afterwards", (0, 0), believed,
         of_key(LABORATORY, compromised=False, at=after)),
    ):  # fmt: skip
        several.append(Vector(title, says, source.valid, exits, states, files={name: document}))
    replaced = of_key(LABORATORY, compromised=False, at=after, replaced_by=STRANGER.public_key())
    old, new = Certificate(number="VECTOR", sha256=own), Certificate(number="VECTOR-02", sha256="0" * 64)
    withdrawn = superseded(old, new, STRANGER, reason="a gauge was worn", at=after,
                           laboratory=Laboratory(name="Laboratory of vectors"))  # fmt: skip
    several.append(Vector("superseded-by-successor", "the key that took the key's place replaced it", source.valid,
                          (1, 1), {"signature": "passed", "status": "failed"},
                          files={name: replaced, "certificate.status.json": withdrawn}))  # fmt: skip
    thief = of_key(LABORATORY, compromised=True, at=before)
    several.append(Vector("superseded-after-theft", "a compromised key names a successor, who replaces it",
                          source.valid, (1, 1), held, files={name: replaced, "stolen.key.json": thief,
                                               "certificate.status.json": withdrawn}))  # fmt: skip
    return several


def _times(source: Source) -> list[Vector]:
    """Forms of a time that are not the one form."""
    forms = {"offset": "2026-11-23T10:00:00+00:00", "fraction": "2026-11-23T10:00:00.5Z", "zone": "2026-11-23T10:00:00",
             "month": "2026-13-23T10:00:00Z", "second": "2026-11-23T10:00:61Z"}  # fmt: skip
    return [
        Vector(
            f"time-{name}",
            f"issued at {text}",
            source.dishonest(lambda s, t=text: s["predicate"].update(issued=t)),
            (1, 1),
        )
        for name, text in forms.items()
    ]


def _signatures(source: Source) -> list[Vector]:
    def first(name: str, value: str) -> Change:
        return lambda data: data["signatures"][0].update({name: value})

    own = json.loads(source.valid)["signatures"][0]
    foreign = json.loads(signed(source.payload, STRANGER))["signatures"][0]
    seed = bytes.fromhex(keys.fingerprint(LABORATORY.public_key()))
    message = pae(PAYLOAD_TYPE, source.payload)
    confused, twisted = ed25519.Ed25519PrivateKey.from_private_bytes(seed).sign(message), TWISTED.sign(message)
    own_key = keys.pem(TWISTED.public_key()).decode()
    bad = {"signature": "failed"}
    return [
        Vector("signature-stripped", "no signature", source.enveloped(lambda d: d.update(signatures=[])), (1, 1), bad),
        Vector("signature-substituted", "a stranger's signature under the laboratory's key id",
               source.enveloped(first("sig", foreign["sig"])), (1, 1), bad),
        Vector("signature-of-stranger", "validly signed by a stranger", signed(source.payload, STRANGER), (1, 1)),
        Vector("two-signatures", "the laboratory's and a stranger's",
               source.enveloped(lambda d: d["signatures"].append(foreign)), (1, 1), bad),
        Vector("key-confusion", "Ed25519 with a seed from the P-256 key, under its key id",
               source.enveloped(first("sig", base64.b64encode(confused).decode())), (1, 1), bad),
        Vector("key-exchanged", "Ed25519 signature and key under the key id of the P-256 key",
               source.enveloped(lambda d: d["signatures"][0].update(sig=base64.b64encode(twisted).decode(),
                                                                    key=own_key)), (1, 1)),
        Vector("algorithm-downgrade", "the file names an algorithm: there is no place for it",
               source.enveloped(first("alg", "none")), (1, 1)),
        Vector("signature-empty", "an empty signature", source.enveloped(first("sig", "")), (1, 1), bad),
        Vector("signature-other-base64", "the same signature in base64 that is not canonical",
               source.enveloped(first("sig", other_base64(own["sig"]))), (1, 1), bad),
        Vector("payload-type", "another payload type",
               source.enveloped(lambda d: d.update(payloadType="application/json")), (2, 2)),
    ]  # fmt: skip


def _payloads(source: Source) -> list[Vector]:
    def raw(text: bytes) -> bytes:
        return signed(text, LABORATORY)

    def named(name: str) -> bytes:
        return source.dishonest(lambda s: s["predicate"]["laboratory"].update(name=name))

    disguised = {"signature": "passed", "names": "failed"}
    statement = source.text("https://measurand.dev/certificate/v1", "https://slsa.dev/provenance/v1")
    return [
        Vector("predicate-type", "another predicate type", statement, (1, 1)),
        Vector("duplicate-name", "a name twice in one object",
               source.text('"issued":', '"issued":"2020-01-01T00:00:00Z","issued":'), (1, 1)),
        Vector("not-a-number", "NaN", source.text('"predicateType"', '"n":NaN,"predicateType"'), (1, 1)),
        Vector("infinity", "Infinity", source.text('"predicateType"', '"n":Infinity,"predicateType"'), (1, 1)),
        Vector("beyond-2-53", "the integer 2^53 + 1",
               source.text('"predicateType"', '"n":9007199254740993,"predicateType"'), (1, 1)),
        Vector("number-not-decimal", "a value that is no decimal number",
               source.dishonest(lambda s: s["predicate"]["results"][0].update(value="nan")), (1, 1)),
        Vector("nested", "100,000 arrays in each other", raw(b"[" * 100_000), (1, 1)),
        Vector("not-utf-8", "a byte that is not UTF-8",
               raw(source.payload.replace(b"Thirty", b"Th\xffrty", 1)), (1, 1)),
        Vector("not-canonical-payload", "a space after the payload", raw(source.payload + b" "), (1, 1),
               {"file": "failed", "signature": "passed"}),
        Vector("not-canonical-envelope", "a line break after the envelope", source.valid + b"\n", (1, 1),
               {"file": "failed", "signature": "passed"}),
        Vector("unknown-field", "a field that the format does not know",
               source.dishonest(lambda s: s["predicate"].update(approved="yes")), (1, 1)),
        Vector("bidi-name", "a name whose writing direction turns", named("Laboratory \u202eseven"), (1, 1), disguised),
        Vector("look-alike-name", "a Cyrillic letter among Latin ones", named("Labor\u0430tory"), (1, 1), disguised),
        Vector("no-certificate", "JSON of another kind", b'{"value":1}', (2, 2)),
    ]  # fmt: skip


def _dishonest(source: Source) -> list[Vector]:
    made: list[Vector] = []

    def add(name: str, says: str, change: Change, parts: bytes | None = None) -> None:
        data = source.dishonest(change, parts)
        made.append(Vector(name, says, data, (1, 1), {"signature": "passed"}, files=dict(source.files)))

    def result(**fields: str) -> Change:
        return lambda statement: statement["predicate"]["results"][0].update(fields)

    def decision(number: int, **fields: Any) -> Change:
        return lambda statement: statement["predicate"]["decisions"][number].update(fields)

    statement = json.loads(source.payload)
    value = statement["predicate"]["results"][0]["value"]
    better = json.loads(json.dumps(source.parts))
    line = better["lines"][0]["values"][0]
    line[:] = [repr(float(x) / 2) for x in line]
    unsigned = json.loads(source.valid)
    changed = source.payload.replace(value.encode(), (value[:-1] + str((int(value[-1]) + 1) % 10)).encode(), 1)
    unsigned["payload"] = base64.b64encode(changed).decode()
    damaged = (source.folder / "parts.json").read_bytes().replace(b'"share":["0', b'"share":["1', 1)
    made.append(Vector("altered-number", "one digit of a value", canonical(unsigned), (1, 1), {"signature": "failed"}))
    made.append(Vector("altered-parts", "one digit of parts.json, which lies beside", source.valid, (1, 1),
                       {"signature": "passed", "parts.json": "failed"}, files={"parts.json": damaged}))  # fmt: skip
    add("dishonest-value", "a better value, signed with all digests made to agree", result(value="0.1", text="0.10"))
    add("dishonest-u", "half of the standard uncertainty", result(u=repr(float(result_u(statement)) / 2)))
    add("dishonest-parts", "contributions cut to half", lambda _: None, canonical(better))
    add("dishonest-text", "another number is printed than is stated", result(text="0.001 ± 0.001 mm (k = 2.00)"))
    add("dishonest-verdict", "a verdict that does not follow", decision(1, verdict="conforming"))
    add("dishonest-probability", "a probability of conformity that does not follow", decision(0, p_conformity="0.5"))
    add("dishonest-limit", "a decision on another limit than the procedure requires",
        lambda s: s["predicate"]["decisions"][1]["requirement"].update(upper_limit="0.9"))  # fmt: skip
    for name, text in (
        ("infinite", "infinite"),
        ("full-width", "0.1\uff10"),
        ("underscore", "0.1_0"),
        ("plus", "+0.1"),
    ):
        add(f"dishonest-number-{name}", f"a number that is stated as {text!a}", result(k=text))
    add("dishonest-probability-infinite", "an infinite probability", decision(0, p_conformity="infinite"))
    for what, text in (("system", "another"), ("text", "at most 3 mm"), ("source", "a law")):
        add(f"dishonest-requirement-{what}", f"a decision that names another {what} than the procedure requires",
            partial(_required, what=what, text=text))  # fmt: skip
    add("dishonest-omission", "a requirement is not decided", lambda s: s["predicate"]["decisions"].pop())
    add("stranger-file", "a subject outside of the record",
        lambda s: s["subject"].append({"name": "../../etc/passwd", "digest": {"sha256": "0" * 64}}))  # fmt: skip
    return made


def _required(statement: dict[str, Any], *, what: str, text: str) -> None:
    """Change what the second decision says of its requirement."""
    statement["predicate"]["decisions"][1]["requirement"][what] = text


def result_u(statement: dict[str, Any]) -> str:
    """The standard uncertainty of the first result."""
    found: str = statement["predicate"]["results"][0]["u"]
    return found


def private_of(folder: Path) -> Private:
    """The same measurement with private evidence, certified."""
    record = measured(folder, report='report = { disclosure = "private" }\n')
    with_secret(record)
    data = certify(record, LABORATORY, laboratory=Laboratory(name="Laboratory of vectors"), issued=ISSUED)
    (record / "certificate.json").write_bytes(data)
    predicate = opened(record / "certificate.json").statement.predicate
    return Private(record, data, lambda payload: signed(payload, LABORATORY), predicate)


def measured(folder: Path, *, report: str = "") -> Path:
    """The record of thirty readings."""
    folder.mkdir(exist_ok=True)
    rows = ["item,true,read"]
    for n in range(30):
        true, read = 10 + n / 4, 10 + n / 4 + ((n * 37) % 23 - 10) / 40
        rows.append(f"r{n},{true:g},{read:g}")
    (folder / "readings.csv").write_text("\n".join(rows) + "\n")
    (folder / "vector.measure.toml").write_text(PROCEDURE.replace("measurand = [", report + "measurand = [", 1))
    main(["measure", str(folder / "vector.measure.toml"), "--out", str(folder / "out")])
    return next((folder / "out").glob("VECTOR-01-*"))


def write() -> None:
    """Write the record, the keys, the vectors and the index."""
    (HERE / "record").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        source = Source(measured(Path(temporary)))
        names = [subject["name"] for subject in json.loads(source.payload)["subject"]]
        for name in names:
            shutil.copy(source.folder / name, HERE / "record" / name)
        all_vectors = vectors(source, private_of(Path(temporary) / "private"))
    for old in (*HERE.glob("*.json"), *HERE.glob("*.pem")):
        old.unlink()
    for name, key in (("laboratory", LABORATORY), ("stranger", STRANGER), ("ed25519", TWISTED)):
        pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        (HERE / f"{name}.pub.pem").write_bytes(pem)
    index = []
    held: dict[bytes, str] = {}
    for vector in all_vectors:
        file = held.setdefault(vector.data, f"{vector.name}.json") if vector.given else f"{vector.name}.json"
        held.setdefault(vector.data, file)
        (HERE / file).write_bytes(vector.data)
        entry: dict[str, Any] = {"file": file, "says": vector.says}
        entry |= {"name": vector.name} if file != f"{vector.name}.json" else {}
        entry |= {"key": vector.key} if vector.key else {}
        entry |= {"exit": dict(zip((OURS, OTHER), vector.exits, strict=True)), "states": vector.states}
        for name, data in vector.files.items():
            kept = HERE / "record" / name
            if not kept.exists() or data != kept.read_bytes():
                (HERE / f"{vector.name}.{name}").write_bytes(data)
                entry.setdefault("replaced", {})[name] = f"{vector.name}.{name}"
        for option, data in vector.given.items():
            kept_as = f"{vector.name}.{option.removeprefix('--')}.json"
            (HERE / kept_as).write_bytes(data)
            entry.setdefault("given", {})[option] = kept_as
        entry |= {"without": list(vector.without)} if vector.without else {}
        index.append(entry)
    (HERE / "index.json").write_text(json.dumps({"record": "record", "vectors": index}, indent=1) + "\n")


if __name__ == "__main__":
    write()
