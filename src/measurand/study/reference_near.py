"""Near duplicates: word shingles of texts under MinHash, and difference hashes of images."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

WORDS = 5
BANDS, ROWS = 32, 4
"""Candidates share one band: of pairs with Jaccard similarity s all but ``(1 - s^4)^32`` are found (0.8: 5e-8)."""
MOST_BUCKET = 400
"""Members of one bucket that are all compared with each other; beyond, each with the first ones."""
BITS = 64
_PRIME = (1 << 61) - 1
_WORD = re.compile(r"\w+")

Found = tuple[int, int, float]
"""Position in the first set, in the other (or the same), similarity."""
Integers = NDArray[np.uint64]


def normalised(text: str) -> str:
    """Text without what is no content: compatibility forms, case, punctuation and spacing.

    >>> normalised("The  quick,\\nBROWN ﬁsh!")
    'the quick brown fish'
    """
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def fingerprint(content: str) -> str:
    """SHA-256 of normalised content."""
    return hashlib.sha256(content.encode()).hexdigest()


def shingles(text: str, words: int = WORDS) -> frozenset[int]:
    """61-bit hashes of all runs of words of a normalised text; a shorter text is one shingle.

    >>> len(shingles("a b c d e f")), len(shingles("a b"))
    (2, 1)
    """
    split = text.split()
    runs = [" ".join(split[i : i + words]) for i in range(max(1, len(split) - words + 1))]
    return frozenset(
        int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest(), "little") % _PRIME for run in runs
    )


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """Shared over all shingles.

    >>> jaccard(frozenset({1, 2, 3}), frozenset({2, 3, 4}))
    0.5
    """
    return len(one & other) / len(one | other)


def near_texts(one: Sequence[str], other: Sequence[str] | None, threshold: float) -> list[Found]:
    """Pairs of normalised texts with Jaccard similarity of at least ``threshold``, the likest first.

    ``other`` None: inside ``one``, each pair once. Candidates come from MinHash bands, similarity is exact.
    """
    mine = [shingles(text) for text in one]
    theirs = mine if other is None else [shingles(text) for text in other]
    bands = _bands(mine), (None if other is None else _bands(theirs))
    pairs = {pair for b in range(BANDS) for pair in _candidates(bands[0][b], None if bands[1] is None else bands[1][b])}
    found = [(i, j, s) for i, j in pairs if (s := jaccard(mine[i], theirs[j])) >= threshold]
    return sorted(found, key=lambda f: (-f[2], f[0], f[1]))


def near_images(one: Sequence[int], other: Sequence[int] | None, distance: int) -> list[Found]:
    """Pairs of 64-bit hashes that differ in at most ``distance`` bits (15 or less), the likest first; exhaustive.

    Of ``distance + 1`` pieces of the bits one is equal in both (pigeonhole).
    """
    width = -(-BITS // (distance + 1))
    pairs: set[tuple[int, int]] = set()
    for start in range(0, BITS, width):
        cut = [(h >> start) & ((1 << width) - 1) for h in one]
        theirs = None if other is None else [(h >> start) & ((1 << width) - 1) for h in other]
        pairs.update(_candidates(cut, theirs, all_of=True))
    those = one if other is None else other
    found = [(i, j, 1.0 - d / BITS) for i, j in pairs if (d := (one[i] ^ those[j]).bit_count()) <= distance]
    return sorted(found, key=lambda f: (-f[2], f[0], f[1]))


def difference_hash(grey: Sequence[int]) -> int:
    """dHash of 9 x 8 grey values, row by row: 64 bits, 1 where a value is less than its right neighbour.

    >>> difference_hash([*range(9)] * 8) == 2**64 - 1, difference_hash([0] * 72)
    (True, 0)
    """
    out = 0
    for row in range(8):
        for column in range(8):
            out = out << 1 | (grey[9 * row + column] < grey[9 * row + column + 1])
    return out


def _bands(several: Sequence[frozenset[int]]) -> list[list[int]]:
    """For each band the bucket of each text."""
    seeds = np.random.Generator(np.random.Philox(key=5)).integers(1, 2**62, (2, BANDS * ROWS), dtype=np.uint64)
    out: list[list[int]] = [[] for _ in range(BANDS)]
    for text in several:
        values = np.fromiter(text, np.uint64, len(text))
        least = _mixed(values[:, None] ^ seeds[0], seeds[1]).min(axis=0)
        for b in range(BANDS):
            out[b].append(int.from_bytes(least[b * ROWS : (b + 1) * ROWS].tobytes(), "little"))
    return out


def _mixed(x: Integers, seed: Integers) -> Integers:
    """A permutation of 64-bit numbers (the finaliser of SplitMix64, Steele, Lea & Flood 2014)."""
    z = x + seed
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))


def _candidates(
    one: Sequence[int], other: Sequence[int] | None, *, all_of: bool = False
) -> Iterable[tuple[int, int]]:  # fmt: skip
    """Pairs of one bucket."""
    mine: dict[int, list[int]] = defaultdict(list)
    for i, bucket in enumerate(one):
        mine[bucket].append(i)
    if other is None:
        for members in mine.values():
            if all_of or len(members) <= MOST_BUCKET:
                yield from combinations(members, 2)
            else:
                yield from ((first, i) for first in members[:3] for i in members if i > first)
        return
    for j, bucket in enumerate(other):
        members = mine.get(bucket, [])
        yield from ((i, j) for i in (members if all_of else members[:MOST_BUCKET]))
