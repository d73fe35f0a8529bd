"""Does what the evidence says of an import agree with itself, with the procedure and with the measured rows?"""

from __future__ import annotations

from measurand.document.certificate import Predicate
from measurand.document.evidence import Evidence
from measurand.document.imported import Import
from measurand.lab.check import Check, failed, passed

UNOBSERVED = ("missing", "censored")
"""Statuses of rows that the evidence may have beside those of the table: items of the reference without observation."""


def import_check(predicate: Predicate) -> Check | None:
    """The check ``import``; None when neither evidence nor procedure speaks of one."""
    evidence, procedure = predicate.evidence, predicate.procedure
    observations = procedure.observations if procedure is not None else None
    named = observations.imported if observations is not None else None
    found = evidence.imported if evidence is not None else None
    if evidence is None or (found is None and named is None):
        return None
    if found is None or (procedure is not None and named is None):
        return failed("import", "check.import.silent" if found is None else "check.import.unasked")
    source = ", ".join(observations.file) if observations is not None else ""
    told = [evidence.sources.get(source)] if source else list(evidence.sources.values())
    if found.table_at not in told:
        return failed("import", "check.import.table", expected=found.table_at)
    wrong = _counts(found, evidence)
    if wrong:
        return failed("import", f"check.import.{wrong}", **_told(found, evidence))
    return passed("import", "check.import.passed", **_told(found, evidence))


def _counts(found: Import, evidence: Evidence) -> str:
    """Which of the counts do not add up; empty when they do."""
    every = [found.read, found.kept, found.absent, *found.dropped.values(), *found.counts.values()]
    if min(every) < 0:
        return "negative"
    if found.read != found.kept + sum(found.dropped.values()):
        return "read"
    rows = found.kept + found.absent
    if rows != sum(found.counts.values()):
        return "statuses"
    unobserved = sum(evidence.counts.get(status, 0) for status in UNOBSERVED)
    return "" if evidence.rows - unobserved <= rows <= evidence.rows else "rows"


def _told(found: Import, evidence: Evidence) -> dict[str, str]:
    numbers = {"read": found.read, "kept": found.kept, "dropped": sum(found.dropped.values()), "absent": found.absent,
               "statuses": sum(found.counts.values()), "rows": evidence.rows}  # fmt: skip
    return {name: str(number) for name, number in numbers.items()}
