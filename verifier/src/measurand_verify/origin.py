"""Where the rows came from: counts of an import that add up, and the address of the table that was measured."""

from __future__ import annotations

from typing import Any

from measurand_verify.check import Check, failed, passed

_NONE: dict[str, Any] = {}


def import_check(predicate: dict[str, Any]) -> Check | None:
    """Do ``read = kept + dropped`` and ``kept + absent = rows`` hold, and is the table the one that was imported?
    None when nothing speaks of an import."""
    if "evidence" not in predicate:
        return None
    evidence = predicate["evidence"]
    observations = predicate.get("procedure", _NONE).get("observations") or _NONE
    asked, stated = observations.get("imported"), evidence.get("imported")
    if asked is None and stated is None:
        return None
    if why := _silent(predicate, asked, stated) or _other(observations, stated, evidence) or _counts(stated, evidence):
        return failed("import", why)
    return passed("import", f"{stated['read']} records read, {stated['kept']} kept: the counts agree with the rows")


def _silent(predicate: dict[str, Any], asked: Any, stated: Any) -> str:
    """Which of procedure and evidence does not speak of the import; empty when both do."""
    if stated is None:
        return "the procedure names an import, and the evidence says nothing of it"
    unasked = asked is None and "procedure" in predicate
    return "the evidence speaks of an import that the procedure does not name" if unasked else ""


def _other(observations: dict[str, Any], stated: dict[str, Any], evidence: dict[str, Any]) -> str:
    """Why the table is another one; empty when it is the imported one."""
    sources, files = evidence["sources"], observations.get("file")
    told = [sources.get(", ".join(files))] if files else list(sources.values())
    wrong = stated["table_at"] not in told
    return f"the table that was measured is not the imported one, {stated['table_at']!a:.90}" if wrong else ""


def _counts(stated: dict[str, Any], evidence: dict[str, Any]) -> str:
    """What does not add up; empty when everything does."""
    dropped, statuses, rows = stated["dropped"].values(), stated["counts"].values(), evidence["rows"]
    kept, absent = stated["kept"], stated["absent"]
    numbers = [stated["read"], kept, absent, rows, *dropped, *statuses, *evidence["counts"].values()]
    if any(type(number) is not int or number < 0 for number in numbers):
        return "a count is no whole number"
    if stated["read"] != kept + sum(dropped):
        return f"{stated['read']} records read are not {kept} kept and {sum(dropped)} dropped"
    if kept + absent != sum(statuses):
        return f"{kept + absent} rows are not the {sum(statuses)} that are counted by status"
    beside = sum(evidence["counts"].get(name, 0) for name in ("missing", "censored"))
    if not rows - beside <= kept + absent <= rows:
        return f"{kept + absent} rows were imported, and {rows} are in the evidence"
    return ""
