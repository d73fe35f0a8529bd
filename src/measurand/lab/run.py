"""Run a measurement's observing part: ask the instrument for what is not yet observed, and make the evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from measurand.document.canonical import address_of, canonical
from measurand.document.definition import Definition
from measurand.document.evidence import Evidence
from measurand.document.procedure import Procedure, statuses
from measurand.errors import ProcedureError
from measurand.instrument.recorded import Observed, observed, output_columns
from measurand.lab.assemble import assemble
from measurand.lab.evidence import EvidenceTable, address, counts
from measurand.lab.held import Held, held
from measurand.lab.judge import calibrated, verdicts
from measurand.lab.judging import judging
from measurand.lab.live import Progress, as_table, live
from measurand.lab.parquet import written
from measurand.lab.reference import reference_at, salt
from measurand.lab.scored import scored
from measurand.lab.sources import Sources, sources


@dataclass(frozen=True)
class Run:
    """What observing left: the evidence table, its Parquet bytes, its manifest, and the salt of the reference set."""

    table: EvidenceTable
    parquet: bytes
    evidence: Evidence
    salt: bytes
    remarks: tuple[str, ...]
    journal: Path | None
    """The journal of a live run: it may be removed when the record is stored."""
    judged_in: Path
    """The journal of a judge, if one was asked."""


def run(
    procedure: Procedure,
    definitions: Mapping[str, Definition],
    *,
    folder: Path,
    journals: Path,
    fresh: bool = False,
    extend: bool = False,
    progress: Progress | None = None,
    tables: Sources | None = None,
) -> Run:
    """Observe what the procedure asks for and make the evidence.

    ``folder`` is that of the procedure file, ``journals`` the place of unfinished live runs, ``tables`` what was read
    already. An unfinished run of the same procedure is resumed unless ``fresh``; with
    ``extend`` its limits count anew. Raises TableError, RunError.
    """
    found = sources(procedure, folder) if tables is None else tables
    items = held(procedure, definitions, found)
    journal = journals / f"{address_of(canonical(procedure)).removeprefix('sha256:')[:32]}.jsonl"
    judged_in = journal.with_suffix(".judge.jsonl")
    if procedure.observations is not None:
        if found.observations is None:
            raise ProcedureError("the table of observations was not read")
        outputs, roles = found.observations, output_columns(procedure.observations)
        factors = [f for f in procedure.factor if _observed_column(f.column or f.id, found)]
        seen = observed(outputs, procedure.observations, factors, [s.id for s in procedure.system])
        seen, scorer, said = _valued(
            procedure, seen, items, found, folder, judged_in, fresh=fresh, extend=extend, progress=progress
        )
        if procedure.judge is not None and procedure.judge.values and roles.get("value") and procedure.scoring is None:
            name = f"{roles['value']} (verdict)"
            worth = verdicts(procedure.judge, outputs, roles["value"])
            outputs = replace(outputs, columns={**outputs.columns, name: worth})
            roles = {**roles, "value": name}
        if procedure.scoring is not None:  # the values stand beside the texts that they come from
            name = f"{procedure.observations.output} (scored)"
            outputs = replace(outputs, columns={**outputs.columns, name: seen.output["value"]})
            roles = {**roles, "value": name}
            for role in (role for role in ("exposure", "judge") if role in seen.output):
                roles[role] = f"{procedure.observations.output} ({role})"
                outputs = replace(outputs, columns={**outputs.columns, roles[role]: seen.output[role]})
        identity: Mapping[str, str] = {"access": "recorded", **scorer}
        path = None
    else:
        path = journal
        seen, identity = live(procedure, found, items, folder, path, fresh=fresh, extend=extend, progress=progress)
        seen, scorer, said = _valued(
            procedure, seen, items, found, folder, judged_in, fresh=fresh, extend=extend, progress=progress
        )
        identity = {**identity, **scorer}
        outputs, roles = as_table(seen, procedure.system[0].target or procedure.system[0].model or "")
    judge = None
    if procedure.judge is not None and found.calibration is not None:
        judge = calibrated(procedure.judge, found.calibration, asked=said)
    table = assemble(procedure, definitions, observed=seen, outputs=outputs, roles=roles, held=items, sources=found)
    parquet = written(table)
    evidence = Evidence(
        procedure_at=address_of(canonical(procedure)),
        table_sha256=hashlib.sha256(parquet).hexdigest(),
        table_at=address(table),
        columns=table.kinds,
        rows=len(table),
        items=len(items.items),
        counts=counts(table),
        excluded={s: n for s, n in counts(table).items() if statuses(procedure).get(s) == "exclude"},
        sources=found.addresses,
        instrument=identity,
        reference_at=reference_at(table),
        judge=judge,
        environment={"measurand": metadata.version("measurand")},
    )
    return Run(table, parquet, evidence, salt(table), found.remarks, path, judged_in)


def _valued(
    procedure: Procedure, seen: Observed, items: Held, found: Sources, folder: Path, path: Path, *, fresh: bool,
    extend: bool, progress: Progress | None,
) -> tuple[Observed, Mapping[str, str], Mapping[str, Sequence[str]] | None]:  # fmt: skip
    """The observations with the values of their texts, who gave them, and what a judge said of its calibration."""
    if procedure.scoring is not None and procedure.scoring.kind == "judge":
        return judging(procedure, seen, items, found, folder, path, fresh=fresh, extend=extend, progress=progress)
    return (*scored(procedure, seen, items, found), None)


def _observed_column(name: str, found: Sources) -> bool:
    return found.observations is not None and name.removeprefix("observations:") in found.observations.columns
