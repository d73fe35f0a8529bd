"""Lines of a procedure file that is written by the program: pairs, texts and comments."""

from __future__ import annotations

import json
import re

from measurand.message import say


def pair(key: str, value: str) -> str:
    """A key with a text.

    >>> pair("id", "accuracy")
    'id       = "accuracy"'
    """
    return f"{key:<8} = {quoted(value)}"


def quoted(text: str) -> str:
    """A TOML basic string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def comment(key: str, /, **fields: object) -> list[str]:
    """A sentence as comment lines; what came from the file is made harmless."""
    safe = {name: re.sub(r"[\x00-\x1f\x7f]+", " ", str(value))[:100] for name, value in fields.items()}
    return [f"# {line}" for line in say(key, "en", **safe).splitlines()]
