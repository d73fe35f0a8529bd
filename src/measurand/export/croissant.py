"""Croissant 1.0 of the reference data: the columns of ``evidence.parquet`` that say what is held to be true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from measurand.document.canonical import canonical
from measurand.document.certificate import Predicate
from measurand.document.evidence import Evidence
from measurand.errors import Finding, MeasurandError
from measurand.export.original import Original
from measurand.export.plain import visible
from measurand.message import say

CONFORMS = "http://mlcommons.org/croissant/1.0"
FILE = "evidence.parquet"
SET = "reference"
HELD = ("item", "reference", "event", "annotations", "audit", "cluster", "stratum", "weight")
"""Columns of the reference data; ``annotator:NAME`` are further ones. What the systems put out is not described."""
TYPES: Mapping[str, str] = {"text": "sc:Text", "float64": "sc:Float", "int64": "sc:Integer"}
CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""That of Croissant 1.0."""


def render(original: Original) -> bytes:
    """The metadata. The file is the signed evidence, whose digest is known; of the files from which it was read the
    certificate knows the contents, not the bytes. Raises MeasurandError for a plain budget, which has no such data."""
    predicate = original.statement.predicate
    if predicate.evidence is None:
        raise MeasurandError(Finding("M0791", "", say("M0791.no_data", number=original.number)))
    copy = say("export.copy", number=original.number, sha256=original.sha256)
    evidence = predicate.evidence
    held = [name for name in sorted(evidence.columns) if name in HELD or name.startswith("annotator:")]
    whole = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS,
        "name": _line(say("export.croissant.name", title=predicate.title or predicate.procedure_id)),
        "description": _line(" ".join((say("export.croissant.what"), *_described(predicate, evidence), f"{copy}."))),
        "citeAs": _line(copy),
        "creator": {"@type": "sc:Organization", "name": _line(predicate.laboratory.name)},
        "datePublished": predicate.issued,
        "distribution": [
            {
                "@id": FILE,
                "@type": "cr:FileObject",
                "name": FILE,
                "contentUrl": FILE,
                "encodingFormat": "application/x-parquet",
                "sha256": evidence.table_sha256,
            }
        ],
        "recordSet": [
            {
                "@id": SET,
                "@type": "cr:RecordSet",
                "name": SET,
                "description": say("export.croissant.rows"),
                "field": [_field(i, name, evidence.columns[name]) for i, name in enumerate(held)],
            }
        ],
    }
    return canonical(whole)


def _field(i: int, column: str, kind: str) -> dict[str, Any]:
    """The id is an address, which the name of an annotator need not be: that has its position."""
    return {
        "@id": f"{SET}/{column if column in HELD else i}",
        "@type": "cr:Field",
        "name": _line(column),
        "dataType": TYPES[kind],
        "source": {"fileObject": {"@id": FILE}, "extract": {"column": column}},
    }


def _described(predicate: Predicate, evidence: Evidence) -> list[str]:
    """Where the data come from, which certificate they have, and whether the file is handed out."""
    said = [say("export.croissant.contents", items=evidence.items, digest=evidence.reference_at)]
    said += [
        say("export.croissant.source", file=name, digest=digest) for name, digest in sorted(evidence.sources.items())
    ]
    if evidence.certified is not None:
        certified = evidence.certified
        said.append(say("export.croissant.certified", id=certified.id, tier=certified.tier, sha256=certified.sha256))
    if predicate.disclosure is not None:
        said.append(say("export.croissant.kept"))
    return said


def _line(text: str) -> str:
    return " ".join(visible(text).split())
