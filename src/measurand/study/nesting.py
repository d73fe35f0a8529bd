"""Effects of crossed and nested random dimensions, and how each is made of the mean squares of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from measurand.study.crossing import Crossing

Effect = tuple[str, ...]
"""Random dimensions of a margin: (UNIT,), ("prompt",), (UNIT, "prompt"). Names in brackets cannot be a factor's id."""
REPEAT: Effect = ("(repeat)",)


def nested_effects(names: Sequence[str], crossing: Crossing) -> dict[Effect, Effect]:
    """Effects with a dimension that lies inside of others -> the dimensions that they lie inside of.

    A level of a nested dimension names the levels that it lies inside of, so that these are no part of the effect:
    prompts of a language, crossed with items, give prompts, and items x prompts. Combinations need a complete design.

    >>> import numpy as np
    >>> at = Crossing(("item", "language"), {"prompt": "language"}, np.zeros(0, np.int64), True, 0, 0)
    >>> nested_effects(("item", "language", "prompt"), at)
    {('prompt',): ('language',), ('item', 'prompt'): ('language',)}
    """
    found: dict[Effect, Effect] = {}
    for size in range(1, len(names) + 1 if crossing.complete else 2):
        for effect in combinations(names, size):
            around = {outer for name in effect for outer in _around(name, crossing.nested)}
            if around and not around & set(effect):
                found[effect] = tuple(name for name in names if name in around)
    return found


def _around(name: str, nested: Mapping[str, str]) -> Iterable[str]:
    while name in nested:
        name = nested[name]
        yield name


def subtracted(inside: Mapping[Effect, Effect]) -> dict[Effect, dict[Effect, int]]:
    """Effect -> how often its mean square is added to each other effect, less than 0 where it is taken off.

    ``inside`` gives the dimensions around each effect. The mean square of an effect holds the parts of all effects
    with the same dimensions, its own and those around it, and more; taken apart, the effect is its mean square less
    those parts (Moebius inversion).

    >>> subtracted({("a",): (), ("b",): (), ("a", "b"): (), REPEAT: ("a", "b")})[REPEAT]
    {('a', 'b'): -1}
    """
    whole = {effect: frozenset((*effect, *around)) for effect, around in inside.items()}
    row: dict[Effect, dict[Effect, int]] = {}
    for effect in sorted(whole, key=lambda e: len(whole[e]), reverse=True):
        own = {effect: 1}
        for more in [e for e in row if whole[effect] < whole[e]]:
            for square, times in row[more].items():
                own[square] = own.get(square, 0) - times
        row[effect] = own
    return {
        square: {effect: own[square] for effect, own in row.items() if effect != square and own.get(square)}
        for square in inside
    }
