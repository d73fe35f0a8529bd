"""The pictures that a result has data for, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from measurand.document.result import Curve, Result
from measurand.export.svg.densities import densities
from measurand.export.svg.discordance import discordance
from measurand.export.svg.population import population
from measurand.export.svg.ranking import precision_recall, roc
from measurand.export.svg.reliability import reliability
from measurand.export.svg.scores import scores
from measurand.export.svg.writer import Picture

Draw = Callable[[Result, str], Picture]
MOST = 24
"""Pictures of curves on a page at most; the data of all are in the signed statement."""


def drawn(result: Result, name: str, identity: str) -> Picture | None:
    """One picture of a result; None without data for it. ``identity`` is unique in the page."""
    found = curve(result, name)
    if found is None or not all(found.columns.values()):
        return None
    if name == "reliability":
        return reliability(found, curve(result, "scores"), result, identity)
    if name == "monte_carlo":
        intervals = curve(result, "monte_carlo_intervals")
        return None if intervals is None else densities(found, intervals, result, identity)
    if name == "population":
        return population(found, identity)
    return _PLAIN[name](found, result, identity)


def curve(result: Result, name: str) -> Curve | None:
    """The data of that name."""
    return next((c for c in result.curves if c.name == name), None)


_PLAIN: Mapping[str, Callable[[Curve, Result, str], Picture]] = {
    "roc": roc,
    "precision_recall": precision_recall,
    "scores": scores,
    "discordance": discordance,
}
NAMES = ("roc", "precision_recall", "reliability", "scores", "discordance", "monte_carlo")
"""In the order in which they are drawn; the map of the population is drawn once."""


def figures(results: Sequence[Result]) -> Iterable[tuple[int, int, Picture]]:
    """The pictures of a page: each different one once, with the positions of the first result that has it and of its
    curve.

    Scores stand under the reliability diagram already, where there is one.
    """
    seen: list[Curve] = []
    for i, result in enumerate(results):
        for name in NAMES:
            found = curve(result, name)
            below = name == "scores" and curve(result, "reliability") is not None
            if found is None or below or found in seen or len(seen) == MOST:
                continue
            picture = drawn(result, name, f"f{i}{name}")
            if picture is not None:
                seen.append(found)
                yield i, result.curves.index(found), picture


def covered(results: Sequence[Result]) -> Iterable[tuple[int, int, Picture]]:
    """The map of the population of a record, where there is one, with the positions of result and curve."""
    for i, result in enumerate(results):
        found = curve(result, "population")
        picture = drawn(result, "population", "population")
        if found is not None and picture is not None:
            yield i, result.curves.index(found), picture
            return
