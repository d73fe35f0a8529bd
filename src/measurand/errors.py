"""The error classes of the program, and the finding that every check returns.

Errors are raised where the fact is known. Their text holds what was found, what was expected, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that a check found wrong: a code for ``explain``, the place, the message and the fix.

    ``path`` is a dotted path in a document (``requirement.0.lower_limit``); ``file``, ``line`` and ``column`` are
    filled in by the loader that knows the text (0: unknown, not printed).
    """

    code: str
    path: str
    message: str
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0


class MeasurandError(Exception):
    """Base of all errors that are somebody's to mend; carries the findings and the exit code of the command line."""

    exit_code = 2

    def __init__(self, findings: Sequence[Finding] | Finding | str) -> None:
        if isinstance(findings, str):
            findings = Finding(code="M00", path="", message=findings)
        self.findings: tuple[Finding, ...] = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__("; ".join(f.message for f in self.findings))


class ProcedureError(MeasurandError):
    """The procedure file cannot be used (M01 file, M02 key, M03 value)."""


class TableError(MeasurandError):
    """A table cannot be used: file, row, column and value are in the finding (M04)."""


class DesignError(MeasurandError):
    """The data cannot support what the procedure asks for (M05)."""


class StatisticError(MeasurandError):
    """A statistic is not defined on these rows (one class only, no trials)."""


class RefusedError(MeasurandError):
    """A limit that no rule can give honestly; says what would be needed."""


class RunError(MeasurandError):
    """Observing failed for reasons of the environment; the record is kept and can be resumed (M06)."""

    exit_code = 5


class StoreError(MeasurandError):
    """A stored file is missing, truncated or has other bytes than its address says (M07)."""


class AuthenticityError(MeasurandError):
    """A signed document is not what its signature says (M08)."""

    exit_code = 1


class NotCertifiableError(MeasurandError):
    """A record that no certificate can be issued for: it is invalid or partial (M09)."""

    exit_code = 4
