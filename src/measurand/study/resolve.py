"""A procedure meets definitions and data: what cannot work is found before measuring, and units are filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from measurand.document.amount import Amount, convert, known_unit, parse_amount
from measurand.document.decision import Rule
from measurand.document.definition import Definition
from measurand.document.label import label
from measurand.document.procedure import Measurand, Procedure, RequirementRule, is_budget
from measurand.document.table import Table
from measurand.errors import Finding, StatisticError
from measurand.message import say
from measurand.study.binding import Tables, bound, labels
from measurand.study.quantity_of import statistic_of
from measurand.study.readings import reading, reference_kinds
from measurand.study.suitability import unknown_quantity, unsuitable


def resolve(
    procedure: Procedure, definitions: Mapping[str, Definition], *, observations: Table | None, reference: Table | None
) -> tuple[tuple[Finding, ...], Procedure]:
    """Check a loaded procedure against the definitions and its tables; fill in units and convert amounts to them.

    With findings the procedure is not to be used. A table may be absent: of access ``python`` there are no observations
    yet, and ``check`` without data passes none. ``document.loading.located`` gives the findings their lines.
    """
    tables = Tables(observations, reference if reference is not None else _same(procedure, observations))
    found = list(bound(procedure, tables))
    unit: dict[str, str] = {}
    measurands = []
    for n, measurand in enumerate(procedure.measurand):
        definition = definitions.get(measurand.quantity or "")
        path = f"measurand.{n}"
        if measurand.quantity is not None and definition is None:
            found.append(unknown_quantity(path, measurand.quantity, definitions))
        elif definition is not None:
            found += unsuitable(path, measurand, reading(measurand, definition), procedure, tables)
        written, problems = _with_unit(path, measurand, definition)
        found += problems
        unit[measurand.id] = written.unit or "1"
        measurands.append(written)
    bounds = {m.id: _bounds(m, definitions) for m in procedure.measurand}
    requirements = []
    for n, requirement in enumerate(procedure.requirement):
        converted, wrong = _requirement(f"requirement.{n}", requirement, unit, bounds)
        found += wrong
        found += _level(f"requirement.{n}", requirement, procedure, tables)
        requirements.append(converted)
    numeric = "number" in reference_kinds(procedure, definitions)
    if procedure.reference is not None and procedure.reference.standard_uncertainty is not None and not numeric:
        message = say("M0314.no_numeric_reference")
        found.append(Finding("M0314", "reference.standard_uncertainty", message, say("M0314.no_numeric_hint")))
    validity, wrong = _validity(procedure, measurands)
    found += wrong
    resolved = procedure.model_copy(
        update={"measurand": tuple(measurands), "requirement": tuple(requirements), "validity": validity}
    )
    return tuple(dict.fromkeys(found)), resolved


def _same(procedure: Procedure, observations: Table | None) -> Table | None:
    """The table of observations once more, where it is also the reference."""
    one, other = procedure.observations, procedure.reference
    return observations if one is not None and other is not None and one.file == other.file else None


def _with_unit(path: str, measurand: Measurand, definition: Definition | None) -> tuple[Measurand, tuple[Finding, ...]]:
    """The measurand with its unit and with its target uncertainty in it."""
    natural = definition.unit if definition else "1"
    ratio = measurand.contrast is not None and measurand.contrast.kind in ("ratio", "least_ratio")
    free = definition is None or definition.kind == "number" or measurand.model is not None
    unit = "1" if ratio else measurand.unit or natural
    if measurand.unit is not None and measurand.unit != natural and (ratio or not free):
        message = say("M0304.of_quantity", unit=measurand.unit, natural="1" if ratio else natural)
        return measurand, (Finding("M0304", f"{path}.unit", message),)
    update: dict[str, object] = {"unit": unit}
    if measurand.target_uncertainty is not None:
        target = convert(measurand.target_uncertainty, unit)
        if target is None:
            return measurand, (
                _not_comparable(f"{path}.target_uncertainty", measurand.target_uncertainty, unit, measurand.id),
            )
        update["target_uncertainty"] = target
    return measurand.model_copy(update=update), ()


def _not_comparable(path: str, amount: Amount, unit: str, measurand: str) -> Finding:
    known = "" if known_unit(amount.unit) else say("M0304.unknown_unit", unit=amount.unit)
    message = say("M0304.measurand_unit", value=amount.text, unit=unit, measurand=measurand)
    return Finding("M0304", path, message, known)


def _bounds(measurand: Measurand, definitions: Mapping[str, Definition]) -> tuple[float, float]:
    """Range of a measurand; infinite where it is not known (models) or where the statistic cannot be made."""
    unbounded = (float("-inf"), float("inf"))
    definition = definitions.get(measurand.quantity or "")
    if definition is None or measurand.model is not None:
        return unbounded
    known = {name: value for name, value in measurand.at.items() if name in definition.at}
    try:
        low, high = statistic_of(measurand.model_copy(update={"at": known}), definition).bounds
    except (StatisticError, TypeError):  # a finding of its own
        return unbounded
    of_kind = {
        "difference": (low - high, high - low), "ratio": (0.0, float("inf")) if low >= 0 else unbounded,
        "worst": (low, high), "gap": (0.0, high - low), "least_ratio": (0.0, 1.0),
    }  # fmt: skip
    return (low, high) if measurand.contrast is None else of_kind[measurand.contrast.kind]


def _requirement(
    path: str, requirement: RequirementRule, unit: Mapping[str, str], bounds: Mapping[str, tuple[float, float]]
) -> tuple[RequirementRule, list[Finding]]:
    """The requirement with limits and guard band in the unit of its measurand, and what is impossible about it."""
    name, found = requirement.measurand, []
    update: dict[str, object] = {}
    low, high = bounds.get(name, (float("-inf"), float("inf")))
    for key in ("lower_limit", "upper_limit"):
        limit: Amount | None = getattr(requirement, key)
        if limit is None:
            continue
        converted = convert(limit, unit.get(name, "1"))
        if converted is None:
            found.append(_not_comparable(f"{path}.{key}", limit, unit.get(name, "1"), name))
            continue
        update[key] = converted
        if not low <= float(converted.value) <= high:
            percent = 1 < float(converted.value) <= 100 and high == 1
            hint = say("M0318.percent", value=limit.text) if percent else ""
            message = say("M0318.range", value=limit.text, low=f"{low:g}", high=f"{high:g}", measurand=name)
            found.append(Finding("M0318", f"{path}.{key}", message, hint))
    rule, problems = _rule(path, requirement, unit.get(name, "1"))
    found += problems
    return requirement.model_copy(update={**update, "decision_rule": rule}), found


def _rule(path: str, requirement: RequirementRule, unit: str) -> tuple[Rule, list[Finding]]:
    rule = requirement.decision_rule
    guard = parse_amount(rule.guard_band_text) if rule.guard_band_text else None
    if guard is None or guard.unit == "U":
        return rule, []
    converted = convert(guard, unit)
    if converted is None:
        return rule, [_not_comparable(f"{path}.decision_rule.guard_band", guard, unit, requirement.measurand)]
    return rule.model_copy(update={"guard_band": converted.value}), []


def _level(path: str, requirement: RequirementRule, procedure: Procedure, tables: Tables) -> Iterator[Finding]:
    measurand = next((m for m in procedure.measurand if m.id == requirement.measurand), None)
    if requirement.level == "each" or measurand is None:
        return
    contrast, first = measurand.contrast, ""
    of_level = measurand.by
    if of_level is None and contrast is not None and contrast.of_each:
        of_level, first = contrast.over, contrast.first or ""
    if of_level is None:
        return
    factor = next((f for f in procedure.factor if f.id == of_level), None)
    known = [v for v in labels(factor.column if factor and factor.column else of_level, tables) if v != first]
    if known and label(requirement.level) not in known:
        words = ", ".join(known[:12])
        message = say("M0302.contrast_level", value=requirement.level, over=of_level)
        yield Finding("M0302", f"{path}.level", message, say("procedure.known_are", words=words))


def _validity(procedure: Procedure, measurands: list[Measurand]) -> tuple[object, list[Finding]]:
    """The conditions of validity, with the limit of repeatability in the unit of the first measurand."""
    validity, limit = procedure.validity, procedure.validity.max_repeatability
    if limit is None or is_budget(procedure) or not measurands:
        return validity, []
    converted = convert(limit, measurands[0].unit or "1")
    if converted is None:
        return validity, [
            _not_comparable("validity.max_repeatability", limit, measurands[0].unit or "1", measurands[0].id)
        ]
    return validity.model_copy(update={"max_repeatability": converted}), []
