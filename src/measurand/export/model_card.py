"""Evaluation results for the metadata of a model card on the Hugging Face Hub (``model-index``), as a YAML header."""

from __future__ import annotations

import base64
import json
from math import isinf

from measurand.document.number import real
from measurand.document.result import Result
from measurand.export.original import Original
from measurand.export.plain import visible


def render(original: Original) -> bytes:
    """The header, to be put into the README of the model: one entry per system, one result per measurand and level.

    Values are the signed numbers; the interval stands in ``args``, since the format has no place for uncertainty.
    """
    predicate = original.statement.predicate
    lines = ["---", "model-index:"]
    of_systems: dict[str, list[Result]] = {}
    for result in predicate.results:
        of_systems.setdefault(result.system, []).append(result)
    names = {system.get("id", ""): system.get("name") or system.get("id", "") for system in predicate.systems}
    for system, results in of_systems.items():
        lines += [f"- name: {_quoted(names.get(system, system))}", "  results:"]
        for result in results:
            lines += _result(original, result)
    return "\n".join([*lines, "---", ""]).encode("utf-8")


def _result(original: Original, result: Result) -> list[str]:
    predicate = original.statement.predicate
    title = " ".join(filter(None, (result.title, result.level)))
    data = predicate.valid_for or (predicate.procedure.sampling.population if predicate.procedure else None)
    args = {
        "standard_uncertainty": result.u,
        "lower": result.lower,
        "upper": result.upper,
        "coverage_probability": result.coverage_probability,
    }
    return [
        "  - task:",
        "      type: other",
        f"      name: {_quoted(predicate.title or predicate.procedure_id)}",
        "    dataset:",
        f"      type: {_quoted(predicate.procedure_id)}",
        f"      name: {_quoted(data or predicate.procedure_id)}",
        "    metrics:",
        f"    - type: {_quoted(result.quantity)}",
        f"      name: {_quoted(f'{title}: {result.text}')}",
        f"      value: {yaml_number(result.value)}",
        "      args:",
        *(f"        {name}: {yaml_number(number)}" for name, number in args.items()),
        "    source:",
        f"      name: {_quoted(f'certificate {original.number}, sha256:{original.sha256}')}",
        f"      url: {_quoted(_named(original.sha256))}",
    ]


def _named(sha256: str) -> str:
    """The digest as a URI (RFC 6920): the certificate has no address on the web of its own."""
    return f"ni:///sha-256;{base64.urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip('=')}"


def _quoted(text: str) -> str:
    """A JSON string, which is a YAML string too."""
    return json.dumps(" ".join(visible(text).split()), ensure_ascii=False)


def yaml_number(number: str) -> str:
    """The decimal as it was signed, where YAML reads it as a number (``1e-05`` is a text there: ``1.0e-05``)."""
    if isinf(real(number)):
        return ".inf"
    mantissa, e, exponent = number.lower().partition("e")
    if not e:
        return number
    mantissa = mantissa if "." in mantissa else f"{mantissa}.0"
    return f"{mantissa}e{exponent if exponent[:1] in '+-' else '+' + exponent}"
