"""JSON Schemas (draft 2020-12) of every document and of the procedure file; committed in ``measurand/schemas``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from measurand.document.acceptance import RuleReport
from measurand.document.certificate import Envelope, Statement
from measurand.document.comparison import Comparisons
from measurand.document.crosswalk import Crosswalk
from measurand.document.decision import Decisions
from measurand.document.definition import Definition
from measurand.document.disclosure import Challenge, Disclosed
from measurand.document.evidence import Evidence
from measurand.document.imported import Import
from measurand.document.keys import TABLES, Entry
from measurand.document.parts import Parts
from measurand.document.preferences import PreferenceComparison
from measurand.document.procedure import Procedure
from measurand.document.reference_certificate import ReferenceStatement
from measurand.document.result import Results
from measurand.document.round import Opening, RoundStatement
from measurand.document.round_answers import AssignedAnswers
from measurand.document.round_data import RoundData
from measurand.document.round_report import RoundReport
from measurand.document.round_total import RoundTotal
from measurand.document.seal import SealStatement
from measurand.document.selftest import Problem, SelftestStatement
from measurand.document.status import KeyStatement, StatusStatement
from measurand.document.values import FILE_ID, ID

DRAFT = "https://json-schema.org/draft/2020-12/schema"
DOCUMENTS: Mapping[str, type[BaseModel]] = {
    "procedure": Procedure, "evidence": Evidence, "results": Results, "decisions": Decisions, "parts": Parts,
    "statement": Statement, "envelope": Envelope, "definition": Definition, "seal": SealStatement,
    "status": StatusStatement, "key": KeyStatement, "reference": ReferenceStatement, "disclosed": Disclosed,
    "challenge": Challenge, "problem": Problem, "selftest": SelftestStatement, "import": Import,
    "comparison": Comparisons, "preferences": PreferenceComparison, "round-data": RoundData,
    "round-report": RoundReport,
    "round": RoundStatement, "round-opening": Opening, "round-assigned": AssignedAnswers,
    "round-total": RoundTotal, "crosswalk": Crosswalk, "acceptance": RuleReport,
}  # fmt: skip
"""Name of the schema -> document. ``procedure`` is the resolved one; the file has ``procedure-file``."""

Fragment = dict[str, Any]

_TEXT: Fragment = {"type": "string", "minLength": 1}
_SCALAR: Fragment = {"type": ["string", "number", "boolean"]}


def schemas() -> dict[str, bytes]:
    """File name -> bytes of every schema."""
    found = {name: model.model_json_schema(by_alias=True) for name, model in DOCUMENTS.items()}
    found["procedure-file"] = procedure_file()
    return {f"{name}.schema.json": _written(name, schema) for name, schema in found.items()}


def _written(name: str, schema: Fragment) -> bytes:
    whole = {"$schema": DRAFT, "$id": f"urn:measurand:schema:{name}:1", **schema}
    return (json.dumps(whole, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


def procedure_file() -> Fragment:
    """The schema of the procedure file, for editors: the tables and keys that are served."""
    top = _table("")
    top["title"] = "Measurement procedure"
    top["properties"]["schema"] = {"const": "measurand/procedure/1"}
    top["$defs"] = {name: _table(name) for name in TABLES if name}
    return top


def _table(name: str) -> Fragment:
    entries = {key: entry for key, entry in TABLES[name].items() if not entry.later}
    found: Fragment = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _fragment(entry) for key, entry in entries.items()},
    }
    if required := [key for key, entry in entries.items() if entry.required]:
        found["required"] = required
    return found


def _fragment(entry: Entry) -> Fragment:
    reference = {"$ref": f"#/$defs/{entry.table}"}
    if entry.kind == "table":
        return reference
    if entry.kind == "tables":
        return {"anyOf": [reference, {"type": "array", "items": reference}]}
    return _KINDS[entry.kind](entry)


def _range(entry: Entry) -> Fragment:
    sides = {"minimum": entry.low, "maximum": entry.high}
    return {key: int(x) if x == int(x) else x for key, x in sides.items() if x is not None}


def _list(items: Fragment, least: int = 1) -> Fragment:
    return {"type": "array", "items": items, "minItems": least, "uniqueItems": True}


def _map(values: Fragment) -> Fragment:
    return {"type": "object", "additionalProperties": values, "minProperties": 1}


def _constant(fragment: Fragment) -> Callable[[Entry], Fragment]:
    return lambda entry: dict(fragment)


_KINDS: Mapping[str, Callable[[Entry], Fragment]] = {
    **{kind: _constant(_TEXT) for kind in ("text", "prose", "schema", "column", "model", "pattern")},
    "id": _constant({"type": "string", "pattern": "^" + ID.pattern.replace(r"\Z", "$")}),
    "file_id": _constant({"type": "string", "pattern": "^" + FILE_ID.pattern.replace(r"\Z", "$")}),
    "target": _constant({"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_.]*$"}),
    "columns": _constant(_list(_TEXT)),
    "key": _constant({"anyOf": [_TEXT, _list(_TEXT)]}),
    "paths": _constant({"anyOf": [_TEXT, _list(_TEXT)]}),
    "pair": _constant({**_list(_TEXT, 2), "maxItems": 2}),
    "integer": lambda entry: {"type": "integer", **_range(entry)},
    "number": lambda entry: {"anyOf": [{"type": "number", **_range(entry)}, {"type": "string", "pattern": "%$"}]},
    "amount": _constant({"type": ["number", "string"]}),
    "amount_or_column": _constant({"type": ["number", "string"]}),
    "flag": _constant({"type": "boolean"}),
    "choice": lambda entry: {"enum": list(entry.choices)},
    "choices": lambda entry: _list({"enum": list(entry.choices)}, 0),
    "label": _constant(_SCALAR),
    "labels": _constant(_list(_SCALAR)),
    "nested_labels": _constant({"anyOf": [_list(_SCALAR), _map(_list(_SCALAR))]}),
    "nested_paths": _constant({"anyOf": [_TEXT, _list(_TEXT), _map({"anyOf": [_TEXT, _list(_TEXT)]})]}),
    "columns_by_class": _constant(_map(_TEXT)),
    "size": lambda entry: {"anyOf": [{"type": "integer", "minimum": 1}, _map({"type": "integer", "minimum": 1})]},
    "weights": lambda entry: {"anyOf": [{"const": "equal"}, _map({"type": "number", "minimum": 0})]},
    "shares": _constant(_map({"type": "number", "minimum": 0, "maximum": 1})),
    "matrix": lambda entry: {
        "anyOf": [
            {"type": "array", "items": {"type": "array", "items": {"type": "number", **_range(entry)}}},
            _map({"type": "number", **_range(entry)}),
        ]
        if entry.high == 0.5
        else [{"type": "array", "items": {"type": "array", "items": {"type": "number", **_range(entry)}}}]
    },
    "trials": lambda entry: {"anyOf": [{"const": "adaptive"}, {"type": "integer", **_range(entry)}]},
    "json": _constant({"type": "object"}),
    "at": _constant(_map(_SCALAR)),
    "filter": lambda entry: _map({"anyOf": [_SCALAR, _list(_SCALAR)]}),
}
"""Kind of a key -> its schema; the kinds are those of ``document.values``."""
