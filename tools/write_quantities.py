"""Writes docs/quantities/ (an index and a page for each theme) from the definitions, and their place in mkdocs.yml.

python tools/write_quantities.py            writes
python tools/write_quantities.py --check    exit 1 when a page is not what would be written
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from measurand.cli.explain_quantity import theme_title
from measurand.document.minimal import Need
from measurand.lab.pack import definitions, themes
from measurand.message import say
from measurand.study.explained import Explained, explained

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "quantities"
NAVIGATION = ROOT / "mkdocs.yml"

HEAD = """\
# Quantities

Every quantity that a `[[measurand]]` can ask for by name. The limits of each follow
[one table of rules](../intervals.md); what they cover [was simulated](../coverage.md). On the command line:
`measurand explain f_score`, and `measurand explain` for this list. Other names are found too: `measurand explain rmse`.

"""


def pages() -> dict[Path, str]:
    """All pages by file."""
    found = {FOLDER / f"{theme}.md": page(theme, ids) for theme, ids in themes().items()}
    return {FOLDER / "index.md": index(), **found}


def index() -> str:
    """One line for each quantity."""
    parts = [HEAD]
    for theme, ids in themes().items():
        parts.append(f"## {theme_title(theme)}\n\n| quantity | what it is | needs | interval |\n|---|---|---|---|\n")
        parts += [row(theme, quantity(name)) for name in ids]
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def quantity(name: str) -> Explained:
    """What is said about one."""
    return explained(definitions()[name], definitions().keys())


def row(theme: str, found: Explained) -> str:
    """The line of one quantity in the index."""
    d = found.definition
    needs = ", ".join(f"`{need.key}`" for need in found.needs if not need.optional)
    rule = say(f"explain.rule.short.{found.rule}")
    return f"| [`{d.id}`]({theme}.md#{d.id}) | {cell(d.title)} | {needs} | {rule} |\n"


def page(theme: str, ids: tuple[str, ...]) -> str:
    """The page of one theme."""
    head = f"# {theme_title(theme)}\n\nWritten from the definitions; [all quantities](index.md).\n\n"
    return head + "\n".join("".join(section(quantity(name))) for name in ids)


def section(found: Explained) -> Iterator[str]:
    """One quantity: what it is, what it needs, how its limits are made."""
    d = found.definition
    yield f"## {d.id}\n\n**{d.title[0].upper()}{d.title[1:]}.** {found.words}\n\n```text\n{d.formula}\n```\n\n"
    facts = {
        "assumes": d.assumptions,
        "needs": "; ".join([*map(_need, found.needs), *found.said]),
        "at": ", ".join(parameter.words for parameter in found.at),
        "unit": found.unit,
        "direction": say(f"explain.direction.{d.direction}"),
        "limits": f"{found.limits} [Rules](../intervals.md)",
        "also": ", ".join(f"`{name}`" for name in found.also),
        "source": d.source,
    }
    yield "| | |\n|---|---|\n"
    yield from (f"| {say(f'explain.label.{key}')} | {cell(text)} |\n" for key, text in facts.items() if text)
    yield f"\n```toml\n{found.procedure}```\n"


def _need(need: Need) -> str:
    optional = f", {say('explain.optional')}" if need.optional else ""
    return f"`{need.key}` ({need.words}{optional})"


def cell(text: str) -> str:
    """Text inside a table."""
    return text.replace("|", "\\|")


def navigation() -> str:
    """``mkdocs.yml`` with the pages in their place."""
    text = NAVIGATION.read_text(encoding="utf-8")
    lines = ["  - Quantities:\n", "      - All: quantities/index.md\n"]
    lines += [f'      - "{theme_title(theme)}": quantities/{theme}.md\n' for theme in themes()]
    bare = re.sub(r"  - Quantities:\n(?:      - .*\n)*", "", text)
    return bare.replace("  - JSON output:", "".join(lines) + "  - JSON output:", 1)


def main() -> int:
    """Writes or checks."""
    wanted = {**pages(), NAVIGATION: navigation()}
    stray = [file for file in FOLDER.glob("*.md") if file not in wanted]
    if "--check" in sys.argv[1:]:
        return int(bool(stray) or any(not f.exists() or f.read_text("utf-8") != t for f, t in wanted.items()))
    FOLDER.mkdir(exist_ok=True)
    for file, text in wanted.items():
        file.write_text(text, encoding="utf-8")
    for file in stray:
        file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
