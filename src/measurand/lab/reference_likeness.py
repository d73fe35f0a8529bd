"""Duplicates and near duplicates of a set of reference data, inside it and against other sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from measurand.document.number import number
from measurand.document.reference_certificate import Likeness, Pair
from measurand.document.reference_file import ReferenceFile
from measurand.lab.reference_data import Items, contents, other_items
from measurand.lab.reference_image import decodable, digests, hashes
from measurand.lab.sources import contents_at
from measurand.message import say
from measurand.study.reference_near import BITS, Found, fingerprint, near_images, near_texts, normalised

MOST = 20
"""Pairs that a certificate names."""


def likenesses(described: ReferenceFile, found: Items, label: Sequence[str], folder: Path) -> tuple[Likeness, ...]:
    """One report per kind of content and set. Raises TableError."""
    data = described.data
    mine = contents(found.table, text=data.text, image=data.image, columns=data.columns)
    out = [
        _report(kind, cells, found.item, label, None, None, described, folder, against="")
        for kind, cells in mine.items()
    ]
    for other in described.other:
        table, names = other_items(other, described, folder)
        theirs = contents(table, text=other.text, image=other.image, columns=other.columns)
        for kind, cells in theirs.items():
            one = _report(kind, mine[kind], found.item, label, cells, names, described, folder, against=other.name)
            out.append(one.model_copy(update={"others": contents_at(table)}))
    return tuple(out)


def _report(
    kind: str,
    mine: Sequence[str],
    item: Sequence[str],
    label: Sequence[str],
    theirs: Sequence[str] | None,
    others: Sequence[str] | None,
    described: ReferenceFile,
    folder: Path,
    *,
    against: str,
) -> Likeness:
    one, other = _content(kind, mine, folder), None if theirs is None else _content(kind, theirs, folder)
    prints = _prints(kind, one)
    same = _same(prints, prints if other is None else _prints(kind, other), inside=other is None)
    names = item if others is None else others
    near: list[Found] | None = []
    reason, threshold = "", None
    if kind == "text":
        near, threshold = near_texts(one, other, described.near.text), number(described.near.text)
    elif kind == "image" and decodable():
        those = None if theirs is None else hashes(theirs, folder)
        near = near_images(hashes(mine, folder), those, described.near.image)
        threshold = number(1.0 - described.near.image / BITS)
    elif kind == "image":
        near, reason = None, say("reference.no_decoder")
    else:
        near, reason = None, say("reference.exact_only")
    second = one if other is None else other
    only_near = None if near is None else [(i, j, s) for i, j, s in near if one[i] != second[j]]
    pairs = [(i, j, 1.0) for i, j in same[1]] + (only_near or [])
    return Likeness(
        content=kind,
        against=against,
        compared=len(one) if other is None else len(one) + len(other),
        exact=len(same[0]),
        near=None if only_near is None else len(_touched(only_near, inside=other is None)),
        threshold=threshold,
        conflicting=len({i for i, j in same[2] if label[i] != label[j]}) if other is None else 0,
        pairs=tuple(Pair(item=item[i], other=names[j], similarity=number(s)) for i, j, s in pairs[:MOST]),
        not_evaluated=reason,
    )


def _content(kind: str, cells: Sequence[str], folder: Path) -> list[str]:
    """Normalised content: of an image the digest of its bytes."""
    if kind == "text":
        return [normalised(cell) for cell in cells]
    return digests(cells, folder) if kind == "image" else list(cells)


def _prints(kind: str, content: Sequence[str]) -> list[str]:
    return list(content) if kind == "image" else [fingerprint(text) for text in content]


def _same(
    one: Sequence[str], other: Sequence[str], *, inside: bool
) -> tuple[set[int], list[tuple[int, int]], list[tuple[int, int]]]:
    """Items that occur again; one pair for each further occurrence; both directions of these pairs."""
    where: Mapping[str, list[int]] = defaultdict(list)
    for j, print_ in enumerate(other):
        where[print_].append(j)
    touched, pairs, both = set(), [], []
    for i, print_ in enumerate(one):
        again = [j for j in where.get(print_, ()) if not inside or j != i]
        if not again:
            continue
        touched.add(i)
        both += [(i, j) for j in again]
        if not inside or where[print_][0] != i:
            pairs.append((again[0], i) if inside else (i, again[0]))
    return touched, pairs, both


def _touched(pairs: Sequence[Found], *, inside: bool) -> set[int]:
    return {i for i, _, _ in pairs} | ({j for _, j, _ in pairs} if inside else set())
