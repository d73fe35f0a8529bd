"""The items that a system gets wrong: always, sometimes, or by how much; and what several systems get wrong alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.document.definition import Definition
from measurand.document.procedure import Procedure
from measurand.study.arm import Arm, Keys, conditions
from measurand.study.frame import Columns
from measurand.study.observed import Labelled, observed
from measurand.study.outcome import arms
from measurand.study.targets import Target, targets

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]
Kind = Literal["wrong", "error", "pull", "move"]


@dataclass(frozen=True)
class WorstItem:
    """One item. What does not apply to its kind is None."""

    item: str
    rows: int
    """Observations that entered."""
    wrong: float | None
    """Share of them that is wrong."""
    error: float | None
    """The largest error among them, with its sign."""
    pull: float
    """What the item adds to the value of the result (its contribution to first order)."""
    levels: tuple[str, ...]
    """Conditions and repeats in which it is wrong, where there are several."""


@dataclass(frozen=True)
class WorstItems:
    """The worst items of one measurand, system and level, the worst first."""

    measurand: str
    system: str
    level: str
    kind: Kind
    """``wrong``: right or wrong; ``error``: a number beside its reference; ``pull``: by what an item spoils;
    ``move``: by what it changes, where neither end is better."""
    items: int
    always: int
    """Items wrong in every observation."""
    sometimes: int
    """Items wrong in some of their observations."""
    worst: tuple[WorstItem, ...]


@dataclass(frozen=True)
class WrongTogether:
    """Items of one measurand and level that several systems got wrong at least once."""

    measurand: str
    level: str
    items: int
    """Items that all of the systems were given."""
    everywhere: tuple[str, ...]
    """Wrong in every system."""
    only: Mapping[str, tuple[str, ...]]
    """Wrong in this system alone."""


@dataclass(frozen=True, eq=False)
class _Scene:
    """One arm by item: arrays of shape (items,), and what each row is."""

    measurand: str
    system: str
    level: str
    kind: Kind
    name: tuple[str, ...]
    rows: Array
    share: Array
    error: Array
    pull: Array
    of_row: Integers
    wrong_row: Mask
    place: NDArray[np.str_]
    """Condition and repeat of each row."""
    several: bool
    lower: bool
    """Lower is better."""


def worst_items(
    procedure: Procedure, definitions: Mapping[str, Definition], columns: Columns, *, most: int = 10
) -> tuple[tuple[WorstItems, ...], tuple[WrongTogether, ...]]:
    """The ``most`` worst items of every measurand, system and level, and what the systems have in common.

    An item is wrong where class, set or interval miss the observed reference (one vote, where labels are uncertain).
    Raises DesignError where the evidence does not support the procedure.
    """
    labelled = observed(procedure, definitions, columns)
    scenes: dict[tuple[object, ...], _Scene] = {}
    for target in targets(procedure, labelled.seen):
        for i, arm in enumerate(arms(target, definitions, labelled, Keys("", ""))):
            place = _place(target, arm, i)
            # a contrast of systems asks for the same rows as the measurand of each
            same = target.measurand.model_dump_json(exclude={"id", "contrast", "model", "target_uncertainty", "unit"})
            if (same, *place) not in scenes:
                scenes[same, *place] = _scene(arm, labelled, target.measurand.id, place)
    several = tuple(_worst(scene, most) for scene in scenes.values())
    return several, _together(list(scenes.values()))


def _place(target: Target, arm: Arm, index: int) -> tuple[str, str]:
    """System and level of an arm; the sides of a contrast inside of a system are levels."""
    contrast = target.measurand.contrast
    if contrast is None or contrast.over == "system":
        return arm.system, target.level
    side = f"{contrast.over} {target.selections[index].side}"
    return target.system, f"{target.level}, {side}" if target.level else side


def _scene(arm: Arm, labelled: Labelled, measurand: str, where: tuple[str, str]) -> _Scene:
    seen, rows = labelled.seen, arm.weighed.rows
    use = arm.evaluation.active & (arm.weighed.base != 0)
    kind, wrong, error = _judged(arm)
    present, of_row = np.unique(rows.item[use], return_inverse=True)
    of_row, n = of_row.reshape(-1), len(present)
    count = np.bincount(of_row, minlength=n).astype(float)
    wrong, error = wrong[use], error[use]
    largest = np.zeros(n)
    order = np.argsort(np.abs(error), kind="stable")
    largest[of_row[order]] = error[order]
    pull = np.bincount(rows.item, weights=arm.evaluation.z[:, 0], minlength=len(seen.frame.items))[present]
    names = np.array(conditions(seen.procedure, seen)[2])
    condition, repeat = arm.layout.condition[use], arm.layout.repeat[use]
    parts = [names[condition]] if len(names) > 1 else []
    if len(seen.frame.repeats) > 1:
        parts.append(np.array(seen.frame.repeats)[repeat])
    place = np.array([" / ".join(p) for p in zip(*parts, strict=True)] if parts else [""] * len(of_row), np.str_)
    return _Scene(
        measurand, *where, kind, tuple(seen.frame.items[i] for i in present), count,
        np.bincount(of_row, weights=wrong.astype(float), minlength=n) / count, largest, pull, of_row, wrong, place,
        bool(parts), arm.aim.definition.direction == "lower",
    )  # fmt: skip


def _judged(arm: Arm) -> tuple[Kind, Mask, Array]:
    """How the rows are judged, which are wrong, and their errors."""
    c, definition = arm.weighed.rows.column, arm.aim.definition
    nothing, right = np.zeros(len(arm.weighed.rows)), np.zeros(len(arm.weighed.rows), bool)
    wrong = _wrong(arm)
    if wrong is not None:
        return "wrong", wrong, nothing
    error: Array | None = None
    if {"value", "reference"} <= set(c) and "group" not in c:
        error = np.asarray(c["value"] - c["reference"], float)
    elif {"members", "reference"} <= set(c):
        error = np.asarray(np.mean(c["members"], axis=1) - c["reference"], float)
    elif {"score", "truth"} <= set(c) and definition.kind == "probability":
        error = np.asarray(c["score"] - c["truth"], float)
    elif {"scores", "truth"} <= set(c) and definition.kind == "probability":
        error = np.asarray(c["scores"][np.arange(len(nothing)), c["truth"].astype(np.int64)] - 1.0, float)
    if error is None or not np.all(np.isfinite(error)):
        return "move" if definition.direction == "target" else "pull", right, nothing
    return "error", right, error


def _wrong(arm: Arm) -> Mask | None:
    """Rows that miss their reference; None where right and wrong have no meaning."""
    c, direction = arm.weighed.rows.column, arm.aim.definition.direction
    s, wrong = arm.evaluation.sensitivity[:, 0], None
    if {"predicted", "truth"} <= set(c):
        wrong = c["predicted"] != c["truth"]
    elif {"set", "truth"} <= set(c):
        wrong = c["set"][np.arange(len(s)), c["truth"].astype(np.int64)] == 0
    elif {"labels", "predicted_labels"} <= set(c):
        wrong = np.any(c["labels"] != c["predicted_labels"], axis=1)
    elif {"lower", "upper", "reference"} <= set(c):
        wrong = (c["reference"] < c["lower"]) | (c["reference"] > c["upper"])
    elif {"outcome", "score"} <= set(c):  # whether confident answers are right: 1 is right whatever is good
        wrong = c["outcome"] != 1.0
    elif "outcome" in c and direction != "target":
        wrong = c["outcome"] != (1.0 if direction == "higher" else 0.0)
    elif arm.aim.statistic.exact == "binomial" and "truth" in c and np.any(s != 0):
        wrong = s > 0 if direction == "lower" else s < 0
    return None if wrong is None else np.asarray(wrong, bool)


def _worst(scene: _Scene, most: int) -> WorstItems:
    rank = _badness(scene)
    bad = np.flatnonzero(rank > 0)
    # the worst first; among equals those with more observations, then by name (items are sorted by name)
    order = bad[np.lexsort((bad, -scene.rows[bad], -rank[bad]))][:most]
    wanted = set(order.tolist())
    levels: dict[int, list[str]] = {k: [] for k in wanted}
    if scene.several and wanted:
        for i in np.flatnonzero(scene.wrong_row & np.isin(scene.of_row, order)):
            levels[int(scene.of_row[i])].append(str(scene.place[i]))
    return WorstItems(
        scene.measurand, scene.system, scene.level, scene.kind, len(scene.name),
        int(np.sum(scene.share >= 1.0)), int(np.sum((scene.share > 0.0) & (scene.share < 1.0))),
        tuple(_item(scene, int(k), levels[int(k)]) for k in order),
    )  # fmt: skip


def _badness(scene: _Scene) -> Array:
    """What the items are sorted by; not above 0: nothing is wrong with the item."""
    if scene.kind == "wrong":
        return scene.share
    if scene.kind in ("error", "move"):
        return np.abs(scene.error if scene.kind == "error" else scene.pull)
    return scene.pull if scene.lower else -scene.pull


def _item(scene: _Scene, k: int, levels: Sequence[str]) -> WorstItem:
    share = float(scene.share[k]) if scene.kind == "wrong" else None
    error = float(scene.error[k]) if scene.kind == "error" else None
    return WorstItem(
        scene.name[k], int(scene.rows[k]), share, error, float(scene.pull[k]), tuple(dict.fromkeys(levels))
    )


def _together(scenes: Sequence[_Scene]) -> tuple[WrongTogether, ...]:
    groups: dict[tuple[str, str], list[_Scene]] = {}
    for scene in scenes:
        if scene.kind == "wrong":
            groups.setdefault((scene.measurand, scene.level), []).append(scene)
    out = []
    for (measurand, level), group in groups.items():
        if len(group) < 2:
            continue
        wrong = {s.system: {s.name[k] for k in np.flatnonzero(s.share > 0)} for s in group}
        shared = set.intersection(*(set(s.name) for s in group))
        everywhere = set.intersection(*wrong.values())
        only = {
            system: tuple(sorted((mine & shared) - set().union(*(w for other, w in wrong.items() if other != system))))
            for system, mine in wrong.items()
        }
        out.append(WrongTogether(measurand, level, len(shared), tuple(sorted(everywhere)), only))
    return tuple(out)
