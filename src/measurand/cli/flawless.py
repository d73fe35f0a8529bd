"""Can a design ever decide? What it would say of a system that is always right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from measurand.document.decision import Decision, Verdict
from measurand.document.definition import Definition
from measurand.document.evidence import Evidence
from measurand.document.label import label
from measurand.document.procedure import Measurand, Procedure, RequirementRule
from measurand.lab.evidence import EvidenceTable
from measurand.lab.job import computed
from measurand.lab.pack import definitions


@dataclass(frozen=True)
class Prospect:
    """What the design would decide of a flawless system."""

    requirement: RequirementRule
    decisions: tuple[Decision, ...]

    @property
    def decidable(self) -> bool:
        """Whether a flawless system would be found CONFORMING everywhere."""
        return all(decision.verdict is Verdict.CONFORMING for decision in self.decisions)


def prospects(procedure: Procedure, table: EvidenceTable, evidence: Evidence) -> Iterator[Prospect]:
    """One prospect for each requirement whose best possible outcome is known: shares and probabilities with one
    reference value, limited on their good side. Of others nothing is said."""
    by_id = {measurand.id: measurand for measurand in procedure.measurand}
    for requirement in procedure.requirement:
        measurand = by_id[requirement.measurand]
        definition = definitions().get(measurand.quantity or "")
        if definition is None or not foreseeable(measurand, definition, requirement):
            continue
        best = flawless(table, measurand, definition)
        if best is not None:
            narrow = procedure.model_copy(update={"measurand": (measurand,), "requirement": (requirement,)})
            yield Prospect(requirement, computed(narrow, best, evidence).decisions.decisions)


def foreseeable(measurand: Measurand, definition: Definition, requirement: RequirementRule) -> bool:
    """Whether the outcome of a flawless system follows from the reference alone."""
    good = {"higher": requirement.lower_limit, "lower": requirement.upper_limit}.get(definition.direction)
    other = {"higher": requirement.upper_limit, "lower": requirement.lower_limit}.get(definition.direction)
    plain = measurand.contrast is None and measurand.model is None and definition.kind != "number"
    return plain and good is not None and other is None


def flawless(table: EvidenceTable, measurand: Measurand, definition: Definition) -> EvidenceTable | None:
    """The evidence as a system would have left it that is always right; None when that is not known."""
    columns = dict(table.columns)
    bound = {role.rstrip("?") for role in definition.roles.values()}
    ok = columns["status"] == "ok"
    if definition.kind == "outcome" and "reference" not in bound:
        columns["value"] = np.where(ok, label(measurand.positive or "1"), "").astype(object)
        return EvidenceTable(columns)
    if "reference" not in columns or "reference" not in bound:
        return None
    truth = columns["reference"]
    if "value" in columns:
        columns["value"] = np.where(ok, truth, "").astype(object)
    if "score" in columns:
        positive = label(measurand.positive or "1")
        below = str(measurand.at.get("score", "")).lstrip().startswith("<")
        right = (truth == positive) != below
        columns["score"] = np.where(ok, np.where(right, 1.0, 0.0), np.nan)
    return EvidenceTable(columns)
