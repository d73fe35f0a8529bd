"""The signed report of a run of reference problems, and what can be checked of one."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path

from measurand.document.canonical import address_of, canonical
from measurand.document.selftest import Outcome, SelftestPredicate, SelftestStatement
from measurand.document.statement import Laboratory, Subject
from measurand.lab import keys
from measurand.lab.atomic import refusal
from measurand.lab.check import Check, failed, passed, unchecked
from measurand.lab.envelope import Signed, read, signature_checks, signed
from measurand.lab.selftest import agrees, problems
from measurand.lab.sign import program
from measurand.lab.trust import Trusted
from measurand.message import say

LARGEST = 4_000_000
"""Bytes of a report that are read."""


def installed() -> dict[str, str]:
    """What is installed: versions, and one digest over all files of the package."""
    root = Path(str(resources.files("measurand")))
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            name, data = path.relative_to(root).as_posix(), path.read_bytes()
            digest.update(f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode())
    return {**program(), "source_sha256": digest.hexdigest()}


def environment() -> dict[str, str]:
    """What the digits may depend on beside the versions."""
    return {"machine": platform.machine(), "system": platform.system(), "python": platform.python_implementation()}


def report(
    found: Iterable[Outcome], key: keys.PrivateKey, *, tested: Mapping[str, str], laboratory: Laboratory, at: str
) -> bytes:
    """The signed report of a run."""
    several = tuple(found)
    asked = {outcome.problem for outcome in several}
    predicate = SelftestPredicate(
        tested=tested, program=installed(), environment=environment(), problems=len(asked),
        complete=asked == {problem.id for problem in problems()}, outcomes=several,
        passed=all(outcome.passed for outcome in several), tested_at=at, laboratory=laboratory,
        demonstration=keys.is_demonstration(key.public_key()),
    )  # fmt: skip
    subjects = (
        Subject(name="tested", digest={"sha256": hashlib.sha256(canonical(dict(tested))).hexdigest()}),
        Subject(name="problems", digest={"sha256": set_sha256()}),
    )
    return signed(SelftestStatement(subject=subjects, predicate=predicate), key)


def set_sha256() -> str:
    """Digest of the set of problems: of their addresses, by id."""
    addresses = {problem.id: address_of(canonical(problem)) for problem in problems()}
    return hashlib.sha256(canonical(addresses)).hexdigest()


def opened(path: Path) -> Signed[SelftestStatement]:
    """Read a report. Raises StoreError or AuthenticityError."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise refusal("M0713.certificate", path, reason=error.strerror or str(error)) from None
    if len(data) > LARGEST:
        raise refusal("M0713.certificate", path, reason=say("box.too_large"))
    return read(data, SelftestStatement, file=path)


def checks(found: Signed[SelftestStatement], *, key: Path | None, trusted: Mapping[str, Trusted]) -> list[Check]:
    """Is the report as it was signed, whose is it, does what it says follow from its answers, and did they pass?"""
    predicate = found.statement.predicate
    given = keys.public_key(key) if key is not None else None
    several = [failed("file", "check.file.failed", reason="; ".join(found.faults))] if found.faults else []
    several += signature_checks(found, given=given, trusted=trusted, signed_at=predicate.tested_at)
    several.append(_follows(found))
    several.append(_same_set(predicate))
    wrong = sum(not outcome.passed for outcome in predicate.outcomes)
    counts = {"count": str(len(predicate.outcomes)), "failed": str(wrong)}
    several.append((failed if wrong else passed)("result", f"check.selftest.{'wrong' if wrong else 'right'}", **counts))
    return several


def _follows(found: Signed[SelftestStatement]) -> Check:
    """Does each ``passed`` follow from its numbers, the whole from them, and is the subject what was tested?"""
    predicate = found.statement.predicate
    each = all(one.passed == agrees(one.got, one.expected, one.tolerance) for one in predicate.outcomes)
    tested = hashlib.sha256(canonical(dict(predicate.tested))).hexdigest()
    named = {subject.name: subject.digest.get("sha256") for subject in found.statement.subject}
    counted = predicate.problems == len({one.problem for one in predicate.outcomes})
    whole = predicate.passed == all(one.passed for one in predicate.outcomes)
    if each and whole and counted and named.get("tested") == tested:
        return passed("answers", "check.selftest.follows")
    return failed("answers", "check.selftest.differs")


def _same_set(predicate: SelftestPredicate) -> Check:
    """Are problems and known answers those that are installed here?"""
    known = {
        (problem.id, asked.name): (address_of(canonical(problem)), asked.expected, asked.tolerance)
        for problem in problems()
        for asked in problem.asked
    }
    stated = {(one.problem, one.name): (one.problem_at, one.expected, one.tolerance) for one in predicate.outcomes}
    if not stated.items() <= known.items():
        return unchecked("problems", "check.selftest.other_set")
    if predicate.complete and len(stated) < len(known):
        return failed("problems", "check.selftest.incomplete")
    return passed("problems", f"check.selftest.{'whole_set' if predicate.complete else 'part_set'}")
