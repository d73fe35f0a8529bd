"""Qualitative answers from tables: ``Laboratory, Item, Answer``, and the assigned ones: ``Item, Answer``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from measurand.document.number import number
from measurand.document.round_answers import Answered, Answers, Scheme
from measurand.document.table import Table
from measurand.errors import Finding, TableError
from measurand.instrument.fault import MOST, fault, refusal, shown
from measurand.instrument.table import read
from measurand.message import say


def answers_from(path: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Measurand -> laboratory -> item -> category, of the columns ``Laboratory, Item, Answer`` and ``Measurand``.

    An empty answer is one that was not given. Raises TableError with file, row and column: a column that is missing, a
    row without laboratory or item, two answers of a laboratory to one item.
    """
    table = read(path)
    laboratory, item, answer, measurand = _columns(table, ("Laboratory", "Item", "Answer"))
    found: dict[str, dict[str, dict[str, str]]] = {}
    faults: list[Finding] = []
    for i, row in enumerate(table.row):
        who, what = laboratory[i].strip(), item[i].strip()
        if not who or not what:
            key, column = ("M0891.laboratory", "Laboratory") if not who else ("M0891.item", "Item")
            faults.append(fault(key, file=table.file, row=row, column=column))
            continue
        own = found.setdefault(measurand[i].strip() or say("round.answer"), {}).setdefault(who, {})
        if what in own:
            faults.append(fault("M0893.answers", file=table.file, row=row, laboratory=shown(who), item=shown(what)))
        elif answer[i].strip():
            own[what] = answer[i].strip()
    if faults:
        raise TableError(faults[:MOST])
    return found


def assigned_from(path: Path, *, measurand: str) -> dict[str, str]:
    """Item -> category, of the columns ``Item, Answer`` and where needed ``Measurand``; rows of others are not read.

    Raises TableError: a column that is missing, no row of the measurand, an item without an answer, or with two.
    """
    table = read(path)
    item, answer, of = _columns(table, ("Item", "Answer"))
    found: dict[str, str] = {}
    for i, row in enumerate(table.row):
        if of[i].strip() not in ("", measurand):
            continue
        what, category = item[i].strip(), answer[i].strip()
        if not what or not category:
            raise TableError([fault("M0891.assigned", file=table.file, row=row, column="Answer" if what else "Item")])
        if what in found:
            named = {"laboratory": say("round.assigned_answers"), "item": shown(what)}
            raise TableError([fault("M0893.answers", file=table.file, row=row, **named)])
        found[what] = category
    if not found:
        raise refusal("M0892.measurands", file=table.file, names=measurand)
    return found


def own_answers(path: Path, asked: Sequence[Scheme]) -> tuple[Answered, ...]:
    """The answers of one participant to what is asked; a table without Measurand is of the only one.

    Raises TableError.
    """
    held, schemes = answers_from(path), {one.measurand: one for one in asked}
    if len(asked) == 1 and set(held) == {say("round.answer")}:
        held = {asked[0].measurand: held[say("round.answer")]}
    if unknown := [name for name in held if name not in schemes]:
        raise refusal("M0892.measurands", file=str(path), names=", ".join(unknown))
    return tuple(
        Answered(
            scheme=schemes[name],
            submitted=tuple(Answers(laboratory=who, answers=one) for who, one in several.items()),
        )
        for name, several in held.items()
    )


def answered(
    path: Path, *, assigned: Path | None, scale: Sequence[str] = (), positive: str = "", needed: float = 0.8,
    least_right: float | None = None,
) -> Answered:  # fmt: skip
    """The answers in a table to one measurand. ``scale``: its categories, three or more in rising order; none: those
    that occur.

    Raises TableError, also for several measurands, answers that are all the same, and a scheme that cannot be.
    """
    held = answers_from(path)
    if len(held) != 1:
        raise refusal("M0892.measurands", file=str(path), names=", ".join(held))
    ((measurand, several),) = held.items()
    own = {} if assigned is None else assigned_from(assigned, measurand=measurand)
    names = tuple(scale) or tuple(sorted({c for one in (*several.values(), own) for c in one.values()}))
    if len(names) == 1:
        raise refusal("M0898.same", file=str(path), category=names[0])
    seen = {c for one in several.values() for c in one.values()}
    if not scale and (unseen := sorted(set(own.values()) - seen)):
        known = ", ".join(sorted(seen))
        raise refusal("M0898.unseen", file=str(assigned), names=", ".join(unseen), known=known)
    try:
        scheme = Scheme(
            measurand=measurand, scale=names, ordered=len(scale) > 2, positive=positive, needed=number(needed),
            least_right=None if least_right is None else number(least_right),
        )  # fmt: skip
    except ValidationError as error:
        reason = str(error.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")
        raise refusal("M0898.scheme", file=str(path), reason=reason) from None
    submitted = tuple(Answers(laboratory=name, answers=one) for name, one in several.items())
    return Answered(scheme=scheme, submitted=submitted, assigned=own)


def _columns(table: Table, names: Sequence[str]) -> tuple[Sequence[str], ...]:
    own = {name.strip().lower(): cells for name, cells in table.columns.items()}
    for name in names:
        if name.lower() not in own:
            columns = ", ".join(table.columns)
            raise refusal("M0878.column", file=table.file, hint="M0878.hint_answers", name=name, columns=columns)
    return (*(own[name.lower()] for name in names), own.get("measurand", [""] * len(table.row)))
