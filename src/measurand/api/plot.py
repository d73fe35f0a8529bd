"""Pictures of a result: the drawings of the certificate, each as a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measurand.document.decision import Decision
from measurand.document.result import Result
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

REPEATABILITY = "repeatability"


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


def calibration_line(
    x: Sequence[float], y: Sequence[float], band: Band, *, reach: Sequence[float] = (),
    names: tuple[str, str] = ("", ""), text: str = "",
) -> Drawing:  # fmt: skip
    """Points, the line through them and its band; ``reach``: half the length of each bar, ``names`` of the axes.

    Raises MeasurandError for lengths that differ.
    """
    return _drawn(line_of(x, y, band, reach=reach, names=names, text=text))


def _drawn(picture: Picture) -> Drawing:
    return Drawing(standalone(picture))
