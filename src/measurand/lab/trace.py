"""Walk from the results of a certificate back to what they rest on, and name every link that is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from measurand.document.canonical import address_of, canonical, plain
from measurand.document.chain import Chain, Edge, Node, State
from measurand.document.procedure import Procedure
from measurand.document.result import Result
from measurand.lab import keys
from measurand.lab.check import Check
from measurand.lab.laboratory import UNNAMED
from measurand.lab.opened import Opened, opened
from measurand.lab.pack import definitions, places
from measurand.lab.seal import opened as seal_of
from measurand.lab.seal import seal_check
from measurand.lab.standing import standing
from measurand.lab.trust import Trusted
from measurand.message import say

ROOT = "certificate"


@dataclass
class Walk:
    """A chain as it grows."""

    certificate: Opened
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def add(
        self, id: str, kind: str, *, under: str = "", relation: str = "", name: str, digest: str = "",
        detail: str = "", needs: str = "", state: State | None = None,
    ) -> str:  # fmt: skip
        """A node below another one; with ``needs`` and no other ``state`` it is missing. Returns its id."""
        found: State = state or ("missing" if needs else "found")
        node = Node(id=id, kind=kind, name=name, digest=digest, state=found, detail=detail, needs=needs)
        self.nodes.append(node)
        if under:
            self.join(under, id, relation)
        return id

    def join(self, source: str, target: str, relation: str) -> None:
        """One more thing that ``source`` rests on."""
        self.edges.append(Edge(source=source, target=target, relation=relation))


def walk(
    path: Path,
    *,
    key: Path | None = None,
    trusted: Mapping[str, Trusted] | None = None,
    status: Sequence[Path] = (),
    authorities: Sequence[Path] = (),
) -> Walk:
    """The chain of a certificate without its data: key, laboratory, results, definitions, procedure, seal, program.

    ``lab.trace_data`` adds what the results were made from. Raises StoreError or AuthenticityError: no certificate.
    """
    certificate = opened(path)
    given = keys.public_key(key) if key is not None else None
    predicate = certificate.statement.predicate
    stands = standing(certificate, given=given, trusted=trusted or {}, status=status, authorities=authorities)
    known, checks = stands.told.trusted, stands.checks
    failed = "; ".join(check.text for check in checks if check.state == "failed" and check.name != "key")
    found = Walk(certificate)
    found.add(
        ROOT, "certificate", name=predicate.number, digest=address_of(certificate.original),
        detail=say("trace.certificate.detail", issued=predicate.issued), needs=failed,
        state="broken" if failed else "found",
    )  # fmt: skip
    _key(found, checks)
    who = predicate.laboratory
    unnamed = not who.name or who.name == UNNAMED
    found.add(
        "laboratory", "laboratory", under=ROOT, relation="issued by", name=who.name, detail=who.address,
        needs=say("trace.laboratory.unnamed") if unnamed else "",
    )  # fmt: skip
    for i, result in enumerate(predicate.results, start=1):
        _result(found, f"result:{i}", result)
    _procedure(found, known)
    for i in range(1, len(predicate.results) + 1):
        found.join(f"result:{i}", "procedure", "obtained by")
    versions = ", ".join(f"{name} {version}" for name, version in sorted(predicate.program.items()))
    found.add("program", "program", under=ROOT, relation="evaluated by", name=versions)
    return found


def finished(found: Walk) -> Chain:
    """The chain as a document."""
    number = found.certificate.statement.predicate.number
    return Chain(number=number, nodes=tuple(found.nodes), edges=tuple(found.edges))


def _key(found: Walk, checks: Sequence[Check]) -> None:
    signatures = found.certificate.envelope.signatures
    keyid = signatures[0].keyid if signatures else ""
    check = next((one for one in checks if one.name == "key"), None)
    state: State = "missing" if check is None or check.state == "not checked" else "found"
    if check is not None and check.state == "failed":
        state = "broken"
    demonstration = found.certificate.statement.predicate.demonstration
    why = "trace.key.demonstration" if demonstration else "trace.key.unknown"
    needs = {"found": "", "missing": say(why), "broken": check.text if check else ""}[state]
    found.add(
        "key", "key", under=ROOT, relation="signed by", name=keyid[:16], digest=f"sha256:{keyid}" if keyid else "",
        detail=say("trace.key.found") if state == "found" else "", needs=needs, state=state,
    )  # fmt: skip


def _result(found: Walk, id: str, result: Result) -> None:
    of = " ".join(part for part in (result.system, result.level) if part)
    found.add(id, "result", under=ROOT, relation="states", name=f"{result.title}: {result.text}", detail=of)
    if result.quantity == "model":
        _model(found, id, result)
        return
    definition = f"definition:{result.quantity}"
    if all(node.id != definition for node in found.nodes):
        _definition(found, definition, result.quantity, under=id)
    else:
        found.join(id, definition, "defined by")


def _definition(found: Walk, id: str, quantity: str, *, under: str) -> None:
    """The certificate names the quantity; what the name means is in the packs of the version that wrote it."""
    there, here = found.certificate.statement.predicate.program.get("measurand", "?"), metadata.version("measurand")
    definition = definitions().get(quantity)
    if definition is None:
        needs = say("trace.definition.unknown", there=there)
        found.add(id, "definition", under=under, relation="defined by", name=quantity, needs=needs)
        return
    place = places()[quantity]
    needs = "" if there == here else say("trace.definition.other", there=there, here=here)
    needs = needs or ("" if definition.source else say("trace.definition.no_source", place=place))
    found.add(
        id, "definition", under=under, relation="defined by", name=quantity,
        digest="" if there != here else address_of(canonical(plain(definition))),
        detail=say("trace.definition.source", place=place, source=definition.source or "-"), needs=needs,
    )  # fmt: skip


def _model(found: Walk, id: str, result: Result) -> None:
    procedure = found.certificate.statement.predicate.procedure
    several = procedure.measurand if procedure is not None else ()
    model = next((one.model for one in several if one.id == result.measurand), None) or result.measurand
    found.add(
        f"definition:{id}", "definition", under=id, relation="defined by", name=result.measurand,
        digest=address_of(model.encode()), detail=say("trace.definition.model", model=model),
    )  # fmt: skip


def _procedure(found: Walk, trusted: Mapping[str, Trusted]) -> None:
    predicate = found.certificate.statement.predicate
    digest = hashlib.sha256(predicate.procedure_text.encode()).hexdigest()
    wrong = ""
    if digest != predicate.procedure_sha256:
        wrong = say("trace.procedure.changed", found=digest)
    elif predicate.procedure is not None and predicate.evidence is not None:
        at = address_of(canonical(predicate.procedure))
        if at != predicate.evidence.procedure_at:
            wrong = say("trace.procedure.other", stated=predicate.evidence.procedure_at, found=at)
    found.add(
        "procedure", "procedure", under=ROOT, relation="obtained by",
        name=f"{predicate.procedure_id} {predicate.title}", digest=f"sha256:{predicate.procedure_sha256}",
        needs=wrong, state="broken" if wrong else "found",
    )  # fmt: skip
    _seal(found, trusted)
    if predicate.procedure is not None:
        _inputs(found, predicate.procedure)


def _seal(found: Walk, trusted: Mapping[str, Trusted]) -> None:
    predicate = found.certificate.statement.predicate
    signatures = found.certificate.envelope.signatures
    check = seal_check(predicate, keyid=signatures[0].keyid if signatures else "", trusted=trusted)
    if predicate.seal is None or check is None:
        needs = say("trace.seal.none")
        found.add("seal", "seal", under="procedure", relation="fixed by", name="-", needs=needs)
        return
    states: dict[str, State] = {"passed": "found", "failed": "broken", "not checked": "missing"}
    state = states[check.state]
    carried = predicate.seal.envelope.encode()
    name = "-" if state == "broken" else seal_of(carried, file="seal").statement.predicate.sealed
    found.add(
        "seal", "seal", under="procedure", relation="fixed by", name=name, digest=address_of(carried), state=state,
        detail=check.text if state == "found" else "", needs="" if state == "found" else check.text,
    )  # fmt: skip


def _inputs(found: Walk, procedure: Procedure) -> None:
    """Inputs of type B: each rests on what its value and its uncertainty were taken from."""
    for one in procedure.input:
        detail = say("trace.input.detail", distribution=one.distribution, source=one.source) if one.source else ""
        needs = "" if one.source else say("trace.input.none")
        found.add(
            f"input:{one.id}", "input", under="procedure", relation="takes", name=one.id, detail=detail, needs=needs
        )
