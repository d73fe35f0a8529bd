"""RO-Crate 1.1 of a record: ``ro-crate-metadata.json``, which describes the files that lie beside the certificate."""

from __future__ import annotations

from typing import Any

from measurand.document.canonical import canonical
from measurand.export.original import Original

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
CONFORMS = "https://w3id.org/ro/crate/1.1"
FORMATS = {".json": "application/json", ".parquet": "application/vnd.apache.parquet", ".toml": "application/toml"}
KEPT = frozenset({"evidence.parquet", "parts.json"})
"""Not handed out where the procedure does not disclose the evidence; the secret of a record never is."""


def render(original: Original) -> bytes:
    """The metadata, to be written into the folder of the record under its name. Only files that the certificate signs
    are described, each with its digest; private evidence is left out."""
    predicate = original.statement.predicate
    open_ = predicate.disclosure is None
    files = {s.name: s.digest.get("sha256", "") for s in original.statement.subject if open_ or s.name not in KEPT}
    files["certificate.json"] = original.sha256
    graph: list[dict[str, Any]] = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": CONFORMS},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": predicate.title or predicate.procedure_id,
            "description": f"Record of the measurement that certificate {predicate.number} states.",
            "identifier": f"sha256:{original.sha256}",
            "datePublished": predicate.issued,
            "author": {"@id": "#laboratory"},
            "hasPart": [{"@id": name} for name in sorted(files)],
            "mentions": [{"@id": f"#result-{i}"} for i in range(len(predicate.results))],
        },
        {"@id": "#laboratory", "@type": "Organization", "name": predicate.laboratory.name},
        *(_file(name, files[name]) for name in sorted(files)),
        *(_results(original)),
    ]
    return canonical({"@context": CONTEXT, "@graph": graph})


def _file(name: str, digest: str) -> dict[str, Any]:
    ending = name[name.rfind(".") :]
    kind = FORMATS.get(ending, "application/octet-stream")
    return {"@id": name, "@type": "File", "name": name, "encodingFormat": kind, "identifier": f"sha256:{digest}"}


def _results(original: Original) -> list[dict[str, Any]]:
    """Each result as a PropertyValue; its numbers are texts, as they were signed."""
    return [
        {
            "@id": f"#result-{i}",
            "@type": "PropertyValue",
            "name": " ".join(filter(None, (result.title, result.level))),
            "propertyID": result.quantity,
            "value": result.value,
            "minValue": result.lower,
            "maxValue": result.upper,
            "unitText": result.unit,
            "description": result.words or result.text,
        }
        for i, result in enumerate(original.statement.predicate.results)
    ]
