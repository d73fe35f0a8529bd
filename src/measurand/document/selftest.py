"""Reference problems with known answers, and the signed report of a program that was asked them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from measurand.document.canonical import Address, Document
from measurand.document.number import Number
from measurand.document.statement import Laboratory, SignedStatement

PREDICATE_TYPE = "https://measurand.dev/selftest/v1"


class Asked(Document):
    """One number (or verdict) that is asked for, with the answer that is known."""

    name: str
    words: str
    """What it is, for a program that knows no measurand."""
    expected: str
    """A decimal string, or a verdict."""
    tolerance: Number | None = None
    """Largest difference that passes; absent for a verdict, which must be equal."""
    published: str | None = None
    """As printed in the source, where it prints it."""
    measurand: str
    system: str = ""
    level: str = ""
    requirement: str | None = None
    """Asked of the decision on this requirement; absent: of the result."""
    field: Literal[
        "value", "u", "lower", "upper", "df", "p_conformity", "global_consumer", "global_producer", "verdict"
    ]


class Problem(Document):
    """A reference problem: all data, the task in words, and the procedure by which measurand solves it."""

    schema_: Literal["measurand/problem/1"] = Field(default="measurand/problem/1", alias="schema")
    id: str
    title: str
    task: str
    source: tuple[str, ...]
    """Where data and answers are published."""
    origin: str
    """How the answers are known: published digits, closed form, or other programs that agree."""
    tables: Mapping[str, Mapping[str, tuple[str, ...]]] = Field(default_factory=dict)
    """File -> column -> cells."""
    procedure: str
    """Procedure file; another program may ignore it."""
    asked: tuple[Asked, ...]


class Outcome(Document):
    """One answer beside the known one."""

    problem: str
    problem_at: Address
    """Address of the problem as it was asked."""
    name: str
    expected: str
    tolerance: Number | None = None
    got: str = ""
    """Empty: no answer."""
    passed: bool
    reason: str = ""
    """Why there is no answer."""


class SelftestPredicate(Document):
    """What the report states."""

    schema_: Literal["measurand/selftest/1"] = Field(default="measurand/selftest/1", alias="schema")
    tested: Mapping[str, str]
    """What was tested: names and versions, digests, or the command of another program."""
    program: Mapping[str, str]
    """What asked."""
    environment: Mapping[str, str]
    problems: int
    """Problems that were asked."""
    complete: bool
    """All problems of the set were asked."""
    outcomes: tuple[Outcome, ...]
    passed: bool
    """Every answer lies within its tolerance."""
    tested_at: str
    """UTC time of the run."""
    laboratory: Laboratory
    demonstration: bool = False


class SelftestStatement(SignedStatement):
    """in-toto Statement v1 of a report; its subjects are what was tested and the set of problems."""

    predicateType: Literal["https://measurand.dev/selftest/v1"] = "https://measurand.dev/selftest/v1"  # noqa: N815
    predicate: SelftestPredicate
