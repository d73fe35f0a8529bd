"""What further labels of annotators would give, asked of a result."""

from __future__ import annotations

from measurand.api.result import Result
from measurand.errors import MeasurandError
from measurand.message import say
from measurand.study.labelling_plan import Expected, Labels, equal_cost
from measurand.study.labelling_plan import labelling as expected


def labelling(result: Result, *options: Labels, labels: int | None = None) -> tuple[Expected, ...]:
    """Standard uncertainty that further labels would give, the smallest first.

    "Label 200 more items twice, or 2,000 more items once?" is ``labelling(r, Labels(200, 2), Labels(2000))``; with
    ``labels=400`` the ways to give 400 labels are compared: new items once, twice, three times, items at hand again.
    Raises MeasurandError for a result without annotators who have one error rate.
    """
    state = result.document.labelling
    if state is None:
        raise MeasurandError(say("labelling.none", measurand=result.id))
    asked = (*options, *(equal_cost(state, labels) if labels is not None else ()))
    if not asked:
        raise MeasurandError(say("labelling.no_options"))
    return expected(state, asked)
