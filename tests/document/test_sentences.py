"""Sentences about procedures: every key that the code says exists, and none is left over."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import pytest

from measurand.message import sentences

SOURCE = Path(__file__).parent.parent.parent / "src" / "measurand"
FILES = [
    *(SOURCE / "document").glob("*.py"),
    *(SOURCE / "study" / n for n in ("resolve.py", "binding.py", "suitability.py")),
]
CODE = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
KEY = re.compile(r"""["']((?:M0[123]\d\d|procedure|sketch)\.[a-z_.]+)["']""")
MADE = ("M0203.", "M0302.range_", "M0332.", "M0334.", "procedure.kind.", "procedure.later.")
"""Beginnings of keys that are put together."""
OWN = {
    key: text
    for name in ("procedure", "sketch")
    for key, text in tomllib.loads((SOURCE / "message" / "en" / f"{name}.toml").read_text(encoding="utf-8"))[
        "sentences"
    ].items()
}


@pytest.mark.parametrize("key", sorted(set(KEY.findall(CODE))))
def test_key_exists(key: str) -> None:
    assert key in sentences() or key.endswith(".")


@pytest.mark.parametrize("key", sorted(OWN))
def test_key_is_used_and_its_template_is_sound(key: str) -> None:
    assert key in set(KEY.findall(CODE)) or key.startswith(MADE)
    fields = [name for _, name, _, _ in string.Formatter().parse(OWN[key]) if name is not None]
    assert all(re.fullmatch(r"[a-z_]+", name) for name in fields)
