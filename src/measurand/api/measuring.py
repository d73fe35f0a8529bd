"""Measuring from Python: what is asked for becomes a procedure file, and takes the same way as one."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from measurand.api.asked import Observations, Quantity, Reference, Requirement, Tables
from measurand.api.result import Result
from measurand.api.toml import written
from measurand.document.decision import Decision, Decisions
from measurand.document.loading import load
from measurand.errors import MeasurandError, ProcedureError
from measurand.export.card import cards
from measurand.lab.job import JOURNALS, Written, computed, observed, resolved, written_down
from measurand.lab.pack import definitions
from measurand.lab.store import Measurement as Documents
from measurand.message import say
from measurand.quantity.distribution_of_result import DistributionOfResult
from measurand.quantity.estimate import Estimate
from measurand.quantity.limits import Limits
from measurand.study.conformity import decide
from measurand.study.deciding import requirement as wanted
from measurand.study.resolve import resolve

FILE = "measurement.measure.toml"
ARRAYS = "arrays.csv"
SCHEMA = "measurand/procedure/1"

SAMPLING = ("population", "cluster", "stratum", "weight")
"""Keys of ``sampling`` that a call may name by themselves."""


@dataclass(frozen=True, eq=False, repr=False)
class Measurement(Sequence[Result]):
    """All results of one measurement, in the order of the measurands."""

    documents: Documents
    limits: tuple[Limits, ...]
    estimate: Estimate
    tables: Tables
    """The procedure as plain data."""
    remarks: tuple[str, ...] = ()

    @property
    def decisions(self) -> Decisions:
        """Decisions about the requirements that were stated with the measurement."""
        return self.documents.decisions

    @property
    def procedure_text(self) -> str:
        """The procedure file that this measurement is: it can be saved and measured again."""
        return self.documents.procedure_text.decode()

    def decide(self, index: int, requirement: Requirement) -> Decision:
        """Decide afterwards about one result."""
        return decided(self, index, requirement)

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Result]: ...
    def __getitem__(self, index: int | slice) -> Result | Sequence[Result]:
        if isinstance(index, slice):
            return [self[i] for i in range(len(self))[index]]
        at = range(len(self))[index]
        return Result(self.documents.results.results[at], self, at)

    def __len__(self) -> int:
        return len(self.documents.results.results)

    def __iter__(self) -> Iterator[Result]:
        return (self[i] for i in range(len(self)))

    def summary(self) -> str:
        """One paragraph in plain words for each result."""
        return "\n\n".join(result.summary() for result in self)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        return cards(self.documents.results.results, self.decisions.decisions)


@overload
def measure(
    measurand: Quantity, observations: Observations | None = None, reference: Reference | None = None, **more: Any
) -> Result: ...
@overload
def measure(
    measurand: Sequence[Quantity],
    observations: Observations | None = None,
    reference: Reference | None = None,
    **more: Any,
) -> Measurement: ...
def measure(
    measurand: Quantity | Sequence[Quantity],
    observations: Observations | None = None,
    reference: Reference | None = None,
    **more: Any,
) -> Result | Measurement:
    """Measure one quantity (a Result) or several together (a Measurement: their covariances are known).

    Either ``observations`` and ``reference``, or arrays: ``y_true`` with ``y_score`` or ``y_pred``, and ``columns``
    (name -> array) for what else is known of each item: ``item``, a cluster, a stratum, a weight. Everything else in
    ``more`` is a table of the procedure file by its name: ``sampling={"population": ..., "cluster": "patient"}``,
    ``system={"name": ...}``, ``requirement=at_least(0.9)`` or a list of tables, ``uncertainty``, ``status``, ``input``.
    ``population``, ``cluster``, ``stratum``, ``weight`` may stand by themselves; they are keys of ``sampling``.

    Raises MeasurandError: ProcedureError, TableError, DesignError, RefusedError.
    """
    arrays = {name: more.pop(name) for name in ("y_true", "y_pred", "y_score", "columns") if name in more}
    drawn = {name: more.pop(name) for name in SAMPLING if name in more}
    if drawn:
        more["sampling"] = {**more.get("sampling", {}), **drawn}
    several = [measurand] if isinstance(measurand, Quantity) else list(measurand)
    if arrays and (observations or reference):
        raise MeasurandError(say("api.source"))
    if arrays:
        with tempfile.TemporaryDirectory() as folder:
            source = _from_arrays(Path(folder) / ARRAYS, **arrays)
            found = _measured(
                _tables(several, *source, more), Path(folder), by_order="item" not in arrays.get("columns", {})
            )
    else:
        found = _measured(_tables(several, observations, reference, more), Path.cwd())
    if not isinstance(measurand, Quantity):
        return found
    if len(found) != 1:
        names = ", ".join("/".join(filter(None, (r.document.system, r.document.level))) for r in found)
        raise MeasurandError(say("api.several", count=len(found), names=names))
    return found[0]


def _tables(
    several: Sequence[Quantity], observations: Observations | None, reference: Reference | None, more: Tables
) -> Tables:
    """The procedure as plain data."""
    tables: dict[str, Any] = {"schema": SCHEMA, "id": "measurement", **more}
    if observations is not None:
        tables["observations"] = dict(observations.table)
        if observations.factors:
            tables["factor"] = [*observations.factors, *more.get("factor", ())]
    if reference is not None:
        tables["reference"] = dict(reference.table)
    tables["measurand"] = [dict(one.table) for one in several]
    stated = more.get("requirement")
    if isinstance(stated, Requirement):
        tables["requirement"] = [stated.entry(str(one.table["id"])) for one in several]
    return tables


def _measured(tables: Tables, folder: Path, *, by_order: bool = False) -> Measurement:
    text = written(tables).encode()
    asked = Written(text, load(text, FILE), FILE, folder)
    procedure = resolved(asked)
    run = observed(asked, procedure, folder / JOURNALS)
    table, evidence, parquet = (run.table, run.evidence, run.parquet) if run else (None, None, None)
    found = computed(procedure, table, evidence)
    documents = written_down(text, procedure, table, evidence, parquet, found)
    remarks = (*(run.remarks if run else ()), *([say("api.no_items")] if by_order else []))
    return Measurement(documents, found.measured.limits, found.measured.estimate, tables, remarks)


def _from_arrays(
    path: Path,
    *,
    y_true: Sequence[object] | None = None,
    y_pred: Sequence[object] | None = None,
    y_score: Sequence[object] | None = None,
    columns: Mapping[str, Sequence[object]] | None = None,
) -> tuple[Observations, Reference | None]:
    """Arrays as a table: one row per item, in their order."""
    named: dict[str, Sequence[object]] = {"y_true": y_true, "y_pred": y_pred, "y_score": y_score}  # type: ignore[dict-item]
    cells = {name: list(array) for name, array in {**named, **(columns or {})}.items() if array is not None}
    lengths = {name: len(array) for name, array in cells.items()}
    if len(set(lengths.values())) > 1:
        raise MeasurandError(say("api.lengths", lengths=", ".join(f"{n}: {k}" for n, k in lengths.items())))
    cells.setdefault("item", [n + 1 for n in range(max(lengths.values(), default=0))])
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(cells)
        rows.writerows(zip(*([_cell(entry) for entry in array] for array in cells.values()), strict=True))
    table: dict[str, object] = {"file": path.name, "item": "item"}
    seen = {role: name for role, name in (("value", "y_pred"), ("score", "y_score")) if name in cells}
    repeat = {"repeat": "repeat"} if "repeat" in cells else {}
    held = Reference({**table, "value": "y_true"}) if "y_true" in cells else None
    return Observations({**table, **seen, **repeat}), held


def _cell(entry: object) -> str:
    """A number with all its digits, anything else as its text."""
    if hasattr(entry, "item"):
        entry = entry.item()
    return repr(entry) if isinstance(entry, float) else str(entry)


def decided(measurement: Measurement, index: int, requirement: Requirement) -> Decision:
    """Decide about a requirement that was stated after the measurement."""
    results = measurement.documents.results
    result = results.results[index]
    text = written({**measurement.tables, "requirement": [requirement.entry(result.measurand)]}).encode()
    findings, procedure = resolve(load(text, FILE), definitions(), observations=None, reference=None)
    if findings:
        raise ProcedureError(findings)
    rule = procedure.requirement[0]
    valid = all(check.passed for check in results.validity)
    distribution = DistributionOfResult(measurement.limits[index])
    return decide(distribution, result, wanted(rule, result), rule.decision_rule, valid=valid, stated="after")
