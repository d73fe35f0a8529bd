"""Signing keys as PEM files: ECDSA on P-256 with SHA-256 (FIPS 186-5), or Ed25519 (RFC 8032)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from measurand.lab.atomic import refusal, write_file

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of the group of P-256 (SEC 2, 2.4.2)."""
DEMONSTRATION = b"measurand demonstration key: everybody has it, it proves nothing"
PRIVATE, PUBLIC = ".pem", ".pub.pem"

EXPECTED = "ECDSA on P-256 or Ed25519 is expected"

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


def new(
    folder: Path, name: str, *, passphrase: bytes | None = None, algorithm: Literal["p256", "ed25519"] = "p256"
) -> tuple[Path, str]:
    """Make a key pair: ``name.pem`` (private, PKCS 8, mode 0600) and ``name.pub.pem``. Returns the private file and
    the fingerprint. Raises StoreError when a file of that name is there."""
    folder.mkdir(parents=True, exist_ok=True)
    name = name.removesuffix(PRIVATE)
    private, public = folder / f"{name}{PRIVATE}", folder / f"{name}{PUBLIC}"
    for path in (private, public):
        if path.exists():
            raise refusal("M0708.exists", path)
    key: PrivateKey = ec.generate_private_key(CURVE) if algorithm == "p256" else ed25519.Ed25519PrivateKey.generate()
    sealing = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    data = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing)
    write_file(private, data, mode=0o600)
    write_file(public, pem(key.public_key()))
    return private, fingerprint(key.public_key())


def private_key(path: Path, *, passphrase: bytes | None = None) -> PrivateKey:
    """The private key of a PEM file, or of ``NAME.pem`` where only NAME is given.

    Raises StoreError: no key, a wrong passphrase, another algorithm.
    """
    try:
        key = serialization.load_pem_private_key(_read(path, PRIVATE), passphrase)
    except TypeError:
        raise refusal("M0721.passphrase", path) from None
    except (ValueError, UnsupportedAlgorithm) as error:
        key_name = "M0721.passphrase" if passphrase else "M0720.key"
        raise refusal(key_name, path, reason=str(error)) from None
    if isinstance(key, ed25519.Ed25519PrivateKey) or _on_p256(key, ec.EllipticCurvePrivateKey):
        return key  # type: ignore[return-value]
    raise refusal("M0720.key", path, reason=EXPECTED)


def public_key(path: Path) -> PublicKey:
    """The public key of a PEM file, or of ``NAME.pub.pem`` where only NAME is given. Raises StoreError."""
    return parsed(_read(path, PUBLIC), file=path)


def parsed(data: bytes, *, file: Path | str) -> PublicKey:
    """The public key of PEM bytes; the algorithm is the key's, never the signed file's. Raises StoreError."""
    try:
        key = serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise refusal("M0720.key", file, reason=str(error)) from None
    if isinstance(key, ed25519.Ed25519PublicKey) or _on_p256(key, ec.EllipticCurvePublicKey):
        return key  # type: ignore[return-value]
    raise refusal("M0720.key", file, reason=EXPECTED)


def pem(key: PublicKey) -> bytes:
    """A public key as PEM (SubjectPublicKeyInfo)."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: PublicKey) -> str:
    """SHA-256 of the DER SubjectPublicKeyInfo, in hexadecimal digits."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def demonstration_key() -> ec.EllipticCurvePrivateKey:
    """The key of the demonstration: always the same, known to everybody, never trusted."""
    secret = int.from_bytes(hashlib.sha256(DEMONSTRATION).digest(), "big") % (ORDER - 1) + 1
    return ec.derive_private_key(secret, CURVE)


def is_demonstration(key: PublicKey) -> bool:
    """Whether a key is the demonstration key."""
    return fingerprint(key) == fingerprint(demonstration_key().public_key())


def _on_p256(key: Any, kind: type) -> bool:
    return isinstance(key, kind) and isinstance(key.curve, ec.SECP256R1)  # type: ignore[attr-defined]


def _read(path: Path, ending: str) -> bytes:
    if not path.exists() and path.with_name(path.name + ending).exists():
        path = path.with_name(path.name + ending)
    try:
        return path.read_bytes()
    except OSError as error:
        raise refusal("M0720.key", path, reason=error.strerror or str(error)) from None
