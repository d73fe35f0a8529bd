"""The documents of a round: protocol, participation, commitment, withdrawal, closing, each signed; and the opening.

What is signed is read again as the same bytes: a field that a later release adds is ``None`` where it is absent, never
an empty list.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from measurand.document.assigned import Assigned, CheckedItem, CheckedMaterial, Sigma
from measurand.document.canonical import Document, Time
from measurand.document.number import Number, real
from measurand.document.round_answers import AssignedAnswers, Digest, Scheme
from measurand.document.round_data import Submitted
from measurand.document.round_total import Masked, Members, Total
from measurand.document.statement import SignedStatement

Code = Annotated[str, StringConstraints(pattern=r"^P-[0-9A-F]{8}$")]
"""Of a participant: from the fingerprint of a key that was made for this round."""


class AskedQuantity(Document):
    """One measurand on one material that each participant is asked for."""

    measurand: str
    material: str = ""
    unit: str = "1"
    replicates: int = 1
    definition: str = ""
    """Address of the definition (of ``compare``), or words."""
    reference: Number | None = None
    """Reference value, where it is known beforehand."""
    reference_u: Number | None = None
    sigma_pt: Number | None = None
    """Standard deviation for proficiency assessment: asks for z scores."""
    delta_e: Number | None = None
    """Largest permitted deviation: asks for P_A."""
    assigned: Assigned | None = None
    """How the assigned value of the scores is found, where no reference value is stated."""
    sigma: Sigma | None = None
    """How sigma_pt is found, where it is not stated."""
    items: tuple[CheckedItem, ...] | None = None
    """The coordinator's check of the items that participants get."""

    @model_validator(mode="after")
    def _stated_whole(self) -> AskedQuantity:
        if (self.reference is None) != (self.reference_u is None):
            raise ValueError("a reference value needs its standard uncertainty (reference_u)")
        given = (self.reference_u, self.sigma_pt, self.delta_e)
        if any(x is not None and not real(x) > 0.0 for x in given) or self.replicates < 1:
            raise ValueError("uncertainties, deviations and numbers of replicates are above 0")
        if self.reference is not None and self.assigned is not None:
            raise ValueError("state a reference value, or how the assigned value is found, not both")
        if self.sigma_pt is not None and self.sigma is not None:
            raise ValueError("state sigma_pt, or how it is found (sigma), not both")
        if self.sigma is not None and self.sigma.by == "delta_e" and self.delta_e is None:
            raise ValueError("sigma by delta_e needs delta_e")
        return self


class Protocol(Document):
    """What the coordinator fixes before anybody submits."""

    kind: Literal["protocol"] = "protocol"
    schema_: Literal["measurand/round-protocol/1"] = Field(default="measurand/round-protocol/1", alias="schema")
    id: str
    title: str
    coordinator: str
    deadline: Time
    method: Literal["fixed", "birge", "dersimonian-laird", "mandel-paule", "reml", "ml"] = "mandel-paule"
    """Of the reference value, where none is stated."""
    least: int = 2
    """Participants below which nothing is reported."""
    nested: tuple[str, ...] | None = None
    """Conditions in which the replicates of a laboratory differ (day, run), the outermost first: asks for intermediate
    precision."""
    quantity: tuple[AskedQuantity, ...] = ()
    answers: tuple[Scheme, ...] | None = None
    """Qualitative and ordinal answers that are asked for."""
    total: tuple[Total, ...] | None = None
    """Totals over all participants that show nobody's own counts."""
    text: str = ""
    """The protocol file verbatim."""

    @model_validator(mode="after")
    def _asks(self) -> Protocol:
        if not self.quantity and not self.answers and not self.total:
            raise ValueError("a protocol asks for a quantity, for answers or for a total")
        for asked, what in ((self.answers, "answers to"), (self.total, "a total of")):
            names = [one.measurand for one in asked or ()]
            if len(set(names)) < len(names):
                raise ValueError(f"{what} one measurand is asked for twice")
        return self


class Participation(Document):
    """A participant joins with a key that was made for this round; the name stays with the participant."""

    kind: Literal["participation"] = "participation"
    protocol: Digest
    code: Code
    exchange: Digest | None = None
    """Public key of X25519, where the protocol asks for totals."""
    at: Time


class Commitment(Document):
    """The hash of a result, before anybody has seen another's."""

    kind: Literal["commitment"] = "commitment"
    protocol: Digest
    code: Code
    number: int = Field(ge=1)
    """1, and one more for each amendment; the last one before the closing counts."""
    digest: Digest
    """SHA-256 of the opening."""
    at: Time


class Withdrawal(Document):
    """A participant takes part no longer, with the reason; it is shown."""

    kind: Literal["withdrawal"] = "withdrawal"
    protocol: Digest
    code: Code
    reason: str = Field(min_length=1)
    at: Time


class Closing(Document):
    """The commitments that count: from now on nobody can change a result."""

    kind: Literal["closing"] = "closing"
    protocol: Digest
    commitments: tuple[Digest, ...]
    """SHA-256 of each file of a commitment, sorted."""
    withdrawals: tuple[Digest, ...] = ()
    early: str = ""
    """Why it was closed before the deadline."""
    items: tuple[CheckedMaterial, ...] | None = None
    """Items that were checked again: whether they kept their values."""
    assigned: tuple[AssignedAnswers, ...] | None = None
    """The right answers that the protocol sealed."""
    at: Time


Step = Annotated[
    Protocol | Participation | Commitment | Withdrawal | Closing | Members | Masked, Field(discriminator="kind")
]


class RoundStatement(SignedStatement):
    """in-toto Statement v1 of one step of a round."""

    predicateType: Literal["https://measurand.dev/round/v1"] = "https://measurand.dev/round/v1"  # noqa: N815
    predicate: Step


class SubmittedQuantity(Document):
    """What a participant found for one measurand and material."""

    measurand: str
    material: str = ""
    unit: str = "1"
    result: Submitted


class SubmittedAnswers(Document):
    """What a participant answered: item -> category."""

    measurand: str
    answers: dict[str, str]


class Opening(Document):
    """The result itself, with the salt that keeps its hash from being guessed. Its digest is the commitment."""

    schema_: Literal["measurand/round-opening/1"] = Field(default="measurand/round-opening/1", alias="schema")
    protocol: Digest
    code: Code
    salt: Digest
    quantity: tuple[SubmittedQuantity, ...] = ()
    answers: tuple[SubmittedAnswers, ...] = ()
