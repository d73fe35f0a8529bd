"""How the items were drawn, what was varied and what was held to be true: the resolved procedure in a few lines."""

from __future__ import annotations

from collections.abc import Iterable

from measurand.document.procedure import Factor, LabelError, Procedure, Reference, statuses
from measurand.export.plain import limit
from measurand.message import say

Fact = tuple[str, str]


def plan(procedure: Procedure) -> tuple[Fact, ...]:
    """Pairs of a label and a text, only for what the procedure states."""
    facts = [*_sampling(procedure), *_reference(procedure.reference), *_design(procedure)]
    return tuple((say(f"plan.{key}"), text) for key, text in facts if text)


def _sampling(procedure: Procedure) -> Iterable[Fact]:
    sampling = procedure.sampling
    yield "population", sampling.population or ""
    yield "cluster", " / ".join(sampling.cluster or ())
    yield "stratum", sampling.stratum or ""
    yield "weight", sampling.weight or ""
    if sampling.population_size is not None:
        sizes = sampling.population_size
        yield "size", str(sizes) if isinstance(sizes, int) else ", ".join(f"{k}: {n}" for k, n in sizes.items())


def _reference(reference: Reference | None) -> Iterable[Fact]:
    if reference is None:
        return
    yield "files", ", ".join(reference.file)
    yield "annotators", ", ".join(reference.annotators or ())
    if reference.annotations is not None:
        yield "annotators", say("plan.annotations", file=", ".join(reference.annotations.file))
    if reference.error is not None:
        yield "error", _error(reference.error)
    if reference.standard_uncertainty is not None:
        known = reference.standard_uncertainty
        yield "reference_u", known if isinstance(known, str) else known.text


def _error(error: LabelError) -> str:
    rates = [
        say("plan.known", name=name, value=limit(known.value), u=limit(known.standard_uncertainty))
        for name, known in (
            ("rate", error.rate),
            ("sensitivity", error.sensitivity),
            ("specificity", error.specificity),
        )
        if known is not None
    ]
    return "; ".join([*rates, say("plan.independent" if error.independent else "plan.dependent")])


def _design(procedure: Procedure) -> Iterable[Fact]:
    yield "factors", "; ".join(map(_factor, procedure.factor))
    if procedure.observations is None and procedure.design.repeats > 1:
        yield "repeats", str(procedure.design.repeats)
    yield "seed", str(procedure.design.seed)
    yield "statuses", ", ".join(f"{status}: {counts}" for status, counts in statuses(procedure).items())


def _factor(factor: Factor) -> str:
    levels = f": {', '.join(factor.levels)}" if factor.levels else ""
    return f"{factor.id} ({factor.effect}){levels}"
