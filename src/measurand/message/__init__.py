"""The catalogue of user-facing text: sentences, error texts and the glossary, one TOML file per topic and language.

``say("key", field=...)`` fills a sentence's template; codes, numbers and hashes are never localised.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

LANGUAGES = ("en",)


@cache
def sentences(language: str = "en") -> Mapping[str, str]:
    """All templates of a language, by key. Raises ValueError when two files define one key."""
    found: dict[str, str] = {}
    folder = resources.files(__package__) / language
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".toml"):
            continue
        for key, text in tomllib.loads(entry.read_text(encoding="utf-8")).get("sentences", {}).items():
            if key in found:
                raise ValueError(f"sentence {key!r} is defined twice in message/{language}")
            found[key] = text
    return found


def say(key: str, /, language: str = "en", **fields: object) -> str:
    """The sentence of ``key`` with its fields filled in. Raises KeyError for an unknown key or a missing field."""
    return sentences(language)[key].format(**fields)
