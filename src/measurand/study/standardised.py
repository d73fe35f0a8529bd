"""Laboratories with data of their own, standardised to one population: what their case mixes explain."""

from __future__ import annotations

import math
from collections.abc import Sequence

from measurand.document.number import number, real
from measurand.document.round_data import Quantity, RoundData, Submitted
from measurand.document.round_strata import StratumData, StratumResult
from measurand.message import say
from measurand.quantity.budget import welch_satterthwaite

Key = tuple[str, str, str]


def standardised(data: StratumData) -> RoundData:
    """For each quantity two: as measured, where the items of all strata are counted, and standardised.

    Standardised ``y = sum w_s y_s`` with the shares w of the population, ``u^2 = sum w_s^2 u_s^2`` (strata hold
    different items) and the degrees of freedom of Welch and Satterthwaite; as measured with the laboratory's own shares
    ``n_s / n``. A laboratory that lacks a stratum of the population, or has too few items in it, is not evaluated, and
    its reason is said: nothing stands for what was not measured. (Direct standardisation: Breslow & Day 1987.)
    """
    groups: dict[Key, dict[str, list[StratumResult]]] = {}
    for r in data.results:
        groups.setdefault((r.measurand, r.material, r.unit), {}).setdefault(r.laboratory, []).append(r)
    weights = {name: real(w) for name, w in data.weights.items()}
    quantities: list[Quantity] = []
    remarks: list[str] = []
    for key, several in groups.items():
        raw, done = [], []
        for laboratory, results in several.items():
            held = {r.stratum: r for r in results}
            for r in results:
                if r.stratum not in weights:
                    remarks.append(say("round.strata.other", laboratory=laboratory, stratum=r.stratum))
            wrong = _lacking(held, weights, data.least)
            if wrong:
                remarks.append(say("round.strata.lacking", laboratory=laboratory, strata=", ".join(wrong)))
            else:
                done.append(_combined(laboratory, [held[name] for name in weights], list(weights.values())))
            counts = [0.0 if r.count is None else real(r.count) for r in results]
            if all(c > 0.0 for c in counts):
                raw.append(_combined(laboratory, results, [c / sum(counts) for c in counts]))
        if raw and len(raw) == len(several):
            quantities.append(_quantity(key, say("round.strata.raw"), raw))
        else:
            remarks.append(say("round.strata.no_counts", measurand=" ".join(filter(None, key[:2]))))
        if done:
            quantities.append(_quantity(key, say("round.strata.standardised"), done))
    shares = ", ".join(f"{name} {w:.3g}" for name, w in weights.items())
    remarks.insert(0, say("round.strata.population", shares=shares))
    return RoundData(title=data.title, quantities=tuple(quantities), remarks=tuple(dict.fromkeys(remarks)))


def _lacking(held: dict[str, StratumResult], weights: dict[str, float], least: int) -> list[str]:
    """Strata of the population that a laboratory did not measure, or on too few items."""
    return [
        name
        for name in weights
        if name not in held or (least > 1 and (held[name].count is None or real(held[name].count or "0") < least))
    ]


def _combined(laboratory: str, results: Sequence[StratumResult], weights: Sequence[float]) -> Submitted:
    parts = [(w * real(r.u)) ** 2 for w, r in zip(weights, results, strict=True)]
    df = welch_satterthwaite(parts, [math.inf if r.df is None else real(r.df) for r in results])
    value = math.fsum(w * real(r.value) for w, r in zip(weights, results, strict=True))
    return Submitted(
        laboratory=laboratory, value=number(value), u=number(math.sqrt(math.fsum(parts))),
        df=None if math.isinf(df) else number(df),
    )  # fmt: skip


def _quantity(key: Key, how: str, submitted: Sequence[Submitted]) -> Quantity:
    measurand, material, unit = key
    return Quantity(
        measurand=measurand, material=f"{material} {how}".strip(), unit=unit, submitted=tuple(submitted)
    )  # fmt: skip
