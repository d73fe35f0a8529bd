"""What the printed copy of a certificate shows, as plain data: texts, tables and pictures, nothing of layout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import unescape

from measurand.document.certificate import Envelope, Predicate
from measurand.document.evidence import Evidence
from measurand.document.number import real
from measurand.document.result import Check, Result
from measurand.document.rounding import percent
from measurand.export.naming import acceptance_in_words, brief, heading
from measurand.export.original import Original
from measurand.export.page import NO_BREAK, Budget, Card, Outcome, Page, page_of
from measurand.export.plain import aligned, beside, freedom
from measurand.export.svg.writer import Markup, Picture
from measurand.message import say, sentences

Content = Mapping[str, object]
Fact = list[str | list[str]]
"""A label and its text, or the lines of its text."""
WORDS = ("page.", "column.", "pdf.")
"""Sentences without fields that the template says itself."""
TAG = re.compile(r"<[^>]*>")
BOX = re.compile(r'^<svg[^>]* viewBox="([^"]*)"')
TALL = 1.25
"""Height of a picture over its width at most, so that it and its caption have room on a page."""
SMALL = 0.5
"""A picture is made smaller to this share of the width at most."""
LABORATORY = (
    ("page.location", "location"),
    ("page.contact", "customer_contact"),
    ("page.authorised", "authorised_by"),
    ("page.own_method", "method"),
    ("page.sampling_plan", "sampling_plan"),
    ("page.deviations", "deviations"),
    ("page.providers", "providers"),
    ("page.relates_only", "relates_only"),
)


def paper(original: Original) -> Content:
    """Everything that is printed, in the order of ``certificate.html``; every number is the one that stands there."""
    envelope = Envelope.model_validate_json(original.data)
    page = page_of(envelope, original.statement)
    c = page.predicate
    return {
        "words": {key: text for key, text in sentences().items() if key.startswith(WORDS) and "{" not in text},
        "number": c.number,
        "title": c.title,
        "names": [brief(system) for system in c.systems],
        "systems": [_system(system) for system in c.systems],
        "laboratory": [text for text in (c.laboratory.name, c.laboratory.address) if text],
        "facts": _facts(c, page),
        "amends": ""
        if c.amends is None
        else say("page.amends", number=c.amends.number, sha256=c.amends.sha256, reason=c.amends.reason),
        "demonstration": c.demonstration,
        "tally": [[verdict.value, words] for _, verdict, words in page.tally],
        "copy": say("pdf.copy", number=c.number),
        "sha256": original.sha256,
        "foot": say("pdf.foot", sha256=original.sha256),
        "keys": [_grouped(key) for key in page.keys],
        "summary": [_summary(card, o) for card in page.cards for o in card.outcomes],
        "cards": [_card(card) for card in page.cards],
        "estimand": _estimand(c),
        "valid_for": c.valid_for or say("page.not_stated"),
        "not_valid_for": c.not_valid_for or say("page.not_stated"),
        "remarks": list(c.remarks),
        "budgets": [_budget(b) for b in page.budgets],
        "pictures": _pictures(page),
        "rules": [[plain(ids), plain(words)] for words, ids in page.rules],
        "statements": [_statement(o, c) for card in page.cards for o in card.outcomes if o.decision],
        "evaluations": [_evaluation(r, c) for r in c.results],
        "checks": _checks(c),
        "plan": [[name, plain(text)] for name, text in page.plan],
        "evidence": _evidence(c),
        "files": [_file(s.name, s.digest) for s in page.subjects],
        "procedure": [line.expandtabs(4) for line in c.procedure_text.splitlines()],
    }


def plain(markup: Markup) -> str:
    """The text of markup, its entities read.

    >>> plain(Markup('<span data-at="a">1 &lt; 2</span>, so'))
    '1 < 2, so'
    """
    return unescape(TAG.sub("", markup))


def _grouped(key: str) -> str:
    """A fingerprint in groups of eight, for comparing by eye."""
    return " ".join(key[i : i + 8] for i in range(0, len(key), 8)) if ":" not in key else key


def _system(system: Mapping[str, str]) -> Fact:
    name = " ".join(text for text in (system.get("name") or system.get("id", ""), system.get("version", "")) if text)
    stated = [(key, text) for key, text in sorted(system.items()) if key not in ("name", "version")]
    shown = [f"{key.replace('_', ' ')}: {text}" for key, text in stated if text not in ("", name)]
    return [say("page.system"), [name, *shown]]


def _facts(c: Predicate, page: Page) -> list[Fact]:
    facts: list[Fact] = [
        [say("page.measured"), c.measured],
        [say("page.issued"), c.issued],
        [say("page.customer"), c.customer],
        [say("page.received"), c.received],
        *([say(key), getattr(c.laboratory, field)] for key, field in LABORATORY),
        [say("page.procedure"), [c.procedure_id, f"sha256:{c.procedure_sha256}"]],
    ]
    if c.seal is not None:
        differences = "; ".join(c.seal.differences)
        key = "page.seal_differs" if differences else "page.seal_same"
        facts.append([say("page.seal"), say(key, sealed=page.sealed, differences=differences)])
    return [fact for fact in facts if fact[1]]


def _picture(picture: Picture) -> Content:
    """A drawing with its caption and its width on paper; one whose letters would be too small is left out, and said."""
    _, _, width, height = (float(x) for x in BOX.findall(picture.svg)[0].split())
    share = min(1.0, TALL * width / height)
    if share < SMALL:
        return {"svg": "", "caption": say("pdf.too_long", caption=picture.finding), "share": 0.0}
    return {"svg": picture.svg, "caption": picture.finding, "share": share}


def _name(card: Card, o: Outcome) -> str:
    return f"{card.title}, {o.name}" if o.name else card.title


def _half(result: Result) -> str:
    """The factor k, where the interval is U = k u to both sides."""
    return "" if result.k is None else f"{real(result.k):.2f}"


def _interval(result: Result) -> str:
    return f"[{beside(result.lower, result.u)}, {beside(result.upper, result.u)}]"


def _summary(card: Card, o: Outcome) -> Content:
    r = o.result
    u = real(r.u)
    return {
        "name": _name(card, o),
        "text": _fixed(r.text),
        "u": aligned(u, u),
        "k": _half(r),
        "interval": f"{_interval(r)}{'' if r.unit == '1' else ' ' + r.unit}",
        "coverage": percent(r.coverage_probability),
        "requirement": o.decision.requirement.text if o.decision else "",
        **_verdict(o),
    }


def _fixed(text: str) -> str:
    return text.replace(" %)", f"{NO_BREAK}%)")


def _verdict(o: Outcome) -> Content:
    return {
        "verdict": o.decision.verdict.value if o.decision else "",
        "word": o.word,
        "badge": o.badge if o.decision else "",
        "p": o.p,
        "risks": [plain(r) for r in o.risks],
    }


def _card(card: Card) -> Content:
    return {
        "title": card.title,
        **_picture(card.picture),
        "outcomes": [_outcome(o) for o in card.outcomes],
    }


def _outcome(o: Outcome) -> Content:
    r, d = o.result, o.decision
    counted = [f"{r.items} {say('page.items_count')}"] if r.items else []
    counted += [f"{r.units} {say('page.units')}"] if r.items and r.units != r.items else []
    return {
        "name": o.name or say("page.overall"),
        "text": _fixed(r.text),
        "sure": "; ".join([say("page.coverage", p=percent(r.coverage_probability)), *counted]),
        "words": r.words,
        "requirement": d.requirement.text if d else "",
        "reasons": list(o.complaints),
        "what_now": d.what_now if d and d.what_now else "",
        **_verdict(o),
    }


def _estimand(c: Predicate) -> str:
    kinds = {r.estimand for r in c.results}
    if not kinds:
        return ""
    return say("page.estimand_" + (kinds.pop() if len(kinds) == 1 else "mixed"))


def _budget(b: Budget) -> Content:
    return {
        "title": b.heading,
        "text": _fixed(b.result.text),
        "picture": None if b.picture is None else _picture(b.picture),
        "rows": [list(row) for _, row in b.rows],
        "gaps": [[say(f"component.{gap.component}"), gap.state, gap.needs] for _, gap in b.gaps],
        "combined": b.combined,
        "df": freedom(b.result.df),
        "floor": say("page.floor", u=b.floor) if b.floor else "",
    }


def _pictures(page: Page) -> list[Content]:
    """Curves, the map of the population, runs and items: sections with their figures."""
    sections = (
        ("page.figures", page.figures),
        ("page.covered", tuple(("", place, picture) for place, picture in page.covered)),
        ("page.repeats", page.repeats),
        ("page.items", page.maps),
    )
    return [
        {"title": say(key), "figures": [{"title": title, **_picture(picture)} for title, _, picture in held]}
        for key, held in sections
        if held
    ]


def _statement(o: Outcome, c: Predicate) -> Content:
    d = o.decision
    if d is None:
        return {}
    accepted = acceptance_in_words(d, o.result.u)
    return {
        "heading": heading(o.result, c),
        "text": _fixed(o.result.text),
        "reasons": " ".join(d.reasons),
        "requirement": f"{d.requirement.id}: {d.requirement.text}",
        "source": d.requirement.source,
        "accepts": f"{say('page.accepts')} {accepted}" if accepted else "",
        "stated": say(f"page.stated_{d.stated}"),
        **_verdict(o),
    }


def _evaluation(r: Result, c: Predicate) -> list[str]:
    u = real(r.u)
    how = f"{say(f'method.{r.method}')}; {r.distribution.rule}"
    return [heading(r, c), aligned(u, u), freedom(r.df), str(r.items), str(r.units), say(f"page.{r.estimand}"), how]


def _checks(c: Predicate) -> list[Content]:
    """Conditions of validity, then the checks and warnings of each result."""
    conditions = [_checked(check) for check in c.conditions] or [["", line] for line in c.validity]
    lists = [(say("page.conditions_of_validity"), conditions)]
    for r in c.results:
        warned = [[say("page.warnings"), text] for text in r.warnings]
        lists.append((heading(r, c), [*(_checked(check) for check in r.checks), *warned]))
    return [{"title": title, "lines": lines} for title, lines in lists if lines]


def _checked(check: Check) -> list[str]:
    return [say("page.passed" if check.passed else "page.failed"), f"{check.name}: {check.text}"]


def _evidence(c: Predicate) -> list[Fact]:
    if c.evidence is None:
        return []
    e: Evidence = c.evidence
    facts: list[Fact] = [
        [say("page.items_count"), f"{e.items} {say('page.items_count')}, {e.rows} {say('page.rows')}"],
        [say("page.by_status"), _counts(e.counts)],
        [say("page.excluded"), _counts(e.excluded)],
        [say("page.instrument"), [f"{key}: {text}" for key, text in sorted(e.instrument.items())]],
        [say("page.reference"), e.reference_at],
        *_certified(e),
        *_disclosed(c),
        [say("page.inputs"), [f"{key} {text}" for key, text in sorted(e.sources.items())]],
        [say("page.environment"), ", ".join(f"{key} {text}" for key, text in sorted(c.program.items()))],
    ]
    notice: list[Fact] = [["", say("page.partial")]] if e.partial else []
    return [*notice, *(fact for fact in facts if fact[1])]


def _certified(e: Evidence) -> Iterable[Fact]:
    if e.certified is not None:
        known = e.certified
        tier = say("page.certified_tier", tier=known.tier, issued=known.issued, expires=known.expires)
        told = [f"{known.id} sha256:{known.sha256}", tier, known.fault or ""]
        yield [say("page.certified"), [line for line in told if line]]


def _disclosed(c: Predicate) -> Iterable[Fact]:
    if c.disclosure is not None:
        root, items = c.disclosure.root, str(c.disclosure.items)
        told = (
            say("page.disclosure_private", items=items, root=root)
            if root
            else say("page.disclosure_digest", items=items)
        )
        yield [say("page.disclosure"), told]


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{key} {n}" for key, n in sorted(counted.items()) if n) or say("page.none")


def _file(name: str, digest: Mapping[str, str]) -> Fact:
    return [name, [text if kind == "sha256" else f"{kind}:{text}" for kind, text in sorted(digest.items())]]
