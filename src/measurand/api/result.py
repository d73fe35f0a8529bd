"""A result in Python: a value that is never without its uncertainty, and a decision that is not a truth value."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from measurand.api.asked import Requirement
from measurand.api.plot import Plots
from measurand.document.decision import Decision as Stated
from measurand.document.decision import Verdict
from measurand.document.number import real
from measurand.document.result import Line, NotEvaluated
from measurand.document.result import Result as Written
from measurand.document.rounding import printed, significant
from measurand.errors import MeasurandError
from measurand.export.card import card
from measurand.export.summary import summary
from measurand.message import say
from measurand.quantity.estimate import Estimate, covariance
from measurand.quantity.limits import Limits
from measurand.quantity.mover import difference


class Stating:
    """What a result and a difference have in common: they print with their uncertainty and are not numbers."""

    text: str

    def __float__(self) -> NoReturn:
        raise TypeError(say("api.float"))

    def __bool__(self) -> NoReturn:
        raise TypeError(say("api.bool_result"))

    def __str__(self) -> str:
        return self.text

    def __format__(self, spec: str) -> str:
        if spec:
            raise TypeError(say("api.format", spec=spec))
        return self.text


@dataclass(frozen=True, eq=False, repr=False)
class Budget:
    """The uncertainty budget of a result: iterate over its lines, or print it."""

    lines: tuple[Line | NotEvaluated, ...]

    def __iter__(self) -> Iterator[Line | NotEvaluated]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def records(self) -> list[dict[str, Any]]:
        """One dictionary per line, numbers as floats: what a table of another package is made from."""
        return [
            {k: real(v) if k in ("u", "coefficient", "contribution", "variance", "share", "df") else v for k, v in line}
            for line in self.lines
        ]

    def __repr__(self) -> str:
        return "\n".join(_line(line) for line in self.lines)


def _line(line: Line | NotEvaluated) -> str:
    if isinstance(line, NotEvaluated):
        return f"{line.component:<15} {line.state}: {line.needs}"
    share = f"{100 * real(line.share):.1f} %"
    contribution = significant(line.contribution)
    return f"{line.component:<15} {line.type} {line.distribution:<12} {contribution:>10} {share:>8}  {line.line}"


@dataclass(frozen=True, eq=False, repr=False)
class Decision:
    """A statement of conformity. ``conforms`` is True only for CONFORMING; a decision itself has no truth value."""

    document: Stated
    result: Result

    @property
    def verdict(self) -> Verdict:
        """One of the four verdicts."""
        return self.document.verdict

    @property
    def conforms(self) -> bool:
        """Whether the verdict is CONFORMING."""
        return self.document.conforms

    @property
    def p_conformity(self) -> float:
        """Probability that the measurand lies within the limits."""
        return real(self.document.p_conformity)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the verdict is what it is."""
        return self.document.reasons

    @property
    def what_now(self) -> str:
        """What would settle it; empty after CONFORMING."""
        return self.document.what_now

    @property
    def plot(self) -> Plots:
        """The pictures of its result, with the limits of this decision."""
        return Plots(self.result.document, self.document)

    def __bool__(self) -> NoReturn:
        raise TypeError(say("api.bool_decision"))

    def summary(self) -> str:
        """The result and this decision in plain words."""
        return summary(self.result.document, [self.document])

    def __repr__(self) -> str:
        verdict = say(f"verdict.{self.verdict.value}")
        return f"{self.result.id}: {verdict} ({self.document.requirement.text}; {self.result.text})"

    def _repr_html_(self) -> str:
        return card(self.result.document, self.document)


@dataclass(frozen=True, eq=False, repr=False)
class Result(Stating):
    """A measurement result (VIM 2.9) as it was written, with what is needed to compare and to decide."""

    document: Written
    source: Any = field(repr=False)
    """The measurement that it comes from (``measurand.api.measuring.Measurement``)."""
    index: int = 0

    @property
    def id(self) -> str:
        """Id of the measurand."""
        return self.document.measurand

    @property
    def value(self) -> float:
        """The measured value. Print the result, not this number."""
        return real(self.document.value)

    @property
    def u(self) -> float:
        """Combined standard uncertainty."""
        return real(self.document.u)

    @property
    def U(self) -> float:  # noqa: N802 - the symbol of the GUM
        """Expanded uncertainty. Raises MeasurandError when the interval is not symmetric."""
        return self._symmetric("U", self.document.U)

    @property
    def k(self) -> float:
        """Coverage factor. Raises MeasurandError when the interval is not symmetric."""
        return self._symmetric("k", self.document.k)

    @property
    def interval(self) -> tuple[float, float]:
        """Coverage interval."""
        return real(self.document.lower), real(self.document.upper)

    @property
    def null_value(self) -> float | None:
        """What a system without fault would be expected to show, for a quantity that is biased upwards."""
        return None if self.document.null_value is None else real(self.document.null_value)

    @property
    def dof(self) -> float:
        """Effective degrees of freedom."""
        return real(self.document.df)

    @property
    def text(self) -> str:  # type: ignore[override]
        """The result as printed."""
        return self.document.text

    @property
    def words(self) -> str:
        """The result in a sentence."""
        return self.document.words

    def summary(self) -> str:
        """One paragraph in plain words: value, what it rests on, what was not evaluated, verdicts."""
        return summary(self.document, [decision.document for decision in self.decisions])

    @property
    def unit(self) -> str:
        """Unit of the measurand."""
        return self.document.unit

    @property
    def budget(self) -> Budget:
        """The uncertainty budget."""
        return Budget(self.document.budget)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the reader must know."""
        return self.document.warnings

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Decisions about the requirements that were stated with the measurement."""
        key = (self.document.measurand, self.document.system, self.document.level)
        several = self.source.decisions.decisions
        return tuple(Decision(d, self) for d in several if (d.measurand, d.system, d.level) == key)

    @property
    def plot(self) -> Plots:
        """Its pictures: ``interval``, ``budget``, ``items``, ``repeatability``."""
        stated = self.decisions
        return Plots(self.document, stated[0].document if stated else None)

    def decide(self, requirement: Requirement) -> Decision:
        """Decide about a requirement; it is stated after the measurement, and the decision says so."""
        return Decision(self.source.decide(self.index, requirement), self)

    def __sub__(self, other: Result) -> Difference:
        if not isinstance(other, Result):
            raise TypeError(say("api.minus"))
        return minus(self, other)

    def __repr__(self) -> str:
        return f"{self.id}: {self.text}"

    def _repr_html_(self) -> str:
        stated = self.decisions
        return card(self.document, stated[0].document if stated else None)

    def _symmetric(self, name: str, number: str | None) -> float:
        if number is None:
            raise MeasurandError(say("api.asymmetric", name=name))
        return real(number)


@dataclass(frozen=True, eq=False, repr=False)
class Difference(Stating):
    """The difference of two results; what they share (items, labels, inputs) cancels as far as it is shared."""

    first: Result
    second: Result
    limits: Limits
    covariance: float
    level: float = 0.95

    @property
    def value(self) -> float:
        """Value of the first minus value of the second."""
        return self.limits.value

    @property
    def u(self) -> float:
        """Standard uncertainty of the difference, with the covariance of the two."""
        return self.limits.u

    @property
    def interval(self) -> tuple[float, float]:
        """Coverage interval."""
        return self.limits(self.level)

    @property
    def text(self) -> str:  # type: ignore[override]
        """The difference as printed."""
        unit = self.first.unit
        return printed(self.value, self.u, interval=self.interval, coverage_probability=self.level, unit=unit).text

    def __repr__(self) -> str:
        return f"{self.first.id} - {self.second.id}: {self.text}"


def minus(a: Result, b: Result) -> Difference:
    """``a - b`` with the covariance of everything that both share. Raises MeasurandError for different units."""
    if a.unit != b.unit:
        raise MeasurandError(say("api.units", first=a.unit, second=b.unit))
    (one, i), (other, j) = _side(a), _side(b)
    shared = float(covariance(one, other)[i, j])
    spread = math.sqrt(float(one.variance[i]) * float(other.variance[j]))
    rho = min(1.0, max(-1.0, shared / spread)) if spread > 0 else 0.0
    bounds = _bounds(a.document.bounds, b.document.bounds)
    return Difference(
        a, b, difference(a.source.limits[i], b.source.limits[j], rho=rho, bounds=bounds), shared,
        real(a.document.coverage_probability),
    )  # fmt: skip


def _side(result: Result) -> tuple[Estimate, int]:
    return result.source.estimate, result.index


def _bounds(a: Sequence[str | None], b: Sequence[str | None]) -> tuple[float, float]:
    low_a, high_a = (-math.inf if a[0] is None else real(a[0])), (math.inf if a[1] is None else real(a[1]))
    low_b, high_b = (-math.inf if b[0] is None else real(b[0])), (math.inf if b[1] is None else real(b[1]))
    return low_a - high_b, high_a - low_b
