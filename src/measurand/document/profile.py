"""What the columns of a table look like: which may name items, systems, repeats, clusters, outputs and truth."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from measurand.document.label import label
from measurand.document.table import Table

_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*\Z")

_LAST = r"(_?(id|name|no|number))?\Z"
_NAMES: Mapping[str, re.Pattern[str]] = {
    role: re.compile(pattern, re.IGNORECASE)
    for role, pattern in {
        "system": rf"(system|model|policy|method|algorithm|agent){_LAST}",
        "status": r"status\Z",
        "weight": r"(sample_?|sampling_?)?weight\Z",
        "annotator": r"(reader|annotator|rater|expert|label|radiologist)_?\d+\Z",
        "reader": rf"(reader|annotator|rater|judge|expert|radiologist|coder|observer|prompt|site|scanner|hospital|"
        rf"device|machine|lab(oratory)?){_LAST}",
        "rater": rf"(rater|annotator|reader|judge|expert|radiologist|coder|observer){_LAST}",
        "rating": r"(.*[_ ])?(rating|rated|grade|judge?ment|vote|annotation|category|code|label|finding|diagnosis|"
        r"class)\Z",
        "repeat": rf"(run|repeat|rep|replicate|attempt|iteration|draw){_LAST}",
        "cluster": r".*(patient|subject|participant|video|document|scene|session|household|speaker|user|group|seed)"
        r"(_?id)?\Z",
        "item": r"(.*[_ ])?(id|uid|uuid|key)\Z|.*[a-z](?-i:ID)\Z|(item|case|instance|example|problem|image|question|"
        r"episode|trial|sample|file(name)?|path|record|row|index|no|seed|loan|name)\Z",
        "predicted": r"(.*[_ ])?(pred(icted|iction|s)?|y_?pred|y_?hat|answer|response|decision|output|guess)"
        r"(_?(label|class))?\Z",
        "score": r"(.*[_ ])?(score|prob(ability)?|confidence|logit|risk|p|pd|y_?score)([_ ].*)?\Z|p_.*\Z",
        "success": r"(success|correct|passed|pass|solved|is_correct|accuracy|acc|win|won|right|ok)\Z",
        "truth": r"(.*[_ ])?(truth|label|target|gold|reference|diagnosis|histology|y_?true|y|ground_?truth|actual|"
        r"finding|expected|outcome|class|default(ed)?|bad|cancer\w*|disease\w*|creditability)\Z|(cancer|disease)\w*\Z",
        "lower": r"(.*[_ ])?(lower|lo|q0?5|p0?5|low)([_ ].*)?\Z",
        "upper": r"(.*[_ ])?(upper|hi|q95|p95|high)([_ ].*)?\Z",
    }.items()
}
NAMES: Mapping[str, re.Pattern[str]] = {**_NAMES, "number": _NAMES["predicted"], "true_number": _NAMES["truth"]}
"""Role -> names of columns that usually have it, in the order in which roles are given."""

_POSITIVE = ("1", "true", "yes", "positive", "pos", "bad", "abnormal", "malignant", "cancer", "disease", "default",
             "defect", "fail", "failed", "pneumonia", "melanoma", "attack", "fraud", "spam")  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: its distinct labels (in order of appearance, without empty cells) and how many cells are empty."""

    name: str
    cells: Sequence[str] = field(repr=False)
    values: tuple[str, ...] = field(repr=False)
    empty: int

    @property
    def distinct(self) -> int:
        """Number of distinct labels."""
        return len(self.values)

    @property
    def numeric(self) -> bool:
        """Whether all cells that are not empty are numbers."""
        return bool(self.values) and all(_NUMBER.match(v) for v in self.values)

    @property
    def unit_interval(self) -> bool:
        """Whether all values are numbers in [0, 1]."""
        return self.numeric and all(0 <= float(v) <= 1 for v in self.values)

    @property
    def positive(self) -> str:
        """The value that probably counts as positive: a telling word, else the rarer of the values."""
        for word in _POSITIVE:
            for value in self.values:
                if value.lower() == word:
                    return value
        count = dict.fromkeys(self.values, 0)
        for cell in self.cells:
            if (text := label(cell)) in count:
                count[text] += 1
        return min(self.values, key=lambda v: (count[v], v))


@dataclass(frozen=True)
class Profile:
    """The columns of a table by role; ``rows`` counts them all."""

    rows: int
    column: Mapping[str, Column]
    role: Mapping[str, tuple[str, ...]]
    """Role -> names of the columns that have it (a column may be both cluster and item)."""


def profile(table: Table) -> Profile:
    """Look at the columns of a table. Columns whose names a procedure could not hold are left out."""
    column = {}
    for name, cells in table.columns.items():
        if not _writable(name):
            continue
        distinct = dict.fromkeys(label(c) for c in dict.fromkeys(cells))
        column[name] = Column(
            name, cells, tuple(v for v in distinct if _writable(v)), sum(1 for c in cells if not c.strip())
        )
    role = {name: tuple(c for c in column if _has(column[c], name, len(table))) for name in NAMES}
    return Profile(len(table), column, role)


def _writable(text: str) -> bool:
    """Whether a procedure can hold this name or value."""
    return bool(text.strip()) and len(text) <= 200 and not any(unicodedata.category(c) in ("Cc", "Cs") for c in text)


def _many_numbers(column: Column, rows: int) -> bool:
    """Whether the cells are numbers rather than the codes of classes."""
    return column.numeric and not column.empty and column.distinct > max(30, rows // 20)


_FITS: Mapping[str, Callable[[Column, int], bool]] = {
    "system": lambda c, rows: c.distinct <= 20 and len(set(c.cells)) <= 40 and all(map(_writable, set(c.cells))),
    "cluster": lambda c, rows: 8 <= c.distinct < rows,
    "item": lambda c, rows: (c.distinct > 8 or c.distinct == rows) and c.empty == 0,
    "score": lambda c, rows: c.numeric and c.distinct > 2,
    "success": lambda c, rows: set(c.values) <= {"0", "1"} or set(c.values) <= {"true", "false"},
    "truth": lambda c, rows: c.distinct <= max(30, rows // 20),
    "predicted": lambda c, rows: c.distinct <= max(30, rows // 20),
    "number": _many_numbers,
    "true_number": _many_numbers,
    "lower": _many_numbers,
    "upper": _many_numbers,
    "annotator": lambda c, rows: c.distinct <= max(30, rows // 20),
    "weight": lambda c, rows: c.numeric,
    "status": lambda c, rows: set(c.values) <= {"ok", "refused", "failed", "timeout", "unscored"},
}
"""Role -> whether the cells of a column, of a table with this many rows, can have it."""


def _has(column: Column, role: str, rows: int) -> bool:
    fits = _FITS.get(role)
    named = NAMES[role].match(column.name) is not None
    return named and column.distinct > 0 and (fits is None or fits(column, rows))


def combinations_of(columns: Iterable[Column]) -> int:
    """Number of distinct combinations of cells."""
    several = [c.cells for c in columns]
    return len(set(zip(*several, strict=True))) if several else 0


def determines(item: Sequence[Column], other: Column) -> bool:
    """Whether every item has one value of the other column."""
    return combinations_of(item) == combinations_of([*item, other])


def identify(seen: Profile, conditions: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns that identify an item, and further columns (conditions) that make the rows differ; () when none do.

    The smallest key goes first. A key that needs further columns may have at most three of them, of 2 to 50 values.
    """
    ids = sorted(seen.role["item"], key=lambda name: (-seen.column[name].distinct, list(seen.column).index(name)))[:6]
    keys = [key for size in (1, 2, 3) for key in itertools.combinations(ids, size)]
    for key in keys:
        if combinations_of(_columns(seen, (*key, *conditions))) == seen.rows:
            return _ordered(seen, key), ()
    taken = {
        name
        for role in ("item", "repeat", "score", "success", "truth", "predicted", "weight")
        for name in seen.role[role]
    }
    free = [c.name for c in seen.column.values() if 2 <= c.distinct <= 50 and c.name not in taken and not c.empty]
    for key in keys[:25]:
        extra = _extended(seen, (*key, *conditions), [name for name in free if name not in (*key, *conditions)])
        if extra:
            return _ordered(seen, key), extra
    # no name tells, but a column of text or whole numbers that never repeats can only be an identifier
    alone = [c for c in seen.column.values() if c.distinct == seen.rows and not c.empty and not _decimal(c)]
    return ((alone[0].name,), ()) if alone else ((), ())


def _decimal(column: Column) -> bool:
    """Whether any cell is a number with a decimal point: a measurement rather than a name."""
    return column.numeric and any("." in v or "e" in v.lower() for v in column.values)


def _extended(seen: Profile, key: Sequence[str], free: Sequence[str]) -> tuple[str, ...]:
    """At most three columns, each the one that separates most rows, that make the rows differ; () when they do not."""
    extra: list[str] = []
    for _ in range(3):
        counts = {n: combinations_of(_columns(seen, (*key, *extra, n))) for n in free if n not in extra}
        if not counts:
            return ()
        best = max(counts, key=lambda n: counts[n])
        extra.append(best)
        if counts[best] == seen.rows:
            return tuple(extra)
    return ()


def _columns(seen: Profile, names: Iterable[str]) -> list[Column]:
    return [seen.column[name] for name in names]


def _ordered(seen: Profile, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=list(seen.column).index))
