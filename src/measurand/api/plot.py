"""Pictures of a result: the drawings of the certificate, each as a file of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.document.decision import Decision
from measurand.document.result import Result
from measurand.document.rounding import rounded, significant
from measurand.errors import MeasurandError
from measurand.export.figures import drawn
from measurand.export.svg.calibration_line import Band
from measurand.export.svg.calibration_line import calibration_line as line_of
from measurand.export.svg.interval import Row, interval
from measurand.export.svg.items import items
from measurand.export.svg.pareto import pareto
from measurand.export.svg.runs import runs
from measurand.export.svg.writer import Picture, standalone
from measurand.message import say
from measurand.quantity.line import Line
from measurand.quantity.student import normal_factor, student_factor

REPEATABILITY = "repeatability"
PLACES = 61
"""Values of x at which the band of a line is drawn."""


@dataclass(frozen=True, repr=False)
class Drawing:
    """One picture: a notebook shows it; ``svg`` is its text, ``save`` writes it."""

    svg: str

    def save(self, file: str | Path) -> None:
        """Write the picture as an SVG file."""
        Path(file).write_text(self.svg, encoding="utf-8")

    def _repr_svg_(self) -> str:
        return self.svg


@dataclass(frozen=True, repr=False)
class Plots:
    """The pictures that a result has data for."""

    result: Result
    decision: Decision | None = None

    def interval(self, decision: Decision | None = None) -> Drawing:
        """Is it enough? Estimate, u and coverage interval against the limits of a decision."""
        r = self.result
        row = Row(name=r.title, result=r, decision=decision or self.decision, text=r.text)
        return _drawn(interval([row], "interval", unit="" if r.unit == "1" else r.unit))

    def budget(self) -> Drawing:
        """What to improve? The lines of the uncertainty budget by their share of the variance."""
        return _drawn(pareto(self.result, "budget"))

    def items(self) -> Drawing:
        """Which items fail, always or sometimes? Raises MeasurandError without an item map."""
        if self.result.item_map is None:
            raise MeasurandError(say("api.no_picture", measurand=self.result.measurand, what="item map"))
        return _drawn(items(self.result.item_map, "items"))

    def repeatability(self) -> Drawing:
        """The same answer again? Values by condition and repeat. Raises MeasurandError when there is one only."""
        for curve in self.result.curves:
            if curve.name == REPEATABILITY:
                return _drawn(runs(curve, self.result, "runs", text=self.result.text))
        raise MeasurandError(say("api.no_picture", measurand=self.result.measurand, what="repeated values"))

    def reliability(self) -> Drawing:
        """Are the probabilities right? Observed against predicted by bins, and what a calibrated system would show."""
        return self._curve("reliability")

    def roc(self) -> Drawing:
        """True against false positive rate, the band of the whole curve, and the operating points."""
        return self._curve("roc")

    def precision_recall(self) -> Drawing:
        """Precision against recall, with a band at each recall."""
        return self._curve("precision_recall")

    def scores(self) -> Drawing:
        """The scores of positives and negatives."""
        return self._curve("scores")

    def montecarlo(self) -> Drawing:
        """First order beside Monte Carlo: both distributions and both intervals."""
        return self._curve("monte_carlo")

    def discordance(self) -> Drawing:
        """Two systems on the same observations: both right, one of them, neither."""
        return self._curve("discordance")

    def population(self) -> Drawing:
        """Independent units in each part of the population, and the parts that have none."""
        return self._curve("population")

    def _curve(self, name: str) -> Drawing:
        """Raises MeasurandError where the result has no data for the picture."""
        picture = drawn(self.result, name, name)
        if picture is None:
            what = say(f"api.picture_{name}")
            raise MeasurandError(say("api.no_picture", measurand=self.result.measurand, what=what))
        return _drawn(picture)


def draw_calibration_line(
    fit: Line, x: ArrayLike, y: ArrayLike, *, u_y: ArrayLike | None = None, level: float = 0.95,
    names: tuple[str, str] = ("", ""),
) -> Drawing:  # fmt: skip
    """The points, the line that was fitted through them, and its band at each x (not for the whole line at once).

    Bars are those of ``u_y`` at the same level; ``names`` are those of the axes. Raises MeasurandError for lengths that
    differ or a level that is none.
    """
    if not 0.0 < level < 1.0:
        raise MeasurandError(say("comparison.level", level=level))
    points = np.asarray(x, float).ravel(), np.asarray(y, float).ravel()
    if not len(points[0]):
        raise MeasurandError(say("picture.line_lengths"))
    k = float(student_factor((1.0 - level) / 2.0, fit.factor_df))
    places = np.linspace(points[0].min(), points[0].max(), PLACES).tolist()
    seen = [fit.forward(place) for place in places]
    band = Band(places, [v for v, _ in seen], [v - k * u for v, u in seen], [v + k * u for v, u in seen])
    reach = [] if u_y is None else (float(normal_factor((1.0 - level) / 2.0)) * _spread(u_y, points[0])).tolist()
    text = say(
        "picture.line_of", a=rounded(fit.a, fit.u_a), u_a=significant(fit.u_a), b=rounded(fit.b, fit.u_b),
        u_b=significant(fit.u_b), p=f"{100 * level:g} %",
    )  # fmt: skip
    return _drawn(line_of(points[0].tolist(), points[1].tolist(), band, reach=reach, names=names, text=text))


def _spread(u: ArrayLike, like: NDArray[np.float64]) -> NDArray[np.float64]:
    held = np.asarray(u, float).ravel()
    if len(held) not in (1, len(like)):
        raise MeasurandError(say("picture.line_lengths"))
    return np.broadcast_to(held, like.shape)


def _drawn(picture: Picture) -> Drawing:
    return Drawing(standalone(picture))
