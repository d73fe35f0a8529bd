"""An estimate: values with their parts, and covariance as one signed quadratic form per source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.quantity.source import Source, gram, one_input

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estimate:
    """Values and, for each line of each source, the contributions of its levels (CONTRACTS section 2)."""

    outputs: tuple[str, ...]
    value: Array
    """Shape (outputs,)."""
    sources: Mapping[str, Source]
    """By key."""
    parts: Mapping[tuple[str, str], Array]
    """(source key, line) -> contributions, shape (levels, outputs)."""

    @property
    def variance(self) -> Array:
        """Combined variance of each output, shape (outputs,)."""
        return np.asarray(np.diagonal(covariance(self, self)))

    @property
    def u(self) -> Array:
        """Combined standard uncertainty of each output, shape (outputs,)."""
        return np.asarray(np.sqrt(np.maximum(self.variance, 0.0)))

    def total(self, key: str) -> Array:
        """Contributions of a source, its lines added, shape (levels, outputs)."""
        return np.asarray(sum(part for (source, _), part in sorted(self.parts.items()) if source == key))


def covariance(a: Estimate, b: Estimate) -> Array:
    """Covariance matrix of two estimates, shape (outputs of a, outputs of b): the sum of ``gram`` over equal keys."""
    total = np.zeros((len(a.outputs), len(b.outputs)))
    for key in sorted(set(a.sources) & set(b.sources)):
        total += gram(a.sources[key], a.total(key), b.sources[key], b.total(key))
    return total


def variance_by_source(estimate: Estimate) -> dict[str, Array]:
    """Signed variance of each source, shape (outputs,) each; they add up to the combined variance."""
    return {
        key: np.diagonal(gram(source, estimate.total(key), source, estimate.total(key)))
        for key, source in estimate.sources.items()
    }


def input_estimate(
    name: str, value: float, u: float, *, df: float = np.inf, component: str = "definition", key: str = ""
) -> Estimate:
    """One input quantity known from elsewhere (type B): value, standard uncertainty, degrees of freedom."""
    key = key or f"input:{name}"
    source = one_input(key, component, df=df)
    return Estimate((name,), np.array([float(value)]), {key: source}, {(key, name): np.array([[float(u)]])})


def correlated_inputs(
    names: Sequence[str], values: Array, covariances: Array, *, df: float = np.inf, component: str = "definition"
) -> Estimate:
    """Several correlated inputs (type B): each column of the Cholesky factor is one independent source.

    ``covariances`` has shape (inputs, inputs). Raises numpy.linalg.LinAlgError if it is not positive semi-definite.
    """
    vectors, scale = _factor(np.asarray(covariances, float))
    sources, parts = {}, {}
    for i, s in enumerate(scale):
        key = f"input:{'+'.join(names)}:{i}"
        sources[key] = one_input(key, component, df=df)
        parts[key, names[i]] = (vectors[:, i] * s)[None, :]
    return Estimate(tuple(names), np.asarray(values, float), sources, parts)


def _factor(matrix: Array) -> tuple[Array, Array]:
    u = np.sqrt(np.maximum(np.diagonal(matrix), 0.0))
    scale = np.where(u > 0, u, 1.0)
    correlation = matrix / scale[:, None] / scale[None, :]
    eigenvalue, vector = np.linalg.eigh(correlation)
    if eigenvalue.min(initial=0.0) < -1e-9:
        raise np.linalg.LinAlgError("the correlations of the inputs contradict each other")
    return vector * scale[:, None], np.sqrt(np.maximum(eigenvalue, 0.0))


def stack(estimates: Sequence[Estimate]) -> Estimate:
    """Several estimates as one with all their outputs; sources with equal keys become one.

    Where two sides of one key differ in levels or blocks, their scaled contributions are kept over the union of the
    levels, so that every covariance stays what it was.
    """
    outputs = tuple(name for e in estimates for name in e.outputs)
    offset = np.cumsum([0, *(len(e.outputs) for e in estimates)])
    sources: dict[str, Source] = {}
    parts: dict[tuple[str, str], Array] = {}
    for key in sorted({key for e in estimates for key in e.sources}):
        owners = [(i, e) for i, e in enumerate(estimates) if key in e.sources]
        first = owners[0][1].sources[key]
        shared = all(e.sources[key] is first for _, e in owners)
        levels = first.levels if shared else tuple(sorted({v for _, e in owners for v in e.sources[key].levels}))
        sources[key] = (
            first
            if shared
            else Source(
                key, first.component, first.type, levels, sign=first.sign, df=min(e.sources[key].df for _, e in owners)
            )
        )
        position = {level: p for p, level in enumerate(levels)}
        for i, e in owners:
            source = e.sources[key]
            rows = (
                np.arange(len(levels))
                if source.levels == levels
                else np.array([position[v] for v in source.levels], int)
            )
            for (of, line), part in e.parts.items():
                if of == key:
                    whole = parts.setdefault((key, line), np.zeros((len(levels), len(outputs))))
                    whole[rows, offset[i] : offset[i + 1]] += part if shared else source.scaled(part)
    return Estimate(outputs, np.concatenate([e.value for e in estimates]), sources, parts)


def propagate(outputs: Sequence[str], value: Array, jacobian: Array, inputs: Estimate) -> Estimate:
    """Law of propagation of uncertainty (JCGM 100, JCGM 102): the chain rule on parts.

    ``value`` (outputs,) are the model's values at the estimates, ``jacobian`` (outputs, outputs of ``inputs``) its
    partial derivatives there; parts become ``part @ jacobian.T``, so correlations between inputs carry through.
    """
    J = np.atleast_2d(np.asarray(jacobian, float))
    return Estimate(
        tuple(outputs),
        np.atleast_1d(np.asarray(value, float)),
        inputs.sources,
        {key: part @ J.T for key, part in inputs.parts.items()},
    )
