"""The file that describes a set of reference data (``reference.toml``): what it is, and where its parts are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from measurand.document.canonical import Document
from measurand.document.naming import disguise
from measurand.document.position import Positions, positions
from measurand.document.reference_certificate import Tier
from measurand.errors import Finding, ProcedureError
from measurand.message import say

MAX_BYTES = 1_000_000
MOST = 20
Format = Literal["csv", "parquet", "jsonl"]


def _several(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


def _day(given: Any) -> Any:
    if type(given) is date:
        return given.isoformat()
    if not isinstance(given, str):
        raise ValueError(say("reference.day"))
    return date.fromisoformat(given).isoformat()


Texts = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]
"""One text or a list of them."""
Words = Annotated[str, Field(min_length=1, max_length=20_000)]
Day = Annotated[str, BeforeValidator(_day)]
Share = Annotated[float, Field(ge=0, lt=0.5)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Data(Document):
    """The items with their reference values."""

    file: Texts
    format: Format | None = None
    item: Texts
    value: str | None = None
    """Column of the reference value; absent: the most frequent vote, or the mean."""
    cluster: Texts | None = None
    stratum: str | None = None
    weight: str | None = None
    subgroups: tuple[str, ...] = ()
    """Columns whose levels are counted."""
    text: str | None = None
    """Column of the text that is the content of an item."""
    image: str | None = None
    """Column of the name of its image file."""
    columns: tuple[str, ...] = ()
    """Columns that are the content of an item."""


class Votes(Document):
    """Judgements of annotators in long form."""

    file: Texts
    format: Format | None = None
    item: Texts | None = None
    annotator: str
    value: str


class Known(Document):
    """A share known from elsewhere."""

    value: Share
    standard_uncertainty: Share


class Labels(Document):
    """How surely the reference values hold."""

    kind: Literal["class", "number"] = "class"
    annotators: tuple[str, ...] | None = None
    annotations: Votes | None = None
    annotator_model: Literal["common", "individual"] = "common"
    adjudicated: str | None = None
    """Column that says (1, true, yes) that an adjudicator decided the value."""
    adjudication_error: Known | None = None
    error: Known | None = None
    """Stated, with ``source``: share of the items whose value is wrong."""
    standard_uncertainty: Positive | None = None
    """Stated, with ``source``: of a numeric value."""
    source: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Labels:
        ways = (self.annotators, self.annotations, self.error, self.standard_uncertainty)
        if sum(way is not None for way in ways) != 1:
            raise ValueError(say("reference.one_way"))
        stated = self.error is not None or self.standard_uncertainty is not None
        if stated != (self.source is not None):
            raise ValueError(say("reference.source"))
        if (self.error is not None and self.kind != "class") or (
            self.standard_uncertainty is not None and self.kind != "number"
        ):
            raise ValueError(say("reference.kind"))
        if self.kind == "number" and (self.annotator_model == "individual" or self.adjudicated):
            raise ValueError(say("reference.number_only"))
        if self.adjudication_error is not None and self.adjudicated is None:
            raise ValueError(say("reference.adjudication"))
        return self


class Homogeneous(Document):
    """Units between which the values should not differ."""

    unit: str
    value: str
    """``agreement`` of the annotators, or a column of numbers."""
    file: Texts | None = None
    """Absent: the data."""
    format: Format | None = None
    limit: Positive | None = None


class Stable(Document):
    """Values that were obtained again on later dates."""

    file: Texts
    format: Format | None = None
    item: Texts | None = None
    date: str
    value: str
    limit: Positive | None = None


class Other(Document):
    """Another set that should hold none of these items: training data, another test."""

    name: Words
    file: Texts
    format: Format | None = None
    item: Texts | None = None
    text: str | None = None
    image: str | None = None
    columns: tuple[str, ...] = ()


class Near(Document):
    """When contents are nearly the same."""

    text: Annotated[float, Field(ge=0.3, le=1)] = 0.8
    """Jaccard similarity of the word 5-shingles."""
    image: Annotated[int, Field(ge=0, le=15)] = 5
    """Differing bits of 64 of the difference hash."""


class Above(Document):
    """The set from which the values were assigned."""

    certificate: Words


class ReferenceFile(Document):
    """``reference.toml``."""

    schema_: Literal["measurand/reference-file/1"] = Field(alias="schema")
    id: Annotated[str, Field(min_length=1, max_length=100)]
    title: Words
    tier: Tier
    intended_use: Words
    not_for: str = ""
    provenance: Words
    licence: Words
    expires: Day
    minimum_sample: Annotated[int, Field(ge=1, le=2**53 - 1)] = 1
    data: Data
    labels: Labels | None = None
    homogeneity: Homogeneous | None = None
    stability: Stable | None = None
    other: tuple[Other, ...] = ()
    near: Near = Near()
    higher: Above | None = None

    @model_validator(mode="after")
    def _named(self) -> ReferenceFile:
        for name in (self.id, self.title):
            if why := disguise(name):
                raise ValueError(say("reference.name", name=ascii(name), reason=why))
        for one in self.other:
            for kind in ("text", "image", "columns"):
                if getattr(one, kind) and not getattr(self.data, kind):
                    raise ValueError(say("reference.content", kind=kind, name=one.name))
        if self.homogeneity is not None and self.homogeneity.value == "agreement" and not _voted(self.labels):
            raise ValueError(say("reference.no_votes"))
        if self.higher is not None and self.labels is None:
            raise ValueError(say("reference.assigned"))
        return self


def _voted(labels: Labels | None) -> bool:
    return labels is not None and labels.kind == "class" and bool(labels.annotators or labels.annotations)


def load_reference(data: bytes, file: str) -> ReferenceFile:
    """The description that a file holds. Raises ProcedureError with all findings, each with its line and column."""
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(say("M0105.size", limit=MAX_BYTES))
        text = data.decode("utf-8").replace("\r\n", "\n")
        tables: Mapping[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise ProcedureError(Finding("M0102", "", say("M0102.toml", problem=str(problem)), file=file)) from None
    try:
        return ReferenceFile.model_validate(tables)
    except ValidationError as error:
        try:
            places = positions(text)
        except RecursionError:  # nested beyond what a description can be: the keys are named without their lines
            places = Positions()
        found = []
        for one in error.errors(include_url=False)[:MOST]:
            path = tuple(one["loc"])
            place = places.of(path)
            message = say("M0350.description", path=".".join(map(str, path)) or "-", reason=one["msg"])
            found.append(
                Finding("M0350", ".".join(map(str, path)), message, say("M0350.hint"), file, place.line, place.column)
            )
        raise ProcedureError(found) from None
