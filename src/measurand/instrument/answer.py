"""What a callable or a program answers for one item: a mapping of outputs, read into cells of text."""

from __future__ import annotations

import math
from typing import Any

PLAIN = ("value", "score", "exposure", "lower", "upper", "spread", "set", "output")
"""Outputs of one cell each."""


class AgreementError(Exception):
    """The other side does not do what was agreed."""


def read(answer: object) -> dict[str, Any]:
    """``status``, ``reason`` and ``cells`` of an answer. A number that is none makes the observation ``failed``.

    Raises AgreementError: no mapping, an unknown key, a cell that is neither a number nor a text, or no output at all.
    """
    if not isinstance(answer, dict):
        raise AgreementError(f"an output is a {type(answer).__name__}; a dict with value or score is expected")
    unknown = set(answer) - {*PLAIN, "scores", "members", "status", "reason"}
    if unknown:
        raise AgreementError(f"unknown key {sorted(map(str, unknown))[0]!r} in an output")
    status = str(answer.get("status", "ok"))
    cells: dict[str, str] = {}
    scores = answer.get("scores") or {}
    named = {name: answer.get(name) for name in PLAIN}
    named |= {f"member:{i:04d}": value for i, value in enumerate(answer.get("members") or ())}
    for name, value in {**named, **{f"score:{key}": score for key, score in scores.items()}}.items():
        if value is None:
            continue
        try:
            cells[name] = cell(value)
        except ValueError as error:
            return {"status": "failed", "reason": f"{name}: {error}"}
    if status == "ok" and not cells:
        raise AgreementError("an output has neither value nor score")
    return {"status": status, "reason": str(answer.get("reason", "")), "cells": cells}


def cell(value: Any) -> str:
    """One output as text. Raises ValueError for a number that is not finite, AgreementError for other types."""
    value = value.item() if hasattr(value, "item") else value  # a numpy scalar
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a finite number")
        return repr(value)
    if isinstance(value, (int, str)):
        return str(value)
    raise AgreementError(f"a {type(value).__name__} is neither a number nor a text")
