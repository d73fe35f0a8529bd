"""Scores of a proficiency test, and the check of its items, in words."""

from __future__ import annotations

from collections.abc import Iterator

from measurand.document.number import real
from measurand.document.round_report import ItemCheck, QuantityReport, RoundReport, Scored
from measurand.document.rounding import rounded, significant
from measurand.export.plain import visible
from measurand.export.terminal import INDENT, MOST_WORD, size, wrapped
from measurand.message import say

PRIME = "z'"
SIGNALS = ("acceptable", "warning", "action", "not evaluated")
SUSPECT = 0.05
"""Probability below which the item whose portions differ most is named."""


def items_texts(q: QuantityReport) -> Iterator[str]:
    """Homogeneity and stability of the items, as sentences."""
    h, s = q.homogeneity, q.stability
    if h is not None:
        s_s, s_w = map(size, (h.s_s, h.s_w))
        found = say("round.homogeneity", items=h.items, portions=h.portions, s_s=s_s, s_w=s_w, p=f"{real(h.p):.2g}")
        yield f"{found}; {_check_text(h.check)}"
        if h.s_s_negative:
            yield say("round.homogeneity.negative")
        if h.suspect_p is not None and real(h.suspect_p) < SUSPECT:
            yield say("round.homogeneity.suspect", item=h.suspect, p=f"{real(h.suspect_p):.2g}")
    if s is not None:
        found = say("round.stability", difference=rounded(s.difference, s.u), u=significant(s.u))
        yield f"{found}; {_check_text(s.check)}"


def _check_text(check: ItemCheck | None) -> str:
    if check is None:
        return say("round.check.none")
    verdict = say(f"round.check.{check.verdict}")
    limits = {"limit": significant(check.limit), "expanded": significant(check.expanded_limit)}
    return say("round.check", verdict=verdict, **limits)


def score_lines(found: Scored) -> Iterator[str]:
    """Assigned value, then a line for each participant."""
    for text in scored_texts(found):
        yield from wrapped(text)
    name = min(max(*(len(visible(r.laboratory)) for r in found.rows), 10), MOST_WORD)
    head = f"{INDENT}  {say('round.laboratory'):<{name}}{'D %':>9}{'P_A %':>8}{'z':>7}"
    yield head + f"{PRIME:>7}{'zeta':>7}{'E_n':>7}  {say('round.signal')}"
    for r in found.rows:
        numbers = "".join(
            f"{score_text(x):>{w}}"
            for x, w in ((r.percent, 9), (r.p_a, 8), (r.z, 7), (r.z_prime, 7), (r.zeta, 7), (r.e_n, 7))
        )  # fmt: skip
        yield f"{INDENT}  {visible(r.laboratory)[:name]:<{name}}{numbers}  {say(f'round.signal.{r.signal}')}"


def score_text(x: str | None) -> str:
    """A score as printed; a dash where it was not evaluated."""
    return "-" if x is None else f"{real(x):.2f}"


def scored_texts(found: Scored) -> Iterator[str]:
    """Assigned value and criterion, what the items add, the consensus beside it, and whose uncertainty is unusual."""
    yield _scored_text(found)
    parts = {"homogeneity": found.u_homogeneity, "stability": found.u_stability}
    if any(map(real, parts.values())):
        named = {name: size(x) for name, x in parts.items()}
        yield say("round.items_added", **named)
    if found.consensus is not None and found.consensus_u is not None:
        verdict = say("round.beside.yes" if found.agrees else "round.beside.no")
        consensus = rounded(found.consensus, found.consensus_u)
        yield say("round.beside", consensus=consensus, u=significant(found.consensus_u), verdict=verdict)
    if unusual := [r.laboratory for r in found.rows if r.stated_u == "warning"]:
        yield say("round.stated_u", laboratories=", ".join(unusual))


def _scored_text(found: Scored) -> str:
    how = f" ({say(f'round.sigma.{found.sigma_from}')})" if found.sigma_from else ""
    criterion = [] if found.sigma_pt is None else [f"sigma_pt = {significant(found.sigma_pt)}{how}"]
    criterion += [] if found.delta_e is None else [f"delta_E = {found.delta_e}"]
    key = "round.scored" if found.negligible else "round.scored_prime"
    method = say(f"round.assigned.{found.method}")
    return say(key, text=found.text, method=method, criterion=", ".join(criterion))


def performance_rows(report: RoundReport) -> tuple[tuple[str, str, str, str, str], ...]:
    """Laboratory and the count of each signal."""
    return tuple(
        (p.laboratory, str(p.acceptable), str(p.warning), str(p.action), str(p.not_evaluated))
        for p in report.performance
    )


def performance_lines(report: RoundReport) -> Iterator[str]:
    """The counts of signals as a table; nothing where there are none."""
    rows = performance_rows(report)
    if not rows:
        return
    yield f"{INDENT}{say('round.performance')}"
    names = (say("round.laboratory"), *(say(f"round.signal.{name}") for name in SIGNALS))
    for first, *counts in (names, *rows):
        yield f"{INDENT}  {visible(first)[:MOST_WORD]:<{MOST_WORD}}" + "".join(f"{c:>13}" for c in counts)
