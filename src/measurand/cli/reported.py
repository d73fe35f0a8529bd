"""Files that ``measure`` leaves for other tools: JUnit report, job summary, badges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from measurand.cli.view import exit_code, strongest
from measurand.document.decision import Decision
from measurand.document.record import Record
from measurand.export import badge as drawn
from measurand.export import job_summary
from measurand.export import junit as cases
from measurand.export.summary import of_result
from measurand.lab.atomic import refusal, write_file


def reported(records: Sequence[Record], *, junit: Path | None, summary: Path | None, badge: Path | None) -> None:
    """Write what was asked for. Raises StoreError where the disk refuses."""
    if junit is not None:
        write_file(junit, cases.render(records), replace=True)
    if summary is not None:
        _appended(summary, job_summary.render(records))
    if badge is not None:
        badge.mkdir(parents=True, exist_ok=True)
        for record in records:
            for result in record.results.results:
                decisions = of_result(result, record.decisions.decisions)
                name = "-".join(filter(None, (record.procedure.id, result.measurand, result.system, result.level)))
                file = badge / (re.sub(r"[^A-Za-z0-9._-]+", "_", name) + ".svg")
                write_file(file, drawn.render(result, strictest(decisions)), replace=True)


def strictest(decisions: Sequence[Decision]) -> Decision | None:
    """The decision that sets the exit code; None where nothing was required."""
    code = strongest([exit_code(decision.verdict) for decision in decisions])
    return next((decision for decision in decisions if exit_code(decision.verdict) == code), None)


def _appended(path: Path, data: bytes) -> None:
    try:
        with path.open("ab") as file:  # what other steps wrote there stays
            file.write(data)
    except OSError as error:
        raise refusal("M0709.write", path, reason=error.strerror or str(error)) from None
