"""Evidence for requirements as OSCAL assessment results (1.1): requirements are controls, each with one observation.

There are no findings: OSCAL's are *satisfied* or *not satisfied*, which a list of evidence does not say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from measurand.document.canonical import canonical
from measurand.document.crosswalk import Asked, Crosswalk, Found
from measurand.export.crosswalk_text import count_text, kind_text, state_text
from measurand.export.oscal import VERSION, line, props, words
from measurand.message import say


def render(found: Crosswalk) -> bytes:
    """Assessment results with one result for each regime. Equal reports give equal bytes."""
    digest = hashlib.sha256(canonical(found)).hexdigest()

    def identity(*names: object) -> str:
        return str(uuid5(NAMESPACE_URL, "/".join(("urn:sha256", digest, *map(str, names)))))

    source, at = identity("source"), f"{found.day}T00:00:00Z"
    fields: dict[str, list[Found]] = {}
    for one in found.found:
        fields.setdefault(one.kind, []).append(one)
    results = [
        {
            "uuid": identity("result", r.regime),
            "title": words(r.title),
            "description": words(count_text(r)),
            "start": at,
            "reviewed-controls": {
                "control-selections": [{"include-controls": [{"control-id": row.id} for row in r.asked]}]
            },
            "observations": [
                _observation(row, fields, uuid=identity("observation", r.regime, row.id), source=source, at=at)
                for row in r.asked
            ],
        }
        for r in found.regimes
    ]  # fmt: skip
    metadata = {
        "title": words(f"{say('crosswalk.page.kind')}: {found.title}"),
        "last-modified": at,
        "version": line(found.source),
        "oscal-version": VERSION,
        "props": props({"requirements-sha256": found.data}),
        "remarks": words(". ".join(found.remarks)),
    }
    resource = {"uuid": source, "title": words(found.source), "description": words(found.title)}
    whole = {
        "uuid": identity("oscal"),
        "metadata": metadata,
        "import-ap": {"href": f"#{source}", "remarks": words(say("crosswalk.evidence_only"))},
        "results": results,
        "back-matter": {"resources": [resource]},
    }
    return canonical({"assessment-results": whole})


def _observation(
    row: Asked, fields: Mapping[str, Sequence[Found]], *, uuid: str, source: str, at: str
) -> dict[str, Any]:  # fmt: skip
    """A requirement, the fields that are evidence for it, and the kinds of evidence that are not there."""
    facts = {
        "binding": row.binding, "applies": row.applies, "applies-from": row.applies_from, "reading": row.reading,
        "present": ", ".join(row.present), "absent": ", ".join(row.absent), "limits": row.limits,
    }  # fmt: skip
    evidence = [
        {"href": f"#{source}", "description": words(f"{kind_text(kind)}, {one.where}: {one.text}")}
        for kind in row.present
        for one in fields[kind]
    ]
    return {
        "uuid": uuid,
        "title": words(f"{row.instrument}, {row.clause}"),
        "description": words(f"{row.requirement} ({state_text(row)})"),
        "props": props(facts),
        "methods": ["EXAMINE"],
        **({"relevant-evidence": evidence} if evidence else {}),
        "collected": at,
    }
