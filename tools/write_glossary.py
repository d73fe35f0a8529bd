"""Writes docs/glossary.md from the catalogue of terms.

python tools/write_glossary.py            writes
python tools/write_glossary.py --check    exit 1 when the page is not what would be written
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TERMS = ROOT / "src" / "measurand" / "message" / "en" / "glossary.toml"
PAGE = ROOT / "docs" / "glossary.md"

HEAD = """\
# Glossary

The words of this program are those of the *International vocabulary of metrology* (VIM, JCGM 200:2012), the *Guide to
the expression of uncertainty in measurement* (GUM, JCGM 100:2008) and JCGM 106:2012 on conformity assessment. The
wording here is our own; the documents are free at <https://www.bipm.org/en/committees/jc/jcgm/publications>.
On the command line: `measurand explain "guard band"`.

"""


def page() -> str:
    """The whole page."""
    terms = tomllib.loads(TERMS.read_text(encoding="utf-8"))["term"]
    parts = []
    for entry in sorted(terms, key=lambda entry: entry["term"].lower()):
        also = f" Also asked for as: {', '.join(entry['also'])}." if "also" in entry else ""
        parts.append(f"{entry['term']}\n:   {entry['words']}{also} *{entry['source']}*\n")
    return HEAD + "\n".join(parts)


def main() -> int:
    """Writes or checks."""
    if "--check" in sys.argv[1:]:
        return int(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
