"""The report of qualitative and ordinal answers: who answers as assigned, how often, and on which items none agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from measurand.document.number import number, real
from measurand.document.round_answers import Answered, AnswersReport, AnswersRow, Disputed, Scheme, Share
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.quantity.qualitative import ExactShare, majority, ordinal_performance, rates, share

LEAST = 2
"""Participants."""
HARD = 0.5
"""Share of right answers up to which an item is named."""


def answers_reported(data: Answered, *, level: float = 0.95) -> AnswersReport:
    """Shares of answers that are the assigned category, with exact limits (Clopper & Pearson 1934).

    The assigned categories are the coordinator's, else those on which ``needed`` of the participants agree, of whom a
    participant is one. An item that nobody assigned is shown and counts for nobody; an answer that is missing is
    counted. Raises DesignError for a single participant, and for categories that are not on the scale.
    """
    scheme = data.scheme
    if len(data.submitted) < LEAST:
        text = say("M0896.one", measurand=scheme.measurand, laboratory=data.submitted[0].laboratory)
        raise DesignError(Finding("M0896", "", text))
    _check(data)
    given: dict[str, list[str]] = {}
    for one in data.submitted:
        for item, category in one.answers.items():
            given.setdefault(item, []).append(category)
    assigned = dict(data.assigned) or _majority(given, real(scheme.needed))
    counted = {item: category for item, category in assigned.items() if item in given}
    rows = tuple(_row(one.laboratory, one.answers, assigned, scheme, level) for one in data.submitted)
    return AnswersReport(
        measurand=scheme.measurand, scale=scheme.scale, ordered=scheme.ordered,
        assigned_from="coordinator" if data.assigned else "majority", needed=None if data.assigned else scheme.needed,
        least_right=scheme.least_right, items=len(assigned), rows=rows,
        disputed=tuple(_counts(item, held) for item, held in given.items() if item not in assigned),
        hard=tuple(
            _counts(item, given[item], first=category)
            for item, category in counted.items()
            if given[item].count(category) <= HARD * len(given[item])
        ),
    )  # fmt: skip


def _check(data: Answered) -> None:
    known = set(data.scheme.scale)
    for named, held in (("", data.assigned), *((one.laboratory, one.answers) for one in data.submitted)):
        for item, category in held.items():
            if category not in known:
                fields = {"laboratory": named or say("round.assigned_answers"), "item": item, "category": category}
                text = say("M0898.category", scale=", ".join(data.scheme.scale), **fields)
                raise DesignError(Finding("M0898", "", text))


def _majority(given: Mapping[str, Sequence[str]], needed: float) -> dict[str, str]:
    found = {}
    for item, held in given.items():
        (best,) = majority([[category] for category in held], needed=needed)
        if best is not None:
            found[item] = str(best)
    return found


def _counts(item: str, held: Sequence[str], first: str = "") -> Disputed:
    counted = Counter(held)
    names = [*([first] if first else []), *sorted(name for name in counted if name != first)]
    return Disputed(item=item, counts={name: counted[name] for name in names})


def _row(
    laboratory: str, answers: Mapping[str, str], assigned: Mapping[str, str], scheme: Scheme, level: float
) -> AnswersRow:
    items = [item for item in assigned if item in answers]
    missing = len(assigned) - len(items)
    if not items:
        return AnswersRow(laboratory=laboratory, missing=missing)
    own, wanted = [answers[item] for item in items], [assigned[item] for item in items]
    right = share(sum(a == b for a, b in zip(own, wanted, strict=True)), len(items), level=level)
    row = AnswersRow(laboratory=laboratory, right=_share(right), missing=missing)
    found: dict[str, object] = {}
    if scheme.positive and len(set(wanted)) == LEAST:
        r = rates([a == scheme.positive for a in own], [b == scheme.positive for b in wanted], level=level)
        found |= {"sensitivity": _share(r.sensitivity), "specificity": _share(r.specificity)}
    if scheme.ordered:
        p = ordinal_performance(own, wanted, scale=scheme.scale, level=level)
        found |= {"adjacent": _share(p.adjacent), "higher": p.higher, "lower": p.lower}
    if scheme.least_right is not None:
        least, (low, high) = real(scheme.least_right), right.limits
        found |= {"signal": "acceptable" if right.share >= least else "action", "shown": low >= least or high < least}
    return row.model_copy(update=found)


def _share(found: ExactShare) -> Share:
    return Share(
        events=found.events, trials=found.trials, share=number(found.share), lower=number(found.limits[0]),
        upper=number(found.limits[1]),
    )  # fmt: skip
