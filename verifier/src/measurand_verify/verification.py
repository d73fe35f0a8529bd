"""All checks of one certificate, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measurand_verify import certificate as certificates
from measurand_verify.certificate import Certificate
from measurand_verify.check import Check, NotACertificateError, RefusedError, exit_code, failed, passed, unchecked
from measurand_verify.decision import decision_checks
from measurand_verify.envelope import PublicKey, public_key, signature_checks
from measurand_verify.opening import opening_checks, own_check
from measurand_verify.origin import import_check
from measurand_verify.recompute import result_checks
from measurand_verify.status import status_checks
from measurand_verify.strict import strict
from measurand_verify.variance import Parts, parts_of

_SHAPE = (KeyError, TypeError, AttributeError, IndexError, ValueError, ArithmeticError, RecursionError)
"""What reading a signed document of another shape than the format's raises: a finding about it."""


@dataclass(frozen=True)
class Verification:
    """What was checked of which certificate."""

    number: str
    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> int:
        """0 authentic and recomputed, 1 a check failed, 3 one that is needed could not be made."""
        return exit_code(self.checks)


def verify(
    path: Path,
    *,
    key: Path | None = None,
    folder: Path | None = None,
    status: Sequence[Path] = (),
    disclosed: Path | None = None,
    challenge: Path | None = None,
) -> Verification:
    """Verify a certificate with the laboratory's public key; the files of the record lie in ``folder`` or beside it.

    ``status``: status and key documents or folders of them, besides those in ``folder``; ``disclosed``: items that the
    laboratory opened, for the ``challenge`` that the reader keeps.

    Raises NotACertificateError where there is no certificate or no key. A damaged one gives a failed check.
    """
    given = _key(key) if key is not None else None
    try:
        found = certificates.read(path)
    except RefusedError as error:
        return Verification("", (failed("file", str(error)),))
    except _SHAPE as error:
        return Verification("", (failed("file", _odd(error)),))
    checks = [_file(found), *signature_checks(found.envelope, found.payload, given)]
    if not _stands(checks):
        checks.append(unchecked("recomputation", "what is not authentic is not recomputed"))
    else:
        checks += _of_content(found, folder or path.parent)
        checks += status_checks(found, [folder or path.parent, *status], given)
    if found.is_page:
        checks.append(unchecked("page", "what the page shows is not compared with what was signed"))
    if disclosed is not None:
        checks += opening_checks(found, disclosed, challenge)
    checks.append(unchecked("evidence", "the evidence table is not read; `measurand verify` does", needed=False))
    checks.append(unchecked("time", "time stamps are not looked at; `measurand verify` does", needed=False))
    return Verification(str(found.predicate["number"]), tuple(checks))


def _stands(checks: list[Check]) -> bool:
    return all(check.state != "failed" for check in checks)


def _of_content(found: Certificate, folder: Path) -> list[Check]:
    """The checks of files, chain and numbers; what the format does not allow is a failed check."""
    checks: list[Check] = []
    step = "chain"
    try:
        several, files = _chain(found, folder)
        checks += several
        if not _stands(checks):
            return [*checks, unchecked("recomputation", "what is not authentic is not recomputed")]
        step = "recomputation"
        checks += _recomputed(found, files)
    except RefusedError as error:
        checks.append(failed(step, str(error)))
    except _SHAPE as error:
        checks.append(failed(step, _odd(error)))
    return checks


def _key(path: Path) -> PublicKey:
    try:
        return public_key(path.read_bytes())
    except OSError as error:
        raise NotACertificateError(f"{path}: {error.strerror or error}") from None
    except RefusedError as error:
        raise NotACertificateError(f"{path}: {error}") from None


def _odd(error: Exception) -> str:
    return f"a field is missing or of another kind than the format has it: {type(error).__name__}: {str(error)[:120]}"


def _file(found: Certificate) -> Check:
    return failed("file", "; ".join(found.faults)) if found.faults else passed("file", "canonical bytes")


def _chain(found: Certificate, folder: Path) -> tuple[list[Check], dict[str, bytes]]:
    """The checks of the files and their chain; and the bytes of each file whose digest agrees."""
    predicate = found.predicate
    checks, files = certificates.subject_checks(found, folder)
    subjects = {subject["name"]: subject["digest"].get("sha256") for subject in found.subject}
    if len(subjects) != len(found.subject):
        checks.append(failed("subject", "a file is named twice"))
    absent = sorted(set(certificates.inside(predicate)) - set(subjects))
    if absent:
        checks.append(failed("subject", f"no digest is stated of {', '.join(absent)}"))
    seal = certificates.seal_check(predicate, found.envelope["signatures"][0]["keyid"])
    links = certificates.chain_checks(predicate, subjects, files)
    more = [check for check in (seal, own_check(predicate), import_check(predicate)) if check is not None]
    return [certificates.name_check(predicate), *checks, *links, *more], files


def _recomputed(found: Certificate, files: dict[str, bytes]) -> list[Check]:
    parts: Parts | None = None
    if "parts.json" in files:
        parts = parts_of(strict(files["parts.json"]))
    checks, distributions = result_checks(found.predicate, parts)
    return [*checks, *decision_checks(found.predicate, distributions)]
