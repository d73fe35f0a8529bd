"""A measurement and the certificate of its reference data: does the certificate hold for what was measured?"""

from __future__ import annotations

import math
from collections.abc import Iterator

from measurand.document.amount import Amount
from measurand.document.evidence import Evidence
from measurand.document.number import number, real
from measurand.document.procedure import Known, LabelError, Procedure, Reference
from measurand.document.reference_certificate import RANK, Certified, Characteristic
from measurand.document.result import Check
from measurand.errors import DesignError, Finding
from measurand.message import say

SUM = 1e-6
"""How far the probabilities of one row may be from 1 together."""


def completed(procedure: Procedure, stated: Characteristic | None) -> Procedure:
    """The procedure with the label uncertainty of the certificate, where it states none of its own.

    Shares of wrong labels are corrected for where ``reference.independent`` is true, else the bounds are printed.
    Raises DesignError for labels that are no better than chance.
    """
    reference = procedure.reference
    if reference is None or stated is None or _own(reference):
        return procedure
    _refuse_impossible(stated)
    if stated.kind == "error":
        update = _error(reference, stated)
    else:
        u = stated.combined.u
        update = {"standard_uncertainty": Amount(text=u, value=u)} if real(u) > 0.0 else {}
    return procedure.model_copy(update={"reference": reference.model_copy(update=update)})


def _refuse_impossible(stated: Characteristic) -> None:
    """A certificate may come from anybody."""
    rate, u = real(stated.combined.value), real(stated.combined.u)
    if stated.kind == "standard_uncertainty":
        possible = 0.0 <= u < math.inf
    else:
        if not rate < 0.5:
            raise DesignError(Finding("M0565", "reference.certificate", say("M0565.chance", rate=number(rate))))
        table = stated.confusion
        rows = [[(real(c.value), real(c.u)) for c in row] for row in table.rows] if table is not None else []
        square = table is None or [len(row) for row in rows] == [len(set(table.classes))] * len(table.classes)
        cells = [(rate, u), *(cell for row in rows for cell in row)]
        sums = [abs(sum(value for value, _ in row) - 1.0) < SUM for row in rows]
        possible = square and all(sums) and all(0.0 <= value <= 1.0 and 0.0 <= s <= 1.0 for value, s in cells)
    if not possible:
        raise DesignError(Finding("M0565", "reference.certificate", say("M0565.impossible")))


def _error(reference: Reference, stated: Characteristic) -> dict[str, object]:
    """The label error of a certificate: a matrix where errors differ by class, else one share."""
    independent, table = reference.independent is True, stated.confusion
    if table is None:
        rate = Known(value=stated.combined.value, standard_uncertainty=stated.combined.u)
        return {"error": LabelError(rate=rate, independent=independent)}
    classes = reference.classes or table.classes
    if set(classes) != set(table.classes):
        text = say("reference.other_classes", own=", ".join(classes), higher=", ".join(table.classes))
        raise DesignError(Finding("M0565", "reference.classes", text))
    order = [table.classes.index(name) for name in classes]
    cells = [[table.rows[t][c] for c in order] for t in order]
    error = LabelError(
        matrix=tuple(tuple(cell.value for cell in row) for row in cells),
        standard_uncertainty=tuple(tuple(cell.u for cell in row) for row in cells),
        independent=independent,
    )
    return {"error": error, "classes": classes}


def _own(reference: Reference) -> bool:
    """Whether the procedure itself says how sure its reference values are."""
    ways = (reference.annotators, reference.annotations, reference.audit, reference.error)
    return reference.value is None or reference.standard_uncertainty is not None or any(way is not None for way in ways)


def checks(procedure: Procedure, evidence: Evidence | None) -> tuple[Check, ...]:
    """Conditions of validity: signature, data, time, tier and sample of the certificate of the reference data."""
    found = None if evidence is None else evidence.certified
    if found is None or evidence is None or procedure.reference is None:
        return ()
    return tuple(_each(procedure.reference, evidence, found))


def _each(reference: Reference, evidence: Evidence, found: Certified) -> Iterator[Check]:
    own = {"id": found.id, "sha256": found.sha256}
    yield _check("certificate", not found.fault, keyid=found.keyid, reason=found.fault, **own)
    yield _check("data", _same_data(reference, evidence, found), **own)
    in_time = found.issued[:10] <= found.observed[:10] <= found.expires
    yield _check("expiry", in_time, expires=found.expires, issued=found.issued, observed=found.observed, **own)
    if reference.tier is not None:
        enough = RANK[found.tier] >= RANK[reference.tier]
        yield _check("tier", enough, tier=found.tier, wanted=reference.tier, **own)
    sample = evidence.items >= found.minimum_sample
    yield _check("sample", sample, items=evidence.items, least=found.minimum_sample, **own)


def _same_data(reference: Reference, evidence: Evidence, found: Certified) -> bool:
    """The items with their values are those of the certificate, or every table of the reference is one of its."""
    if evidence.reference_at == found.reference_at:
        return True
    tables = [reference.file] + ([reference.annotations.file] if reference.annotations else [])
    certified = set(found.data.values())
    return all(evidence.sources.get(", ".join(files)) in certified for files in tables)


def _check(name: str, passed: bool, **fields: object) -> Check:
    key = f"validity.reference_{name}{'' if passed else '_failed'}"
    return Check(name=f"reference_{name}", passed=passed, text=say(key, "en", **fields))
