"""How often the intervals of a consensus hold the true value: simulates laboratories and writes a page about them.

    python benchmarks/consensus_coverage.py --out docs/consensus.md

Situations differ in the number of laboratories and in tau. Random numbers depend on the name of the situation alone.
The part of the page above "What the intervals of the consensus cover" is kept as it stands.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from measurand.quantity.consensus import consensus_of
from measurand.quantity.consensus_result import Consensus
from measurand.quantity.laboratories import laboratories
from measurand.quantity.randomness import generator

LABORATORIES = (3, 5, 8, 15)
TAU = (0.0, 0.5, 1.0, 2.0)
METHODS = (
    "fixed", "birge", "mean", "median", "dersimonian-laird", "mandel-paule", "reml", "ml", "linear-pool",
    "bayes-gaussian", "bayes-laplace",
)  # fmt: skip
ASKED = 0.93
HEADING = "## What the intervals of the consensus cover"


@dataclass(frozen=True)
class Situation:
    """Laboratories with normal effects of standard deviation ``tau``, u uniform between 0.5 and 2."""

    count: int
    tau: float
    replicates: int
    slow: int
    """Replicates of bayes-laplace."""


@dataclass(frozen=True)
class Found:
    """Share of intervals that hold the truth, and their median width over that of the interval with tau known."""

    situation: Situation
    covers: Mapping[str, float]
    width: Mapping[str, float]
    covers_tau: Mapping[str, float]


def intervals(c: Consensus) -> dict[str, tuple[float, float]]:
    """The interval of the method, and those of Hartung and Knapp where it has them."""
    found = {c.method: (c.lower, c.upper)}
    if c.knapp is not None and c.dark is not None:
        found[f"{c.method}, Hartung-Knapp"] = (c.knapp.plain.lower, c.knapp.plain.upper)
        found[f"{c.method}, max(1, q)"] = (c.knapp.at_least.lower, c.knapp.at_least.upper)
    return found


def run(situation: Situation) -> Found:
    """One situation; the true value is 0."""
    rng = generator(f"consensus/{situation.count}/{situation.tau}")
    held, wide, tau_held = defaultdict(list), defaultdict(list), defaultdict(list)
    for replicate in range(situation.replicates):
        u = rng.uniform(0.5, 2.0, situation.count)
        y = situation.tau * rng.standard_normal(situation.count) + u * rng.standard_normal(situation.count)
        ideal = 2.0 * 1.959964 / np.sqrt(np.sum(1.0 / (u**2 + situation.tau**2)))
        for method in METHODS:
            if method == "bayes-laplace" and replicate >= situation.slow:
                continue
            c = consensus_of(laboratories(y, u), method=method)
            for name, (lower, upper) in intervals(c).items():
                held[name].append(lower <= 0.0 <= upper)
                wide[name].append((upper - lower) / ideal)
            if c.dark is not None and c.method in {"reml", "bayes-gaussian", "bayes-laplace"}:
                name = "Q-profile" if c.method == "reml" else c.method
                tau_held[name].append(c.dark.limits[0] <= situation.tau <= c.dark.limits[1])
    return Found(
        situation,
        {name: float(np.mean(v)) for name, v in held.items()},
        {name: float(np.median(v)) for name, v in wide.items()},
        {name: float(np.mean(v)) for name, v in tau_held.items()},
    )


def table(rows: Sequence[Found], values: Sequence[Mapping[str, float]], *, digits: str, low: float = 0.0) -> list[str]:
    """A line for each method, a column for each situation; what is below ``low`` is in bold."""
    head = [f"{r.situation.count}, {r.situation.tau:g}" for r in rows]
    lines = ["| method | " + " | ".join(head) + " |", "| --- |" + " ---: |" * len(head)]
    for name in values[0]:
        cells = [f"**{v[name]:{digits}}**" if v[name] < low else f"{v[name]:{digits}}" for v in values]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def page(rows: Sequence[Found]) -> str:
    """The section of the page."""
    s = rows[0].situation
    percent = [{n: 100.0 * v for n, v in r.covers.items()} for r in rows]
    of_tau = [
        {n: 100.0 * v for n, v in r.covers_tau.items() if n != "Q-profile" or r.situation.tau > 0.0} for r in rows
    ]
    least = {name: min(p[name] for p in percent) for name in percent[0]}
    real = {name: min(p[name] for p, r in zip(percent, rows, strict=True) if r.situation.tau > 0.0) for name in least}
    passed = [name for name in least if least[name] >= 100.0 * ASKED]
    widths = {name: float(np.exp(np.mean([np.log(r.width[name]) for r in rows]))) for name in least}
    positive = [(r, t) for r, t in zip(rows, of_tau, strict=True) if r.situation.tau > 0.0]
    return "\n".join([
        HEADING, "",
        "Written by `python benchmarks/consensus_coverage.py`. **The data are simulated**: "
        f"{s.replicates:,} replicates of each situation ({s.slow:,} for bayes-laplace), normal laboratory effects with "
        "standard deviation tau, u drawn evenly between 0.5 and 2 and known, intervals of 95 %. A share of 95 % has a "
        f"standard error of {100 * (0.95 * 0.05 / s.replicates) ** 0.5:.1f} % "
        f"({100 * (0.95 * 0.05 / s.slow) ** 0.5:.1f} % for bayes-laplace). Columns: number of laboratories, tau.", "",
        "- At least 93 % in every situation: " + ("; ".join(passed) or "none") + ".",
        "- Their widths, over that of the interval with tau known (geometric mean of the situations): "
        + ("; ".join(f"{n} {widths[n]:.2f}" for n in passed) or "none") + ".",
        "- Lowest coverage of the others: "
        + "; ".join(f"{n} {least[n]:.1f} %" for n in sorted(least, key=least.__getitem__) if n not in passed) + ".",
        "- Lowest coverage where laboratories differ (tau > 0) of the normal limits: "
        + "; ".join(f"{n} {real[n]:.1f} %" for n in ("fixed", "dersimonian-laird", "mandel-paule", "reml", "ml")) + ".",
        "", "Coverage of the consensus value in %; below 93 in bold.", "",
        *table(rows, percent, digits=".1f", low=100.0 * ASKED), "",
        "Median width over that of the interval with tau known.", "",
        *table(rows, [r.width for r in rows], digits=".2f"), "",
        "Coverage of tau in %, where it is not 0.", "",
        *table([r for r, _ in positive], [t for _, t in positive], digits=".1f", low=100.0 * ASKED), "",
    ])  # fmt: skip


def main() -> int:
    """Runs the situations and writes the section."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/consensus.md"), help="the page")
    parser.add_argument("--replicates", type=int, default=2000, help="of each situation")
    parser.add_argument("--slow", type=int, default=1000, help="replicates of bayes-laplace, the slowest method")
    parser.add_argument("--workers", type=int, default=2, help="processes; they do not change the result")
    chosen = parser.parse_args()
    if min(chosen.replicates, chosen.slow, chosen.workers) < 1 or chosen.slow > chosen.replicates:
        parser.error("at least one replicate and worker are needed, and not more slow replicates than others")
    situations = [Situation(k, tau, chosen.replicates, chosen.slow) for k in LABORATORIES for tau in TAU]
    with ProcessPoolExecutor(chosen.workers) as pool:
        rows = []
        for found in pool.map(run, situations):
            rows.append(found)
            print(f"\r{len(rows)} of {len(situations)} situations", end="", file=sys.stderr, flush=True)
    before = chosen.out.read_text(encoding="utf-8").split(HEADING)[0] if chosen.out.exists() else "# Consensus\n\n"
    chosen.out.write_text(before + page(rows), encoding="utf-8")
    print(f"\n{chosen.out} written", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
