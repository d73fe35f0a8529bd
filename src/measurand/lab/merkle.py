"""Merkle trees of RFC 6962, section 2.1: a root that commits to a list, and paths that prove one entry of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from measurand.message import say

LEAF, NODE = b"\x00", b"\x01"
"""A leaf can never pose as a node: their hashes begin with different bytes."""

Levels = Sequence[Sequence[bytes]]
"""Hashes of a tree from the leaves to the root."""


def leaf(data: bytes) -> bytes:
    """SHA-256(0x00 || data).

    >>> leaf(b"").hex()[:16]  # test data of the Certificate Transparency logs
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(LEAF + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(NODE + left + right).digest()


def levels(leaves: Sequence[bytes]) -> Levels:
    """All hashes of the tree over one or more leaf hashes.

    Neighbours are joined level by level; the last hash of an odd number goes up unchanged. This is the tree of
    RFC 6962, which splits n leaves at the largest power of two below n. Raises ValueError without leaves.
    """
    if not leaves:
        raise ValueError(say("merkle.empty"))
    found = [list(leaves)]
    while len(found[-1]) > 1:
        below = found[-1]
        pairs = [node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        found.append([*pairs, *below[2 * len(pairs) :]])
    return found


def path(tree: Levels, position: int) -> tuple[bytes, ...]:
    """The audit path of one leaf: the hash beside it on each level, from below, where there is one.

    Raises IndexError for a position that the tree does not have.
    """
    if not 0 <= position < len(tree[0]):
        raise IndexError(say("merkle.outside", size=len(tree[0]), position=position))
    found = []
    for level in tree[:-1]:
        if (beside := position ^ 1) < len(level):
            found.append(level[beside])
        position //= 2
    return tuple(found)


def root(leaf_hash: bytes, *, position: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf hash at a position of a tree of ``size`` leaves leads to by its audit path.

    Raises ValueError for a position outside of the tree, and for a path that is longer or shorter than its place asks.
    """
    if not 0 <= position < size:
        raise ValueError(say("merkle.outside", size=size, position=position))
    found, left = leaf_hash, list(reversed(path))
    while size > 1:
        if (beside := position ^ 1) < size:
            if not left:
                raise ValueError(say("merkle.short"))
            other = left.pop()
            found = node(other, found) if beside < position else node(found, other)
        position, size = position // 2, (size + 1) // 2
    if left:
        raise ValueError(say("merkle.long"))
    return found
