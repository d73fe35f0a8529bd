"""``measurand check``: all that is wrong with a procedure and its tables, and whether the design can ever decide."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import click

from measurand.cli.design import sentences
from measurand.cli.fault import framed, plain
from measurand.cli.flawless import prospects
from measurand.cli.view import printed, strongest
from measurand.document.procedure import Procedure, is_budget
from measurand.errors import MeasurandError
from measurand.instrument.scoring.code import allowed
from measurand.lab.held import held
from measurand.lab.job import JOURNALS, Written, computed, observed, opened, resolved
from measurand.lab.pack import definitions
from measurand.lab.sources import sources
from measurand.lab.tasks import conditions_of
from measurand.message import say

UNDECIDABLE = 3
View = dict[str, Any]


@click.command("check", help=say("cli.check.help"))
@click.argument("procedures", nargs=-1, required=True, metavar="PROC...", type=click.Path(path_type=Path))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
@click.option("--allow-code", is_flag=True, help=say("cli.option.allow_code"))
def verb(procedures: tuple[Path, ...], json: bool, allow_code: bool) -> int:
    """Check each procedure; nothing is measured and nothing is written."""
    with allowed(allow_code):
        found = [one(path) for path in procedures]
    if json:
        click.echo(printed(found[0] if len(found) == 1 else found))
        return strongest([int(entry["exit"]) for entry in found])
    for entry in found:
        tell(entry)
    return strongest([int(entry["exit"]) for entry in found])


def one(path: Path) -> View:
    """What there is to say about one procedure, as data."""
    found: View = {"schema": "measurand/check/1", "file": str(path), "exit": 0}
    try:
        found |= looked_at(path)
    except MeasurandError as problem:
        found |= {"exit": problem.exit_code, "findings": [plain(f) for f in problem.findings]}
        found["frames"] = framed(problem.findings)
    return found


def looked_at(path: Path) -> View:
    """Design, prospects and remarks of a procedure without errors. Raises MeasurandError."""
    written = opened(path)
    procedure = resolved(written)
    if is_budget(procedure) or procedure.observations is None:
        return {"design": [say("cli.check.budget")] if is_budget(procedure) else list(live_design(written, procedure))}
    run = observed(written, procedure, written.folder / JOURNALS)
    if run is None:
        return {"design": []}
    computed(procedure, run.table, run.evidence)  # what cannot be evaluated says so; the result itself is not looked at
    several = list(prospects(procedure, run.table, run.evidence))
    short = [p for p in several if not p.decidable]
    return {
        "design": list(sentences(procedure, run.table)),
        "prospects": [
            {
                "requirement": p.requirement.id,
                "decidable": p.decidable,
                "text": d.requirement.text,
                "what_now": d.what_now,
                "verdict": d.verdict.value,
            }
            for p in several
            for d in p.decisions
        ],
        "remarks": list(run.remarks),
        "exit": UNDECIDABLE if short else 0,
    }


def live_design(written: Written, procedure: Procedure) -> Iterator[str]:
    """What a live run will ask for. Raises TableError, ProcedureError."""
    items = len(held(procedure, definitions(), sources(procedure, written.folder)).items)
    design, several = procedure.design, conditions_of(procedure)
    each = min(design.each or len(several), len(several))
    if design.fraction is not None:
        every = prod(len(factor.levels or ()) for factor in procedure.factor)
        yield say("cli.check.fraction", count=f"{len(several):,}", all=f"{every:,}")
    shown = say(f"cli.check.{'some' if each < len(several) else 'all'}_conditions", each=each, count=len(several))
    total = len(procedure.system) * items * each * design.repeats
    fields: dict[str, Any] = {"systems": len(procedure.system), "repeats": design.repeats, "total": f"{total:,}"}
    yield say("cli.check.live", items=f"{items:,}", conditions=shown, **fields)


def tell(found: View) -> None:
    """Print what was found: errors to stderr, the rest to stdout."""
    if "frames" in found:
        click.echo(found["frames"], err=True)
        return
    click.echo(say("cli.check.fine", file=found["file"]))
    for sentence in found["design"]:
        click.echo(f"  {sentence}")
    for remark in found.get("remarks", ()):
        click.echo("  " + say("cli.remark", text=remark))
    for entry in found.get("prospects", ()):
        state = "decidable" if entry["verdict"] == "conforming" else "undecidable"
        fields = {"requirement": entry["requirement"], "text": entry["text"], "verdict": entry["verdict"].upper()}
        click.echo("  " + say(f"cli.check.{state}", **fields))
        if state == "undecidable" and entry["what_now"]:
            click.echo("    " + entry["what_now"])
