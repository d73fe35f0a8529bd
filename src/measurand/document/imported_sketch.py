"""The procedure for an imported table: it loads and runs; comments say what was taken from the log or assumed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from measurand.document.loading import SCHEMA
from measurand.document.written import comment, pair, quoted


@dataclass(frozen=True)
class Taken:
    """What a procedure needs to know of an imported table."""

    table: str
    """File name of the table, and ``record``: that of the import beside it."""
    record: str
    tool: str
    about: str
    metric: str
    systems: Mapping[str, Mapping[str, str]]
    """Name of each system -> its settings."""
    outcome: bool
    """Whether every score is 0 or 1."""
    repeats: int
    counts: Mapping[str, int]
    """Rows by status."""
    alike: bool = False
    """Whether two systems have the same graded scores everywhere: their difference shows no spread."""
    conditions: Sequence[str] = ()
    groups: Sequence[str] = ()
    cluster: str = ""
    """Column of the groups within which observations are not independent."""


def procedure_text(taken: Taken) -> str:
    """The text of the procedure file."""
    name = PurePath(taken.table).stem
    lines = [*comment("import.sketch.head", tool=taken.tool), f"schema = {quoted(SCHEMA)}", pair("id", _id(name)), ""]
    for system, settings in taken.systems.items():
        lines += ["[[system]]", pair("id", system), pair("name", system)]
        if settings:
            told = ", ".join(f"{quoted(key)} = {quoted(value)}" for key, value in settings.items())
            lines.append(f"settings = {{ {told} }}")
        lines += [*comment("import.sketch.version"), '# version = ""', ""]
    lines += _observations(taken)
    lines += _sampling(taken)
    for condition in taken.conditions:
        lines += [*comment("import.sketch.factor", column=condition), "[[factor]]", pair("id", _name(condition)),
                  pair("column", condition), pair("effect", "fixed"), ""]  # fmt: skip
    lines += _status(taken)
    lines += _measurands(taken)
    limit = [f'# measurand   = "{_measurand_id(taken)}"', "# lower_limit = 0.9"]
    return "\n".join([*lines, "", *comment("sketch.requirement"), "# [[requirement]]", *limit]) + "\n"


def _observations(taken: Taken) -> list[str]:
    lines = ["[observations]", pair("file", taken.table), *comment("import.sketch.imported")]
    lines += [pair("imported", taken.record), pair("item", "item"), pair("value", "score"), pair("system", "system")]
    if taken.repeats > 1:
        lines += [*comment("import.sketch.repeat", count=taken.repeats), pair("repeat", "repeat")]
    return [*lines, pair("status", "status"), ""]


def _sampling(taken: Taken) -> list[str]:
    lines = [*comment("import.sketch.population"), "[sampling]", pair("population", _population(taken))]
    lines += [pair("cluster", taken.cluster)] if taken.cluster else comment("import.sketch.cluster")
    for group in (name for name in taken.groups if name != taken.cluster):
        lines.append(f"# cluster = {quoted(group)}, or of the measurand:  by = {quoted(group)}")
    return [*lines, ""]


def _population(taken: Taken) -> str:
    return re.sub(r"\s+", " ", f"items like those of {taken.about}")[:500]


def _status(taken: Taken) -> list[str]:
    """Rules for the statuses that there are: only a refusal has one that everybody uses."""
    others = [status for status in taken.counts if status not in ("ok", "refused")]
    lines = []
    if others:
        told = ", ".join(f"{status} {taken.counts[status]}" for status in others)
        lines += comment("import.sketch.status", counts=told)
        lines += [] if "refused" in taken.counts else ["# [status]"]
    if "refused" in taken.counts:
        lines += [*comment("import.sketch.refused", count=taken.counts["refused"]), "[status]", 'refused = "wrong"']
    if others:
        lines += [f'# {status} = "exclude"' for status in others]
        lines += ["# [validity]", '# max_excluded = "5 %"']
    return [*lines, ""] if lines else []


def _measurands(taken: Taken) -> list[str]:
    own = [pair("id", _measurand_id(taken))]
    own += [pair("quantity", "proportion"), pair("positive", "1")] if taken.outcome else [pair("quantity", "mean")]
    lines = [*comment("import.sketch.outcome" if taken.outcome else "import.sketch.mean"), "[[measurand]]", *own]
    systems = list(taken.systems)
    if len(systems) == 2 and taken.alike:
        lines += ["", *comment("import.sketch.alike", first=systems[0], second=systems[1])]
    elif len(systems) == 2:
        names = f'over = "system", first = {quoted(systems[0])}, second = {quoted(systems[1])}'
        lines += ["", "[[measurand]]", pair("id", f"{_measurand_id(taken)}_difference"), *own[1:]]
        lines += [*comment("sketch.contrast"), f"contrast = {{ {names} }}"]
    return lines


def _measurand_id(taken: Taken) -> str:
    return _name(taken.metric or ("success" if taken.outcome else "score"))


def _name(text: str) -> str:
    """A name that models and requirements can use."""
    name = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")[:40]
    taken = {"value", "system", "exp", "log", "sqrt", "abs"}
    return name if re.match(r"[A-Za-z]", name) and name not in taken else f"m_{name}".strip("_")


def _id(file: str) -> str:
    name = re.sub(r"[^\w.+-]+", "-", file).strip("-.+_")[:90]
    return name if re.match(r"\w", name) else "procedure"
