"""Shares of what is counted inside of an answer (claims), and of comparisons that are won, a tie being half a win."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Rows, Statistic
from measurand.statistic.derived import Derived
from measurand.statistic.function_of_means import FunctionOfMeans
from measurand.statistic.mean import Mean
from measurand.statistic.weighing import not_defined

Column = Mapping[str, NDArray[Any]]
SEPARATOR = "|"


def share_of_parts() -> FunctionOfMeans:
    """``sum w x / sum w t``: parts x of answers (claims without support) among all of their t parts (claims).

    >>> rows = Rows(np.arange(2), np.zeros(2, int), {"part": np.array([1.0, 0.0]), "whole": np.array([4.0, 6.0])})
    >>> share_of_parts().value(rows, np.ones(2)).tolist()
    [0.1]
    """

    def terms(column: Column) -> Array:
        parts, whole = column["part"], column["whole"]
        wrong = ~((parts >= 0.0) & (parts <= whole) & np.isfinite(whole))
        if np.any(wrong):
            raise not_defined("not_parts", statistic="share_of_parts", count=int(wrong.sum()))
        return np.stack([parts, whole], axis=1).astype(float)

    def share(m: Array) -> tuple[float, Array]:
        if not m[1] > 0.0:
            raise not_defined("no_weight", statistic="share_of_parts", rows="the parts")
        return float(m[0] / m[1]), np.array([1.0, -m[0] / m[1]]) / m[1]

    def unseen(rows: Rows) -> Column:
        """A row of as many parts as any has: none of them, or all."""
        most = float(np.max(rows.column["whole"]))
        return {"part": np.array([0.0, most]), "whole": np.array([most, most])}

    return FunctionOfMeans("share_of_parts", ("part", "whole"), (0.0, 1.0), terms, share, unseen)


def win_rate(win: str = "win", loss: str = "loss", tie: str = "tie") -> Statistic:
    """Share of comparisons won, a tie counting one half: the chance to win where ties are decided by a coin.

    ``win``, ``loss`` and ``tie`` are what the comparison says then; several for one are separated by ``|``.

    >>> rows = Rows(np.arange(4), np.zeros(4, int), {"result": np.array(["win", "tie", "loss", "win"])})
    >>> win_rate().value(rows, np.ones(4)).tolist()
    [0.625]
    """
    worth = worth_of_results("win_rate", (("win", win, 1.0), ("loss", loss, 0.0), ("tie", tie, 0.5)))

    def points_of(column: Column) -> Array:
        found, code = np.unique(np.asarray(column["result"], str), return_inverse=True)
        strange = [str(cell) for cell in found if cell not in worth]
        if strange:
            raise not_defined(
                "no_result", statistic="win_rate", found=", ".join(repr(s) for s in strange[:5]), known=", ".join(worth)
            )
        return np.array([worth[str(cell)] for cell in found])[code.reshape(-1)]

    return Derived("win_rate", ("result",), Mean(lower=0.0, upper=1.0), points_of)


def worth_of_results(statistic: str, words: Sequence[tuple[str, str, float]]) -> dict[str, float]:
    """Text -> points, from the parameters that name it: (parameter, texts separated by ``|``, points).

    Raises StatisticError for a text that would mean two results.
    """
    worth: dict[str, float] = {}
    for parameter, cells, points in words:
        for cell in (part.strip() for part in cell_text(cells).split(SEPARATOR)):
            if worth.setdefault(cell, points) != points or not cell:
                named = [name for name, _, _ in words]
                raise not_defined(
                    "parameter_value", name=statistic, parameter=parameter, value=cells,
                    allowed=f"texts that mean one of {', '.join(named[:-1])} and {named[-1]}",
                )  # fmt: skip
    return worth


def cell_text(value: object) -> str:
    """What a parameter of ``at`` holds, as a cell; numbers and truth values were read as such.

    >>> cell_text(1.0), cell_text(20261122.0), cell_text(True), cell_text("A")
    ('1', '20261122', 'true', 'A')
    """
    return (
        f"{value:.15g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)
    )
