"""When a log holds several of something and one is needed: the one that was named, or the only one, or a question."""

from __future__ import annotations

from collections.abc import Iterable

from measurand.document.words import nearest
from measurand.instrument.fault import refusal, shown
from measurand.message import say

MOST = 20


def one_of(names: Iterable[str], asked: str, *, option: str, file: str, why: str) -> str:
    """The name that was asked for, or the only one. ``option`` is ``metric`` or ``filter``; ``why`` the sentence key
    that says what would go wrong if all were taken. Raises TableError: several and none asked, or not there."""
    several = list(dict.fromkeys(names))
    told = ", ".join(several[:MOST]) + (", ..." if len(several) > MOST else "")
    if asked and asked not in several:
        near = nearest(asked, several)
        known = say("procedure.did_you_mean", words=near) if near else ""
        raise refusal("M0477.not_there", file=file, hint="M0477.hint", option=option, asked=shown(asked), names=told,
                      near=f"{known} " if known else "")  # fmt: skip
    if not asked and len(several) > 1:
        raise refusal("M0476.several", file=file, hint="M0476.hint", what=say(f"import.{option}s"), names=told,
                      why=say(why), option=option, first=several[0])  # fmt: skip
    return asked or several[0]
