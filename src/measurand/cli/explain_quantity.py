"""Quantities for ``measurand explain``: one of them, or all by theme."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from measurand.document.definition import Definition
from measurand.document.minimal import Need
from measurand.lab.pack import definitions, themes
from measurand.message import say, sentences
from measurand.study.explained import Parameter, explained
from measurand.study.suitability import SYNONYMS


def named(asked: str) -> Iterator[Definition]:
    """The quantities of an id or a title; else the one that a synonym means."""
    known = definitions()
    found = [d for d in known.values() if _bare(asked) in (_bare(d.id), _bare(d.title))]
    if not found:
        meant = {_bare(name): quantity for name, quantity in SYNONYMS.items()}.get(_bare(asked), "")
        found = [known[meant]] if meant in known else []
    yield from found


def holding(word: str) -> list[str]:
    """Ids of the quantities whose id or title holds a word of at least three letters."""
    wanted = _bare(word)
    if len(wanted) < 3:
        return []
    return [d.id for d in definitions().values() if wanted in _bare(d.id) or wanted in _bare(d.title)]


def matching(word: str) -> tuple[str, ...]:
    """Ids of the quantities that a word is about: in id, title, sentence, formula, theme, or another name of theirs."""
    wanted = _bare(word)
    theme_of = {name: theme for theme, ids in themes().items() for name in ids}
    other: dict[str, list[str]] = {}
    for name, quantity in SYNONYMS.items():
        other.setdefault(quantity, []).append(name)
    return tuple(
        d.id
        for d in definitions().values()
        if any(
            wanted in _bare(text)
            for text in (d.id, d.title, d.words, d.formula, theme_title(theme_of[d.id]), *other.get(d.id, ()))
        )
    )


def _bare(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()


def entry(definition: Definition) -> dict[str, str]:
    """What is printed about a quantity, in its order; what does not apply has no key."""
    found = explained(definition, definitions().keys())
    needs = [*(_need(need) for need in found.needs), *found.said]
    shown = {
        "also": ", ".join(found.also),
        "formula": definition.formula,
        "assumes": definition.assumptions,
        "needs": "\n".join(f"- {text}" for text in needs),
        "at": ", ".join(parameter.words for parameter in found.at),
        "unit": found.unit,
        "direction": say(f"explain.direction.{definition.direction}"),
        "limits": say("explain.limits", rule=found.limits),
        "source": definition.source,
        "procedure": found.procedure,
    }
    return {
        "title": say("cli.explain.quantity", title=definition.title, id=definition.id),
        "words": found.words,
        **{say(f"explain.label.{key}"): text for key, text in shown.items() if text},
    }


def data(definition: Definition) -> dict[str, Any]:
    """What is known about a quantity, for programs; what does not apply has no key."""
    found = explained(definition, definitions().keys())
    shown: dict[str, Any] = {
        "id": definition.id,
        "title": definition.title,
        "words": found.words,
        "also": list(found.also),
        "formula": definition.formula,
        "assumes": definition.assumptions,
        "needs": [{"key": n.key, "words": n.words, "optional": n.optional} for n in found.needs],
        "says": list(found.said),
        "at": [_parameter(p) for p in found.at],
        "unit": found.unit,
        "direction": definition.direction,
        "rule": found.rule,
        "limits": found.limits,
        "source": definition.source,
        "procedure": found.procedure,
    }
    return {key: value for key, value in shown.items() if value}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    default = {"default": parameter.default} if parameter.default else {}
    return {"name": parameter.name, "required": parameter.required, **default}


def _need(need: Need) -> str:
    optional = f" ({say('explain.optional')})" if need.optional else ""
    return f"{need.key}: {need.words}{optional}"


def theme_title(theme: str) -> str:
    """The title of a theme; one without a title goes by its name."""
    return sentences().get(f"theme.{theme}", theme.replace("_", " ").capitalize())


def listed() -> str:
    """All quantities by theme, each with its id and title, in 80 columns where they fit."""
    known = definitions()
    width = max((len(name) for name in known), default=0)
    lines = []
    for theme, ids in themes().items():
        lines += [theme_title(theme)]
        for name in ids:
            lines += textwrap.wrap(known[name].title, 78, initial_indent=f"  {name:<{width}}  ",
                                   subsequent_indent=" " * (width + 4)) or [f"  {name}"]  # fmt: skip
        lines += [""]
    return "\n".join([*lines, say("explain.all", count=len(known))])


def everything() -> Mapping[str, Any]:
    """All quantities by theme as data."""
    known = definitions()
    several = [
        {"theme": theme, "title": theme_title(theme), "id": name, "quantity": known[name].title}
        for theme, ids in themes().items()
        for name in ids
    ]
    return {"schema": "measurand/quantities/1", "quantities": several}
