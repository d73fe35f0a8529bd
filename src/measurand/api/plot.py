"""Pictures of a result: the drawings of the certificate, each as a file of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from measurand.document.decision import Decision
from measurand.document.result import Result
from measurand.errors import MeasurandError
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


def _drawn(picture: Picture) -> Drawing:
    return Drawing(standalone(picture))
