"""The report of a round as a page with its pictures."""

from __future__ import annotations

from collections.abc import Iterator

from measurand.document.number import number, real
from measurand.document.round_answers import AnswersReport
from measurand.document.round_report import Precision, QuantityReport, RoundReport, Scored, ScoreRow, YoudenData
from measurand.document.rounding import percent, rounded, significant
from measurand.export.report import Report, Section, Table, page
from measurand.export.round_answers_text import answers_table, answers_texts
from measurand.export.round_answers_text import items_texts as answered_items
from measurand.export.round_precision_text import (
    bias_text,
    flags,
    intermediate_rows,
    precision_rows,
    relation_text,
    robust_name,
)
from measurand.export.round_scores_text import SIGNALS, items_texts, performance_rows, score_text, scored_texts
from measurand.export.round_text import agreement_text, heading, left_out_texts, youden_texts
from measurand.export.svg.comparison import compared
from measurand.export.svg.comparison_data import (
    Caterpillar,
    Degree,
    Density,
    Ellipse,
    Equivalence,
    Heat,
    Mandel,
    MandelLimits,
    Method,
    Methods,
    Pair,
    Participant,
    Reference,
    Score,
    Scores,
    Youden,
)
from measurand.export.svg.writer import Picture
from measurand.export.terminal import size
from measurand.message import say

PAIRS = 25
"""Laboratories of which every pair is drawn at most."""


def render_page(report: RoundReport) -> bytes:
    """The page, as UTF-8."""
    sections = [s for k, q in enumerate(report.quantities) for s in _sections(q, report, f"q{k}")]
    sections += [_answers(one, f"a{k}", real(report.coverage_probability)) for k, one in enumerate(report.answers)]
    for measurand in dict.fromkeys(q.measurand for q in report.quantities):
        sections += _levels(measurand, report)
    sections += [_youden(y, f"youden{k}") for k, y in enumerate(report.youden)]
    if report.performance:
        names = (say("round.laboratory"), *(say(f"round.signal.{name}") for name in SIGNALS))
        sections.append(Section(say("round.performance"), tables=(Table(names, performance_rows(report)),)))
    if report.remarks:
        sections.append(Section(say("compare.page.remarks"), report.remarks))
    key = "round.page.subtitle" if report.quantities else "round.page.subtitle_answers"
    subtitle = say(key, method=say(f"round.method.{report.method}"))
    kind = say("round.page.kind")
    return page(
        Report(
            kind=kind, title=report.title, subtitle=subtitle, sections=tuple(sections), foot=f"{kind}: {report.title}"
        )
    )


def _sections(q: QuantityReport, report: RoundReport, identity: str) -> Iterator[Section]:
    sentences = [*([agreement_text(q)] if q.agreement else []), *(f"! {text}" for text in q.warnings)]
    if q.reference is not None:
        name = say(f"round.method.{q.reference.name}")
        sentences.insert(0, say(f"round.reference.{q.reference_from}", name=name, text=q.reference.text))
        sentences.append(say("round.degrees", factor=f"{real(report.factor):g}"))
    pictures = tuple(_pictures(q, report, identity))
    sentences += [*([say("round.correlated")] if q.correlated else []), *left_out_texts(q), *items_texts(q)]
    yield Section(heading(q), tuple(sentences), pictures, tuple(_tables(q)))


def _pictures(q: QuantityReport, report: RoundReport, identity: str) -> Iterator[Picture]:
    unit, k = "" if q.unit == "1" else q.unit, real(report.factor)
    coverage = real(report.coverage_probability)
    people = tuple(
        Participant(
            p.laboratory, real(p.value), None if p.u is None else real(p.u), None if p.u is None else k * real(p.u),
            excluded=p.left_out,
        )
        for p in q.participants
    )  # fmt: skip
    reference = None
    if q.reference is not None:
        u = real(q.reference.u)
        reference = Reference(real(q.reference.value), u, k * u, say(f"round.method.{q.reference.name}"))
    yield compared(Caterpillar(q.measurand, unit, people, reference, coverage), f"{identity}-caterpillar")
    if q.degrees:
        degrees = tuple(Degree(d.laboratory, real(d.d), real(d.expanded), real(d.e_n)) for d in q.degrees)
        yield compared(Equivalence(q.measurand, unit, degrees, coverage=coverage), f"{identity}-degrees")
    if q.scored is not None:
        yield _scores(q.scored, f"{identity}-scores")
    if q.density is not None:
        x, f = (tuple(map(real, values)) for values in (q.density.x, q.density.density))
        yield compared(Density(q.measurand, unit, x, f, people, reference), f"{identity}-density")
    if q.methods:
        several = tuple(
            Method(say(f"round.method.{m.name}"), real(m.value), real(m.u), (real(m.upper) - real(m.lower)) / 2.0)
            for m in q.methods
        )
        values = [real(p.value) for p in q.participants if not p.left_out]
        data = Methods(q.measurand, unit, several, (min(values), max(values)), coverage)
        yield compared(data, f"{identity}-methods")
    if 2 < len(q.bilateral) <= PAIRS:
        names = tuple(d.laboratory for d in q.degrees)
        if len(names) == len(q.bilateral):
            yield compared(Heat(names, tuple(tuple(map(real, row)) for row in q.bilateral)), f"{identity}-pairs")


def _scores(found: Scored, identity: str) -> Picture:
    kind = "z" if found.negligible else "z'"
    shown = [(r, r.z if found.negligible else r.z_prime) for r in found.rows]
    if all(value is None for _, value in shown):
        kind, shown = "P_A / 100", [(r, None if r.p_a is None else str(real(r.p_a) / 100.0)) for r in found.rows]
    rows = tuple(
        Score(r.laboratory, None if value is None else real(value), say(f"round.signal.{r.signal}"))
        for r, value in shown
    )
    return compared(Scores(kind, rows, (1.0,) if kind.startswith("P") else (2.0, 3.0)), identity)


def _answers(found: AnswersReport, identity: str, coverage: float) -> Section:
    header, *rows = answers_table(found)
    sentences = (*answers_texts(found, number(coverage)), *answered_items(found))
    drawn = tuple(
        Participant(r.laboratory, None)
        if r.right is None
        else Participant(r.laboratory, real(r.right.share), limits=(real(r.right.lower), real(r.right.upper)))
        for r in found.rows
    )
    least = (
        None
        if found.least_right is None
        else Reference(real(found.least_right), name=say("round.answers.asked"), is_limit=True)
    )
    picture = compared(Caterpillar(say("round.answers.right"), "", drawn, least, coverage), f"{identity}-right")
    title = say("round.page.answers", measurand=found.measurand)
    return Section(title, sentences, (picture,), (Table(header, tuple(rows)),))


def _youden(y: YoudenData, identity: str) -> Section:
    numbers = [tuple(map(real, values)) for values in (y.a, y.b, y.medians, y.centre, y.half_axes)]
    pairs = tuple(Pair(n, a, b) for n, a, b in zip(y.laboratories, numbers[0], numbers[1], strict=True))
    unit = "" if y.unit == "1" else y.unit
    (ma, mb), (ca, cb), (ha, hb) = numbers[2:]
    data = Youden(y.first, y.second, unit, pairs, (ma, mb), Ellipse((ca, cb), (ha, hb), real(y.angle)))
    return Section(say("round.page.youden", measurand=y.measurand), tuple(youden_texts(y)), (compared(data, identity),))


def _tables(q: QuantityReport) -> Iterator[Table]:
    degree = {d.laboratory: d for d in q.degrees}
    keys = ("laboratory", "result", "u", "weight", "shift", "d", "expanded", "e_n", "others", "note")
    rows = []
    for p in q.participants:
        d = degree.get(p.laboratory)
        shown = rounded(p.value, p.u) if p.u is not None else f"{real(p.value):.6g}"
        own = (
            shown, "" if p.u is None else significant(p.u), "" if p.weight is None else f"{100 * real(p.weight):.1f} %",
            "" if p.shift is None or p.u is None else rounded(p.shift, p.u),
        )  # fmt: skip
        if d is None:
            rows.append((p.laboratory, *own, "", "", "", "", p.left_out or say("round.is_reference")))
            continue
        others = "" if d.others is None else f"{real(d.others):.2f}"
        note = say("round.page.outside") if p.consistent is False else ""
        numbers = (rounded(d.d, d.expanded), significant(d.expanded), f"{real(d.e_n):.2f}", others, note)
        rows.append((p.laboratory, *own, *numbers))
    yield Table(tuple(say(f"round.column.{key}") for key in keys), tuple(rows))
    if q.scored is not None:
        header = (say("round.column.laboratory"), "D %", "P_A %", "z", "z'", "zeta", "E_n", say("round.signal"))
        yield Table(header, tuple(_score_row(r) for r in q.scored.rows), "; ".join(scored_texts(q.scored)))
    if q.methods:
        names = tuple(say(f"round.column.{key}") for key in ("method", "consensus", "u", "tau", "knapp"))
        yield Table(names, tuple(_method_rows(q)))


def _score_row(r: ScoreRow) -> tuple[str, ...]:
    return (
        r.laboratory,
        *map(score_text, (r.percent, r.p_a, r.z, r.z_prime, r.zeta, r.e_n)),
        say(f"round.signal.{r.signal}"),
    )


def _method_rows(q: QuantityReport) -> Iterator[tuple[str, ...]]:
    for m in q.methods:
        tau = "" if m.tau is None else significant(m.tau) if real(m.tau) else "0"
        knapp = "" if m.knapp is None else f"[{rounded(m.knapp[0], m.u)}, {rounded(m.knapp[1], m.u)}]"
        yield (say(f"round.method.{m.name}"), m.text, significant(m.u), tau, knapp)
    for gap in q.not_given:
        yield (say(f"round.method.{gap.name}"), say("round.not_evaluated"), "", "", gap.reason)


def _levels(measurand: str, report: RoundReport) -> Iterator[Section]:
    """Precision of all levels of a measurand that have replicates."""
    held = [(q, q.precision) for q in report.quantities if q.measurand == measurand and q.precision is not None]
    if not held:
        return
    sentences = [text for q, _ in held for text in (f"{q.material}: {flag}".removeprefix(": ") for flag in flags(q))]
    sentences += [f"{q.material}: {bias_text(p.bias)}".removeprefix(": ") for q, p in held if p.bias is not None]
    for r in report.relations.get(measurand, ()):
        sentences.append(relation_text(measurand, r))
    keys = ("material", "laboratories", "mean", "s_r", "limits", "s_L", "s_R", "limits")
    rows = tuple(_precision_row(q.material, p) for q, p in held)
    header = tuple(say(f"round.column.{key}") for key in keys)
    picture = _mandel([q.material or measurand for q, _ in held], [p for _, p in held], f"m-{held[0][0].material}")
    level = percent(report.coverage_probability)
    yield Section(
        say("round.page.precision", measurand=measurand), (say("round.page.limits", level=level), *sentences),
        (picture,), (Table(header, rows), *_robust(held), *_conditions(held, level)),
    )  # fmt: skip


def _robust(held: list[tuple[QuantityReport, Precision]]) -> Iterator[Table]:
    """Precision without tests of outliers."""
    rows = tuple(
        (q.material or q.measurand, robust_name(r), rounded(r.mean, r.s_R) if real(r.s_R) else r.mean, size(r.s_r),
         size(r.s_L), size(r.s_R))
        for q, p in held for r in p.robust
    )  # fmt: skip
    if rows:
        yield Table(
            tuple(say(f"round.column.{key}") for key in ("material", "method", "mean", "s_r", "s_L", "s_R")), rows
        )


def _conditions(held: list[tuple[QuantityReport, Precision]], level: str) -> Iterator[Table]:
    """Conditions of the replicates, and the precision where several of them differ."""
    for q, p in held:
        if p.components:
            caption = f"{q.material or q.measurand}: {say('round.page.conditions', level=level)}"
            header = (say("round.components"), "s", say("round.column.limits"))
            yield Table(header, intermediate_rows(p), caption)


def _precision_row(material: str, p: Precision) -> tuple[str, ...]:
    (_, s_r, within), (_, s_R, total) = precision_rows(p)
    s_L = f"0 ({say('round.page.negative')})" if p.s_L_negative else significant(p.s_L)
    return (material, str(p.laboratories), rounded(p.mean, p.s_R), s_r, within, s_L, s_R, total)


def _mandel(levels: list[str], several: list[Precision], identity: str) -> Picture:
    names = tuple(dict.fromkeys(name for p in several for name in p.h))

    def row(name: str, of: str) -> tuple[float | None, ...]:
        return tuple(real(x) if (x := getattr(p, of).get(name)) is not None else None for p in several)

    h = tuple(row(name, "h") for name in names)
    k = tuple(row(name, "k") for name in names)
    limits = [
        tuple(MandelLimits(*map(real, pair)) if (pair := getattr(p, of)) else MandelLimits(None, None) for p in several)
        for of in ("h_limits", "k_limits")
    ]
    plain = "".join(c if c.isalnum() else "-" for c in identity)
    return compared(Mandel(names, tuple(levels), h, k, limits[0], limits[1]), plain)
