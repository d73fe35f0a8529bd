"""An invented record: every number, name and signature in it is made up, to be looked at and to test the page with.

It holds all four verdicts, an asymmetric interval, an unbounded value with a unit, a contrast, levels of ``by``,
components without a number, hostile names and a map of 2,000 items.
"""

from __future__ import annotations

import base64
import random

from measurand.document.canonical import address_of, canonical
from measurand.document.certificate import Envelope, Laboratory, Predicate, Signature, Statement, Subject
from measurand.document.decision import Decision, Decisions, Requirement, Risks, Rule, Verdict
from measurand.document.evidence import Evidence
from measurand.document.number import number
from measurand.document.parts import Parts
from measurand.document.procedure import (
    Factor,
    Known,
    LabelError,
    Measurand,
    Procedure,
    Reference,
    Sampling,
    System,
)
from measurand.document.record import Record
from measurand.document.result import Check, Curve, DistributionData, ItemMap, Line, NotEvaluated, Result, Results
from measurand.document.rounding import printed

HOSTILE = "<script>alert(1)</script>"
QUOTES = "\"quoted\" & 'single' </title> {{ 7 * 7 }} \x1b[2J \u202etxet"
LONG = "a-very-long-system-name-" * 12
CHINESE = "皮肤病变分诊系统"
ADDRESS = address_of(b"invented")

PROCEDURE = f"""# Invented procedure, only to test the page.
id = "TRIAGE-SENS-01"
title = "Sensitivity and specificity of a skin-lesion triage classifier"

[[system]]
name = "derm-triage"      # {HOSTILE}
version = "4.2.0"

[observations]
file = "predictions.csv"
item = "case"
score = "p_melanoma"

[[measurand]]
id = "sens"
quantity = "sensitivity"
at = {{ score = 0.42 }}

[[requirement]]
measurand = "sens"
lower_limit = "90 %"
"""


def line(
    component: str, text: str, type_: str, distribution: str, contribution: float, combined: float, df: str
) -> Line:
    """A line of the budget with its share."""
    v = contribution**2
    return Line(
        component=component, line=text, type=type_, distribution=distribution, u=number(contribution),
        coefficient="1", contribution=number(contribution), variance=number(v), share=number(v / combined**2), df=df,
    )  # fmt: skip


GAPS = (
    NotEvaluated(component="judge", state="not applicable", needs="no judge: the reference value is a recorded class"),
    NotEvaluated(
        component="implementation",
        state="not evaluated",
        needs='observations from at least 3 back-ends or machines, as a [[factor]] with component = "implementation"',
    ),
    NotEvaluated(component="definition", state="not evaluated", needs="an [[input]] for the width of the definition"),
)


def result(measurand: str, title: str, value: float, u: float, interval: tuple[float, float], **more: object) -> Result:
    """A result with an invented budget."""
    unit = str(more.get("unit", "1"))
    bounds = more.pop("bounds", ("0", "1"))
    form = printed(value, u, interval=interval, unit=unit, bounds=bounds)  # type: ignore[arg-type]
    half = (interval[1] - interval[0]) / 2
    fields: dict[str, object] = {
        "quantity": measurand, "system": "derm-triage 4.2.0", "estimand": "generalised", "unit": unit,
        "direction": "higher", "bounds": bounds, "df": "87.3", "coverage_probability": "0.95",
        "words": f"The {title} lies between {interval[0]:g} and {interval[1]:g} with 95 % coverage probability.",
        "method": "first-order", "items": 500, "units": 412,
        "distribution": DistributionData(
            rule="R2 effective count", level=("0.95",), lower=(number(interval[0]),), upper=(number(interval[1]),)
        ),
        "budget": budget(u),
        "U": number(half) if form.symmetric else None, "k": number(half / u) if form.symmetric else None,
        "evidence_at": ADDRESS, "parts_at": ADDRESS,
    }  # fmt: skip
    fields.update(more)
    return Result(
        measurand=measurand, title=title, value=number(value), u=number(u), lower=number(interval[0]),
        upper=number(interval[1]), text=form.text, **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def budget(u: float) -> tuple[Line | NotEvaluated, ...]:
    """Shares 75 / 16.9 / 6.6 / 1.4 / 0.1 %, and three components without a number."""
    return (
        line("sampling", "sampling (500 items in 412 patients)", "A", "normal", u * 0.75**0.5, u, "411"),
        line("reference", "reference value (3 annotators)", "B", "Dirichlet", u * 0.169**0.5, u, "infinite"),
        line("conditions", "between sites (4)", "A", "t", u * 0.066**0.5, u, "3"),
        line("repeatability", "repeatability (5 runs)", "A", "t", u * 0.014**0.5, u, "16.4"),
        line("definition", "resolution of the threshold", "B", "rectangular", u * 0.001**0.5, u, "infinite"),
        *GAPS[:2],
    )


def decision(of: Result, limit: str, verdict: Verdict, p: str, **more: object) -> Decision:
    """A decision with one lower limit, unless told otherwise."""
    fields: dict[str, object] = {
        "requirement": Requirement(id=f"R-{of.measurand}", measurand=of.measurand, lower_limit=limit,
                                   text=f"at least {limit}", source="risk file 7.3"),
        "stated": "before", "risks": Risks(), "reasons": ("The interval lies on one side of the acceptance limit.",),
    }  # fmt: skip
    fields.update(more)
    return Decision(
        rule=Rule(),
        measurand=of.measurand,
        system=of.system,
        level=of.level,
        p_conformity=p,
        verdict=verdict,
        **fields,  # type: ignore[arg-type]
    )


def item_map(count: int = 2000) -> ItemMap:
    """Most items always right, some always wrong, some now and then; a few observations missing or excluded."""
    rng = random.Random(7)
    columns = tuple(f"{site} / {repeat}" for site in ("site A", "site B", "site C") for repeat in range(1, 6))
    rows = []
    for i in range(count):
        p = 0.02 if i < 0.05 * count else 0.5 + 0.5 * (i / count) if i < 0.2 * count else 0.9995
        outcome = "".join("1" if rng.random() < p else "0" for _ in columns)
        if i % 97 == 0:
            outcome = outcome[:10] + "....." if i % 2 else outcome[:14] + "x"
        rows.append((outcome.count("1"), f"case_{i:05d}", outcome))
    rows.sort()
    return ItemMap(items=tuple(r[1] for r in rows), columns=columns, outcome=tuple(r[2] for r in rows))


def repeatability() -> Curve:
    """Five runs at each of four sites."""
    rng = random.Random(3)
    cells = [(f"site {s}", str(r), number(round(rng.gauss(0.946 + 0.004 * (i - 1.5), 0.0028), 5)))
             for i, s in enumerate("ABCD") for r in range(1, 6)]  # fmt: skip
    condition, repeat, value = zip(*cells, strict=True)
    columns = {"condition": condition, "repeat": repeat, "value": value}
    return Curve(name="repeatability", title="runs by site", columns=columns)


CHECKS = (
    Check(name="propagation", passed=True, text="first order 0.0117, Monte Carlo 0.0118, tolerance 0.0005"),
    Check(name="sampling", passed=False, text="ratio of u to that of the cluster bootstrap 0.80, allowed 0.86 to 1.14"),
)  # fmt: skip


def results() -> tuple[Result, ...]:
    """One result for everything that the page must be able to show."""
    sens = result("sens", "sensitivity of melanoma at score >= 0.42", 0.9462, 0.01167, (0.92285, 0.96955),
                  checks=CHECKS[:1], floor="0.0054", curves=(repeatability(),), item_map=item_map())  # fmt: skip
    spec = result("spec", "specificity at score >= 0.42", 0.9121, 0.0131, (0.8853, 0.9371),
                  checks=CHECKS, warnings=("only 9 clusters in stratum B",), items=600)  # fmt: skip
    sites = [
        result("ppv", "precision", v, u, (v - 2.1 * u, v + 2 * u), level=level)
        for v, u, level in (
            (0.83, 0.021, "site A"),
            (0.71, 0.03, HOSTILE),
            (0.779, 0.028, CHINESE),
            (0.8, 0.02, QUOTES),
        )
    ]
    latency = result(
        "latency", "mean latency", 41.8, 3.1, (36.9, 49.7), unit="ms", bounds=(None, None), direction="lower"
    )
    gain = result("gain", f"difference of accuracy, {CHINESE} against {LONG}", 0.042, 0.022, (-0.0015, 0.0855),
                  system="derm-triage 4.2.0 - derm-triage 4.1.0", bounds=("-1", "1"), estimand="benchmark")  # fmt: skip
    perfect = result("perfect", "accuracy on the control cases", 1.0, 0.018, (0.9288, 1.0), items=50, units=50,
                     method="exact", df="infinite", estimand="benchmark")  # fmt: skip
    return (sens, spec, *sites, latency, gain, perfect)


def decisions(found: tuple[Result, ...]) -> tuple[Decision, ...]:
    """All four verdicts."""
    sens, spec, a, b, c, d, latency, gain, _ = found
    what = (
        "the result is 0.009 short of the acceptance limit (0.921). 82 % of the variance is item sampling: about 3 400"
        " negative items (you have 600) would settle it at the same value."
    )
    ppv = {"acceptance_lower": "0.7839"}
    slow = Requirement(id="R-latency", measurand="latency", upper_limit="45", lower_limit="10", text="10 ms to 45 ms")
    return (
        decision(sens, "0.9", Verdict.CONFORMING, "0.99996", acceptance_lower="0.9192",
                 risks=Risks(specific_false_accept="0.00004")),
        decision(spec, "0.9", Verdict.INCONCLUSIVE, "0.83", acceptance_lower="0.9213", what_now=what,
                 reasons=("Neither acceptance (risk 17 %) nor rejection (risk 83 %) is within its limit of 5 %.",)),
        decision(a, "0.75", Verdict.CONFORMING, "0.9998", risks=Risks(specific_false_accept="0.0002"), **ppv),
        decision(b, "0.75", Verdict.INCONCLUSIVE, "0.09", what_now=what, **ppv),
        decision(c, "0.75", Verdict.INCONCLUSIVE, "0.85", what_now=what, **ppv),
        decision(d, "0.75", Verdict.CONFORMING, "0.993", risks=Risks(specific_false_accept="0.0069"), **ppv),
        decision(latency, "10", Verdict.INVALID, "0.87", requirement=slow, acceptance_upper="36.9",
                 acceptance_lower="14", reasons=("12 of 500 items were not observed; 0 are allowed.",)),
        decision(gain, "0.12", Verdict.NON_CONFORMING, "0.0002", acceptance_lower="0.156",
                 what_now="The dominant component is sampling (75.0 %).",
                 risks=Risks(specific_false_reject="0.0002", global_consumer="0.013", global_producer="0.02")),
    )  # fmt: skip


def predicate() -> Predicate:
    """What the invented certificate states."""
    found = results()
    return Predicate(
        number="LAB7-2026-00041", title="Sensitivity and specificity of a skin-lesion triage classifier",
        laboratory=Laboratory(name="Laboratory Seven (invented)", address="12 Hill Road", location="on site, clinic B",
                              authorised_by="A. Chen"),
        customer=f"Clinic {HOSTILE}", received="2026-11-19", measured="2026-11-20T14:03:11Z",
        issued="2026-11-22T20:14:00Z", demonstration=True, procedure_id="TRIAGE-SENS-01",
        procedure=procedure(),
        procedure_sha256=address_of(PROCEDURE.encode())[7:], procedure_text=PROCEDURE,
        systems=({"id": "derm-triage 4.2.0", "name": "derm-triage", "version": "4.2.0", "maker": QUOTES,
                  "digest": ADDRESS, "intended_use": "triage of referrals by a dermatologist"},
                 {"id": LONG, "name": LONG}),
        evidence=evidence(), results=found, decisions=decisions(found),
        validity=("excluded items: 12 of 1,100, at most 0 allowed: FAILED",),
        remarks=("Invented numbers: this record exists to test the page.",),
        valid_for="consecutive referrals to 4 clinics; scanner types A and B; the operating point 0.42",
        not_valid_for="patients under 18; other scanners; other operating points",
        program={"measurand": "0.1.0", "numpy": "2.3.5"},
    )  # fmt: skip


def procedure() -> Procedure:
    """The resolved procedure, as far as the page shows it."""
    rate = Known(value="0.03", standard_uncertainty="0.005")
    return Procedure(
        id="TRIAGE-SENS-01", title="Sensitivity and specificity of a skin-lesion triage classifier",
        system=(System(id="derm-triage 4.2.0", name="derm-triage", version="4.2.0"),),
        sampling=Sampling(population="consecutive referrals to 4 clinics", cluster=("patient",), stratum="clinic"),
        reference=Reference(file=("labels.csv",), format="csv", item=("case",), annotators=("r1", HOSTILE, "r3"),
                            error=LabelError(rate=rate)),
        factor=(Factor(id="site", effect="random"),),
        measurand=(Measurand(id="sens", quantity="sensitivity", estimand="generalised"),),
    )  # fmt: skip


def evidence() -> Evidence:
    """The manifest of the invented evidence."""
    return Evidence(
        procedure_at=ADDRESS, table_sha256=ADDRESS[7:], table_at=ADDRESS, columns={"system": "text", "item": "text"},
        rows=5488, items=1100, counts={"ok": 5488, "missing": 12}, excluded={}, sources={"predictions.csv": ADDRESS},
        instrument={"kind": "recorded"}, reference_at=ADDRESS, environment={"measurand": "0.1.0"},
    )  # fmt: skip


def envelope(stated: Predicate) -> bytes:
    """An envelope with the true payload and an invented signature."""
    names = ("procedure.toml", "procedure.json", "evidence.json", "evidence.parquet", "results.json", "decisions.json")
    subjects = tuple(Subject(name=n, digest={"sha256": address_of(n.encode())[7:]}) for n in (*names, "parts.json"))
    payload = canonical(Statement(subject=subjects, predicate=stated))
    signature = Signature(keyid=address_of(b"key")[7:], sig=base64.b64encode(b"invented").decode())
    return canonical(Envelope(payload=base64.b64encode(payload).decode(), signatures=(signature,)))


def record(stated: Predicate) -> Record:
    """The record that the certificate was made of."""
    return Record(
        name="TRIAGE-SENS-01-20261120T140311Z", measured=stated.measured, procedure_text=PROCEDURE.encode(),
        procedure=procedure(), evidence=stated.evidence,
        results=Results(results=stated.results, correlation=(), validity=(), remarks=stated.remarks),
        decisions=Decisions(decisions=stated.decisions, verdict=Verdict.INVALID),
        parts=Parts(results=(), values=(), sources=(), lines=()),
    )  # fmt: skip
