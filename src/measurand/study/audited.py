"""An audited random subset: better reference values of some items as row weights (INTERVALS R8, first case).

``T = lam T(imperfect, not audited) + T(right, audited) - lam T(imperfect, audited)`` in the weights of the rows
(prediction-powered inference with power tuning, Angelopoulos et al. 2023): valid whatever the label errors depend on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.quantity.estimate import Estimate
from measurand.quantity.imperfect import tuned
from measurand.quantity.source import Source, one_input
from measurand.quantity.two_shares import PairCounts
from measurand.statistic.contract import Rows
from measurand.study.columns import texts
from measurand.study.evaluation import Evaluation, evaluate
from measurand.study.labels import Audited, Weights, exact
from measurand.study.roles import Aim, Observed, Weighed, labels_as_given, weighed

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
COLUMN = "audit"
FIRST = 0.5
"""Share of the imperfect labels in the first evaluation, from which the tuned one is computed."""


def is_audited(aim: Aim, seen: Observed) -> bool:
    """Whether an audit bears on the statistic: there is one, and the statistic reads the reference."""
    bound = {source.rstrip("?") for source in aim.definition.roles.values()}
    return COLUMN in seen.frame.columns and ("truth" in aim.statistic.roles or "reference" in bound)


def with_audit(
    aim: Aim, seen: Observed, at: Integers, *, cell: Integers, cell_weight: Array, names: Mapping[int, str]
) -> Weighed:  # fmt: skip
    """Rows and weights for the observations ``at``, with the share of the imperfect labels tuned.

    ``cell`` (observations,) and ``cell_weight`` are those of the evaluation. Raises DesignError where nothing, a single
    item or everything was audited, and for rankings.
    """
    if "query" in aim.statistic.roles:
        # weights of items inside a ranking mean nothing: a query is right or imperfect as a whole
        text, hint = say("M05.audit_of_queries", measurand=aim.measurand.id), say("M05.audit_of_queries_hint")
        raise DesignError(Finding("M0515", "reference.audit", text, hint))
    first = _rows(aim, seen, at, FIRST)
    rows = replace(first.rows, cell=cell[first.origin])
    found = evaluate(
        aim.statistic, rows, first.w, cell=cell[first.origin], cell_weight=cell_weight, names=names
    )  # fmt: skip
    right, imperfect, _ = influences(first, found)
    low, high = aim.statistic.bounds
    whole = high - low if np.isfinite(high - low) else abs(float(found.value[0]))
    # what rounding leaves of influences that are zero must not choose the share: it changes with the order of rows
    size = whole / (len(imperfect[0]) + len(imperfect[1]))
    return _rows(aim, seen, at, tuned(right, imperfect[0], imperfect[1], size=size))


def influences(data: Weighed, found: Evaluation) -> tuple[Array, tuple[Array, Array], Integers]:
    """What each item adds to the value per unit of label weight: audited items with the better and with the imperfect
    value, the others with the imperfect one; and the audited items."""
    audit = _audit(data)
    own = audit.lent * found.sensitivity[:, 0]
    item = data.rows.item

    def of(rows: NDArray[np.bool_]) -> tuple[Integers, Array]:
        which, place = np.unique(item[rows], return_inverse=True)
        return np.asarray(which, np.int64), np.asarray(np.bincount(place.reshape(-1), weights=own[rows]), float)

    which, right = of(audit.right)
    return right, (of(audit.mine & ~audit.right)[1], of(~audit.mine)[1]), which


def _audit(data: Weighed) -> Audited:
    if data.audit is None:
        raise DesignError("these rows hold no audit")
    return data.audit


def _rows(aim: Aim, seen: Observed, at: Integers, lam: float) -> Weighed:
    frame = seen.frame
    cells = np.asarray(frame.columns[COLUMN])
    given = texts(frame, COLUMN, at) != ""
    mixed = np.where(cells == "", frame.columns["reference"], cells)
    better = replace(frame, columns={**frame.columns, "reference": mixed})
    labels = labels_as_given(better, seen.classes) if seen.labels is not None else None
    held = weighed(aim, replace(seen, labels=_taken(seen)), at)
    mended = weighed(aim, replace(seen, frame=better, labels=labels), at[given])
    item = frame.item[at]
    items, audited = np.unique(item), np.unique(item[given])
    _refuse(aim, len(items), len(audited))
    total, inside = float(frame.weight[items].sum()), float(frame.weight[audited].sum())
    ratio, others = total / inside, total / (total - inside)
    mine = np.concatenate([given, np.ones(int(given.sum()), bool)])
    right = np.concatenate([np.zeros(len(at), bool), np.ones(int(given.sum()), bool)])
    lent = np.concatenate([held.w, mended.w])
    factor = np.where(right, ratio, np.where(mine, -lam * ratio, lam * others))
    rows = Rows(
        np.concatenate([held.rows.item, mended.rows.item]),
        np.zeros(len(lent), np.int64),
        {r: np.concatenate([c, mended.rows.column[r]]) for r, c in held.rows.column.items()},
    )
    origin = np.concatenate([np.arange(len(at)), np.flatnonzero(given)])
    return Weighed(
        rows, lent * factor, np.where(mine & ~right, 0.0, lent), _groups(seen, item, given)[origin], origin, {},
        np.zeros(len(at)), Audited(lam, mine, right, ratio, others, len(audited), len(items), lent),
    )  # fmt: skip


def _taken(seen: Observed) -> Weights | None:
    return None if seen.labels is None else exact(seen.labels.label)


def _refuse(aim: Aim, items: int, audited: int) -> None:
    if 2 <= audited <= items - 2:
        return
    key = "M05.audit_all" if audited >= 2 else "M05.audit_few"
    text = say(key, measurand=aim.measurand.id, audited=audited, items=items)
    raise DesignError(Finding("M0515", "reference.audit", text, say(f"{key}_hint")))


def _groups(seen: Observed, item: Integers, given: NDArray[np.bool_]) -> Integers:
    """Blocks of the audited and the other observations, where no unit is in both and each stratum has two of both."""
    frame = seen.frame
    group = given.astype(np.int64)
    codes = np.unique(frame.stratum[item] * 2 + group, return_inverse=True)[1].reshape(-1)
    units = [len(np.unique(frame.unit[item[codes == c]])) for c in range(int(codes.max()) + 1)]
    return group if min(units) > 1 else np.zeros_like(group)


def centred(z: Array, data: Weighed, cell: Integers) -> Array:
    """Contributions less the mean of their group (audited, not audited) in their cell: each group has its own total."""
    audit = _audit(data)
    group = cell * 2 + audit.mine
    share = data.base / np.bincount(group, weights=data.base)[group]
    sums = np.stack([np.bincount(group, weights=column) for column in z.T], axis=1)
    return np.asarray(z - share[:, None] * sums[group])


def renormalised(data: Weighed, weights: Array) -> Array:
    """Weights of the rows after their units were weighted anew, with the totals of both groups as they were."""
    audit = _audit(data)
    factor = np.ones(len(weights))
    for group in (audit.mine, ~audit.mine):
        left = float(data.base[group] @ weights[group])
        factor[group] = float(data.base[group].sum()) / left if left > 0 else 0.0
    return data.w * weights * factor


def labels_left(data: Weighed, found: Evaluation) -> tuple[Integers, Array]:
    """Contribution of each audited item to the chance that only some items were audited; their squares add up to
    ``(1 - m/N) m S^2`` of what an audited item adds."""
    audit = _audit(data)
    right, (imperfect, _), which = influences(data, found)
    added = audit.ratio * (right - audit.lam * audit.others * imperfect)
    left = (1.0 - audit.count / audit.items) * audit.count / (audit.count - 1)
    return which, np.sqrt(left) * (added - added.mean())


def unseen(data: Weighed, found: Evaluation) -> float:
    """Standard uncertainty for kinds of label errors that the audit happened not to show: one audited label more that
    is wrong, half upwards and half downwards, at the largest change of the value it could cause (ours)."""
    audit = _audit(data)
    lent = audit.lent[audit.right]
    typical = float(lent @ lent / lent.sum()) if lent.sum() > 0 else 0.0
    kinds = found.extreme[:, :, 0].sum(axis=0)
    swing = float(np.max(kinds, initial=0.0) - np.min(kinds, initial=0.0))
    return audit.lam * audit.ratio * typical * swing


def pairs(aim: Aim, data: Weighed) -> tuple[tuple[float, float], PairCounts] | None:
    """Events and trials outside of the audit, and the pairs inside (first: better value), of a share of all items."""
    audit, statistic = _audit(data), aim.statistic
    ones = np.ones(len(data.w))
    if statistic.exact != "binomial" or np.ptp(audit.lent) > 0:
        return None
    events, trials = statistic.counts(data.rows, ones)[0]
    if trials != len(ones):
        return None
    hit = statistic.sensitivity(data.rows, ones)[:, 0] > 0 if events < trials else ones > 0
    first, second = hit[audit.right], hit[audit.mine & ~audit.right]
    outside = hit[~audit.mine]
    both, a, b = (float(np.sum(x)) for x in (first & second, first & ~second, ~first & second))
    return (float(outside.sum()), float(len(outside))), PairCounts(both, a, b, len(first) - both - a - b)


def audit_parts(
    estimate: Estimate, found: Evaluation, data: Weighed, *, key: str, known: str | None, items: Sequence[str]
) -> tuple[Estimate, float]:  # fmt: skip
    """The estimate with what an audit leaves open, and the variance of it that lies in the margin of the units.

    ``key`` names the source of errors that the audit did not show; ``known`` that of the items not audited, where the
    statement is about these items (None: it lies in the units' margin).
    """
    which, left = labels_left(data, found)
    noise = float(left @ left)
    if known is None:
        noise = min(noise, float(estimate.variance[0]))
    sources, parts = dict(estimate.sources), dict(estimate.parts)
    if known is not None:
        sources[known] = Source(known, "reference", "B", tuple(items[i] for i in which))
        parts[known, "not audited"] = left[:, None]
    sources[key], parts[key, "unseen errors"] = one_input(key, "reference"), np.array([[unseen(data, found)]])
    return replace(estimate, sources=sources, parts=parts), noise
