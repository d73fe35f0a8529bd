"""Which parts of the population were seen: independent units by stratum, further columns and factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.result import Curve
from measurand.message import say
from measurand.study.roles import Observed
from measurand.study.scored import short
from measurand.study.targets import column

Integers = NDArray[np.int64]
MOST_ROWS, MOST_COLUMNS = 20, 6


@dataclass(frozen=True, eq=False)
class _Dimension:
    name: str
    levels: tuple[str, ...]
    code: Integers
    """Level of each observation."""


def population(seen: Observed) -> Curve | None:
    """Units and observations in each cell of the first two of: columns of ``by``, stratum, factors; None without any.

    ``share`` is the share of all units; ``wanted`` that of the population, where the sizes of the strata are known and
    the strata stand alone. Of a dimension with very many levels the first ones are listed.
    """
    used = np.flatnonzero(~np.isin(seen.counts, ("exclude", "invalid")))
    found = [d for d in _dimensions(seen, used) if len(d.levels) > 1][:2]
    if not found or not len(used):
        return None
    down, across = found[0], found[1] if len(found) > 1 else _Dimension("", ("",), np.zeros(len(used), np.int64))
    unit, width = seen.frame.unit[seen.frame.item[used]], len(across.levels)
    cell = down.code * width + across.code
    # each unit once in each cell
    once = np.unique(cell * len(seen.frame.units) + unit) // max(len(seen.frame.units), 1)
    units, observations = (np.bincount(c, minlength=len(down.levels) * width) for c in (once, cell))
    total = len(np.unique(unit))
    lines = []
    for i, row in enumerate(down.levels[:MOST_ROWS]):
        for j, name in enumerate(across.levels[:MOST_COLUMNS]):
            at = i * width + j
            wanted = _wanted(seen, row) if (down.name, across.name) == ("stratum", "") else ""
            lines.append((row, name, str(units[at]), str(observations[at]), short(units[at] / total), wanted))
    header = ("row", "column", "units", "observations", "share", "wanted")
    columns = dict(zip(header, zip(*lines, strict=True), strict=True))
    title = say("curve.population_two" if across.name else "curve.population", row=down.name, column=across.name)
    return Curve(name="population", title=title, columns=columns)


def _dimensions(seen: Observed, used: Integers) -> Sequence[_Dimension]:
    frame = seen.frame
    names = dict.fromkeys(m.by for m in seen.procedure.measurand if m.by is not None)
    out = [_named(name, column(seen, name)[used]) for name in names]
    if len(frame.strata) > 1:
        out.append(_Dimension("stratum", frame.strata, frame.stratum[frame.item[used]]))
    factors = [f.id for f in seen.procedure.factor if f.id not in names]
    return [*out, *(_Dimension(f, frame.levels[f], frame.level[f][used]) for f in factors)]


def _named(name: str, cells: NDArray[np.object_]) -> _Dimension:
    levels, code = np.unique(cells.astype(str), return_inverse=True)
    return _Dimension(name, tuple(str(v) for v in levels), np.asarray(code.reshape(-1), np.int64))


def _wanted(seen: Observed, stratum: str) -> str:
    sizes = seen.frame.population
    if stratum not in sizes or set(sizes) != set(seen.frame.strata):
        return ""
    return short(sizes[stratum] / sum(sizes.values()))
