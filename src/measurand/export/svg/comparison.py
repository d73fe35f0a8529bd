"""The pictures of comparisons by the kind of their data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from measurand.export.svg import comparison_data as data_of
from measurand.export.svg.caterpillar import caterpillar
from measurand.export.svg.critical_difference import critical_difference
from measurand.export.svg.density import density
from measurand.export.svg.dependence import dependence
from measurand.export.svg.discordance import paired_discordance
from measurand.export.svg.equivalence import equivalence
from measurand.export.svg.heat import heat
from measurand.export.svg.mandel import mandel
from measurand.export.svg.methods import methods
from measurand.export.svg.score_bars import scores
from measurand.export.svg.tie_groups import tie_groups
from measurand.export.svg.writer import Picture
from measurand.export.svg.youden import youden

Data = (
    data_of.Caterpillar | data_of.Equivalence | data_of.Mandel | data_of.Youden | data_of.Scores | data_of.TieGroups
    | data_of.CriticalDifference | data_of.Discordance | data_of.Density | data_of.Dependence | data_of.Methods
    | data_of.Heat
)  # fmt: skip

PICTURES: Mapping[type, Callable[[Any, str], Picture]] = {
    data_of.Caterpillar: caterpillar,
    data_of.Equivalence: equivalence,
    data_of.Mandel: mandel,
    data_of.Youden: youden,
    data_of.Scores: scores,
    data_of.TieGroups: tie_groups,
    data_of.CriticalDifference: critical_difference,
    data_of.Discordance: paired_discordance,
    data_of.Density: density,
    data_of.Dependence: dependence,
    data_of.Methods: methods,
    data_of.Heat: heat,
}


def compared(data: Data, identity: str) -> Picture:
    """The picture of these data; ``identity`` is unique in the page."""
    return PICTURES[type(data)](data, identity)
