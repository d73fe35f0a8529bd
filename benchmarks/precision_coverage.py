"""How often the intervals of s_r, s_L and s_R hold the truth: simulated trials of known precision, and a page of them.

    python benchmarks/precision_coverage.py --out docs/precision-coverage.md

Random numbers depend on the situation alone, so a second run gives the same page.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from measurand.quantity.collaborative import between_laboratories, cells, precision, repeatability, reproducibility
from measurand.quantity.intermediate_precision import intermediate_precision, staggered
from measurand.quantity.mean_squares import variance_limits

LEVEL = 0.95
RATIOS = (0.0, 0.5, 1.0, 2.0)
COUNTS = {
    **{f"p = {p}, n = {n}": (n,) * p for p in (5, 8, 15, 30) for n in (2, 3)},
    "p = 8, n = 1 to 4": (1, 2, 2, 2, 3, 3, 4, 4),
    "p = 15, n = 2, one of 20": (*((2,) * 14), 20),
}
FULL, STAGGERED = "full", "staggered"
SPREADS = ((0.0, 0.0), (0.5, 1.0), (2.0, 1.0), (1.0, 0.5))
"""Standard deviations of day and laboratory."""


@dataclass(frozen=True)
class Row:
    """One situation; shares of the replicates."""

    situation: str
    ratio: float
    s_r: float
    s_R: float  # noqa: N815
    simple: float
    """s_R with the chi-square interval of its Satterthwaite degrees of freedom."""
    s_L: float  # noqa: N815
    low: float
    high: float
    """s_R: interval wholly below, wholly above the truth."""
    width: float
    """s_R: median of upper over lower limit."""
    negative: float


def measured(situation: str, counts: tuple[int, ...], ratio: float, replicates: int) -> Row:
    """Trials with s_r = 1, s_L = ratio, normal in both."""
    rng = np.random.default_rng([5725, len(counts), sum(counts), round(10 * ratio)])
    truth = math.hypot(1.0, ratio)
    held, widths = np.zeros(7), []
    for _ in range(replicates):
        found = precision(cells([10.0 + ratio * rng.normal() + rng.normal(size=n) for n in counts]))
        r, whole, between = repeatability(found), reproducibility(found), between_laboratories(found)
        simple = [math.sqrt(x) for x in variance_limits([1.0], [whole.value**2], [whole.df], level=LEVEL)]
        low, high = whole.limits
        held += [
            r.limits[0] <= 1.0 <= r.limits[1], low <= truth <= high, simple[0] <= truth <= simple[1],
            between[0] <= ratio <= between[1], high < truth, low > truth, found.is_negative,
        ]  # fmt: skip
        widths.append(high / low)
    share = [float(x) for x in held / replicates]
    return Row(situation, ratio, *share[:6], float(np.median(widths)), share[6])


@dataclass(frozen=True)
class NestedRow:
    """One nested design; shares of the replicates in which the interval holds the truth."""

    design: str
    laboratories: int
    day: float
    laboratory: float
    covers: tuple[float, float, float]
    """s_r, s_I(day), s_R."""


def nested(design: str, p: int, day: float, laboratory: float, replicates: int) -> NestedRow:
    """Laboratory and day: two results on each of two days, or staggered: two on one day, one on another."""
    rng = np.random.default_rng([57253, len(design), p, round(10 * day), round(10 * laboratory)])
    days = np.array([0, 0, 1] if design == STAGGERED else [0, 0, 1, 1])
    factors = {"laboratory": np.repeat(np.arange(p), len(days)).tolist(), "day": np.tile(days, p).tolist()}
    truth = (1.0, math.hypot(1.0, day), math.sqrt(1.0 + day**2 + laboratory**2))
    held = np.zeros(3)
    for _ in range(replicates):
        y = laboratory * rng.normal(size=(p, 1)) + day * rng.normal(size=(p, 2))[:, days]
        y = y + rng.normal(size=y.shape)
        found = staggered(y, list(factors)) if design == STAGGERED else intermediate_precision(y, factors)
        limits = [i.deviation.limits for i in found.precisions]
        held += [low <= t <= high for t, (low, high) in zip(truth, limits, strict=True)]
    r, inner, whole = (float(x) for x in held / replicates)
    return NestedRow(design, p, day, laboratory, (r, inner, whole))


def nested_part(rows: list[NestedRow], replicates: int) -> list[str]:
    """The second part of the page."""
    lowest, error = min(min(r.covers) for r in rows), 100 * math.sqrt(LEVEL * (1 - LEVEL) / replicates)
    return [
        "## Nested designs", "",
        f"Laboratory and day, s_r = 1, {replicates:,} simulated trials of each (standard error about",
        f"{error:.1f}), intervals of `intermediate_precision`: *full*, two results on each of two days;",
        "*staggered*, two on one day and one on another, where mean squares are not quite independent chi-squares.",
        f"Lowest coverage: {100 * lowest:.1f} %.", "",
        "| design | laboratories | s_day | s_L | s_r covers | s_I(day) covers | s_R covers |",
        "|---|---|---|---|---|---|---|",
        *(f"| {r.design} | {r.laboratories} | {r.day:g} | {r.laboratory:g} | "
          + " | ".join(f"{100 * c:.1f}" for c in r.covers) + " |" for r in rows), "",
    ]  # fmt: skip


def page(rows: list[Row], replicates: int) -> str:
    """The page in Markdown."""
    error = math.sqrt(LEVEL * (1 - LEVEL) / replicates)
    least = {name: min(rows, key=lambda r: getattr(r, name)) for name in ("s_r", "s_R", "simple", "s_L")}
    lines = [
        "# What the intervals of a collaborative trial cover", "",
        "Written by `python benchmarks/precision_coverage.py`; the numbers come from that run. **The data are",
        f"simulated**: {replicates:,} trials of each situation, normal within and between laboratories, s_r = 1, the",
        "truth known. *covers* is the share of trials in which the 95 % interval holds the truth, in percent; its",
        f"standard error is about {100 * error:.1f}. The intervals, of `measurand.quantity.collaborative`:", "",
        "- **s_r**: chi-square, exact for normal results;",
        "- **s_R**: modified large-sample limits (Graybill & Wang 1980) of the unweighted mean squares;",
        "- *s_R, Satterthwaite*: chi-square with effective degrees of freedom, for comparison, not used;",
        "- **s_L**: Williams 1962.", "",
        "*below* and *above*: percent of trials in which the interval of s_R lies wholly below or above the truth.",
        "*ratio*: median of upper over lower limit of s_R. *negative*: percent of trials in which the",
        "between-laboratory variance was estimated below 0, so that s_L = 0 is used.", "",
        "## What was found", "",
        *(f"- Lowest coverage of {label}: {100 * getattr(least[name], name):.1f} % ({least[name].situation}, "
          f"s_L/s_r = {least[name].ratio:g})." for name, label in
          (("s_r", "s_r"), ("s_R", "s_R"), ("simple", "s_R by Satterthwaite"), ("s_L", "s_L"))),
        f"- Highest coverage of s_R: {100 * max(r.s_R for r in rows):.1f} %.",
        "- With 5 laboratories an interval of s_R spans a factor of "
        f"{min(r.width for r in rows if r.situation.startswith('p = 5,')):.1f} to "
        f"{max(r.width for r in rows if r.situation.startswith('p = 5,')):.1f}; with 30 laboratories "
        f"{min(r.width for r in rows if r.situation.startswith('p = 30,')):.1f} to "
        f"{max(r.width for r in rows if r.situation.startswith('p = 30,')):.1f}.", "",
        "## The rows", "",
        "| laboratories, results | s_L/s_r | s_r covers | s_R covers | s_R, Satterthwaite | s_L covers | below | above "
        "| ratio | negative |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(f"| {r.situation} | {r.ratio:g} | {100 * r.s_r:.1f} | {100 * r.s_R:.1f} | {100 * r.simple:.1f} "
          f"| {100 * r.s_L:.1f} | {100 * r.low:.1f} | {100 * r.high:.1f} | {r.width:.2f} | {100 * r.negative:.1f} |"
          for r in rows), "",
    ]  # fmt: skip
    return "\n".join(lines)


def main() -> int:
    """Runs the study and writes the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/precision-coverage.md"))
    parser.add_argument("--replicates", type=int, default=10_000, help="of each level; half as many of nested designs")
    chosen = parser.parse_args()
    if chosen.replicates < 1:
        parser.error("at least 1 replicate is needed")
    rows = [measured(name, counts, ratio, chosen.replicates) for name, counts in COUNTS.items() for ratio in RATIOS]
    few = max(chosen.replicates // 2, 1)
    inside = [nested(d, p, *s, few) for d in (FULL, STAGGERED) for p in (5, 8, 15, 30) for s in SPREADS]
    text = page(rows, chosen.replicates) + "\n".join(["", *nested_part(inside, few)])
    chosen.out.write_text(text, encoding="utf-8")
    print(f"{len(rows) + len(inside)} situations; {chosen.out} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
