"""The smallest procedure for a quantity: what the quantity needs, as keys of the file, and a file that loads."""

from __future__ import annotations

from dataclasses import dataclass

from measurand.document.definition import Definition
from measurand.message import say


@dataclass(frozen=True)
class Need:
    """One key of the procedure that a quantity is evaluated from."""

    key: str
    """Table and key: ``observations.value``."""
    words: str
    """What the column holds."""
    optional: bool = False


COLUMN = {
    "score": '"score"', "scores": '{ a = "p_a", b = "p_b", c = "p_c" }', "exposure": '"hours"', "lower": '"from"',
    "upper": '"to"', "members": '["member_1", "member_2", "member_3"]', "spread": '"sd"', "set": '"set"',
    "query": '"query"', "first": '"model_a"', "second": '"model_b"', "repeat": '"rater"', "event": '"event"',
}  # fmt: skip
"""What stands for a source in the smallest procedure; ``value`` and ``reference`` go by the kind."""
VALUE = {
    "class": '"predicted"', "number": '"value"', "outcome": '"success"', "probability": '"probability"',
    "labels": '"predicted"',
}  # fmt: skip
OF_ROLE = {
    "answer": ("value.answer", '"answer"'), "result": ("value.result", '"winner"'),
    "part": ("value.part", '"unsupported"'), "whole": ("exposure.whole", '"claims"'),
}  # fmt: skip
"""Roles that say more than the kind of a quantity: the words for what the column holds, and what stands for it."""
EXAMPLE = {
    "prevalence": "0.1", "q": "0.9", "k": "2", "fpr": "0.1", "level": "0.9", "bins": "10", "beta": "1",
    "tolerance": "0.5", "score": "0.5", "coverage": "0.8", "system": '"A"', "baseline": '"B"', "opponent": '"B"',
}  # fmt: skip
"""What stands for a parameter that must be set."""


def needs(definition: Definition) -> tuple[Need, ...]:
    """The keys of the procedure that a quantity is evaluated from, in the order of the file.

    A role ``truth`` of the reference is a class; any other is a number or, for labels, a set.
    """
    found: dict[str, Need] = {}
    for role, source in definition.roles.items():
        name = source.rstrip("?")
        key = key_of(name)
        words = say(f"need.{_words_of(definition, role, name)}")
        optional = source.endswith("?")
        if key not in found or found[key].optional:
            found[key] = Need(key, words, optional)
    if of_raters(definition):
        words = say("need.repeat.answer" if of_answers(definition) else "need.repeat")
        found["observations.repeat"] = Need("observations.repeat", words)
    return tuple(sorted(found.values(), key=lambda need: need.key.partition(".")[0]))


def of_raters(definition: Definition) -> bool:
    """Whether the rows of an item are compared with one another: all enter at once, and nothing else is beside them.

    A quantile is of all rows too, but each row stands for itself.
    """
    beside = {source.rstrip("?") for source in definition.roles.values()} - {"value", "repeat"}
    return definition.pooled and not beside and "q" not in definition.at


def of_answers(definition: Definition) -> bool:
    """Whether the rows of an item are answers of one system that are compared with one another."""
    return of_raters(definition) and bool({"answer", "outcome"} & set(definition.roles))


def key_of(source: str) -> str:
    """Table and key of a source of a role.

    >>> key_of("score"), key_of("reference"), key_of("event")
    ('observations.score', 'reference.value', 'reference.event')
    """
    return {"reference": "reference.value", "event": "reference.event"}.get(source, f"observations.{source}")


def _words_of(definition: Definition, role: str, source: str) -> str:
    """Key of the sentence that says what a column holds."""
    sources = {s.rstrip("?") for s in definition.roles.values()}
    special = "event" if "event" in sources else "query" if "query" in sources else ""
    if source == "reference":
        return role if role in ("labels", "truth") else f"reference.{special}" if special else "reference"
    if role in OF_ROLE:
        return "value.winner" if role == "result" and "first" in sources else OF_ROLE[role][0]
    if role == "score" and "outcome" in definition.roles:
        return "score.confidence"
    if source == "score" and (special or definition.kind == "probability"):
        return f"score.{special or 'probability'}"
    if source == "value":
        return "value.raters" if of_raters(definition) and not of_answers(definition) else f"value.{definition.kind}"
    return source


def minimal(definition: Definition) -> str:
    """The text of a procedure for a quantity: nothing is in it that can be left out, and it loads."""
    wanted = [need for need in needs(definition) if not need.optional]
    lines = ['schema = "measurand/procedure/1"', 'id = "EXAMPLE"', "", "[observations]"]
    lines += ['file = "observations.csv"', 'item = "item"']
    lines += [_binding(definition, need) for need in wanted if need.key.startswith("observations.")]
    held = [_binding(definition, need) for need in wanted if need.key.startswith("reference.")]
    if held:
        lines += ["", "[reference]", *held]
    population = say("minimal.population")
    lines += ["", "[sampling]", f'population = "{population}"']
    return "\n".join([*lines, "", "[[measurand]]", *_measurand(definition)]) + "\n"


def _binding(definition: Definition, need: Need) -> str:
    table, _, key = need.key.partition(".")
    if key == "value" and table == "reference":
        truth = {"truth", "labels"} & set(definition.roles)
        column = '"truth"' if truth else '"reference"'
    else:
        of_role = next((OF_ROLE[r][1] for r, s in definition.roles.items() if r in OF_ROLE and s == key), None)
        column = of_role or (VALUE[definition.kind] if key == "value" else COLUMN[key])
        if key == "repeat" and of_answers(definition):
            column = '"repeat"'
    return f"{key} = {column}"


def _measurand(definition: Definition) -> list[str]:
    lines = ['id = "m"', f'quantity = "{definition.id}"']
    note = {name: f"  # {say(f'minimal.{name}')}" for name in ("positive", "score", "average")}
    if definition.needs_positive:
        lines.append(f'positive = "yes"{note["positive"]}')
    given = ", ".join(f"{name} = {EXAMPLE.get(name, '1')}" for name in definition.required)
    if given:
        lines.append(f"at = {{ {given} }}")
    if "score" in definition.at and "score" not in definition.required and "score?" in definition.roles.values():
        lines.append(f"# at = {{ score = 0.5 }}{note['score']}")
    if definition.needs_average:
        lines.append(f'# average = "macro"{note["average"]}')
    return lines
