"""Cells that can be read, and cannot be what their quantity is about: refused by file, row and value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.document.definition import Definition
from measurand.document.label import label
from measurand.document.procedure import Measurand, Procedure
from measurand.document.table import Table, place
from measurand.errors import Finding, TableError
from measurand.instrument.fault import MOST, fault, shown, some
from measurand.lab.held import Held
from measurand.lab.sources import Sources
from measurand.study.readings import SEPARATOR

Columns = Mapping[str, NDArray[Any]]
Positions = NDArray[np.int64]
SCORE = "score:"
"""How roles of scores of classes begin."""
SUM = 1e-3
"""How far from one the probabilities of the classes may sum, for rounding in the file."""


def refuse_upside_down(found: Columns, table: Table, roles: Mapping[str, str]) -> None:
    """Refuse predicted intervals whose lower end is above the upper one."""
    if not {"lower", "upper"} <= found.keys():
        return
    columns = f"{roles['lower']}, {roles['upper']}"
    at = np.flatnonzero(found["lower"] > found["upper"])
    _refuse(
        _fault(table, i, "M0418.upside_down", lower=found["lower"][i], upper=found["upper"][i], columns=columns)
        for i in at[:MOST]
    )


def refuse_other_sums(found: Columns, table: Table) -> None:
    """Refuse probabilities of the classes that do not sum to one."""
    scores = [cells for role, cells in found.items() if role.startswith(SCORE)]
    total = np.sum(scores, axis=0) if scores else np.ones(0)
    at = np.flatnonzero(np.abs(total - 1.0) > SUM)
    _refuse(_fault(table, i, "M0419.sum", sum=f"{total[i]:.6g}") for i in at[:MOST])


def refuse_classes_without_score(roles: Mapping[str, str], classes: Collection[str], table: Table) -> None:
    """Refuse scores of classes that leave a class of the reference without a column."""
    named = {role.removeprefix(SCORE) for role in roles if role.startswith(SCORE)}
    without = sorted(set(classes) - named)
    if named and without:
        raise TableError(
            fault("M0419.no_score", file=table.file, hint="M0419.no_score_hint", classes=", ".join(without))
        )


def refuse_impossible(
    procedure: Procedure,
    definitions: Mapping[str, Definition],
    columns: Columns,
    *,
    outputs: Table,
    roles: Mapping[str, str],
    held: Held,
    sources: Sources,
    classes: Collection[str],
) -> None:
    """Refuse what no quantity of the procedure can use: events without exposure, negative grades, labels of no class.

    ``columns`` are those of the evidence, whose first rows are the rows of ``outputs``; only rows that enter a quantity
    are looked at. Quantities that leave out items (``where``) are left to their own refusal, which knows what remains.
    """
    ok = np.flatnonzero(columns["status"][: len(outputs)] == "ok")
    asked = [
        (definitions[m.quantity or ""].statistic, m, _entering(m, procedure, columns, ok))
        for m in procedure.measurand
        if (m.quantity or "") in definitions and not m.where
    ]

    def rows(*names: str, positive: str | None = None) -> list[int]:
        """Rows that enter one of these statistics."""
        used = [at for name, m, at in asked if name in names and positive in (None, m.positive)]
        every: list[int] = np.unique(np.concatenate([*used, ok[:0]])).tolist()
        return every

    found: list[Finding] = []
    if {"value", "exposure"} <= columns.keys():
        found += _rates(columns, rows("rate"), outputs, roles)
    if "set" in columns and classes:
        found += _sets(columns["set"], rows("set_coverage", "set_size"), outputs, roles["set"], classes)
    if {"score", "reference"} <= columns.keys():
        for positive in dict.fromkeys(m.positive for name, m, _ in asked if name == "log_score" and m.positive):
            found += _surprises(columns, rows("log_score", positive=positive), outputs, roles["score"], positive)
    if "score" in columns:
        refit = rows("calibration_slope", "calibration_intercept")
        found += _without_logit(columns["score"], refit, outputs, roles["score"])
    # groups may have raters of their own: left to the refusal of the statistic, which sees one group
    icc = [m for name, m, _ in asked if name == "intraclass_correlation" and m.by is None and m.contrast is None]
    if icc and {"value", "repeat"} <= columns.keys():
        found += _ratings(columns, ok.tolist(), outputs)
    if {"ndcg", "mean_reciprocal_rank", "mean_average_precision"} & {name for name, _, _ in asked}:
        found += _grades(procedure, held, sources)
    _refuse(found[:MOST])


def _entering(measurand: Measurand, procedure: Procedure, columns: Columns, ok: Positions) -> Positions:
    """Rows of ``ok`` that the measurand uses: a contrast of two leaves out the other levels."""
    contrast = measurand.contrast
    if contrast is None:
        return ok
    if contrast.over == "system" and procedure.status.missing == "exclude":
        return ok[:0]  # which items all systems share is known later: left to the refusal of the statistic
    if contrast.first is None or contrast.second is None:
        return ok
    names = ("system",) if contrast.over == "system" else (f"factor:{contrast.over}", f"column:{contrast.over}")
    cells = next(columns[name] for name in names if name in columns)
    sides = [contrast.first, contrast.second]
    if contrast.over != "system":
        sides = [label(side) for side in sides]
    return ok[np.isin(cells[ok].astype(str), sides)]


def _rates(columns: Columns, ok: Sequence[int], table: Table, roles: Mapping[str, str]) -> Iterator[Finding]:
    for i in ok:
        count, exposure = float(columns["value"][i]), float(columns["exposure"][i])
        if not exposure > 0.0:
            yield _fault(table, i, "M0438.exposure", column=shown(roles["exposure"]), value=f"{exposure:g}")
        if count < 0.0 or count != int(count):
            yield _fault(table, i, "M0438.count", column=shown(roles["value"]), value=f"{count:g}")


def _sets(
    sets: NDArray[Any], ok: Sequence[int], table: Table, column: str, classes: Collection[str]
) -> Iterator[Finding]:
    shown_classes = some(classes)
    for i in ok:
        strange = [part for part in str(sets[i]).split(SEPARATOR) if part and part not in classes]
        if strange:
            yield _fault(table, i, "M0405.class", column=shown(column), value=shown(strange[0]), classes=shown_classes)


def _surprises(columns: Columns, rows: Sequence[int], table: Table, column: str, positive: str) -> Iterator[Finding]:
    """Outcomes that had the probability 0."""
    for i in rows:
        score, truth = float(columns["score"][i]), columns["reference"][i]
        if score == (0.0 if truth == positive else 1.0):
            yield _fault(table, i, "M0439.impossible", column=shown(column), value=f"{score:g}", truth=shown(truth))


def _without_logit(scores: NDArray[Any], ok: Sequence[int], table: Table, column: str) -> Iterator[Finding]:
    for i in ok:
        if not 0.0 < float(scores[i]) < 1.0:
            yield _fault(table, i, "M0441.logit", column=shown(column), value=f"{float(scores[i]):g}")


def _ratings(columns: Columns, ok: Sequence[int], table: Table) -> Iterator[Finding]:
    """Items that lack the rating of a rater: the first row of each is named, and the rater that is missing."""
    if "system" in columns and len({str(columns["system"][i]) for i in ok}) > 1:
        return
    raters = sorted({str(columns["repeat"][i]) for i in ok})
    of_item: dict[str, set[str]] = {}
    first: dict[str, int] = {}
    for i in ok:
        item = str(columns["item"][i])
        of_item.setdefault(item, set()).add(str(columns["repeat"][i]))
        first.setdefault(item, i)
    for item, there in of_item.items():
        missing = [r for r in raters if r not in there]
        if missing:
            yield _fault(table, first[item], "M0442.rating", item=shown(item), rater=shown(missing[0]))


def _grades(procedure: Procedure, held: Held, sources: Sources) -> Iterator[Finding]:
    reference, table = procedure.reference, sources.reference
    if reference is None or reference.value is None or table is None or "reference" not in held.text:
        return
    grade = {item: text for item, text in zip(held.items, held.text["reference"], strict=True) if text}
    for i, item in enumerate(held.rows):
        if item in grade and float(grade[item]) < 0.0:
            yield _fault(table, i, "M0440.grade", column=shown(reference.value), value=grade[item])


def _fault(table: Table, i: int, key: str, **fields: object) -> Finding:
    file, row = place(table, int(i))
    return fault(key, file=file, row=row, hint=f"{key.partition('.')[0]}.hint", **fields)


def _refuse(found: Iterator[Finding] | Sequence[Finding]) -> None:
    problems = list(found)
    if problems:
        raise TableError(problems)
