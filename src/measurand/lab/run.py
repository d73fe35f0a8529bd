"""Run a measurement's observing part: ask the instrument for what is not yet observed, and make the evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from measurand.document.canonical import address_of, canonical
from measurand.document.definition import Definition
from measurand.document.evidence import Evidence
from measurand.document.observation import Observation, Task
from measurand.document.procedure import Procedure, statuses
from measurand.document.table import Table
from measurand.errors import ProcedureError
from measurand.instrument import cells
from measurand.instrument.contract import Instrument
from measurand.instrument.fault import stopped
from measurand.instrument.recorded import Observed, observed, output_columns
from measurand.instrument.registry import by_name
from measurand.lab.assemble import assemble
from measurand.lab.evidence import EvidenceTable, address, counts
from measurand.lab.held import Held, held
from measurand.lab.journal import Journal, key_of
from measurand.lab.parquet import written
from measurand.lab.reference import reference_at, salt
from measurand.lab.sources import Sources, sources
from measurand.lab.tasks import tasks

Progress = Callable[[int, int], None]
"""Called with the number of observations made and the number asked for."""


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


def run(
    procedure: Procedure,
    definitions: Mapping[str, Definition],
    *,
    folder: Path,
    journals: Path,
    fresh: bool = False,
    progress: Progress | None = None,
    tables: Sources | None = None,
) -> Run:
    """Observe what the procedure asks for and make the evidence.

    ``folder`` is that of the procedure file, ``journals`` the place of unfinished live runs, ``tables`` what was read
    already. An unfinished run of the same procedure is resumed unless ``fresh``. Raises TableError, RunError.
    """
    found = sources(procedure, folder) if tables is None else tables
    items = held(procedure, definitions, found)
    if procedure.observations is not None:
        if found.observations is None:
            raise ProcedureError("the table of observations was not read")
        outputs, roles = found.observations, output_columns(procedure.observations)
        factors = [f for f in procedure.factor if _observed_column(f.column or f.id, found)]
        seen = observed(outputs, procedure.observations, factors, [s.id for s in procedure.system])
        identity: Mapping[str, str] = {"access": "recorded"}
        path = None
    else:
        path = journals / f"{address_of(canonical(procedure)).removeprefix('sha256:')[:32]}.jsonl"
        seen, identity = _live(procedure, found, items, folder, path, fresh=fresh, progress=progress)
        outputs, roles = _as_table(seen, procedure.system[0].target or "")
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
        environment={"measurand": metadata.version("measurand")},
    )
    return Run(table, parquet, evidence, salt(table), found.remarks, path)


def ask(
    instrument: Instrument, wanted: Sequence[Task], journal: Journal, progress: Progress | None = None
) -> list[Observation]:
    """The observations of all tasks, in their order: those of the journal, and the others from the instrument.

    Tasks are asked in fixed batches; a batch of which anything is missing is repeated whole, so that a resumed run
    gives the digits of an unbroken one. Raises RunError; what was observed stays in the journal.
    """
    size = instrument.batch
    done = sum(key_of(task) in journal.entries for task in wanted)
    for start in range(0, len(wanted), size):
        several = wanted[start : start + size]
        missing = {key_of(task) for task in several} - journal.entries.keys()
        if missing:
            answers = list(instrument.observe(several))
            if [key_of(answer) for answer in answers] != [key_of(task) for task in several]:
                raise stopped("M0606.answer", found=str(len(answers)), asked=str(len(several)))
            journal.append(answer for answer in answers if key_of(answer) in missing)
            done += len(missing)
        if progress is not None:
            progress(done, len(wanted))
    return [journal.entries[key_of(task)] for task in wanted]


def _live(
    procedure: Procedure,
    found: Sources,
    items: Held,
    folder: Path,
    path: Path,
    *,
    fresh: bool,
    progress: Progress | None,
) -> tuple[Observed, Mapping[str, str]]:
    reference = procedure.reference
    names = (*(reference.input or ()), *([reference.media] if reference.media else [])) if reference else ()
    inputs: dict[str, Mapping[str, str]] = {item: {} for item in items.items}
    if found.reference is not None:
        columns = {name: cells.column(found.reference, name) for name in names}
        inputs |= {item: {n: c[i] for n, c in columns.items()} for i, item in enumerate(items.rows)}
    procedure_at = address_of(canonical(procedure))
    wanted = [t for t in tasks(procedure, procedure_at, items.items, inputs) if t.item not in items.censored]
    makers: dict[str, Instrument] = {}
    try:
        for s in procedure.system:
            makers[s.id] = by_name(s.access)(s.target, folder, settings=s.settings)
        identity = {
            key if len(makers) == 1 else f"{system}: {key}": text
            for system, instrument in makers.items()
            for key, text in instrument.identity().items()
        }
        several: list[Observation] = []
        with Journal(path, procedure_at=procedure_at, instrument=identity, fresh=fresh) as journal:
            for system, instrument in makers.items():
                several += ask(instrument, [t for t in wanted if t.system == system], journal, progress)
    finally:
        for instrument in makers.values():
            instrument.close()
    return _columns(several, [factor.id for factor in procedure.factor]), identity


def _columns(several: Sequence[Observation], factors: Sequence[str]) -> Observed:
    roles = sorted({role for observation in several for role in observation.output})
    return Observed(
        system=[o.system for o in several],
        item=[o.item for o in several],
        condition={name: [o.condition[name] for o in several] for name in factors},
        repeat=[str(o.repeat) for o in several],
        status=[o.status for o in several],
        reason=[o.reason for o in several],
        output={role: [o.output.get(role, "") for o in several] for role in roles},
    )


def _as_table(seen: Observed, target: str) -> tuple[Table, dict[str, str]]:
    """Outputs of a live run as a table, so that their cells are read by the same rules."""
    table = Table(file=target, columns=seen.output, row=range(1, len(seen.item) + 1), digest="")
    return table, {role: role for role in seen.output}


def _observed_column(name: str, found: Sources) -> bool:
    return found.observations is not None and name.removeprefix("observations:") in found.observations.columns
