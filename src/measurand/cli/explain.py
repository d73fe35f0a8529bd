"""``measurand explain``: an error code, an exit code, a verdict, a quantity, or a term of metrology."""

from __future__ import annotations

import difflib
import json as json_format
import re
import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources

import click

from measurand.cli.explain_quantity import data, everything, holding, listed, named
from measurand.cli.explain_quantity import entry as of_quantity
from measurand.errors import Finding, MeasurandError
from measurand.lab.pack import definitions
from measurand.message import say, sentences
from measurand.study.suitability import SYNONYMS

EXITS = ("0", "1", "2", "3", "4", "5", "130")
VERDICTS = ("conforming", "non-conforming", "inconclusive", "invalid")
Entry = Mapping[str, str]
"""What is printed: ``title``, ``words``, and further keys in their order."""


@click.command("explain", help=say("cli.explain.help"))
@click.argument("word", nargs=-1)
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(word: tuple[str, ...], json: bool) -> int:
    """Print what a word or code means; without a word, all quantities by theme."""
    if not word:
        click.echo(json_format.dumps(everything(), ensure_ascii=False, indent=2) if json else listed())
        return 0
    asked = " ".join(word).strip()
    found = [*code(asked), *number(asked), *verdict(asked), *quantity(asked), *term(asked)]
    if not found:
        close = difflib.get_close_matches(bare(asked), known(), n=3, cutoff=0.55)
        near = list(dict.fromkeys([*holding(asked), *close]))[:8]
        hint = say("M0120.near", words=", ".join(near)) if near else say("M0120.hint")
        raise MeasurandError(Finding("M0120", "", say("M0120.unknown", word=asked), hint))
    if json:
        others = [*code(asked), *number(asked), *verdict(asked), *term(asked)]
        entries = [*(data(definition) for definition in named(asked)), *(dict(entry) for entry in others)]
        document = {"schema": "measurand/explanation/1", "asked": asked, "entries": entries}
        click.echo(json_format.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo("\n\n".join(laid_out(entry) for entry in found))
    return 0


def bare(text: str) -> str:
    """A word without what differs between spellings.

    >>> bare("Guard-band"), bare("guard_band")
    ('guard band', 'guard band')
    """
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()


def code(asked: str) -> Iterable[Entry]:
    """The family of an error code, and the messages that carry it."""
    match = re.fullmatch(r"[mM](\d\d)(\d\d)?", asked)
    families = [f"cli.family.M{match[1]}{(match[2] or '')[:1]}", f"cli.family.M{match[1]}"] if match else []
    family = next((key for key in families if key in sentences()), "")
    if not family:
        return
    name = asked.upper()
    said = [text for key, text in sentences().items() if key.startswith(f"{name}.") and len(name) > 3]
    said += [sentences()[key] for key in codes().get(name, ())]
    if len(name) > 3 and not said and name not in codes():
        return
    shown = "\n".join(f"- {re.sub(r'{{|}}', lambda m: m[0][0], text)}" for text in said)
    yield {"title": name, "words": say(family), **({say("cli.explain.messages"): shown} if shown else {})}


def codes() -> dict[str, list[str]]:
    """Sentences that are said under a code which their keys do not begin with (message/codes.json)."""
    text = (resources.files("measurand.message") / "codes.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = json_format.loads(text)
    return found


def number(asked: str) -> Iterable[Entry]:
    """An exit code."""
    if asked in EXITS:
        yield {"title": say("cli.explain.exit", number=asked), "words": say(f"cli.exit.{asked}")}


def verdict(asked: str) -> Iterable[Entry]:
    """One of the four verdicts."""
    name = asked.casefold().replace(" ", "-")
    if name in VERDICTS:
        yield {"title": name.upper(), "words": say(f"cli.verdict.{name}")}


def quantity(asked: str) -> Iterable[Entry]:
    """A quantity that a pack defines, found by its id, its title or another name for it."""
    yield from (of_quantity(definition) for definition in named(asked))


def term(asked: str) -> Iterable[Entry]:
    """A term of the glossary, found by its id, its name or another word for it."""
    for entry in glossary():
        words = {bare(word) for word in (entry["id"], entry["term"], *entry.get("also", ()))}
        if bare(asked) in words:
            also = ", ".join(entry.get("also", ()))
            yield {
                "title": entry["term"],
                "words": entry["words"],
                **({say("cli.explain.also"): also} if also else {}),
                **({say("cli.explain.source"): entry["source"]} if "source" in entry else {}),
            }


def glossary() -> list[dict[str, str]]:
    """The terms of message/en/glossary.toml."""
    text = (resources.files("measurand.message") / "en" / "glossary.toml").read_text(encoding="utf-8")
    found: list[dict[str, str]] = tomllib.loads(text)["term"]
    return found


def known() -> list[str]:
    """All words that have an entry, for the nearest one."""
    served = [name for name, quantity in SYNONYMS.items() if quantity in definitions()]
    terms = (word for entry in glossary() for word in (entry["term"], *entry.get("also", ())))
    return [*(bare(word) for word in terms), *VERDICTS, *(bare(name) for name in (*definitions(), *served))]


def laid_out(entry: Entry) -> str:
    """An entry in 80 columns."""
    title, words, *others = entry.items()
    out = [title[1], textwrap.fill(words[1], 78, initial_indent="  ", subsequent_indent="  ")]
    for name, text in others:
        if "\n" in text or text.startswith("- "):
            out += [f"  {name}:", textwrap.indent(text.rstrip("\n"), "    ")]
        else:
            out.append(textwrap.fill(f"{name}: {text}", 78, initial_indent="  ", subsequent_indent="    "))
    return "\n".join(out)
