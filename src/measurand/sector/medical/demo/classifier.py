"""The demonstration's system under measurement: a small classifier of chest X-rays behind simulated X-ray units.

``observe`` is the callable that the Python instrument runs (``target = "classifier:observe"``); it needs only numpy
and the two array files beside it. The labels are not here: what is measured does not see the reference values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Arrays: TypeAlias = dict[str, Array]

FOLDER = Path(__file__).resolve().parent

UNITS = {
    "unit-1": (0.991, 11.4),
    "unit-2": (1.081, 10.5),
    "unit-3": (0.893, 11.2),
    "unit-4": (1.1, 10.4),
    "unit-5": (0.853, 14.3),
    "unit-6": (0.826, 12.5),
}
"""Six simulated X-ray units: exposure (a factor on the grey levels), standard deviation of the noise (grey levels).

Drawn once (``units`` in ``tools/train_demo.py``) from a population of units whose exposure scatters by about 8 % and
whose noise lies between 4 and 16 grey levels of 255. They stand for that population: the factor is random.
"""


def prepare(images: Array) -> Array:
    """Grey levels 0 to 255 (n, 28, 28) to about zero mean and unit spread over the whole set of images."""
    return (images - 144.0) / 45.0


def forward(arrays: Mapping[str, Array], images: Array, kept: dict[str, Array] | None = None) -> Array:
    """Scores (n,) in (0, 1) of prepared images (n, 28, 28); ``kept`` receives the intermediate arrays for training."""
    n = len(images)
    patches = np.lib.stride_tricks.sliding_window_view(images, (5, 5), axis=(1, 2)).reshape(n, 24, 24, 25)
    maps = np.maximum(patches @ arrays["filters"] + arrays["filter_bias"], 0)
    pooled = maps.reshape(n, 12, 2, 12, 2, -1).mean(axis=(2, 4)).reshape(n, -1)
    hidden = np.maximum(pooled @ arrays["hidden"] + arrays["hidden_bias"], 0)
    if kept is not None:
        kept.update(patches=patches, map=maps, pooled=pooled, hidden=hidden)
    logit = hidden @ arrays["output"] + arrays["output_bias"]
    score: Array = 1 / (1 + np.exp(-logit))
    return score


@cache
def load(name: str) -> Arrays:
    """The arrays of a file in this folder; pickled objects are refused."""
    with np.load(FOLDER / name, allow_pickle=False) as data:
        return {key: data[key] for key in data.files}


def expose(image: Array, unit: str, seed: int) -> Array:
    """The image as the unit takes it: exposure, then noise drawn anew by the seed, cut to the range of grey levels."""
    exposure, noise = UNITS[unit]
    drawn = np.random.default_rng(seed).standard_normal(image.shape)
    taken: Array = np.clip(image * exposure + noise * drawn, 0, 255)
    return taken


def observe(tasks: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """One ``{"score": s}`` for each task ``{"item", "condition": {"unit": ...}, "repeat", "seed"}``, in their order.

    Each image goes through on its own, so that a score does not depend on which tasks were asked together.
    """
    arrays, test = load("classifier.npz"), load("chest_xray_test.npz")
    position = {item: i for i, item in enumerate(test["items"].tolist())}
    found: list[dict[str, float]] = []
    for task in tasks:
        image = test["images"][position[task["item"]]].astype(float)
        taken = expose(image, task["condition"]["unit"], int(task["seed"]))
        score = forward(arrays, prepare(taken[np.newaxis]))
        found.append({"score": round(float(score[0]), 6)})
    return found
