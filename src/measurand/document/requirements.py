"""Checks of requirements and decision rules, and the decision rule that holds for each requirement."""

from __future__ import annotations

from typing import Any

from measurand.document.amount import Amount, convert
from measurand.document.position import Path
from measurand.document.reading import Reader
from measurand.document.words import nearest
from measurand.message import say

Tables = dict[str, Any]


def check_requirements(tables: Tables, reader: Reader) -> None:
    """Check ``[decision_rule]`` and every ``[[requirement]]``; write ids and the rule of each requirement."""
    general = tables.setdefault("decision_rule", {})
    _rule(general, ("decision_rule",), reader)
    tables["decision_rule"] = _written(general)
    measurands = {m["id"]: m for m in tables["measurand"] if "id" in m}
    given = [r["id"] for r in tables["requirement"] if "id" in r]
    for n, entry in enumerate(tables["requirement"]):
        path = entry[""]
        if "id" in entry and entry["id"] in [r.get("id") for r in tables["requirement"][:n]]:
            reader.find("M0306.id", (*path, "id"), id=entry["id"])
        _subject(entry, measurands, reader)
        _system(entry, tables, measurands, reader)
        if "decision_rule" in entry:
            _rule(entry["decision_rule"], (*path, "decision_rule"), reader)
        own = entry.get("decision_rule", {})
        entry["decision_rule"] = _written(_over(own, general))
        _limits(entry, {**general, **own}, reader)
    taken = set(given)
    for entry in tables["requirement"]:
        if "id" not in entry and "measurand" in entry:
            entry["id"] = _free(entry["measurand"], taken)
            taken.add(entry["id"])


def _free(name: str, taken: set[str]) -> str:
    n, found = 1, name
    while found in taken:
        n += 1
        found = f"{name}_{n}"
    return found


def _subject(entry: Tables, measurands: Tables, reader: Reader) -> None:
    name = entry.get("measurand")
    if name is None or name in measurands:
        return
    near = nearest(name, measurands)
    hint = (
        say("procedure.did_you_mean", words=near)
        if near
        else say("procedure.known_are", words=", ".join(measurands) or say("procedure.nothing"))
    )
    reader.find("M0307.measurand", (*entry[""], "measurand"), hint, name=name)


def _system(entry: Tables, tables: Tables, measurands: Tables, reader: Reader) -> None:
    path, measurand = entry[""], measurands.get(entry.get("measurand", ""), {})
    systems = [s["id"] for s in tables["system"]]
    over_system = measurand.get("contrast", {}).get("over") == "system"
    if "system" in entry and entry["system"] != "each":
        if over_system:
            reader.find("M0314.system_of_contrast", (*path, "system"), measurand=measurand["id"])
        elif entry["system"] not in systems:
            near = nearest(entry["system"], systems)
            hint = (
                say("procedure.did_you_mean", words=near)
                if near
                else say("procedure.known_are", words=", ".join(systems))
            )
            reader.find("M0307.system", (*path, "system"), hint, name=entry["system"])
    contrast = measurand.get("contrast", {})
    against_first = "first" in contrast and "second" not in contrast and not over_system
    if entry.get("level", "each") != "each" and measurand and "by" not in measurand and not against_first:
        reader.find("M0314.level", (*path, "level"), measurand=measurand.get("id", ""))


def _rule(rule: Tables, path: Path, reader: Reader) -> None:
    risks = [key for key in ("max_false_accept_risk", "max_false_reject_risk") if key in rule]
    if "guard_band" in rule:
        if risks:
            reader.find("M0314.guard_and_risk", (*path, "guard_band"), say("M0314.guard_and_risk_hint"))
        if float(rule["guard_band"].value) < 0:
            reader.find("M0302.not_negative", (*path, "guard_band"), key="guard_band")
        if rule.get("kind") == "simple":
            reader.find("M0314.simple", (*path, "guard_band"))
    prior = rule.get("prior", {})
    if "standard_uncertainty" in prior and float(prior["standard_uncertainty"]) <= 0:
        reader.find("M0302.positive", (*path, "prior", "standard_uncertainty"), key="standard_uncertainty")


def _over(own: Tables, general: Tables) -> Tables:
    """A requirement's own table over the file's: a guard band replaces risks, and risks replace a guard band."""
    merged = {**general, **own}
    if "guard_band" in own:
        merged = {k: v for k, v in merged.items() if not k.endswith("_risk")}
    elif any(k.endswith("_risk") for k in own):
        merged.pop("guard_band", None)
    if own.get("max_false_accept_risk") and "max_false_reject_risk" not in own:
        merged.pop("max_false_reject_risk", None)
    return merged


def _written(rule: Tables) -> Tables:
    """The fields of ``decision.Rule``: the false-reject risk is by default that of false acceptance."""
    found = {k: v for k, v in rule.items() if k != "guard_band"}
    if "max_false_accept_risk" in found:
        found.setdefault("max_false_reject_risk", found["max_false_accept_risk"])
    if (guard := rule.get("guard_band")) is not None:
        found["guard_band_text"] = guard.text
        if not guard.unit:  # with a unit it waits for the unit of the measurand (study.resolve)
            found["guard_band"] = guard.value
    return found


def _limits(entry: Tables, rule: Tables, reader: Reader) -> None:
    path, low, high = entry[""], entry.get("lower_limit"), entry.get("upper_limit")
    if low is None and high is None:
        problems = any(f.path.startswith(f"{path[0]}.{path[-1]}.") or f.path == path[0] for f in reader.findings)
        if not problems:
            reader.find("M0205.limit", path, say("M0205.limit_hint"))
        return
    if low is None or high is None:
        return
    same = _in_unit_of(high, low)
    if same is None:
        reader.find("M0304.unit", (*path, "upper_limit"), value=high.text, unit=low.unit or "1")
        return
    width = float(same.value) - float(low.value)
    if width <= 0:
        reader.find("M0302.order", (*path, "lower_limit"), low="lower_limit", high="upper_limit")
        return
    guard = rule.get("guard_band")
    guard = _in_unit_of(guard, low) if guard is not None and guard.unit != "U" else None
    if guard is not None and 2 * float(guard.value) >= width:
        reader.find("M0315.meet", path, say("M0315.hint"), guard=guard.text)


def _in_unit_of(amount: Amount, other: Amount) -> Amount | None:
    if amount.unit == other.unit:
        return amount
    return convert(amount if amount.unit else amount.model_copy(update={"unit": "1"}), other.unit or "1")
