"""What the results of a certificate were made from: evidence, system, instrument, reference data and their labels."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from measurand.document.canonical import address_of, canonical, plain
from measurand.document.evidence import Evidence
from measurand.document.procedure import Procedure, Reference, System
from measurand.document.reference_certificate import ReferencePredicate
from measurand.document.result import Line, NotEvaluated, Result
from measurand.errors import MeasurandError
from measurand.lab.archive import is_archive, unpacked
from measurand.lab.atomic import refusal
from measurand.lab.authenticity import beside
from measurand.lab.opened import decompressed
from measurand.lab.reference import reference_at
from measurand.lab.store import checked_evidence
from measurand.lab.trace import ROOT, Walk
from measurand.lab.trace_reference import Shelf, shelf, walk_reference
from measurand.message import say

TABLE = "evidence.parquet"


def walk_data(found: Walk, *, evidence: Path | None = None, on: Shelf | None = None) -> None:
    """Add to a chain what the results were made from; nothing for a plain budget. ``on``: the certificates of reference
    data that are at hand.

    The evidence is looked for in ``evidence`` (a file, a record, or a record in an archive), inside the page, and
    beside the certificate. Raises StoreError for a named one that is not there or not to be read.
    """
    predicate = found.certificate.statement.predicate
    manifest, procedure = predicate.evidence, predicate.procedure
    if manifest is None or procedure is None:
        return
    held = _evidence(found, manifest, predicate.results, named=evidence)
    for i in range(1, len(predicate.results) + 1):
        found.join(f"result:{i}", "evidence", "evaluated from")
    for system in procedure.system:
        _system(found, system)
    _instrument(found, manifest, procedure)
    _judge(found, manifest, predicate.results, procedure)
    if procedure.reference is not None:
        certificates = on or shelf(found.certificate.path.parent, ())
        _reference(found, manifest, procedure.reference, held=held)
        stated = walk_reference(found, manifest, procedure.reference, certificates)
        _labels(found, procedure.reference, predicate.results, certified=stated)


def _evidence(found: Walk, manifest: Evidence, results: Sequence[Result], *, named: Path | None) -> str:
    """The node of the evidence; returns the address of the reference data that the table holds ("": not at hand)."""
    where, data, wrong = _bytes(found, named)
    at = ""
    digest = hashlib.sha256(data).hexdigest()
    other = next((r for r in results if r.evidence_at not in (None, manifest.table_at)), None)
    if other is not None:
        wrong = say("trace.evidence.other", result=other.title, found=str(other.evidence_at))
    elif data and digest != manifest.table_sha256:
        wrong = say("trace.evidence.changed", found=digest, stated=manifest.table_sha256)
    elif data:
        try:
            at = reference_at(checked_evidence(data, manifest, file=TABLE))
        except MeasurandError as error:
            wrong = say("trace.evidence.unreadable", reason=str(error))
    disclosure = found.certificate.statement.predicate.disclosure
    if not data and disclosure is not None:
        where = say("trace.evidence.committed", kind=disclosure.kind)
    absent = "" if where else say("trace.evidence.absent")
    detail = say("trace.evidence.detail", rows=str(manifest.rows), items=str(manifest.items), where=where or "-")
    found.add(
        "evidence", "evidence", under=ROOT, relation="evaluated from", name=TABLE, digest=manifest.table_at,
        detail=detail, needs=wrong or absent, state="broken" if wrong else None,
    )  # fmt: skip
    return at


def _bytes(found: Walk, named: Path | None) -> tuple[str, bytes, str]:
    """Where the evidence is, its bytes, and what is wrong with them."""
    certificate = found.certificate
    if named is not None and is_archive(named):
        data = unpacked(named).get(TABLE, b"")
        return (say("trace.evidence.given") if data else ""), data, ""
    if named is not None:
        place = named / TABLE if named.is_dir() else named
        try:
            return say("trace.evidence.given"), place.read_bytes(), ""
        except OSError as error:
            raise refusal("M0713.certificate", place, reason=error.strerror or str(error)) from None
    if certificate.evidence_gz is not None:
        try:
            return say("trace.evidence.inside"), decompressed(certificate.evidence_gz), ""
        except ValueError as error:
            return say("trace.evidence.inside"), b"", say("trace.evidence.unreadable", reason=str(error))
    data = beside(certificate).get(TABLE, b"")
    return (say("trace.evidence.beside") if data else ""), data, ""


def _system(found: Walk, system: System) -> None:
    name = " ".join(part for part in (system.name or system.id, system.version or "") if part)
    needs = "" if system.digest else say("trace.system.none")
    found.add(
        f"system:{system.id}", "system", under="evidence", relation="observed", name=name, digest=system.digest or "",
        detail=system.maker or "", needs=needs,
    )  # fmt: skip


def _instrument(found: Walk, manifest: Evidence, procedure: Procedure) -> None:
    """What observed: the callable or the recorded table, the program that asked, and what the outputs depend on."""
    identity = manifest.instrument
    access = procedure.system[0].access
    live = access != "recorded"
    asked = ", ".join(dict.fromkeys(s.model or s.target or "?" for s in procedure.system))
    name = say(f"trace.instrument.{access}", target=asked)
    file = ", ".join(procedure.observations.file) if procedure.observations is not None else ""
    digest = manifest.sources.get(file) or address_of(canonical(dict(identity)))
    found.add("instrument", "instrument", under="evidence", relation="observed by", name=name, digest=digest)
    if live:
        _asked(found, identity, access, asked)
    _harness(found, manifest, procedure, live=live)
    elsewhere = ("access", "target", "url", "model", "table", "scoring parameters")
    versions = {k: v for k, v in identity.items() if k.rpartition(": ")[2] not in elsewhere and "sha256" not in k}
    shown = versions if live else dict(manifest.environment)
    text = ", ".join(f"{name} {version}" for name, version in sorted(shown.items()))
    needs = "" if text else say("trace.environment.none")
    found.add("environment", "environment", under="instrument", relation="runs in", name=text or "-", needs=needs)


def _asked(found: Walk, identity: Mapping[str, str], access: str, name: str) -> None:
    """What answered: an endpoint, which no digest can tell, or code with the digests that were kept."""
    if access in ("openai", "kserve"):
        url = ", ".join(sorted({text for key, text in identity.items() if key.rpartition(": ")[2] == "url"}))
        found.add("endpoint", "endpoint", under="instrument", relation="asks", name=name, detail=url)
        return
    kept = sorted(text for key, text in identity.items() if "sha256" in key)
    digest = f"sha256:{kept[0]}" if len(kept) == 1 else address_of(canonical(kept)) if kept else ""
    found.add(
        "callable", "callable", under="instrument", relation="asks", name=name, digest=digest,
        detail=say(f"trace.{access}.detail") if kept else "", needs="" if kept else say("trace.callable.none"),
    )  # fmt: skip


def _harness(found: Walk, manifest: Evidence, procedure: Procedure, *, live: bool) -> None:
    settings = {system.id: system.settings for system in procedure.system if system.settings}
    version = manifest.environment.get("measurand", "?")
    design = procedure.design
    needs = ""
    digest = address_of(canonical(plain(design))) if live else ""
    if live:
        text = {"repeats": str(design.repeats), "order": design.order, "seed": str(design.seed)}
        name = say("trace.harness.live", version=version, **text)
    elif len(settings) == len(procedure.system):
        name, digest = say("trace.harness.settings", settings=", ".join(settings)), address_of(canonical(settings))
    else:
        name, needs = "-", say("trace.harness.none")
    found.add("harness", "harness", under="instrument", relation="driven by", name=name, digest=digest, needs=needs)


def _judge(found: Walk, manifest: Evidence, results: Sequence[Result], procedure: Procedure) -> None:
    """A judge is a link where the procedure names one, or the budgets have one: levels of a factor, or an input."""
    lines, gaps = _component(results, "judge")
    judge = procedure.judge
    if judge is not None:
        name = judge.name or judge.model or judge.target or "-"
        digest = judge.rubric_at or ""
        found.add("judge", "judge", under="instrument", relation="judged by", name=name, digest=digest)
        table, at = judge.calibration, manifest.judge.at if manifest.judge is not None else ""
        found.add(
            "calibration", "judge_calibration", under="judge", relation="calibrated by",
            name=", ".join(table.file) if table is not None else "-", digest=at,
            needs="" if table is not None else say("missing.judge_calibration"),
        )  # fmt: skip
        return
    judges = [factor for factor in procedure.factor if factor.component == "judge"]
    if judges:
        names = ", ".join(f"{f.id} ({', '.join(f.levels)})" if f.levels else f.id for f in judges)
        found.add("judge", "judge", under="instrument", relation="judged by", name=names)
    elif lines:
        found.add("judge", "judge", under="instrument", relation="judged by", name=lines[0].line)
    elif open_gaps := [gap for gap in gaps if gap.state == "not evaluated"]:
        needs = open_gaps[0].needs
        found.add("judge", "judge", under="instrument", relation="judged by", name="-", needs=needs)


def _reference(found: Walk, manifest: Evidence, reference: Reference, *, held: str) -> None:
    changed = held not in ("", manifest.reference_at)
    found.add(
        "reference", "reference", under="evidence", relation="compared with", name=", ".join(reference.file),
        digest=manifest.reference_at, needs=say("trace.reference.changed", found=held) if changed else "",
        state="broken" if changed else "found",
    )  # fmt: skip


def _labels(
    found: Walk, reference: Reference, results: Sequence[Result], *, certified: ReferencePredicate | None
) -> None:
    """How sure the reference values are: annotators, an audit, or what is known from elsewhere."""
    stated = []
    if reference.annotators:
        stated.append(say("trace.labels.annotators", names=", ".join(reference.annotators)))
    if (several := reference.annotations) is not None:
        stated.append(say("trace.labels.annotations", column=several.annotator, file=", ".join(several.file)))
    if reference.audit is not None:
        stated.append(say("trace.labels.audit", file=", ".join(reference.audit.file)))
    if reference.error is not None:
        bound = certified is not None and reference.certificate is not None
        stated.append(say("trace.labels.certificate" if bound else "trace.labels.error"))
    if (u := reference.standard_uncertainty) is not None:
        stated.append(say("trace.labels.standard_uncertainty", amount=u if isinstance(u, str) else u.text))
    if not stated and certified is not None and certified.uncertainty is not None:
        stated.append(say("trace.labels.certificate"))
    lines, gaps = _component(results, "reference")
    if not (stated or lines) and gaps and all(gap.state == "not applicable" for gap in gaps):
        return
    parts = "; ".join(dict.fromkeys(line.line for line in lines))
    needs = "" if stated or lines else say("trace.labels.none", needs=say("trace.labels.needs"))
    found.add(
        "labels", "labels", under="reference", relation="as sure as", name="; ".join(stated) or parts or "-",
        detail=parts if stated else "", needs=needs,
    )  # fmt: skip


def _component(results: Sequence[Result], component: str) -> tuple[list[Line], list[NotEvaluated]]:
    """The lines of a component in all budgets, and where it has none."""
    entries = [entry for result in results for entry in result.budget if entry.component == component]
    return [e for e in entries if isinstance(e, Line)], [e for e in entries if isinstance(e, NotEvaluated)]
