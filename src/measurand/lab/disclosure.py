"""Evidence that stays in the laboratory: what a certificate commits to, and items that are opened on demand."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from measurand.document.canonical import canonical
from measurand.document.disclosure import (
    ALGORITHM,
    Asked,
    Challenge,
    Disclosed,
    Disclosure,
    OpenedItem,
    Secret,
)
from measurand.document.procedure import Procedure
from measurand.document.result import Result, Results
from measurand.errors import Finding, MeasurandError, NotCertifiableError
from measurand.lab import disclosed, merkle
from measurand.lab.atomic import refusal, write_file
from measurand.lab.check import Check
from measurand.lab.committed import SECRET, Committed, committed, positions, secret_of
from measurand.lab.evidence import EvidenceTable
from measurand.lab.opened import Opened, opened
from measurand.lab.status import spoken_of
from measurand.lab.store import document, load_evidence
from measurand.message import say

SHOWN = frozenset({"repeatability", "population", "discordance", "monte_carlo", "monte_carlo_intervals"})
"""Data of pictures that hold counts and values of many items; all other data stay in the laboratory (points of a ROC
are the scores of single items)."""

checks, own_checks, ANSWER = disclosed.checks, disclosed.own_checks, disclosed.ANSWER


def answer_checks(certificate: Path, answer: Path, *, challenge: Path | None = None) -> list[Check]:
    """The checks of a file of opened items against a certificate's file, and against the challenge as it was kept.

    Raises StoreError for a file that cannot be read.
    """
    kept = disclosed.limited(challenge) if challenge is not None else None
    return checks(opened(certificate), disclosed.limited(answer), challenge=kept)


def withheld(results: Results, procedure: Procedure) -> Results:
    """The results without what is said of single items, where the procedure does not disclose its evidence."""
    if procedure.report.disclosure == "open":
        return results
    return results.model_copy(update={"results": tuple(_withheld(result) for result in results.results)})


def _withheld(result: Result) -> Result:
    shown = tuple(curve for curve in result.curves if curve.name in SHOWN)
    return result.model_copy(update={"curves": shown, "item_map": None})


def commitment(folder: Path, table: EvidenceTable) -> Disclosure | None:
    """What the certificate of a record says of its evidence; None for open evidence.

    For private evidence the secret is made and kept in the record, mode 0600, unless it is there. Raises
    NotCertifiableError when a measurand is listed by a column that names the items, StoreError.
    """
    procedure = document(folder / "procedure.json", Procedure)
    if procedure.report.disclosure == "open":
        return None
    _refuse_names(procedure, table, folder)
    if procedure.report.disclosure == "digest":
        return Disclosure(kind="digest", items=len(set(table.columns["item"])))
    if not (folder / SECRET).exists():
        write_file(folder / SECRET, canonical(Secret(secret=secrets.token_hex(32))), mode=0o600)
    tree = committed(table, secret_of(folder))
    return Disclosure(kind="private", items=len(tree.items), algorithm=ALGORITHM, root=tree.root)


def disclosed_items(
    certificate: Opened, folder: Path, *, items: Sequence[str] = (), asked: Asked | None = None
) -> tuple[bytes, int]:
    """The bytes of ``opened.json`` and the number of its items: chosen ones of a record, or those that are asked for.

    Raises StoreError: a certificate without commitment, a record that is not its own, items that are not there.
    """
    file = str(certificate.file)
    stated, evidence = certificate.statement.predicate.disclosure, certificate.statement.predicate.evidence
    if stated is None or stated.root is None or evidence is None:
        raise refusal("M0741.nothing", file, kind=stated.kind if stated else "open")
    tree = committed(load_evidence(folder, evidence), secret_of(folder))
    if tree.root != stated.root:
        raise refusal("M0742.other", folder / SECRET, certificate=file)
    wanted = _asked(asked, tree, file) if asked is not None else _named(items, tree, file)
    one = spoken_of(certificate.original, certificate.statement.predicate)
    found = canonical(Disclosed(certificate=one, asked=asked, opened=tuple(_opened(tree, i) for i in sorted(wanted))))
    if len(found) > disclosed.LARGEST:
        raise refusal("M0746.large", file, count=str(len(wanted)), limit=str(disclosed.LARGEST // 2**20))
    return found, len(wanted)


def challenged(certificate: Opened, count: int, *, seed: str = "") -> Challenge:
    """A challenge to open random items, for whoever holds a certificate; the seed is drawn unless it is given.

    Raises StoreError for a certificate without commitment, or with fewer items.
    """
    stated, file = certificate.statement.predicate.disclosure, str(certificate.file)
    if stated is None or stated.root is None:
        raise refusal("M0741.nothing", file, kind=stated.kind if stated else "open")
    if not 1 <= count <= stated.items:
        raise refusal("M0744.count", file, count=str(count), items=str(stated.items))
    asked = drawn(count, seed or secrets.token_hex(16))
    return Challenge(certificate=spoken_of(certificate.original, certificate.statement.predicate), asked=asked)


def drawn(count: int, seed: str) -> Asked:
    """So many items by a seed. Raises MeasurandError for a seed of no or of more than 1000 characters, or no item."""
    try:
        return Asked(seed=seed, count=count)
    except ValidationError:
        raise MeasurandError(Finding("M0749", "", say("M0749.seed"))) from None


def challenge(path: Path, certificate: Opened) -> Asked:
    """What the challenge in a file asks of a certificate. Raises StoreError: not one, or of another certificate."""
    try:
        found = disclosed.read(disclosed.limited(path), Challenge)
    except ValueError as error:
        raise refusal("M0745.challenge", path, reason=str(error)) from None
    if found.certificate != spoken_of(certificate.original, certificate.statement.predicate):
        raise refusal("M0745.challenge", path, reason=say("disclosure.other", number=found.certificate.number))
    return found.asked


def _refuse_names(procedure: Procedure, table: EvidenceTable, folder: Path) -> None:
    """Levels of results are printed: a column that names the items would name them in the certificate."""
    names = {m.by for m in procedure.measurand if m.by} | {m.contrast.over for m in procedure.measurand if m.contrast}
    for name in sorted(names):
        cells = table.columns.get(f"column:{name}", table.columns.get(f"factor:{name}"))
        if cells is not None and len(cells) and all(cells == table.columns["item"]):
            text = say("M0909.names", file=str(folder), column=name)
            raise NotCertifiableError(Finding("M0909", "", text, say("M0909.hint"), str(folder)))


def _named(items: Sequence[str], tree: Committed, file: str) -> set[int]:
    place = {item: i for i, item in enumerate(tree.items)}
    if unknown := [item for item in items if item not in place]:
        shown = ", ".join(repr(item) for item in unknown[: disclosed.FEW])
        raise refusal("M0743.unknown", file, items=shown, count=str(len(unknown)))
    return {place[item] for item in items}


def _asked(asked: Asked, tree: Committed, file: str) -> set[int]:
    if asked.count > len(tree.items):
        raise refusal("M0744.count", file, count=str(asked.count), items=str(len(tree.items)))
    return set(positions(asked, len(tree.items)))


def _opened(tree: Committed, position: int) -> OpenedItem:
    return OpenedItem(
        position=position,
        item=tree.items[position],
        salt=tree.salts[position].hex(),
        path=tuple(one.hex() for one in merkle.path(tree.levels, position)),
        rows=tuple(tree.rows.of(tree.items[position])),
    )
