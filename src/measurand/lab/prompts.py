"""Prompt templates and rubrics: files whose ``{column}`` places are filled from an item's columns, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from measurand.document.canonical import Address, address_of
from measurand.document.procedure import Factor, Procedure
from measurand.errors import ProcedureError
from measurand.instrument.fault import fault

LARGEST = 1_000_000
"""Bytes of a template."""


def factor_of(procedure: Procedure) -> Factor | None:
    """The factor whose levels are prompt files, if there is one."""
    return next((factor for factor in procedure.factor if factor.files is not None), None)


def templates(procedure: Procedure, folder: Path) -> Mapping[str, str]:
    """File, as the procedure names it -> its text: prompt files and the rubric of a judge.

    Raises ProcedureError: unreadable, not UTF-8, too large, or without a place for any input of the item.
    """
    factor = factor_of(procedure)
    found = {}
    inputs = (procedure.reference.input or ()) if procedure.reference is not None else ()
    is_media = procedure.reference is not None and procedure.reference.media is not None
    for name in (factor.files or ()) if factor is not None else ():
        text = _text(name, folder)
        if not is_media and not any(f"{{{column}}}" in text for column in inputs):
            names = ", ".join(f"{{{column}}}" for column in inputs) or "reference.input"
            raise ProcedureError(fault("M0614.no_place", file=name, hint="M0614.no_place_hint", places=names))
        found[name] = text
    if procedure.judge is not None and procedure.judge.rubric is not None:
        found[procedure.judge.rubric] = _rubric(
            procedure.judge.rubric, folder, pair=procedure.judge.against is not None
        )
    return found


def _rubric(name: str, folder: Path, *, pair: bool) -> str:
    text = _text(name, folder)
    for place in ("{first}", "{second}") if pair else ("{answer}",):
        if place not in text:
            raise ProcedureError(fault("M0576.rubric", file=name, hint="M0576.rubric_hint", place=place))
    return text


def _text(name: str, folder: Path) -> str:
    try:
        data = (folder / name).read_bytes()
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ProcedureError(fault("M0614.unreadable", file=name, reason=reason)) from None
    if len(data) > LARGEST:
        raise ProcedureError(fault("M0614.large", file=name, most=str(LARGEST)))
    return text


def addresses(found: Mapping[str, str]) -> Mapping[str, Address]:
    """Template file -> address of its bytes."""
    return {name: address_of(text.encode()) for name, text in found.items()}


def with_prompts(procedure: Procedure, folder: Path) -> Procedure:
    """The procedure with the addresses of its prompt files: another text is another procedure."""
    at = addresses(templates(procedure, folder))
    if not at:
        return procedure
    factors = [
        factor if factor.files is None else factor.model_copy(update={"files_at": tuple(at[n] for n in factor.files)})
        for factor in procedure.factor
    ]
    judge = procedure.judge
    if judge is not None and judge.rubric is not None:
        judge = judge.model_copy(update={"rubric_at": at[judge.rubric]})
    return procedure.model_copy(update={"factor": tuple(factors), "judge": judge})


def filled(template: str, inputs: Mapping[str, str]) -> str:
    """The prompt of an item: each ``{column}`` is replaced once by its cell; what the cell holds is not read again.

    >>> filled("Question: {question} Answer as {json: ...}", {"question": "What is {question}?"})
    'Question: What is {question}? Answer as {json: ...}'
    """
    names: Sequence[str] = sorted(inputs, key=len, reverse=True)
    if not names:
        return template
    places = re.compile("{(" + "|".join(map(re.escape, names)) + ")}")
    return places.sub(lambda found: inputs[found.group(1)], template)
