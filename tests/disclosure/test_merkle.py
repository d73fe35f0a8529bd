"""Merkle trees equal those of RFC 6962 as its reference implementations publish them."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.lab import merkle

LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Inputs and roots of the Certificate Transparency test data (transparency-dev/merkle, testonly/constants.go), 1 to 8
leaves."""
NODES = (
    (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
    ),
    (
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    ),
    (
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    ("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",),
)
"""All nodes of the tree of 8 leaves (the same source)."""
PATHS = (
    (
        0, 8, "", ROOTS[7],
        ("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
         "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
         "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
    ),
    (
        5, 8, "40414243", ROOTS[7],
        ("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
         "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ),
    (
        2, 3, "10", ROOTS[2],
        ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    ),
    (
        1, 5, "00", ROOTS[4],
        ("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
         "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
         "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
    ),
)  # fmt: skip
"""Inclusion proofs of google/trillian (merkle/log_verifier_test.go): position, size, leaf, root, path."""


def tree(size: int) -> merkle.Levels:
    return merkle.levels([merkle.leaf(bytes.fromhex(text)) for text in LEAVES[:size]])


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    assert tree(size)[-1][0].hex() == ROOTS[size - 1]


def test_published_nodes() -> None:
    assert tuple(tuple(found.hex() for found in level) for level in tree(8)) == NODES


@pytest.mark.parametrize(("position", "size", "data", "root", "path"), PATHS)
def test_published_paths(position: int, size: int, data: str, root: str, path: tuple[str, ...]) -> None:
    assert tuple(found.hex() for found in merkle.path(tree(size), position)) == path
    several = [bytes.fromhex(text) for text in path]
    found = merkle.root(merkle.leaf(bytes.fromhex(data)), position=position, size=size, path=several)
    assert found.hex() == root


def rfc(data: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it is written there."""
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    k = 1
    while 2 * k < len(data):
        k *= 2
    return hashlib.sha256(b"\x01" + rfc(data[:k]) + rfc(data[k:])).digest()


def rfc_path(m: int, data: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1."""
    if len(data) == 1:
        return []
    k = 1
    while 2 * k < len(data):
        k *= 2
    return [*rfc_path(m, data[:k]), rfc(data[k:])] if m < k else [*rfc_path(m - k, data[k:]), rfc(data[:k])]


@pytest.mark.parametrize("size", range(1, 71))
def test_every_path_of_every_size(size: int) -> None:
    data = [b"%d" % i for i in range(size)]
    found = merkle.levels([merkle.leaf(one) for one in data])
    top = rfc(data)
    assert found[-1] == [top]
    for i, one in enumerate(data):
        path = merkle.path(found, i)
        assert list(path) == rfc_path(i, data)
        assert merkle.root(merkle.leaf(one), position=i, size=size, path=path) == top


@given(size=st.integers(1, 70), at=st.integers(0), change=st.integers(0), other=st.integers(0, 90))
def test_whatever_is_changed_leads_elsewhere(size: int, at: int, change: int, other: int) -> None:
    hashes = [merkle.leaf(b"%d" % i) for i in range(size)]
    found = merkle.levels(hashes)
    i = at % size
    top, path = found[-1][0], list(merkle.path(found, i))
    if other != i:
        try:
            assert merkle.root(hashes[i], position=other, size=size, path=path) != top
        except ValueError:
            assert other >= size or len(merkle.path(found, other)) != len(path)
    for wrong in (path[:-1] if path else [top], [*path, top]):
        with pytest.raises(ValueError, match="path"):
            merkle.root(hashes[i], position=i, size=size, path=wrong)
    if path:
        j = change % len(path)
        path[j] = bytes([path[j][0] ^ 1]) + path[j][1:]
        assert merkle.root(hashes[i], position=i, size=size, path=path) != top


def test_places_that_are_not_there() -> None:
    with pytest.raises(ValueError, match="one leaf"):
        merkle.levels([])
    for position in (-1, 3):
        with pytest.raises(IndexError):
            merkle.path(tree(3), position)
        with pytest.raises(ValueError, match="no leaf"):
            merkle.root(b"", position=position, size=3, path=())
