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
from measurand.document.table import Table
from measurand.errors import ProcedureError
from measurand.instrument.recorded import Observed, observed, output_columns
from measurand.lab.assemble import assemble
from measurand.lab.evidence import EvidenceTable, address, counts, ordered
from measurand.lab.held import held
from measurand.lab.judge import calibrated, verdicts
from measurand.lab.judging import judging
from measurand.lab.live import Progress, Start, as_table, live
from measurand.lab.parquet import written
from measurand.lab.reference import reference_at, salt
from measurand.lab.scored import proved, scored
from measurand.lab.sources import Sources, sources
from measurand.study.readings import outputs_read


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
    path = journals / f"{address_of(canonical(procedure)).removeprefix('sha256:')[:32]}.jsonl"
    start = Start(folder, path, fresh, extend, progress)
    judge_start = replace(start, path=path.with_suffix(".judge.jsonl"))
    is_live = procedure.observations is None
    if is_live:
        proved(procedure, items, found, folder=folder)
        seen, identity = live(procedure, found, items, start)
    else:
        seen, identity = _recorded(procedure, found), {"access": "recorded"}
    said = None
    if procedure.scoring is not None and procedure.scoring.kind == "judge":
        seen, who, said = judging(procedure, seen, items, found, judge_start)
    else:
        read = outputs_read(procedure, definitions)
        seen, who = scored(procedure, seen, items, found, folder=folder, read=read, progress=progress)
    outputs, roles = _live_outputs(procedure, seen) if is_live else _recorded_outputs(procedure, seen, found)
    judge = None
    if procedure.judge is not None and found.calibration is not None:
        judge = calibrated(procedure.judge, found.calibration, asked=said)
    columns = assemble(procedure, definitions, observed=seen, outputs=outputs, roles=roles, held=items, sources=found)
    del seen, outputs  # the columns hold it all
    table = ordered(columns)
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
        instrument={**identity, **who},
        reference_at=reference_at(table),
        judge=judge,
        environment={"measurand": metadata.version("measurand")},
    )
    return Run(table, parquet, evidence, salt(table), found.remarks, path if is_live else None, judge_start.path)


def _recorded(procedure: Procedure, found: Sources) -> Observed:
    """The observations that exist already."""
    if procedure.observations is None or found.observations is None:
        raise ProcedureError("the table of observations was not read")
    factors = [f for f in procedure.factor if _observed_column(f.column or f.id, found)]
    return observed(found.observations, procedure.observations, factors, [s.id for s in procedure.system])


def _live_outputs(procedure: Procedure, seen: Observed) -> tuple[Table, dict[str, str]]:
    return as_table(seen, procedure.system[0].target or procedure.system[0].model or "")


def _recorded_outputs(procedure: Procedure, seen: Observed, found: Sources) -> tuple[Table, dict[str, str]]:
    """The table of the observations with the column of each role. What was made of a column stands beside it."""
    if procedure.observations is None or found.observations is None:
        raise ProcedureError("the table of observations was not read")
    outputs, roles = found.observations, dict(output_columns(procedure.observations))
    made: dict[str, tuple[str, Sequence[str]]] = {}
    if procedure.scoring is not None:
        text = procedure.observations.output
        own = [r for r in seen.output if r in ("exposure", "judge", "score") or r.startswith(("score:", "member:"))]
        made |= {r: (f"{text} ({r})", seen.output[r]) for r in own if r not in roles}
        made["value"] = (f"{text} (scored)", seen.output["value"])
    elif procedure.judge is not None and procedure.judge.values and "value" in roles:
        made["value"] = (f"{roles['value']} (verdict)", verdicts(procedure.judge, outputs, roles["value"]))
    columns = {**outputs.columns, **dict(made.values())}
    return replace(outputs, columns=columns), {**roles, **{role: name for role, (name, _) in made.items()}}


def _observed_column(name: str, found: Sources) -> bool:
    return found.observations is not None and name.removeprefix("observations:") in found.observations.columns
