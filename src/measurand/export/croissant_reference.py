"""Croissant 1.0 of a certificate of reference data: the set's files by digest, their columns, licence, provenance."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from measurand.document.canonical import canonical
from measurand.document.reference_certificate import ReferencePredicate, ReferenceStatement
from measurand.document.reference_file import ReferenceFile, load_reference
from measurand.export.croissant import CONFORMS, CONTEXT
from measurand.export.identity import one_line
from measurand.message import say

FORMATS = {".csv": "text/csv", ".parquet": "application/x-parquet", ".jsonl": "application/jsonlines",
           ".toml": "application/toml", ".json": "application/json"}  # fmt: skip
OTHER = "application/octet-stream"
ITEMS = ".items.csv"
"""End of the name of the table of values and label uncertainty by item, which the program writes."""
LAST = {"class": "probability_wrong", "number": "standard_uncertainty"}


@dataclass(frozen=True)
class ReferenceOriginal:
    """A certificate of reference data as exports see it. ``data`` are the bytes of its file."""

    statement: ReferenceStatement
    data: bytes

    @property
    def sha256(self) -> str:
        """Digest of the signed original, which the export names."""
        return hashlib.sha256(self.data).hexdigest()


def render(original: ReferenceOriginal) -> bytes:
    """The metadata. Columns are those that the describing file names; of each table one set of records.

    The label uncertainty is described in words with its numbers as signed: Croissant 1.0 has no field for it.
    """
    predicate = original.statement.predicate
    files = {one.name: one.digest["sha256"] for one in original.statement.subject if "sha256" in one.digest}
    described = load_reference(predicate.text.encode(), predicate.id)
    copy = say("export.copy_of_reference", id=predicate.id, sha256=original.sha256)
    said = (predicate.intended_use, _not_for(predicate), *_uncertainty(predicate), copy)
    whole = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS,
        "name": one_line(predicate.title),
        "description": one_line(" ".join(f"{text.rstrip('. ')}." for text in said if text)),
        "citeAs": one_line(f"{predicate.provenance} ({copy})"),
        "license": one_line(predicate.licence),
        "creator": {"@type": "sc:Organization", "name": one_line(predicate.laboratory.name)},
        "datePublished": predicate.issued,
        "distribution": [_file(name, digest) for name, digest in files.items()],
        "recordSet": list(_sets(described, predicate, list(files))),
    }
    return canonical(whole)


def _file(name: str, digest: str) -> dict[str, Any]:
    return {
        "@id": name,
        "@type": "cr:FileObject",
        "name": one_line(name),
        "contentUrl": name,
        "encodingFormat": FORMATS.get(PurePosixPath(name).suffix.lower(), OTHER),
        "sha256": digest,
    }


def _sets(described: ReferenceFile, predicate: ReferencePredicate, files: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The items as given, the votes in long form, and the table by item that was evaluated; as far as each is there."""
    data, labels = described.data, described.labels
    number = labels is not None and labels.kind == "number"
    value = "sc:Float" if number else "sc:Text"
    columns = dict.fromkeys((*data.item, *(data.cluster or ()), data.stratum, *data.subgroups), "sc:Text")
    columns |= {data.value: value, data.weight: "sc:Float"}
    columns |= dict.fromkeys((labels.annotators or ()) if labels is not None else (), value)
    for i, file in enumerate(data.file):
        yield _records(f"items-{i}", file, {name: kind for name, kind in columns.items() if name is not None}, files)
    if labels is not None and labels.annotations is not None:
        votes = labels.annotations
        kinds = {**dict.fromkeys((*(votes.item or data.item), votes.annotator), "sc:Text"), votes.value: value}
        for i, file in enumerate(votes.file):
            yield _records(f"votes-{i}", file, kinds, files)
    for file in (name for name in files if name.endswith(ITEMS) and predicate.found.labels is not None):
        last = LAST["number" if number else "class"]
        kinds = {"item": "sc:Text", "value": value, "votes": "sc:Integer", last: "sc:Float"}
        yield _records("evaluated", file, kinds, files)


def _records(name: str, file: str, columns: dict[str, str], files: Sequence[str]) -> dict[str, Any]:
    """Ids are addresses, which names of columns need not be: a field has its position."""
    fields = [
        {
            "@id": f"{name}/{i}",
            "@type": "cr:Field",
            "name": one_line(column),
            "dataType": kind,
            "source": {"fileObject": {"@id": file}, "extract": {"column": column}},
        }
        for i, (column, kind) in enumerate(columns.items())
    ]
    return {"@id": name, "@type": "cr:RecordSet", "name": name, "field": fields if file in files else []}


def _not_for(predicate: ReferencePredicate) -> str:
    return say("export.croissant.not_for", text=predicate.not_for) if predicate.not_for else ""


def _uncertainty(predicate: ReferencePredicate) -> Iterator[str]:
    found = predicate.found
    yield say("export.croissant.tier", tier=predicate.tier, items=found.items, expires=predicate.expires)
    stated = predicate.uncertainty
    if stated is None:
        yield say("export.croissant.no_uncertainty")
    else:
        kind = "export.croissant.error" if stated.kind == "error" else "export.croissant.standard_uncertainty"
        yield say(kind, value=stated.combined.value, u=stated.combined.u)
    if predicate.not_evaluated:
        yield say("export.croissant.not_evaluated", what=", ".join(predicate.not_evaluated))
