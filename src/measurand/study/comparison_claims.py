"""Claims about pairs with a margin: superiority, non-inferiority, equivalence."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.document import comparison as document
from measurand.document.number import number
from measurand.message import say
from measurand.quantity.equivalence import equivalence, margin_of_difference, margin_of_ratio
from measurand.quantity.multiplicity import adjusted
from measurand.study.pairing import Asked, Made


def claims_of(pairs: Sequence[Made], asked: Asked) -> list[document.Shown | None]:
    """Tests of the claim by the limits of each pair, second against first (Schuirmann 1987), adjusted by Holm."""
    if asked.claim is None:
        return [None] * len(pairs)
    size = asked.margin if asked.margin is not None else (2.0 if asked.kind == "ratio" else 1.0)
    margin = margin_of_ratio(size) if asked.kind == "ratio" else margin_of_difference(size)
    higher = pairs[0].first.result.direction != "lower"
    alpha = 1.0 - asked.level
    tests = [equivalence(m.limits.at_tail, margin=margin, alpha=alpha, larger_is_better=higher) for m in pairs]
    of = {"superiority": "p_superior", "non-inferiority": "p_non_inferior", "equivalence": "p_equivalent"}[asked.claim]
    p = [float(getattr(test, of)) for test in tests]
    held = p if asked.adjustment == "none" else [float(x) for x in adjusted(p, method="holm")]
    found: list[document.Shown | None] = []
    for m, test, one, family in zip(pairs, tests, p, held, strict=True):
        shown = family <= alpha
        key = f"comparison.claim.{asked.claim}.{'shown' if shown else 'not_shown'}"
        text = say(key, first=m.first.name, second=m.second.name, margin=f"{asked.margin:g}" if asked.margin else "")
        found.append(
            document.Shown(
                claim=asked.claim, margin=None if asked.margin is None else number(asked.margin), shown=shown,
                coverage_probability=number(1.0 - 2.0 * alpha), lower=number(test.lower), upper=number(test.upper),
                p=number(one), p_adjusted=number(family), text=text,
            )
        )  # fmt: skip
    return found
