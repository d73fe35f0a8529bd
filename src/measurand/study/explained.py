"""A quantity explained: all that its definition, its statistic and the rules of the intervals say about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf

from measurand.document.definition import Definition
from measurand.document.loading import load
from measurand.document.minimal import Need, minimal, needs
from measurand.message import say
from measurand.statistic.contract import Biased, Statistic
from measurand.statistic.registry import defaults
from measurand.study.interval_rule import IntervalRule, interval_rule
from measurand.study.quantity_of import statistic_of
from measurand.study.suitability import SYNONYMS


@dataclass(frozen=True)
class Parameter:
    """One parameter that ``at`` sets; ``default`` is "" where there is none."""

    name: str
    required: bool
    default: str

    @property
    def words(self) -> str:
        """The name with whether it must be set, or what it is else."""
        if self.required:
            return f"{self.name} ({say('explain.required')})"
        return f"{self.name} ({say('explain.default', value=self.default)})" if self.default else self.name


@dataclass(frozen=True)
class Explained:
    """What can be said about a quantity before anything is measured."""

    definition: Definition
    words: str
    """The sentence of a result, with L and U for its limits."""
    also: tuple[str, ...]
    """Other names that it goes by."""
    needs: tuple[Need, ...]
    said: tuple[str, ...]
    """What the measurand must say beside ``at``."""
    at: tuple[Parameter, ...]
    rule: IntervalRule
    limits: str
    """How the limits are made, in words."""
    unit: str
    """The unit in words."""
    procedure: str
    """A smallest procedure file; it loads."""


def explained(definition: Definition, known: Collection[str]) -> Explained:
    """All that can be said about a quantity; ``known`` are the ids of all that are defined."""
    text = minimal(definition)
    statistic = statistic_of(load(text.encode(), "").measurand[0], definition)
    rule = interval_rule(definition, statistic)
    said = [say(f"explain.rule.{rule}")]
    if not statistic.smooth and rule != "order":
        said.append(say("explain.rule.steps"))
    if isinstance(statistic, Biased):
        said.append(say("explain.rule.null"))
    if definition.pooled:
        said.append(say("explain.pooled"))
    words = definition.words.format(
        lower="L", upper="U", population=say("explain.population"), positive=say("explain.positive_class")
    )
    return Explained(
        definition, words, synonyms(known).get(definition.id, ()), needs(definition), _said(definition),
        _parameters(definition), rule, " ".join(said), _unit(definition, statistic), text,
    )  # fmt: skip


def synonyms(known: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Other names of each quantity that is known; a name that is itself known means itself."""
    found: dict[str, tuple[str, ...]] = {}
    for name, quantity in SYNONYMS.items():
        if quantity in known and name not in known:
            found[quantity] = (*found.get(quantity, ()), name)
    return found


def _unit(definition: Definition, statistic: Statistic) -> str:
    """Numbers without upper bound have the unit that the measurand states."""
    if definition.unit != "1":
        return definition.unit
    return say("explain.unit.own" if definition.kind == "number" and statistic.bounds[1] == inf else "explain.unit.1")


def _said(definition: Definition) -> tuple[str, ...]:
    asked = (("explain.positive", definition.needs_positive), ("explain.average", definition.needs_average))
    return tuple(say(key) for key, holds in asked if holds)


def _parameters(definition: Definition) -> tuple[Parameter, ...]:
    known = {**defaults(definition.statistic), **definition.parameters}
    found = []
    for name in definition.at:
        default = known.get(name)
        shown = "" if default is None else f"{default:g}" if isinstance(default, float) else str(default).lower()
        found.append(Parameter(name, name in definition.required, "" if shown in ("inf", "-inf") else shown))
    return tuple(found)
