"""What a judge needs, and what has no effect with it."""

from __future__ import annotations

from typing import Any

from measurand.document.reading import Reader
from measurand.message import say

_ACCESS = {"openai": ("url", "model"), "command": ("target",), "python": ("target",)}
"""Access -> the keys that it needs."""
_ASKED = ("url", "model", "target", "settings", "rubric", "after", "against", "swap", "repeats")
"""Keys of a judge that is asked."""


def check_judge(tables: dict[str, Any], reader: Reader) -> None:
    """Check ``[judge]`` beside ``[scoring]``, ``[validity]`` and the factors that are the judge's."""
    judge, scoring = tables.get("judge"), tables.get("scoring") or {}
    asked = scoring.get("kind") == "judge"
    _varied(tables, asked, reader)
    if judge is None:
        if asked:
            reader.find("M0205.judge", ("scoring", "kind"), say("M0205.judge_hint"))
        if "judge" in tables.get("validity", {}):
            reader.find("M0314.judge_limits", ("validity", "judge"))
        return
    access = judge.setdefault("access", "recorded")
    if asked:
        needed = ("values", "rubric", *_ACCESS.get(access, ()))
        if access == "recorded":
            reader.find("M0205.judge", ("judge",), say("M0205.judge_hint"))
        for key in (key for key in needed if key not in judge and access != "recorded"):
            reader.find("M0205.judge_key", ("judge",), say("M0205.judge_hint"), access=access, key=key)
    else:
        for key in (key for key in _ASKED if key in judge):
            reader.find("M0314.judge_asked", ("judge", key), key=key)
        if not {"calibration", "values"} & set(judge):
            reader.find("M0314.judge_nothing", ("judge",))
    if len(set(judge.get("values", {"1": "1", "0": "0"}).values())) < 2:
        reader.find("M0302.judge_values", ("judge", "values"))
    if "judge" in tables.get("validity", {}) and "calibration" not in judge:
        reader.find("M0314.judge_limits", ("validity", "judge"))
    calibration = judge.get("calibration")
    if calibration is not None and not asked and "judged" not in calibration:
        reader.find("M0576.unasked", ("judge", "calibration"), say("M0576.unasked_hint"))
    if calibration is not None and asked and not {"judged", "answer"} & set(calibration):
        hint = say("M0576.columns_hint")
        reader.find("M0576.columns", ("judge", "calibration"), hint, columns="answer")


def _varied(tables: dict[str, Any], asked: bool, reader: Reader) -> None:
    """Factors whose levels are those of the judge."""
    for entry in (e for e in tables["factor"] if str(e.get("setting", "")).startswith("judge.")):
        if not asked:
            reader.find("M0314.judge_factor", (*entry[""], "setting"))
        elif "calibration" in (tables.get("judge") or {}):
            reader.find("M0302.judge_factor", ("judge", "calibration"), say("M0302.judge_factor_hint"))
