"""What went wrong, as the reader of a terminal and as a program sees it."""

from __future__ import annotations

import json as json_format
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from measurand.document.frame import render_finding
from measurand.errors import Finding, MeasurandError

SCHEMA = "measurand/error/1"


def show(problem: MeasurandError, *, json: bool) -> None:
    """Write the findings of an error to stderr, each in a frame; with ``json`` also one document to stdout."""
    click.echo(framed(problem.findings), err=True)
    if json:
        document = {"schema": SCHEMA, "exit": problem.exit_code, "findings": [plain(f) for f in problem.findings]}
        click.echo(json_format.dumps(document, ensure_ascii=False, indent=2))


def framed(findings: Iterable[Finding]) -> str:
    """All findings in their frames, with the source line where the file is text."""
    return "\n\n".join(render_finding(finding, source(finding)).rstrip("\n") for finding in findings)


def source(finding: Finding) -> str:
    """The text of the procedure file that a finding speaks of; empty for other files, whose findings name the row."""
    path = Path(finding.file)
    if not finding.file.endswith(".toml") or not finding.line or not path.is_file():
        return ""
    return path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")


def plain(finding: Finding) -> Mapping[str, Any]:
    """A finding as data; what is unknown has no key."""
    return {key: value for key, value in vars(finding).items() if value}
