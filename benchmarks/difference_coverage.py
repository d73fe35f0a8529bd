"""How often the interval of a difference of two systems at the same few prompts holds the truth. Simulated systems.

    python benchmarks/difference_coverage.py --out docs/difference-coverage.md

Every replicate goes the way of a contrast of a procedure, from a table of answers to limits. Beside them stand limits
composed from those of both systems as if the prompts were of each system alone (INTERVALS R5), which the program
stated before decision record 0021.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Literal

import numpy as np
from known_truth.evidence import Columns, procedure, table
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from measurand.document.procedure import Procedure
from measurand.errors import MeasurandError
from measurand.lab.pack import definitions
from measurand.quantity.mover import difference, ratio
from measurand.quantity.randomness import generator
from measurand.study.arm import Keys
from measurand.study.compose import contrast, correlation
from measurand.study.interval import limits_of
from measurand.study.observed import observed
from measurand.study.outcome import arms
from measurand.study.targets import targets

Array = NDArray[np.float64]
Interval = tuple[float, float]
ITEM, PROMPT, REST = 0.8, 0.3, 0.57
"""Standard deviations on the probit scale: of items, of prompts, and of each system's answer to an item and prompt."""


@dataclass(frozen=True)
class Situation:
    """Two systems, their share of right answers ``share`` and ``share - apart``, or means of numbers."""

    items: int
    prompts: int
    share: float = 0.9
    interaction: float = 0.0
    """Standard deviation, for each system, of how much better or worse it is with a prompt."""
    apart: float = 0.05
    clusters: int = 0
    """Groups of items that are alike; 0: none."""
    same_items: bool = True
    judges: int = 1
    """Levels of a second random factor."""
    kind: Literal["difference", "ratio"] = "difference"
    numbers: bool = False

    @property
    def sd(self) -> float:
        """Of everything that is random, on the probit scale."""
        second = PROMPT**2 + self.interaction**2 if self.judges > 1 else 0.0
        return float(np.sqrt(ITEM**2 + PROMPT**2 + self.interaction**2 + REST**2 + second))

    @property
    def middle(self) -> tuple[float, float]:
        """Of both systems, on the probit scale (of numbers: the means)."""
        if self.numbers:
            return self.share, self.share - self.apart
        one = np.sqrt(1.0 + self.sd**2)
        return float(ndtri(self.share) * one), float(ndtri(self.share - self.apart) * one)

    @property
    def truth(self) -> float:
        """Second less first, or over it, over all items, prompts and judges: a normal mean of a probit is a probit."""
        return -self.apart if self.kind == "difference" else (self.share - self.apart) / self.share


def drawn(s: Situation, key: str) -> tuple[Columns, Procedure]:
    """One table of answers, and its procedure."""
    rng = generator(key)
    shape = (2, s.items, s.prompts, s.judges)
    groups = s.clusters or s.items
    group = np.arange(s.items) % groups
    common = 0.6 if s.clusters else 0.0
    own = 1 if s.same_items else 2
    of_group, of_item = rng.normal(size=(own, groups))[:, group], rng.normal(size=(own, s.items))
    item = ITEM * (np.sqrt(common) * of_group + np.sqrt(1.0 - common) * of_item)
    size = np.array(s.middle).reshape(2, 1, 1, 1) + item[:, :, None, None] + REST * rng.normal(size=shape)
    size = size + PROMPT * rng.normal(size=(1, 1, s.prompts, 1)) + s.interaction * rng.normal(size=(2, 1, s.prompts, 1))
    if s.judges > 1:
        size = size + PROMPT * rng.normal(size=(1, 1, 1, s.judges))
        size = size + s.interaction * rng.normal(size=(2, 1, 1, s.judges))
    value = size if s.numbers else (rng.random(shape) < ndtr(size)).astype(float)
    system, of, prompt, judge = (x.ravel() for x in np.indices(shape))
    named = of + (0 if s.same_items else s.items) * system
    factors = {"prompt": prompt, "judge": judge} if s.judges > 1 else {"prompt": prompt}
    more = {"cluster": group[of] + (0 if s.same_items else groups) * system} if s.clusters else {}
    columns = table(
        named, system=system, factors=factors, **{"number" if s.numbers else "value": value.ravel()}, **more
    )  # fmt: skip
    asked = procedure(
        "mean" if s.numbers else "proportion", factors=list(factors), paired=True, clusters=bool(s.clusters)
    )  # fmt: skip
    (m,) = asked.measurand
    of_two = m.contrast.model_copy(update={"kind": s.kind}) if m.contrast is not None else None
    return columns, asked.model_copy(update={"measurand": (m.model_copy(update={"contrast": of_two}),)})


def replicate(job: tuple[Situation, int]) -> tuple[Interval, Interval] | str:
    """Limits that the program states, and those composed without regard to what the prompts have in common."""
    s, number = job
    columns, asked = drawn(s, f"difference-coverage/{s}/{number}")
    labelled = observed(asked, definitions(), columns)
    target = targets(asked, labelled.seen)[0]
    first, second = arms(target, definitions(), labelled, Keys("reference", "record"))
    try:
        found = contrast(target.measurand, target.system, target.level, (first, second), labelled.seen)
        one, other = (limits_of(a, labelled.seen, part=True) for a in (first, second))
        rho = correlation(first, second)
        if s.kind == "ratio":
            before = ratio(other, one, rho=rho)
        else:
            before = difference(other, one, rho=rho, bounds=found.bounds)
        return found.limits(0.95), before(0.95)
    except MeasurandError as error:
        return str(error)


def situations() -> Iterator[Situation]:
    """Those of the page."""
    for prompts in (3, 5, 10):
        for items in (30, 100, 500):
            for interaction in (0.0, 0.1, 0.4):
                yield Situation(items, prompts, interaction=interaction)
    for prompts in (3, 5):
        for items, interaction in ((30, 0.4), (100, 0.1), (500, 0.1)):
            yield Situation(items, prompts, share=0.5, interaction=interaction)
        for items, interaction in ((100, 0.0), (500, 0.0), (500, 0.4)):
            yield Situation(items, prompts, share=0.99, apart=0.01, interaction=interaction)
        for interaction in (0.0, 0.1, 0.4):
            yield Situation(200, prompts, interaction=interaction, clusters=40)
            yield Situation(200, prompts, interaction=interaction, same_items=False)
            yield Situation(100, prompts, interaction=interaction, numbers=True)
            yield Situation(200, prompts, interaction=interaction, kind="ratio")
    for interaction in (0.0, 0.1, 0.4):
        yield Situation(100, 4, interaction=interaction, judges=3)


def described(s: Situation) -> str:
    """The situation in words."""
    what = "mean of numbers" if s.numbers else f"{s.kind} of shares {s.share:g} and {s.share - s.apart:g}"
    more = [f"{s.clusters} clusters"] if s.clusters else []
    more += [] if s.same_items else ["different items"]
    more += [f"{s.judges} judges"] if s.judges > 1 else []
    return ", ".join([what, *more])


def study(replicates: int, workers: int, only: str) -> list[str]:
    """Lines of the page."""
    lines = []
    with Pool(workers) as pool:
        for s in situations():
            if only not in described(s):
                continue
            found = pool.map(replicate, [(s, k) for k in range(replicates)], chunksize=20)
            seen = np.array([f for f in found if not isinstance(f, str)])
            cover = np.mean((seen[:, :, 0] <= s.truth) & (s.truth <= seen[:, :, 1]), axis=0)
            width = np.mean(seen[:, :, 1] - seen[:, :, 0], axis=0)
            cells = [described(s), str(s.items), str(s.prompts), f"{s.interaction:g}"]
            cells += [f"{100 * cover[0]:.1f} %", f"{width[0]:.3f}", f"{100 * cover[1]:.1f} %", f"{width[1]:.3f}"]
            cells.append(str(len(found) - len(seen)))
            lines.append("| " + " | ".join(cells) + " |")
            print(lines[-1], file=sys.stderr, flush=True)
    return lines


HEAD = """# Differences of systems at the same prompts

Two simulated systems answer with the same few prompts, drawn at random from many; {replicates} replicates of each
situation, made by `python benchmarks/difference_coverage.py --out docs/difference-coverage.md`. Every replicate goes
from a table of answers to the 95 % limits of a contrast. A coverage of 95 % has the standard error {error} points.

- *interaction*: how much better or worse than usual a system is with a prompt (standard deviation, probit scale; items
  have {item}, prompts {prompt}). With it, prompts do not leave the difference.
- *composed*: limits composed from those of both systems alone, as the program stated until
  [decision record 0021](decisions/0021-levels-enter-a-difference-once.md).
- *refused*: replicates without limits (both systems gave the same answers).

Least favourable is a share of 0.98 or 0.99 of which some prompts cost a system much: seldom seen, and then large.

| difference of | items | prompts | interaction | covered | width | composed: covered | composed: width | refused |
|---|---|---|---|---|---|---|---|---|
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="situations whose description holds this text")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    lines = study(given.replicates, given.workers, given.only)
    if given.out is not None:
        error = f"{100 * (0.0475 / given.replicates) ** 0.5:.1f}"
        head = HEAD.format(replicates=given.replicates, error=error, item=ITEM, prompt=PROMPT)
        given.out.write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
