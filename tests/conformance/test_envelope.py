"""The envelope is plain DSSE: securesystemslib, which shares no line with this program, reads and verifies it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("securesystemslib")
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

VECTORS = Path(__file__).parent.parent / "vectors"
KEYS = {"laboratory": ("ecdsa", "ecdsa-sha2-nistp256"), "ed25519": ("ed25519", "ed25519")}


def key(name: str, keyid: str) -> SSlibKey:
    """The public key of the vectors, under the key id of the envelope."""
    kind, scheme = KEYS[name]
    pem = (VECTORS / f"{name}.pub.pem").read_text()
    if kind == "ed25519":
        from cryptography.hazmat.primitives import serialization

        raw = serialization.load_pem_public_key(pem.encode()).public_bytes_raw()  # type: ignore[union-attr]
        return SSlibKey(keyid, kind, scheme, {"public": raw.hex()})
    return SSlibKey(keyid, kind, scheme, {"public": pem})


def envelope(file: str) -> tuple[Envelope, str]:
    """The envelope as securesystemslib reads it, and its key id."""
    data = json.loads((VECTORS / file).read_bytes())
    keyid = data["signatures"][0]["keyid"]
    return Envelope.from_dict(data), keyid


@pytest.mark.parametrize(("file", "name"), [("valid-p256.json", "laboratory"), ("valid-ed25519.json", "ed25519")])
def test_securesystemslib_verifies(file: str, name: str) -> None:
    found, keyid = envelope(file)
    assert found.payload_type == "application/vnd.in-toto+json"
    assert keyid in found.verify([key(name, keyid)], threshold=1)
    assert json.loads(found.payload)["_type"] == "https://in-toto.io/Statement/v1"


@pytest.mark.parametrize("file", ["altered-number.json", "signature-substituted.json", "key-confusion.json"])
def test_securesystemslib_refuses(file: str) -> None:
    found, keyid = envelope(file)
    with pytest.raises(VerificationError):
        found.verify([key("laboratory", keyid)], threshold=1)
