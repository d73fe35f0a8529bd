"""How the items were drawn, what was varied and what was held to be true: the resolved procedure in a few lines."""

from __future__ import annotations

from collections.abc import Iterable

from measurand.document.procedure import Factor, LabelError, Procedure, Reference, statuses
from measurand.export.bound import path, span, together, told
from measurand.export.plain import limit
from measurand.export.svg.writer import Markup
from measurand.message import say

Fact = tuple[str, Markup]
PROCEDURE = "procedure"
"""Place of the resolved procedure in a certificate."""


def plan(procedure: Procedure) -> tuple[Fact, ...]:
    """Pairs of a label and a text bound to its place, only for what the procedure states."""
    facts = [*_sampling(procedure), *_reference(procedure.reference), *_design(procedure)]
    return tuple((say(f"plan.{key}"), text) for key, text in facts if text)


def _text(text: str | None, *keys: object) -> Markup:
    return span(text, path(PROCEDURE, *keys)) if text else Markup()


def _list(texts: tuple[str, ...] | None, between: str, *keys: object) -> Markup:
    return span(between.join(texts), path(PROCEDURE, *keys), "join", between) if texts else Markup()


def _entries(texts: dict[str, str], *keys: object) -> Markup:
    shown = [span(f"{k}: {v}", path(PROCEDURE, *keys, k), "entry", ": ") for k, v in texts.items()]
    return together(shown, ", ")


def _sampling(procedure: Procedure) -> Iterable[Fact]:
    sampling = procedure.sampling
    yield "population", _text(sampling.population, "sampling", "population")
    yield "cluster", _list(sampling.cluster, " / ", "sampling", "cluster")
    yield "stratum", _text(sampling.stratum, "sampling", "stratum")
    yield "weight", _text(sampling.weight, "sampling", "weight")
    if isinstance(sampling.population_size, int):
        yield "size", _text(str(sampling.population_size), "sampling", "population_size")
    elif sampling.population_size is not None:
        sizes = {stratum: str(size) for stratum, size in sampling.population_size.items()}
        yield "size", _entries(sizes, "sampling", "population_size")


def _reference(reference: Reference | None) -> Iterable[Fact]:
    if reference is None:
        return
    yield "files", _list(reference.file, ", ", "reference", "file")
    yield "annotators", _list(reference.annotators, ", ", "reference", "annotators")
    if reference.annotations is not None:
        file = _list(reference.annotations.file, ", ", "reference", "annotations", "file")
        yield "annotators", told("plan.annotations", file=file)
    if reference.error is not None:
        yield "error", _error(reference.error)
    if reference.standard_uncertainty is not None:
        known, place = reference.standard_uncertainty, ("reference", "standard_uncertainty")
        yield "reference_u", _text(known, *place) if isinstance(known, str) else _text(known.text, *place, "text")


def _error(error: LabelError) -> Markup:
    rates = [
        told(
            "plan.known",
            name=span(name, f"{PROCEDURE}/reference/error/{name}", "name"),
            value=span(limit(known.value), f"{PROCEDURE}/reference/error/{name}/value", "number"),
            u=span(
                limit(known.standard_uncertainty), f"{PROCEDURE}/reference/error/{name}/standard_uncertainty", "number"
            ),
        )
        for name, known in (
            ("rate", error.rate),
            ("sensitivity", error.sensitivity),
            ("specificity", error.specificity),
        )
        if known is not None
    ]
    words = say("plan.independent" if error.independent else "plan.dependent")
    return together([*rates, span(words, f"{PROCEDURE}/reference/error/independent", "independent")], "; ")


def _design(procedure: Procedure) -> Iterable[Fact]:
    yield "factors", together([_factor(factor, i) for i, factor in enumerate(procedure.factor)], "; ")
    if procedure.observations is None and procedure.design.repeats > 1:
        yield "repeats", _text(str(procedure.design.repeats), "design", "repeats")
    yield "seed", _text(str(procedure.design.seed), "design", "seed")
    yield "statuses", _entries({k: str(v) for k, v in statuses(procedure).items()}, "status")


def _factor(factor: Factor, index: int) -> Markup:
    levels = f": {', '.join(factor.levels)}" if factor.levels else ""
    return span(f"{factor.id} ({factor.effect}){levels}", f"{PROCEDURE}/factor/{index}", "factor")
