"""Answers that must be JSON of a stated shape (extra ``json``)."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from measurand.document.live import SystemLimit
from measurand.instrument.fault import stopped
from measurand.instrument.lines import Lines
from measurand.instrument.scoring.contract import Known, Scored, outcome
from measurand.message import say

SECONDS = 5
"""For one text."""


class Structure:
    """1 where the text is JSON that the schema (draft 2020-12) allows, else 0: what is no JSON is a wrong answer here.

    The check runs in a process of its own: a pattern of the schema that takes too long makes the text unscored.
    Nothing is fetched.
    """

    version = 1

    def __init__(self, schema: Any) -> None:
        try:
            validators: Any = import_module("jsonschema")
        except ImportError:
            raise stopped("M0621.library", kind="json", library="jsonschema", extra="json") from None
        try:
            validators.Draft202012Validator.check_schema(schema)
        except validators.SchemaError as error:
            raise stopped("M0622.schema", reason=error.message[:300]) from None
        self._schema = schema
        words = [sys.executable, "-P", "-m", "measurand.instrument.scoring.validating"]
        self._lines = Lines(words, Path.cwd(), SystemLimit(seconds=SECONDS), name="the check of JSON")
        self.known: Sequence[Known] = (Known("{", "", "0"), Known("", "", "0"), Known("NaN", "", "0"))

    def score(self, text: str, reference: str) -> Scored:
        """A check that takes too long cannot be scored."""
        line = self._lines.asked(json.dumps([self._schema, text]).encode() + b"\n")
        return (
            Scored(reason=say("scoring.slow", seconds=str(SECONDS))) if line is None else outcome(not json.loads(line))
        )

    def close(self) -> None:
        """End the process."""
        self._lines.close()
