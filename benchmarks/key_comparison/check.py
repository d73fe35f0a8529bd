"""The published reference values and degrees of equivalence of BIPM.RI(II)-K1, computed from the submitted values.

    python benchmarks/key_comparison/check.py --data tests/key_comparison/data --out docs/key-comparison.md

The part of the page above "What is published and what is computed" is kept as it stands.
"""

from __future__ import annotations

import argparse
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from measurand.document.key_comparison import KeyComparison, PublishedReference, Release
from measurand.document.number import real
from measurand.instrument.key_comparison import read_key_comparison
from measurand.quantity.power_moderated_mean import power_moderated_mean
from measurand.study.key_comparison import Degree, Method, Reference, Taken, degrees, flagged, reference_value

HERE = Path(__file__).resolve().parent
HEADING = "## What is published and what is computed"
EQUAL, LAST, OTHER = "equal", "last digit", "differs"


@dataclass(frozen=True)
class Selection:
    """Who entered the reference value of a release."""

    method: Method
    origin: str
    """``file`` or ``inferred``."""
    how: str
    taken: tuple[Taken, ...]


@dataclass(frozen=True)
class Checked:
    """A release and what was computed."""

    comparison: KeyComparison
    release: Release
    selection: Selection
    reference: Reference
    degrees: tuple[Degree, ...]

    @property
    def published(self) -> PublishedReference:
        """The published reference value; every release with a selection has one."""
        if self.release.reference is None:
            raise ValueError(f"{self.comparison.code}, {self.release.year}: no reference value is published")
        return self.release.reference

    @property
    def value(self) -> str:
        """How the reference value agrees."""
        return agreement(self.reference.value, self.published.value)

    @property
    def u(self) -> str:
        """How its standard uncertainty agrees."""
        return agreement(self.reference.u, self.published.u)

    @property
    def step(self) -> float:
        """Unit of the last digit of the degrees: files leave trailing zeros away, so that of the longest number."""
        written = [(text, d.exponent) for d in self.release.degrees for text in (d.d, d.expanded)]
        return min(_step(text) * 10.0**exponent for text, exponent in written)


def agreement(computed: float, published: str, *, step: float = 0.0, exponent: int = 0) -> str:
    """``equal``: rounds to the published number; ``last digit``: within one unit of its last digit; ``differs``."""
    unit = step or _step(published)
    off = abs(computed - real(published) * 10.0**exponent) / unit
    return EQUAL if off <= 0.5 + 1e-9 else LAST if off <= 1.0 else OTHER


def of_d(checked: Checked, degree: Degree) -> str:
    """How the difference of a degree agrees."""
    p = degree.published
    return agreement(degree.d, p.d, step=checked.step, exponent=p.exponent)


def of_expanded(checked: Checked, degree: Degree) -> str:
    """How the expanded uncertainty of a degree agrees."""
    p = degree.published
    return agreement(degree.expanded, p.expanded, step=checked.step, exponent=p.exponent)


def checked(data: Path) -> Iterator[Checked]:
    """Every release of the files of a folder that has a selection, in the order of the files."""
    known = tomllib.loads((HERE / "selections.toml").read_text(encoding="utf-8"))["release"]
    for path in sorted(data.glob("*.xml")):
        comparison = read_key_comparison(path)
        for release in comparison.releases:
            found = [k for k in known if k["comparison"] == comparison.code and release.year in k["years"]]
            for one in found:
                taken = tuple(_taken(t) for t in one["taken"]) if "taken" in one else flagged(comparison)
                selection = Selection(one["method"], one["from"], one["how"], taken)
                reference = reference_value(comparison, taken, method=selection.method)
                yield Checked(comparison, release, selection, reference, degrees(comparison, release, reference))


def _taken(text: str) -> Taken:
    laboratory, year = text.rsplit(" ", 1)
    return laboratory, int(year)


def _step(text: str) -> float:
    """Unit of the last digit of a number as written, without an exponent."""
    return 10.0 ** -len(text.partition(".")[2])


def page(found: Sequence[Checked]) -> str:
    """The generated part of the page."""
    parts = (_references, _selections, _several, _degrees, _off)
    return "\n\n".join([HEADING, *("\n".join(part(found)) for part in parts)])


def _references(found: Sequence[Checked]) -> list[str]:
    equal = sum(c.value == c.u == EQUAL for c in found)
    from_file = sum(c.value == c.u == EQUAL and c.selection.origin == "file" for c in found)
    of_file = sum(c.selection.origin == "file" for c in found)
    return [
        "### Reference values",
        "",
        f"Of the selections in the file {from_file} of {of_file} gives value and standard uncertainty to the published",
        f"digits. Of those inferred {equal - from_file} of {len(found) - of_file} do; most of them were searched for",
        "until they did, which is no test (see above). All in kBq.",
        "",
        "| comparison | year | report | method | laboratories | selection | published | computed | value | u |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(
            f"| {_short(c)} | {c.release.year} | {c.release.doi.removeprefix('https://doi.org/')} "
            f"| {c.selection.method} | {len(c.selection.taken)} | {c.selection.origin} "
            f"| {c.published.value} ({c.published.u}) | {c.reference.value:.2f} ({c.reference.u:.2f}) "
            f"| {c.value} | {c.u} |"
            for c in found
        ),
    ]


def _selections(found: Sequence[Checked]) -> list[str]:
    rows = {(_short(c), c.release.year): c.selection.how for c in found}
    return [
        "How the selections were found (they are listed in `benchmarks/key_comparison/selections.toml`):",
        "",
        *(f"- {name}, {year}: {how}." for (name, year), how in rows.items()),
    ]


def _several(found: Sequence[Checked]) -> list[str]:
    """The releases in which laboratories have several results, by three rules for what enters of them."""
    rows = []
    for c in found:
        submissions = [s for s in c.comparison.submissions if (s.laboratory, s.year) in c.selection.taken]
        if c.selection.origin != "file" or c.value == c.u == EQUAL:
            continue
        for name, rule in RULES.items():
            y, u = zip(*(rule([(real(v.value), real(v.u)) for v in s.values]) for s in submissions), strict=True)
            m = power_moderated_mean(y, u)
            rows.append(f"| {_short(c)} | {c.release.year} | {name} | {m.value:.2f} ({m.u:.2f}) |")
    return [
        "Where a laboratory has several results and the file does not say what entered of them:",
        "",
        "| comparison | year | enters | computed |",
        "| --- | --- | --- | --- |",
        *rows,
    ]


Pairs = Sequence[tuple[float, float]]
RULES: Mapping[str, Callable[[Pairs], tuple[float, float]]] = {
    "mean of values and of u": lambda pairs: (fmean(y for y, _ in pairs), fmean(u for _, u in pairs)),
    "the first": lambda pairs: pairs[0],
    "the smallest u": lambda pairs: min(pairs, key=lambda pair: pair[1]),
}


def _degrees(found: Sequence[Checked]) -> list[str]:
    rows, total = [], Counter[str]()
    for c in found:
        if not c.release.degrees:
            continue
        d, u = Counter(of_d(c, x) for x in c.degrees), Counter(of_expanded(c, x) for x in c.degrees)
        absent = len(c.release.degrees) - len(c.degrees)
        both = sum(of_d(c, x) == of_expanded(c, x) == EQUAL for x in c.degrees)
        rows.append(
            f"| {_short(c)} | {c.release.year} | {len(c.release.degrees)} | {absent} "
            f"| {d[EQUAL]} | {d[LAST]} | {d[OTHER]} | {u[EQUAL]} | {u[LAST]} | {u[OTHER]} | {both} |"
        )
        total += Counter(published=len(c.release.degrees), absent=absent, d=d[EQUAL], u=u[EQUAL], both=both)
    compared = total["published"] - total["absent"]
    return [
        "### Degrees of equivalence",
        "",
        f"{total['published']} are published; for {compared} of them the file holds what was submitted. Of these",
        f"{total['d']} differences D and {total['u']} expanded uncertainties U round to the published digits, both in",
        f"{total['both']}.",
        "",
        "| comparison | year | published | not in the file | D equal | D last digit | D differs | U equal "
        "| U last digit | U differs | both equal |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *rows,
    ]


def _off(found: Sequence[Checked]) -> list[str]:
    rows = [
        f"| {_short(c)} | {c.release.year} | {x.taken[0]} {x.taken[1]} "
        f"| {x.published.d} | {x.d / 10**x.published.exponent:.4f} "
        f"| {x.published.expanded} | {x.expanded / 10**x.published.exponent:.4f} |"
        for c in found
        for x in c.degrees
        if not of_d(c, x) == of_expanded(c, x) == EQUAL
    ]
    absent: dict[str, list[str]] = {}
    for c in found:
        held = {x.published for x in c.degrees}
        for p in (p for p in c.release.degrees if p not in held):
            absent.setdefault(p.linked_to or "no linked comparison", []).append(f"{p.laboratory} {c.release.year}")
    return [
        "Those that do not round to the published digits, in MBq:",
        "",
        "| comparison | year | submission | D published | D computed | U published | U computed |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
        "Those whose submitted values the files do not hold:",
        "",
        *(f"- {code}: {', '.join(names)}" for code, names in absent.items()),
    ]


def _short(c: Checked) -> str:
    return c.comparison.code.rpartition(".")[2]


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    kept = asked.out.read_text(encoding="utf-8").partition(HEADING)[0] if asked.out.exists() else ""
    asked.out.write_text(kept + page(list(checked(asked.data))) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
