"""The process in which texts are checked against a JSON schema: one JSON line in, one out. It can be ended."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any


def main() -> None:
    """Answer ``[schema, text]`` with "" where the text is JSON that the schema allows, else with the first reason."""
    validators: Any = import_module("jsonschema")
    nothing = import_module("referencing").Registry()  # no schema is fetched from anywhere
    for line in sys.stdin:
        schema, text = json.loads(line)
        sys.stdout.write(json.dumps(_reason(validators, schema, text, nothing)) + "\n")
        sys.stdout.flush()


def _reason(validators: Any, schema: Any, text: str, registry: Any) -> str:
    try:
        found = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        return f"no JSON: {error}"[:300]
    try:
        first = next(validators.Draft202012Validator(schema, registry=registry).iter_errors(found), None)
    except RecursionError:
        return "nested too deeply"
    return "" if first is None else f"{first.json_path}: {first.message}"[:300]


def _refused(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


if __name__ == "__main__":
    main()
