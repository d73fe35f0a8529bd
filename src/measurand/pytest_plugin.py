"""Plugin of pytest: ``pytest --measurand`` measures every ``*.measure.toml``; each requirement is a test.

Loaded with every start of pytest where measurand is installed: nothing else is loaded before ``--measurand`` is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ENDING = ".measure.toml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--measurand`` and ``--measurand-out``."""
    group = parser.getgroup("measurand")
    group.addoption("--measurand", action="store_true", help=f"measure every *{ENDING} that is collected")
    group.addoption("--measurand-out", default="out", metavar="DIR", help="folder of the records (default: out)")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse automatic reruns: a measurement that is repeated until it passes has another risk than the one stated."""
    if config.getoption("measurand") and config.getoption("reruns", default=0):
        raise pytest.UsageError(_say("pytest.reruns"))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> MeasureFile | None:
    """A procedure file, where ``--measurand`` was given."""
    if parent.config.getoption("measurand") and file_path.name.endswith(ENDING):
        found: MeasureFile = MeasureFile.from_parent(parent, path=file_path)
        return found
    return None


class RefusedError(Exception):
    """A verdict other than CONFORMING, in words."""


class MeasureFile(pytest.File):
    """A procedure file. It is measured once, when the first of its tests runs."""

    record: Any = None
    fault: BaseException | None = None

    def collect(self) -> Iterator[RequirementItem]:
        """A test for each requirement; one for the whole where nothing is required."""
        procedure = import_module("measurand.lab.job").opened(self.path).procedure
        for requirement in dict.fromkeys(one.id for one in procedure.requirement):
            yield RequirementItem.from_parent(self, name=requirement)
        if not procedure.requirement:
            yield RequirementItem.from_parent(self, name=procedure.id, required=False)

    def measured(self) -> Any:
        """The record; what went wrong the first time goes wrong for every requirement."""
        if self.record is None and self.fault is None:
            job = import_module("measurand.lab.job")
            try:
                done = job.job(job.opened(self.path), Path(self.config.getoption("measurand_out")))
                self.record = import_module("measurand.lab.store").load(done.folder)
            except import_module("measurand.errors").MeasurandError as error:
                self.fault = error
        if self.fault is not None:
            raise self.fault
        return self.record


class RequirementItem(pytest.Item):
    """The decisions on one requirement: it passes when each of them is CONFORMING."""

    def __init__(self, *, required: bool = True, **named: Any) -> None:
        super().__init__(**named)
        self.required, self.ran = required, False

    def setup(self) -> None:
        """Refuse to run twice, whatever asks for it."""
        if self.ran or self.get_closest_marker("flaky") is not None:
            raise RefusedError(_say("pytest.again"))
        self.ran = True

    def runtest(self) -> None:
        """Measure, if that was not done yet, and look at the verdicts. Raises RefusedError with the reasons."""
        parent = self.parent
        if not isinstance(parent, MeasureFile):
            raise TypeError(f"{self.nodeid} is not in a procedure file")
        record = parent.measured()
        text = import_module("measurand.export.text").render_results(record, colour=False, ascii_only=False)
        self.add_report_section("call", "measurand", text)
        decisions = [d for d in record.decisions.decisions if d.requirement.id == self.name or not self.required]
        if bad := [d for d in decisions if not d.conforms]:
            words = [f"{_say(f'verdict.{d.verdict.value}')}: {d.requirement.text}" for d in bad]
            reasons = [reason for d in bad for reason in (*d.reasons, d.what_now) if reason]
            raise RefusedError("\n".join([*words, *reasons, "", text]))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """The verdict, or the finding with its place; a traceback only of what is a fault of the program."""
        if isinstance(excinfo.value, RefusedError):
            return str(excinfo.value)
        if isinstance(excinfo.value, import_module("measurand.errors").MeasurandError):
            return str(import_module("measurand.cli.fault").framed(excinfo.value.findings))
        return str(super().repr_failure(excinfo, style))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it is: the procedure file."""
        return self.path, 0, f"{self.path.name}: {self.name}"


def _say(key: str) -> str:
    return str(import_module("measurand.message").say(key))
