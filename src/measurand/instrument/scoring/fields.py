"""Answers that are JSON: one field of the object is the answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from measurand.document.strict import strict
from measurand.instrument.scoring.contract import Known, Scored, Scorer
from measurand.message import say

_FENCE = "```"


class Field:
    """The field ``a.b`` of the object in the text is scored by another scorer; without object or field it cannot be."""

    version = 1

    def __init__(self, field: str, then: Scorer) -> None:
        self.field, self.then = field, then
        names = [json.dumps(name) for name in field.split(".")]
        good = "".join(f"{{{name}: " for name in names)
        close = "}" * len(names)
        self.known: Sequence[Known] = (
            Known(f'{good}"a"{close}', "a", then.score("a", "a").value),
            Known(f'Sure:\n```json\n{good}"a"{close}\n```', "a", then.score("a", "a").value),
            Known(f'{good}"a"', "a", ""),
            Known("{}", "a", ""),
            Known("a", "a", ""),
        )

    def score(self, text: str, reference: str) -> Scored:
        """The object is the whole text, what stands between code fences, or from the first brace to the last."""
        try:
            found: Any = strict(_object(text).encode())
        except ValueError as error:
            return Scored(reason=say("scoring.no_json", reason=str(error)[:80]))
        for name in self.field.split("."):
            if not isinstance(found, dict) or name not in found:
                return Scored(reason=say("scoring.no_field", field=self.field))
            found = found[name]
        if isinstance(found, bool):
            return self.then.score("true" if found else "false", reference)
        if not isinstance(found, (str, int, float)):
            return Scored(reason=say("scoring.no_field", field=self.field))
        return self.then.score(found if isinstance(found, str) else repr(found), reference)


def _object(text: str) -> str:
    if text.count(_FENCE) >= 2:
        text = text.split(_FENCE)[1].removeprefix("json")
    begin, end = text.find("{"), text.rfind("}")
    return text[begin : end + 1] if 0 <= begin < end else text
