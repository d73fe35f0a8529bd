"""The page of the study, and its machine readable copy."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from known_truth.study import HARDEST, ORDINARY, WIDEST, Row

COLUMNS = (
    "situation", "truth", "replicates", "covers", "too low / too high", "mean width", "textbook covers",
    "width / textbook", "usual covers", "refused", "meets",
)  # fmt: skip

INTRODUCTION = """\
# What the intervals cover

Written by `make coverage`; the numbers come from that run. Every situation has a known truth (in closed form).
A replicate draws evidence, measures it as a measurement does (evidence, rows of the measurand, statistic,
contributions, limits) and asks whether the 95 % interval holds the truth. The two checks of a measurement, the
bootstrap of the sampling part and the Monte Carlo propagation of a model, are left out because they cost time;
the first replicates of every situation are measured once more with them. Random numbers depend on the name of the
situation and the number of the replicate alone, so a second run, with any number of processes, gives the same page.

## What was asked

- Coverage of the 95 % intervals at least {ordinary:g} % in every ordinary situation (from 5 levels of a random factor
  and 10 clusters on), and at least {hardest:g} % in the hardest that is not refused (marked *hardest*).
- Never an interval of no width, not finite, or out of range.
- Mean width at most {widest:g} times that of the textbook interval, where that covers at least 95 % in the same
  replicates (AUROC with fewer than 10 items in a class exempt, marked *exempt*).

What was asked is asked of the first 1,000 replicates. `--close 10000` goes on to 10,000 where the coverage found lies
within two of its standard errors of what was asked, and counts them all; if it did, that is said below.

## What was found

{verdict}

## The rows

*covers* is followed by its standard error over the replicates; a situation that covers exactly 95 % shows less than
{ordinary:g} % in about one of 500 runs of 1,000 replicates. *too low / too high*: intervals wholly below and wholly
above the truth. *usual* is "estimate ± 1.96 standard errors over rows". *refused*: replicates without a statement about
the population; coverage is that of the others. A dash under *textbook covers* means that none is in common use;
under *width / textbook* that the textbook interval covers less than 95 % or has no width at all.
"""


def page(rows: Sequence[Row]) -> str:
    """The page in Markdown."""
    failed = [r for r in rows if r.failures]
    lines = [INTRODUCTION.format(ordinary=100 * ORDINARY, hardest=100 * HARDEST, widest=WIDEST, verdict=_verdict(rows))]
    for group, members in groupby(rows, key=lambda r: r.group):
        listed = list(members)
        lines += [f"### {group}", "", _books(listed), ""]
        lines += [_line(COLUMNS), _line(["---"] * len(COLUMNS)), *(_line(_cells(r)) for r in listed), ""]
    if failed:
        lines += ["## Rows that do not meet what was asked", ""]
        lines += [f"- {r.group}: {r.name}: {'; '.join(r.failures)}" for r in failed] + [""]
    refused = [r for r in rows if r.refused]
    if refused:
        lines += ["## Refused", "", *(f"- {_where(r)}: {r.refused:,} of {r.replicates:,}, the first because "
                                      f"{r.reason.removeprefix('m: ')}" for r in refused), ""]  # fmt: skip
    return "\n".join(lines)


def data(rows: Sequence[Row], *, replicates: int) -> str:
    """The same as JSON; numbers that do not exist are null."""
    content: dict[str, Any] = {
        "level": 0.95, "replicates": replicates, "ordinary": ORDINARY, "hardest": HARDEST, "widest": WIDEST,
        "rows": [{name: _or_null(value) for name, value in asdict(r).items()} for r in rows],
    }  # fmt: skip
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def rows_of(text: str) -> list[Row]:
    """The rows of such a copy."""
    absent = {"textbook_coverage", "width_ratio", "usual_coverage"}
    return [
        Row(
            **{
                k: (v if v is not None or k in absent else math.nan)
                for k, v in {**row, "failures": tuple(row["failures"])}.items()
            }
        )
        for row in json.loads(text)["rows"]
    ]


def _or_null(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value


def _verdict(rows: Sequence[Row]) -> str:
    failed = [r for r in rows if r.failures]
    lines = [f"- {len(rows) - len(failed)} of {len(rows)} situations meet what was asked."]
    for kind, name in (("ordinary", "an ordinary situation"), ("hardest", "the hardest situations")):
        some = [r for r in rows if r.kind == kind]
        if some:
            least = min(some, key=lambda r: r.coverage)
            lines.append(f"- Lowest coverage of {name}: {_percent(least.coverage)} ({_where(least)}).")
    lines.append(f"- Intervals of no width, not finite or out of range: {sum(r.unsound for r in rows)}.")
    widths = [r for r in rows if r.width_ratio is not None and not r.width_exempt]
    if widths:
        most = max(widths, key=lambda r: r.width_ratio or 0.0)
        lines.append(
            f"- Widest against a textbook interval that covers: {most.width_ratio:.2f} times ({_where(most)})."
        )
    usual = [(r.usual_coverage, r) for r in rows if r.usual_coverage is not None]
    if usual:
        least_usual, worst = min(usual, key=lambda pair: pair[0])
        short = sum(share < ORDINARY for share, _ in usual)
        lines.append(
            f"- The usual interval covers less than {100 * ORDINARY:g} % in {short} of {len(usual)} situations, and as "
            f"little as {_percent(least_usual)} ({_where(worst)})."
        )
    fewest = min(r.replicates for r in rows)
    longer = [r for r in rows if r.replicates > fewest]
    if longer:
        lines.append(f"- Further replicates were added (situations: {len(longer)}):")
        lines += [
            f"    - {_where(r)}: {_percent(r.coverage_at_first)} of the first {fewest:,} replicates, "
            f"{_percent(r.coverage)} of all {r.replicates:,}"
            for r in longer
        ]
    if any(r.checked for r in rows):
        lines.append(_with_checks(rows))
    return "\n".join(lines)


def _with_checks(rows: Sequence[Row]) -> str:
    changed = [r for r in rows if r.changed]
    text = (
        f"- With both checks (the first {max(r.checked for r in rows)} replicates of each situation): "
        f"{sum(r.changed for r in rows)} of {sum(r.checked for r in rows):,} intervals are replaced"
    )
    if not changed:
        return text + "."
    each = [
        f"    - {_where(r)}: {r.changed} of {r.checked} replaced, coverage {_percent(r.coverage_of_checked)} before "
        f"and {_percent(r.coverage_of_changed)} after"
        for r in changed
    ]
    return "\n".join([f"{text}:", *each])


def _where(row: Row) -> str:
    return f"{row.group}: {row.name}"


def _books(rows: Sequence[Row]) -> str:
    named = list(dict.fromkeys(r.textbook for r in rows if r.textbook))
    return f"Textbook: {'; '.join(named)}." if named else "Textbook: none in common use."


def _cells(r: Row) -> list[str]:
    mark = " (*hardest*)" if r.kind == "hardest" else ""
    ratio = "-" if r.width_ratio is None else f"{r.width_ratio:.2f}"
    return [
        r.name + mark,
        f"{r.truth:.4f}".rstrip("0").rstrip("."),
        f"{r.replicates:,}",
        f"{_percent(r.coverage)} ± {100 * r.coverage_error:.1f}",
        f"{100 * r.below:.1f} / {100 * r.above:.1f} %",
        f"{r.width:.3g}",
        "-" if r.textbook_coverage is None else _percent(r.textbook_coverage),
        ratio + (" (*exempt*)" if r.width_exempt and r.width_ratio is not None else ""),
        "-" if r.usual_coverage is None else _percent(r.usual_coverage),
        f"{r.refused:,}",
        "no" if r.failures else "yes",
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
