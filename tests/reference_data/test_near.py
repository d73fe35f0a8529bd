"""Near duplicates: known pairs, and the same pairs as comparing everything with everything."""

from __future__ import annotations

import random
from itertools import combinations, product

import pytest

from measurand.study.reference_near import (
    difference_hash,
    fingerprint,
    jaccard,
    near_images,
    near_texts,
    normalised,
    shingles,
)

PANGRAM = "The quick brown fox jumps over the lazy dog while the cat sleeps in the warm afternoon sun"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Is it  a Cat?", "is it a cat"),
        ("ｆｕｌｌ width", "full width"),
        ("line\nbreak\ttab", "LINE break, tab!"),
        ("Straße", "STRASSE"),
        ("cafe\u0301", "caf\u00e9"),
    ],
)
def test_the_same_content_has_one_fingerprint(one: str, other: str) -> None:
    assert fingerprint(normalised(one)) == fingerprint(normalised(other))


def test_one_changed_word_by_hand() -> None:
    """18 words have 14 runs of five; a word changed in the middle changes five of them: 9 shared of 19."""
    one = normalised(PANGRAM)
    other = one.replace("lazy", "idle")
    assert jaccard(shingles(one), shingles(other)) == pytest.approx(9 / 19)
    assert near_texts([one, other], None, 9 / 19) == [(0, 1, 9 / 19)]
    assert near_texts([one, other], None, 0.5) == []


def texts(count: int, seed: int) -> list[str]:
    """Texts of 40 words, every fourth made from the one before by changing some words."""
    rng = random.Random(seed)
    out: list[list[str]] = []
    for i in range(count):
        words = [f"w{rng.randrange(5000)}" for _ in range(40)]
        if i % 4 == 3:
            words = list(out[-1])
            for _ in range(rng.randrange(1, 4)):
                words[rng.randrange(40)] = f"x{rng.randrange(5000)}"
        out.append(words)
    return [" ".join(words) for words in out]


@pytest.mark.parametrize("threshold", [0.7, 0.8])
def test_no_pair_is_missed_inside_a_set(threshold: float) -> None:
    several = texts(240, 4)
    sets = [shingles(t) for t in several]
    wanted = {(i, j) for i, j in combinations(range(240), 2) if jaccard(sets[i], sets[j]) >= threshold}
    assert wanted
    assert {(i, j) for i, j, _ in near_texts(several, None, threshold)} == wanted


def test_no_pair_is_missed_against_another_set() -> None:
    several = texts(200, 5)
    one, other = several[::2], several[1::2]
    wanted = {
        (i, j) for i, j in product(range(100), range(100)) if jaccard(shingles(one[i]), shingles(other[j])) >= 0.7
    }
    assert wanted
    assert {(i, j) for i, j, _ in near_texts(one, other, 0.7)} == wanted


def test_many_equal_texts_end_soon() -> None:
    found = near_texts(["the same words stand in all of these"] * 3000, None, 0.8)
    assert 3000 <= len(found) < 10_000


@pytest.mark.parametrize("distance", [0, 5, 10, 15])
def test_images_as_comparing_everything(distance: int) -> None:
    rng = random.Random(6)
    hashes = [rng.getrandbits(64) for _ in range(60)]
    for h in hashes[:30]:
        changed = h
        for bit in rng.sample(range(64), rng.randrange(0, 18)):
            changed ^= 1 << bit
        hashes.append(changed)
    wanted = {(i, j) for i, j in combinations(range(90), 2) if (hashes[i] ^ hashes[j]).bit_count() <= distance}
    assert {(i, j) for i, j, _ in near_images(hashes, None, distance)} == wanted
    across = {(i, j) for i in range(60) for j in range(30) if (hashes[i] ^ hashes[60 + j]).bit_count() <= distance}
    assert {(i, j) for i, j, _ in near_images(hashes[:60], hashes[60:], distance)} == across


def test_difference_hash_by_hand() -> None:
    """Brighter to the right: one; only one step of the first row is brighter: the bit of that step."""
    assert difference_hash([0, 0, 9, 0, 0, 0, 0, 0, 0] + [0] * 63) == 1 << 62
    assert difference_hash([10 * k for k in range(9)] * 8) == 2**64 - 1
    assert difference_hash([10 * k + 3 for k in range(9)] * 8) == difference_hash([7 * k for k in range(9)] * 8)
