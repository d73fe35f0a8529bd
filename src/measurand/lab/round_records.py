"""Results of laboratories from their records and certificates, with what they share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from measurand.document.comparison import Kind
from measurand.document.number import number
from measurand.document.round_data import Quantity, RoundData, Submitted
from measurand.errors import DesignError, Finding
from measurand.lab.comparing import RUNS, Named, contenders, read
from measurand.lab.trust import Trusted
from measurand.message import say
from measurand.study.contender import Contender, correlation
from measurand.study.pairing import Asked, checked

DIFFERENCE: Kind = "difference"


def from_records(
    files: Sequence[Named], *, trusted: Mapping[str, Trusted], title: str, same: Sequence[str] = (),
    implementation: float | None = None,
) -> RoundData:  # fmt: skip
    """Each file is a laboratory; each measurand (and level) that at least two of them state is a quantity.

    What is correlated follows from the parts: laboratories that measured the same reference set share its items and
    labels. Values of repeats are the replicates of a laboratory. Definitions that differ are refused unless their
    uncertainty is declared (``implementation``), as in a comparison.

    Raises DesignError, StoreError, AuthenticityError.
    """
    several = read(files, trusted)
    groups = contenders(several, same=same)
    kept = {key: group for key, group in groups.items() if len(group) > 1}
    if not kept:
        known = ", ".join(sorted({id for id, _ in groups}))
        raise DesignError(Finding("M0851", "", say("M0851.nothing", measurands=known), say("M0851.nothing_hint")))
    for group in kept.values():
        checked(group, Asked(kind=DIFFERENCE, implementation=implementation))
    quantities = tuple(_quantity(key, group) for key, group in kept.items())
    remarks = tuple(dict.fromkeys(text for _, one in several for text in one.remarks))
    return RoundData(title=title, quantities=quantities, remarks=remarks)


def of_one(files: Sequence[Named], *, trusted: Mapping[str, Trusted], wanted: Collection[str]) -> RoundData:
    """What one laboratory submits from its records and certificates: results of the measurands that are wanted."""
    groups = contenders(read(files, trusted))
    kept = {key: group for key, group in groups.items() if key[0] in wanted}
    return RoundData(title="", quantities=tuple(_quantity(key, group) for key, group in kept.items()))


def _quantity(key: tuple[str, str], group: Sequence[Contender]) -> Quantity:
    matrix = [[1.0 if a is b else correlation(a, b) for b in group] for a in group]
    shared = any(r != 0.0 for i, row in enumerate(matrix) for j, r in enumerate(row) if i != j)
    return Quantity(
        measurand=key[0], material=key[1], unit=group[0].result.unit,
        submitted=tuple(_submitted(c) for c in group),
        correlation=tuple(tuple(number(r) for r in row) for row in matrix) if shared else (),
    )  # fmt: skip


def _submitted(c: Contender) -> Submitted:
    r = c.result
    curves = [curve for curve in r.curves if curve.name == RUNS]
    replicates = tuple(str(v) for v in curves[0].columns["value"]) if curves else ()
    return Submitted(
        laboratory=c.name, value=r.value, u=r.u, df=None if r.df == "infinite" else r.df, replicates=replicates,
        certificate=c.source if c.evidence == "certificate" else "",
    )  # fmt: skip
